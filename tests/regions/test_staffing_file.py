"""`staffing.yaml`: what the shipped ones say, and each thing that can be wrong with one, told with its line."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from small_region import SMALL

from regions.errors import UsageError
from regions.folder import check_region, load_region
from regions.model import Basis
from regions.staffing import FILE, Staffing

RIGHT = """\
volume:
  hours_per_year: {value: 1600, basis: illustrative, source: Prov}
  direct_share: {value: 0.6, basis: illustrative, source: Prov}
  travel_share: {value: 0.5, basis: illustrative, source: Prov}
  professions:
    physiotherapist:
      direct_share: {value: 0.4, basis: derived, source: Mätning}
norms:
  - profession: occupational_therapist
    patients_per_post: 111
    basis: official
    source: Norm
agreed:
  - agreement: small_2024
    scenario: base
    year: 2024
    party: municipality
    total: 12.5
    professions:
      nurse: 8.25
      dietitian: 4.25
    basis: illustrative
    source: Prov
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def problems(folder: Path, text: str = RIGHT) -> list[str]:
    (folder / FILE).write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_region(folder)[1]]


def test_a_region_may_do_without_the_file(folder: Path) -> None:
    found, told = check_region(folder)
    assert told == []
    assert found is not None
    assert found.staffing is None
    assert FILE not in found.files


def test_a_file_that_is_right_is_read_and_is_an_input_of_the_release(folder: Path) -> None:
    assert problems(folder) == []
    found = load_region(str(folder))
    assert found.files[FILE] == RIGHT.encode()
    assert found.staffing is not None
    assert found.staffing.agreed[0].total == Decimal("12.5")


def test_what_a_profession_does_not_say_is_as_for_all(folder: Path) -> None:
    assert problems(folder) == []
    staffing = load_region(str(folder)).staffing
    assert staffing is not None
    assert staffing.volume is not None
    own = staffing.volume.of("physiotherapist")
    assert [value.value for value in own] == [1600, Decimal("0.4"), Decimal("0.5")]
    assert [value.basis for value in own] == [Basis.ILLUSTRATIVE, Basis.DERIVED, Basis.ILLUSTRATIVE]
    assert [value.value for value in staffing.volume.of("nurse")] == [1600, Decimal("0.6"), Decimal("0.5")]


@pytest.mark.parametrize("part", ["volume", "norms", "agreed"])
def test_each_part_may_stand_alone(folder: Path, part: str) -> None:
    starts = {name: RIGHT.index(f"{name}:") for name in ("volume", "norms", "agreed")}
    later = [start for start in starts.values() if start > starts[part]]
    assert problems(folder, RIGHT[starts[part] : min(later, default=len(RIGHT))]) == []


