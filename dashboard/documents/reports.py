"""The three reports for decision: what stands in each, chapter by chapter; and the sheet of a municipality.

A chapter without a text and without a table in a release is left out, and the last chapter says which those are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.documents import money_tables as money
from dashboard.documents import quality_tables, staffing_tables, volume_tables
from dashboard.documents.annex import annex
from dashboard.documents.assumed import Assumption, assumed_money, assumed_population, assumed_staffing
from dashboard.documents.blocks import Block, Document, Heading, plain, said
from dashboard.documents.facts import Facts, facts, facts_of_municipality
from dashboard.documents.placeholders import SHEET
from dashboard.documents.reading import Reading
from dashboard.documents.texts import Texts
from dashboard.words import listed

Part = Callable[[Reading], Iterator[Block]]
EVERY_ASSUMPTION: tuple[Assumption, ...] = (assumed_money, assumed_staffing, assumed_population)
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
    """A report: its id, which is its file's name and the beginning of its texts' names; its title; its chapters.

    `assumes`: which of a release's assumptions it tells of.
    """

    id: str
    title: str
    chapters: tuple[Chapter, ...]
    assumes: tuple[Assumption, ...]


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
        assumes=EVERY_ASSUMPTION,
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
        assumes=(assumed_money,),
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
        assumes=(assumed_staffing,),
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
    assumed = _assumed(reading, asked.assumes)
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
    name, assumed = reading.areas.get(code, code), _assumed(reading, EVERY_ASSUMPTION)
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
    told = plain(reading.release.notice_sv or (SYNTHETIC if reading.is_synthetic else ""))
    return " ".join(text for text in (f"{told.rstrip('.')}." if told else "", assumed) if text)


def _assumed(reading: Reading, told: Sequence[Assumption]) -> str:
    """What of a document is illustrative, in a sentence; empty where nothing is."""
    parts = [text for tell in told if (text := tell(reading))]
    return f"Illustrativa, eftersom antaganden ingår: {'; '.join(parts)}." if parts else ""
