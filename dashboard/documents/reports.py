"""The three reports for decision: what stands in each, chapter by chapter; and the sheet of a municipality.

A chapter without a text and without a table in a release is left out, and the last chapter says which those are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.documents import money_tables as money
from dashboard.documents import quality_tables, staffing_tables, volume_tables
from dashboard.documents.annex import annex
from dashboard.documents.blocks import Block, Document, Heading, plain, said
from dashboard.documents.facts import Facts, facts, facts_of_municipality
from dashboard.documents.placeholders import SHEET
from dashboard.documents.reading import Reading
from dashboard.documents.texts import Texts
from dashboard.documents.wording import WAYS
from dashboard.words import listed

Part = Callable[[Reading], Iterator[Block]]
SYNTHETIC = "Syntetiska leveranser – inga verkliga patienter"
_INDICATORS = 6
"""So many indicators have room on a municipality's sheet."""


@dataclass(frozen=True)
class Chapter:
    """A chapter: its heading, the end of its text's name, and its tables and charts in order."""

    heading: str
    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Report:
    """A report: its id, which is its file's name and the beginning of its texts' names; its title; its chapters."""

    id: str
    title: str
    chapters: tuple[Chapter, ...]
    tells_money: bool = True


_questions = partial(money.questions_tables, every_method=False)
_questions_both = partial(money.questions_tables, every_method=True)
REPORTS = (
    Report(
        "slutrapport",
        "Slutrapport",
        (
            Chapter("Vad som är beslutat", "beslut", (money.decisions_table,)),
            Chapter("Gränsdragningen och dess frågor", "gransdragning", (volume_tables.boundaries_table, _questions)),
            Chapter(
                "Volymer",
                "volymer",
                (volume_tables.years_table, volume_tables.months_chart, volume_tables.places_table),
            ),
            Chapter("Kvalitet före och efter", "kvalitet", (quality_tables.indicators_table,)),
            Chapter("Personal", "personal", (staffing_tables.by_profession,)),
            Chapter("Skatteväxlingen", "skattevaxling", (money.shift_table,)),
            Chapter("Effekter kommun för kommun", "effekter", (money.effects_chart, money.effects_table)),
            Chapter("Inkomstutjämningen", "inkomstutjamning", (money.income_table,)),
            Chapter("Vad som är osäkert", "osakert"),
        ),
    ),
    Report(
        "ekonomirapport",
        "Ekonomirapport",
        (
            Chapter("Nettokostnaden på två sätt", "nettokostnad", (money.net_cost_table,)),
            Chapter("Skatteväxlingen", "skattevaxling", (money.calculation_table, money.shift_table, _questions_both)),
            Chapter("Effekter kommun för kommun", "effekter", (money.effects_chart, money.effects_table)),
            Chapter("Mellankommunal utjämning", "utjamning", (money.variants_tables,)),
            Chapter("Avräkning", "avrakning", (money.settlements_tables,)),
            Chapter("Köp i stället för växling", "kop", (money.purchases_tables,)),
            Chapter("Utblick", "utblick", (money.ahead_chart, money.ahead_table, money.ahead_places_table)),
            Chapter("Känslighet", "kanslighet", (money.sensitivity_table,)),
            Chapter("Inkomstutjämningen", "inkomstutjamning", (money.income_table,)),
            Chapter("Vad som är osäkert", "osakert"),
        ),
    ),
    Report(
        "personalrapport",
        "Personalrapport",
        (
            Chapter("Årsarbetare på fyra sätt", "satt", (staffing_tables.ways_chart, staffing_tables.by_profession)),
            Chapter("Årsarbetare per kommun", "kommuner", (staffing_tables.by_municipality,)),
            Chapter(
                "Kommun och yrke",
                "yrken",
                (
                    partial(staffing_tables.by_both, method="hr"),
                    partial(staffing_tables.by_both, method="volume"),
                    partial(staffing_tables.by_both, method="agreed"),
                ),
            ),
            Chapter("Vad som är överenskommet", "overenskommet"),
            Chapter("Vad som är osäkert", "osakert"),
        ),
        tells_money=False,
    ),
)


