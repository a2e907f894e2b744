"""Many mutated deliveries (`make fuzz`): what became of each kind, as a table in docs/fuzz.md.

python tests/guarantees/fuzz.py [MUTATIONS] — exit code 1 where an outcome was wrong; each is printed with its seed.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mutated import FIELDS, Field  # noqa: E402

PROCESSES = 2
_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
# field, kind, outcome, what is wrong, seed, seconds, MiB at most
Tried = tuple[str, str, str, str, int, float, int]


def tried(field: str, seeds: range) -> list[Tried]:
    """What became of a field's mutations."""
    found = []
    with TemporaryDirectory(prefix="hemvard-fuzz-") as home:
        ground = Field(field, Path(home))
        for seed in seeds:
            _forget_peak()
            began = time.perf_counter()
            told = ground.try_out(seed)
            seconds = time.perf_counter() - began
            found.append((field, told.kind, told.outcome, told.wrong, seed, seconds, _peak_mib()))
    return found


def _forget_peak() -> None:
    if _PEAK.exists():
        _PEAK.write_text("5")


def _peak_mib() -> int:
    """The largest resident memory since it was last forgotten; 0 where the system doesn't tell."""
    if not _STATUS.exists():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def page(found: list[Tried], seconds: float) -> str:
    """docs/fuzz.md."""
    wrong = [entry for entry in found if entry[3]]
    fields = ", ".join(FIELDS)
    return "\n".join(
        [
            "# Mutated deliveries",
            "",
            "Made by `make fuzz`; not written by hand. Each mutation is a plausible delivery of 120 rows of the tests'",
            "small region (invented rows, `tests/small_region.py`), spoiled from a seed (`synthetic/mutations.py`) and",
            "taken in by the main job's steps on a lake in memory (`tests/guarantees/mutated.py`): read, identified,",
            "judged, loaded. It must end as accepted with all rows accounted for, accepted in part with rows in",
            "quarantine, or refused in words. A kind that leaves the meaning as it is must give the same figures, and no",
            "kind may change a figure of a row that it did not touch. `tests/guarantees/test_mutated_files.py` runs some",
            "500 of them in every test run.",
            "",
            f"**{len(found)} mutations, {len(wrong)} wrong outcomes**, in {seconds / 60:.0f} minutes on {PROCESSES} processes.",
            f"Formats: {fields}. Memory is that of the whole process, some 300 MiB of it before any delivery.",
            "",
            *_table(found),
            "",
            "Refused, by rule (`expectations/visits.yaml`):",
            "",
            *(f"* `{rule}`: {count}" for rule, count in _rules(found).most_common()),
            "",
        ]
    )


def _table(found: list[Tried]) -> Iterable[str]:
    by_kind = defaultdict(list)
    for entry in found:
        by_kind[entry[1]].append(entry)
    yield "| kind | tried | accepted | in part | refused | wrong | seconds, mean | slowest | MiB, peak |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for kind, entries in sorted(by_kind.items()):
        outcomes = Counter(entry[2].partition(":")[0] for entry in entries)
        seconds = [entry[5] for entry in entries]
        cells = (
            kind,
            len(entries),
            outcomes["accepted"],
            outcomes["accepted in part"],
            outcomes["refused"],
            sum(bool(entry[3]) for entry in entries),
            f"{sum(seconds) / len(seconds):.2f}",
            f"{max(seconds):.1f}",
            max(entry[6] for entry in entries),
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _rules(found: list[Tried]) -> Counter[str]:
    return Counter(entry[2].removeprefix("refused: ") for entry in found if entry[2].startswith("refused"))


def main(mutations: int) -> int:
    """Try them out, write the page; 1 where an outcome was wrong."""
    began = time.perf_counter()
    each = -(-mutations // len(FIELDS))
    parts = [(field, range(first, min(first + 250, each))) for field in FIELDS for first in range(0, each, 250)]
    with get_context("spawn").Pool(PROCESSES) as pool:
        found = [entry for part in pool.starmap(tried, parts, chunksize=1) for entry in part]
    (ROOT / "docs" / "fuzz.md").write_text(page(found, time.perf_counter() - began), encoding="utf-8")
    wrong = [entry for entry in found if entry[3]]
    for field, kind, outcome, told, seed, _, _ in wrong:
        print(f"{field}, seed {seed}: {kind}: {outcome}: {told}")
    print(f"{len(found)} mutations, {len(wrong)} wrong outcomes: docs/fuzz.md")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
