"""gzip and zip: unpacked in memory, counted while they are; what isn't safe is not opened."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regions.formats import DelimitedFormat, ExcelFormat
from tasks.faults import DeliveryFault
from tasks.reading import read_delivery
from tasks.reading.unpacking import unpacked

TEXT = b"a;b\n1;2\n"
SECRET = "Hemlig-19121212-1212"


def written(packed: str, **more: Any) -> DelimitedFormat:
    return DelimitedFormat(encoding="utf-8", separator=";", packed=packed, **more)  # type: ignore[arg-type]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content, method)
    return target.getvalue()


def fault(of: DelimitedFormat | ExcelFormat, content: bytes) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        unpacked(of, content)
    assert SECRET not in f"{caught.value.sv} {caught.value.en}"
    return caught.value


def test_what_is_packed_is_unpacked() -> None:
    assert unpacked(written("none"), TEXT) == TEXT
    assert unpacked(written("gzip"), gzip.compress(TEXT) + gzip.compress(TEXT)) == TEXT * 2
    assert unpacked(written("zip"), zipped(("a.csv", TEXT))) == TEXT
    assert unpacked(written("zip"), zipped(("a.csv", TEXT), method=zipfile.ZIP_STORED)) == TEXT
    source: Any = SimpleNamespace(format=written("zip"), columns=("a", "b"))
    assert read_delivery(source, zipped(("a.csv", TEXT))).rows == 1


def test_folders_in_a_zip_are_no_files_and_a_member_may_be_named() -> None:
    content = zipped(("läs mig.txt", b"x"), ("ut/", b""), ("ut/besök.csv", TEXT))
    assert unpacked(written("zip", member="besök.csv"), content) == TEXT
    assert unpacked(written("zip"), zipped(("ut/", b""), ("ut/besök.csv", TEXT))) == TEXT
    assert "en enda fil: den har 2 sådana filer" in fault(written("zip"), content).sv
    assert "filen saknad.csv: den har 0 sådana" in fault(written("zip", member="saknad.csv"), content).sv
    assert fault(written("zip"), zipped()).rule_id == "file_readable"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused() -> None:
    content = zipped(("a.csv", TEXT), ("a.csv", b"a;b\n3;4\n"))
    assert fault(written("zip", member="a.csv"), content).rule_id == "file_readable"


@pytest.mark.parametrize(
    "name", [f"../{SECRET}", f"/etc/{SECRET}", "a/../../b.csv", "..\\b.csv", "C:\\b.csv", "c:b.csv", "\\\\host\\b.csv"]
)
def test_a_path_that_leads_out_is_refused_and_not_told(name: str) -> None:
    told = fault(written("zip"), zipped((name, TEXT)))
    assert told.rule_id == "archive_safe"
    assert "en sökväg som leder ut" in told.sv
    assert "a path that leads out" in told.en


def test_a_nul_in_a_name_is_refused() -> None:
    assert fault(written("zip"), zipped(("a_b", TEXT)).replace(b"a_b", b"a\0b")).rule_id == "archive_safe"


def test_links_and_passwords_are_refused() -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    assert "en länk" in fault(written("zip"), zipped((link, b"/etc/passwd"))).sv
    content = bytearray(zipped(("a.csv", TEXT)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "krypterad" in fault(written("zip"), bytes(content)).sv


def test_an_uncommon_method_is_refused() -> None:
    assert "ovanligt sätt" in fault(written("zip"), zipped(("a.csv", TEXT), method=zipfile.ZIP_BZIP2)).sv


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zip": lambda text: zipped(("a.csv", text))}


@pytest.mark.parametrize("packed", PACKERS)
def test_what_is_cut_off_or_damaged_is_refused(packed: str) -> None:
    content = PACKERS[packed](TEXT * 500)
    flipped = bytearray(content)
    flipped[45] ^= 255
    for spoiled in (content[:-4], content[: len(content) // 2], content[:6], bytes(flipped)):
        told = fault(written(packed), spoiled)
        assert told.rule_id == "file_readable"
        assert "avbruten eller skadad" in told.sv


@pytest.mark.parametrize("packed", PACKERS)
def test_a_bomb_does_not_go_off(packed: str) -> None:
    content = PACKERS[packed](bytes(40 * 2**20))
    assert len(content) < 2**16
    assert "mer än 200 gånger större" in fault(written(packed), content).sv
    told = fault(written(packed, max_mib=10), content)
    assert told.rule_id == "size_within_limit"
    assert "10 MiB" in told.sv


def test_the_size_that_a_zip_states_is_not_believed() -> None:
    """A false size, with the checksum that fits it: the rows after it would vanish without a word."""
    content = zipped(("a.csv", TEXT * 1000))
    real, false = zlib.crc32(TEXT * 1000), zlib.crc32(TEXT)
    content = content.replace(real.to_bytes(4, "little"), false.to_bytes(4, "little"))
    content = content.replace((8000).to_bytes(4, "little"), len(TEXT).to_bytes(4, "little"))
    assert fault(written("zip"), content).rule_id == "file_readable"


def test_the_limit_holds_for_what_is_not_packed() -> None:
    assert fault(written("none", max_mib=1), b"x" * (2**20 + 1)).rule_id == "size_within_limit"


def test_what_was_found_instead_is_said() -> None:
    assert fault(written("gzip"), TEXT).sv == "Filen går inte att läsa som gzip: filen är text."
    assert (
        fault(written("zip"), gzip.compress(TEXT)).en
        == "The file can't be read as a zip file: the file is a gzip file."
    )
    assert "filen är tom" in fault(written("zip"), b"").sv


def test_an_archive_in_an_archive_is_told() -> None:
    source: Any = SimpleNamespace(format=written("zip"), columns=("a", "b"))
    with pytest.raises(DeliveryFault) as caught:
        read_delivery(source, zipped(("a.zip", zipped(("a.csv", TEXT)))))
    assert "en zip-fil som inte är en arbetsbok" in caught.value.sv


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    unpacked(written("zip"), zipped(("a/b/c.csv", TEXT * 10_000)))
    assert list(tmp_path.iterdir()) == []