def report(asked: Report, reading: Reading, texts: Texts) -> Document:
    """A report of a release."""
    known = facts(reading)
    made = [(chapter, _chapter(asked, chapter, reading, texts, known)) for chapter in asked.chapters]
    chapters = [block for _, blocks in made for block in blocks]
    lacking = [chapter.heading for chapter, blocks in made if not blocks]
    if lacking:
        chapters.append(said(f"Utgåvan har inget underlag för: {listed(lacking).lower()}."))
    summary = texts.paragraphs(f"{asked.id}-sammanfattning", known)
    assumed = _assumed(reading, tells_money=asked.tells_money)
    return _document(asked.title, reading, summary, (*chapters, *annex(reading, texts, known)), assumed)


def sheet(code: str, reading: Reading, texts: Texts) -> Document:
    """The sheet of a municipality."""
    known = {**facts(reading), **facts_of_municipality(reading, code)}
    parts = (
        *volume_tables.of_municipality(reading, code),
        *money.of_municipality(reading, code),
        *staffing_tables.of_municipality(reading, code),
        *quality_tables.places_of(reading, code, _INDICATORS),
    )
    name, assumed = reading.areas.get(code, code), _assumed(reading, tells_money=True)
    return _document(name, reading, texts.paragraphs(SHEET, known), parts, assumed)


def _chapter(asked: Report, chapter: Chapter, reading: Reading, texts: Texts, known: Facts) -> list[Block]:
    """The blocks of a chapter under its heading; none where there is nothing to say."""
    blocks = [*texts.paragraphs(f"{asked.id}-{chapter.text}", known)]
    found: list[Block] = [*blocks, *(block for part in chapter.parts for block in part(reading))]
    return [Heading(chapter.heading), *found] if found else []


def _document(
    title: str, reading: Reading, summary: Sequence[Block], chapters: Sequence[Block], assumed: str
) -> Document:
    release = reading.release
    return Document(
        title=_titled(plain(title), reading, assumed),
        notice=_notice(reading, assumed),
        region=plain(release.region_name),
        release=release.release_id,
        made=reading.made,
        summary=tuple(summary),
        chapters=tuple(chapters),
    )


def _titled(title: str, reading: Reading, assumed: str) -> str:
    """The title of the document says by itself that figures are made up or assumed."""
    kinds = ["syntetiska uppgifter"] if reading.is_synthetic else []
    kinds += ["illustrativa tal"] if assumed else []
    return f"{title} – {', '.join(kinds)}" if kinds else title


def _notice(reading: Reading, assumed: str) -> str:
    """The first line: what is made up, and what is assumed."""
    told = reading.release.notice_sv or (SYNTHETIC if reading.is_synthetic else "")
    return " ".join(f"{plain(text).rstrip('.')}." for text in (told, assumed) if text)


def _assumed(reading: Reading, *, tells_money: bool) -> str:
    """What of a document rests on assumptions, in words; empty where nothing does."""
    return _assumed_money(reading) if tells_money else _assumed_staffing(reading)


def _assumed_money(reading: Reading) -> str:
    money = reading.money
    bases = [row.basis for row in money.years] if money else []
    bases += [row.basis for table in money.questions for row in table.rows] if money else []
    told = "Belopp och öre är illustrativa: minst ett tal bakom dem är ett antagande"
    return told if "illustrative" in bases else ""


def _assumed_staffing(reading: Reading) -> str:
    found = reading.staffing.ways if reading.staffing else ()
    ways = [f"”{WAYS[way.method].lower()}”" for way in found if way.basis == "illustrative"]
    return (
        f"Illustrativa är årsarbetare enligt {listed(ways)}: minst ett tal bakom dem är ett antagande" if ways else ""
    )
