"""`hemvard documents`: where the files are, which release they are of, and what stops them."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Cli
from small_region import SMALL

import tasks.documents
from regions.folder import SHIPPED
from warehouse.following import SUMS
from warehouse.home import RegionHome
from warehouse.releases import DATABASE, faults_of, require_release


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    """A home whose release may be added to."""
    return Path(shutil.copytree(published, tmp_path / "copy", symlinks=True))


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """The small region's folder, to write texts in."""
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def test_the_documents_lie_beside_the_release_which_stays_as_it_was(cli: Cli, home: Path) -> None:
    place = RegionHome(home / "small")
    release = require_release(place)
    ended = cli("documents", SMALL, "--home", home)
    made = place.published / "documents" / release.name
    files = sorted(file.relative_to(made).as_posix() for file in made.rglob("*") if file.is_file())
    assert (ended.code, ended.err) == (0, "")
    assert str(made) in ended.out
    assert [name for name in files if not name.startswith("kommuner/")] == [
        *("ekonomirapport.docx", "ekonomirapport.pdf", "personalrapport.docx", "personalrapport.pdf"),
        *("slutrapport.docx", "slutrapport.pdf"),
        *(["tabeller.xlsx"] if (release / "excel").is_dir() else []),
    ]
    assert all(f"  {name}" in ended.out for name in files)
    assert faults_of(release) == ()
    assert not [file for file in made.parent.iterdir() if file != made]
    assert (release / SUMS).is_file()


def test_documents_are_made_again_in_a_folder_of_their_own_and_of_a_release_that_is_named(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    name = require_release(RegionHome(home / "small")).name
    target = tmp_path / "möte"
    told = [cli("documents", SMALL, "--home", home, "--release", name[:10], "--to", target).out for _ in range(2)]
    assert told[0] == told[1]
    assert name in told[0]
    assert (target / "slutrapport.pdf").read_bytes().startswith(b"%PDF")


def test_a_release_that_is_not_there_and_a_folder_of_something_else_are_told(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    ended = cli("documents", SMALL, "--home", home, "--release", "1999")
    assert (ended.code, "There is no release 1999." in ended.err) == (2, True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "brev.txt").write_text("mitt", encoding="utf-8")
    ended = cli("documents", SMALL, "--home", home, "--to", tmp_path / "full")
    assert (ended.code, "holds something other than a release's documents" in ended.err) == (2, True)
    assert [file.name for file in (tmp_path / "full").iterdir()] == ["brev.txt"]


def test_a_release_of_another_version_is_told(cli: Cli, home: Path, tmp_path: Path) -> None:
    release = require_release(RegionHome(home / "small"))
    with duckdb.connect(str(release / DATABASE)) as connection:
        connection.execute("DROP TABLE equalisation.exchange_decisions")
    ended = cli("documents", SMALL, "--home", home, "--to", tmp_path / "none")
    assert (ended.code, "another version made it" in ended.err) == (1, True)
    assert not (tmp_path / "none").exists()


def test_a_file_that_a_reader_holds_is_told_and_the_others_are_new(
    cli: Cli, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tasks.documents.replaced
    monkeypatch.setattr(tasks.documents, "replaced", lambda file, write: file.suffix != ".docx" and real(file, write))
    (tmp_path / "to" / "kommuner").mkdir(parents=True)
    (tmp_path / "to" / "kommuner" / "9997-borta.pdf").write_bytes(b"%PDF")
    ended = cli("documents", SMALL, "--home", home, "--to", tmp_path / "to")
    assert (ended.code, "3 file(s) could not be replaced" in ended.err) == (1, True)
    assert {file.suffix for file in (tmp_path / "to").rglob("*") if file.is_file()} == {".pdf", ".xlsx"}
    assert not (tmp_path / "to" / "kommuner" / "9997-borta.pdf").exists()


def test_nothing_published_is_told(cli: Cli, tmp_path: Path) -> None:
    ended = cli("documents", SMALL, "--home", tmp_path / "empty")
    assert (ended.code, "Nothing has been published" in ended.err) == (1, True)


def test_a_wrong_text_is_told_by_check_and_stops_the_documents(cli: Cli, home: Path, region: Path) -> None:
    (region / "documents").mkdir()
    (region / "documents" / "kommunblad.txt").write_text("Hej.\nI {{ stad }}.\n", encoding="utf-8")
    for arguments in (("check", region), ("documents", region, "--home", home)):
        ended = cli(*arguments)
        assert ended.code == 2
        assert "documents/kommunblad.txt:2: {{ stad }} is not a placeholder" in ended.err


def test_the_template_region_has_a_commented_text_that_is_right(cli: Cli) -> None:
    assert cli("check", SHIPPED / "_template").code == 0
    text = (SHIPPED / "_template" / "documents" / "slutrapport-beslut.txt").read_text(encoding="utf-8")
    assert text.startswith("# ")
