"""The texts of the documents: what a region may write in them, what is left out, and what stands in for a placeholder."""

from pathlib import Path

import pytest
from document_reader import made_of, pages_of, whole, words_of
from hypothesis import given
from hypothesis import strategies as st

from dashboard.documents.blocks import Paragraph, Run, plain
from dashboard.documents.facts import facts, facts_of_municipality
from dashboard.documents.placeholders import ALL, OF_MUNICIPALITY, SHEET, of_text
from dashboard.documents.reading import read
from dashboard.documents.reports import REPORTS
from dashboard.documents.texts import SHIPPED, Fault, Texts, faults, names
from dashboard.published import published

ROOT = Path(__file__).parents[2]
NAME = "slutrapport-beslut"


def written(folder: Path, text: str, values: dict[str, str | None], name: str = NAME) -> tuple[Paragraph, ...]:
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Texts(folder).paragraphs(name, values)


def told(folder: Path, text: str, **values: str | None) -> list[str]:
    return [paragraph.text for paragraph in written(folder, text, values)]


def test_lines_make_a_paragraph_and_an_empty_line_parts_two(tmp_path: Path) -> None:
    assert told(tmp_path, "# tyst\nEtt.\nTvå.\n\n\nTre.\n") == ["Ett. Två.", "Tre."]


def test_a_line_whose_placeholder_has_no_value_is_left_out(tmp_path: Path) -> None:
    text = "Det blir {{ overskott }} över.\nDet fattas {{ underskott }}.\n"
    assert told(tmp_path, text, overskott="3 kronor", underskott=None) == ["Det blir 3 kronor över."]
    assert told(tmp_path, text, underskott="3 kronor") == ["Det fattas 3 kronor."]


def test_a_paragraph_goes_where_none_of_its_placeholders_has_a_value(tmp_path: Path) -> None:
    text = "Inget tal här.\n\nSå är det.\nDet fattas {{ underskott }}.\n"
    assert told(tmp_path, text) == ["Inget tal här."]


def test_items_of_a_list_and_bold_words(tmp_path: Path) -> None:
    first, second = written(tmp_path, "- **Fet:** {{ lan }}\n- Mager\n", {"lan": "Norrbotten"})
    assert first == Paragraph((Run("Fet:", bold=True), Run(" "), Run("Norrbotten")), bullet=True)
    assert second == Paragraph((Run("Mager"),), bullet=True)


@given(st.text(), st.text())
def test_what_stands_in_for_a_placeholder_is_never_markup(name: str, other: str) -> None:
    values = {"lan": name, "utgava": other}
    (paragraph,) = Texts().paragraphs("slutrapport-beslut", values)[:1]
    shown = "".join(run.text for run in paragraph.runs)
    assert not any(run.bold for run in paragraph.runs)
    assert shown.startswith("Den här rapporten är beslutsunderlag")
    assert "\n" not in plain(name)
    assert plain(plain(name)) == plain(name)


def test_an_unknown_placeholder_a_torn_one_and_a_torn_bold_are_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.txt").write_text(
        "Hej.\n{{ lanet }} är {{ lan }}.\n{{ lan }\n**Fet\n# {{ vad }}\n", encoding="utf-8"
    )
    (tmp_path / "ekonomi.txt").write_text("Hej.\n", encoding="utf-8")
    (tmp_path / "slutrapport-volymer.txt").write_bytes("Hej\n\nlän\n".encode("latin-1"))
    found = faults(tmp_path)
    assert [(fault.file, fault.line) for fault in found] == [
        ("ekonomi.txt", 1),
        (f"{NAME}.txt", 2),
        (f"{NAME}.txt", 3),
        (f"{NAME}.txt", 4),
        ("slutrapport-volymer.txt", 3),
    ]
    assert "{{ lanet }} is not a placeholder; there are: " in found[1].text
    assert found[4].text == "not written in UTF-8"


def test_a_municipality_may_be_named_on_its_sheet_alone(tmp_path: Path) -> None:
    for name in (SHEET, NAME):
        (tmp_path / f"{name}.txt").write_text("{{ kommun }}\n", encoding="utf-8")
    assert [fault.file for fault in faults(tmp_path)] == [f"{NAME}.txt"]


def test_a_region_without_texts_of_its_own_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path / "documents") == []


def test_the_texts_that_come_with_the_program_are_right_and_all_are_used() -> None:
    assert faults(SHIPPED) == list[Fault]()
    used = {f"{report.id}-{chapter.text}" for report in REPORTS for chapter in report.chapters}
    used |= {f"{report.id}-sammanfattning" for report in REPORTS} | {SHEET, "bilaga-metod", "bilaga-sekretess"}
    assert set(names()) == used


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """The placeholders that a whole release knows: of the reports, and of a sheet."""
    database = whole().write(tmp_path_factory.mktemp("facts") / "hemvard.duckdb")
    with published(database) as source:
        reading = read(source, {"municipality_code": {"2580": "Luleå"}, "profession": {}}, ("base",))
    return set(facts(reading)), set(facts_of_municipality(reading, "2580"))


def test_every_placeholder_is_on_the_closed_list(known: tuple[set[str], set[str]]) -> None:
    """A release knows no other names; those that it lacks have no value in it."""
    assert known[0] <= set(ALL)
    assert known[1] == set(OF_MUNICIPALITY)
    assert set(of_text(SHEET)) == {*ALL, *OF_MUNICIPALITY}


def test_every_placeholder_of_the_list_is_used_or_known(known: tuple[set[str], set[str]]) -> None:
    texts = "".join((SHIPPED / f"{name}.txt").read_text(encoding="utf-8") for name in names())
    assert [name for name in ALL if f"{{{{ {name} }}}}" not in texts and name not in known[0]] == []


def test_a_region_s_own_text_stands_in_the_documents(tmp_path: Path) -> None:
    own = tmp_path / "documents"
    own.mkdir()
    (own / f"{NAME}.txt").write_text("**Styrgruppen i {{ lan }}** möts i maj.\n", encoding="utf-8")
    made = made_of(whole(), tmp_path, own_texts=own, most=2)
    for text in (" ".join(pages_of(made["slutrapport.pdf"])), words_of(made["slutrapport.docx"])):
        assert "Styrgruppen i Norrbotten möts i maj." in text
        assert "Den här rapporten är beslutsunderlag" not in text


def test_the_guide_lists_every_text_and_every_placeholder_with_its_meaning() -> None:
    guide = (ROOT / "docs" / "guides" / "documents.md").read_text(encoding="utf-8")
    listed = {line for line in guide.splitlines() if line.startswith("| `")}
    assert listed == {f"| `{name}` | {meaning} |" for name, meaning in {**ALL, **OF_MUNICIPALITY}.items()}
    assert [name for name in names() if f"`{name}.txt`" not in guide] == []