# (text in it, what it is replaced by, what is said of the line on which the text stands)
SPOILT = {
    "unknown profession of a norm": (
        "profession: occupational_therapist",
        "profession: therapist",
        "'therapist' is not a code of professions: district_nurse, nurse",
    ),
    "unknown profession that is agreed": ("dietitian: 4.25", "dietist: 4.25", "'dietist' is not a code of professions"),
    "unknown profession with its own time": ("physiotherapist:", "gymnast:", "'gymnast' is not a code of professions"),
    "no such scenario": ("scenario: base", "scenario: bas", "there is no scenario bas"),
    "another scenario than the agreement's": ("scenario: base", "scenario: wide", "small_2024 is of scenario base"),
    "no such agreement": ("agreement: small_2024", "agreement: small", "there is no agreement small"),
    "a share in percent": ("{value: 0.6,", "{value: 60,", "volume.direct_share.value: Input should be less than or eq"),
    "a norm of nothing": ("patients_per_post: 111", "patients_per_post: 0", "Input should be greater than 0"),
    "a value without its source": (
        "{value: 0.5, basis: illustrative, source: Prov}",
        "{value: 0.5, basis: illustrative}",
        "volume.travel_share.source is missing",
    ),
    "an unknown key": ("party: municipality", "partner: municipality", "agreed.0.partner is not a known key"),
    "too many decimals": ("total: 12.5", "total: 12.50001", "agreed.0.total: Decimal input should have no more than 4"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_problem_is_told_with_its_line_and_in_words(folder: Path, kind: str) -> None:
    (folder / "scenarios" / "wide.yaml").write_text(
        "id: wide\ntitle_sv: Vid\ntext_sv: Allt.\nsource: Prov\nconditions: []\n", encoding="utf-8"
    )
    old, new, words = SPOILT[kind]
    assert RIGHT.count(old) == 1
    line = RIGHT[: RIGHT.index(old)].count("\n") + 1
    (told,) = [problem for problem in problems(folder, RIGHT.replace(old, new)) if words in problem]
    assert told.startswith(f"{FILE}:{line}: ")


def test_professions_that_do_not_make_the_total_are_told_where_the_agreed_posts_begin(folder: Path) -> None:
    line = RIGHT[: RIGHT.index("  - agreement")].count("\n") + 1
    told = problems(folder, RIGHT.replace("nurse: 8.25", "nurse: 8.26"))
    assert told == [f"{FILE}:{line}: agreed.0: the professions make 12.51 posts, not the total of 12.5"]


@pytest.mark.parametrize("posts", ["-1", "8.25001"])
def test_posts_below_zero_or_finer_than_published_are_told(folder: Path, posts: str) -> None:
    (told,) = problems(folder, RIGHT.replace("nurse: 8.25", f"nurse: {posts}"))
    assert f"nurse has {posts} posts: give 0 or more, with at most 4 decimals" in told


def test_what_is_said_twice_is_told(folder: Path) -> None:
    norm, agreed = RIGHT.index("  - profession"), RIGHT.index("agreed:")
    twice = RIGHT[:agreed] + RIGHT[norm:agreed] + RIGHT[agreed:] + RIGHT[RIGHT.index("  - agreement") :]
    assert [problem.split(": ", 1)[1] for problem in problems(folder, twice)] == [
        "occupational_therapist has more than one norm",
        "occupational_therapist has more than one norm",
        "posts of 2024 within base are agreed already",
    ]


def test_a_region_with_such_a_file_is_refused_before_anything_runs(folder: Path) -> None:
    problems(folder, RIGHT.replace("total: 12.5", "total: 12.6"))
    with pytest.raises(UsageError, match=r"staffing\.yaml:14: agreed\.0: the professions make 12\.50? posts"):
        load_region(str(folder))


def test_norrbotten_s_posts_are_the_116_that_changed_employer() -> None:
    staffing = load_region("norrbotten").staffing
    assert staffing is not None
    (agreed,) = staffing.agreed
    assert agreed.total == Decimal("116.0")
    assert agreed.professions == {
        "district_nurse": Decimal("87.3"),
        "occupational_therapist": Decimal("24.3"),
        "physiotherapist": Decimal("4.4"),
    }
    assert (agreed.basis, agreed.split and agreed.split.basis) == (Basis.OFFICIAL, Basis.ILLUSTRATIVE)
    assert [(norm.profession, norm.patients_per_post) for norm in staffing.norms] == [("occupational_therapist", 111)]


@pytest.mark.parametrize("name", ["norrbotten", "orebro"])
def test_what_no_source_is_known_of_says_that_it_is_illustrative(name: str) -> None:
    staffing = load_region(name).staffing
    assert staffing is not None
    assert staffing.volume is not None
    for profession in ("nurse", *staffing.volume.professions):
        for value in staffing.volume.of(profession):
            assert (value.basis, value.source[:15]) == (Basis.ILLUSTRATIVE, "Eget antagande:")


def test_nothing_has_to_be_said() -> None:
    assert Staffing.model_validate({}) == Staffing(volume=None, norms=(), agreed=())
