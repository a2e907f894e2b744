"""Writes rows in the shape that a source's YAML states: names, columns, codes, dates, format, packing."""

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

from regions.fields import Coded, Moment, Municipality, Number
from regions.formats import DelimitedFormat, ExcelFormat, FileFormat, Format, ParquetFormat
from regions.source import Source, VisitSource
from synthetic.dirt import fault, shifted
from synthetic.person_ids import RESERVE_KINDS, personnummer, written, wrong_check
from synthetic.table import CODES, Array, Table
from synthetic.texts import blank, column_of, formatted, in_utc, instead, lookup, reversed_professions
from synthetic.visits import World, as_month

UNLISTED = "?9"
NAMES = tuple(
    f"{family}, {given}"
    for family in ("Påhittsson", "Exempelberg", "Testström", "Fiktivlund", "Övningsdotter")
    for given in ("Alfa", "Bravo", "Ceasar", "Delta", "Åskådlig", "Öva")
)
NOTES = (
    "",
    "Påhittad anteckning: ringt före besöket",
    "Provtext; med semikolon | och lodstreck",
    'Sa "kom gärna i morgon", enligt övningstexten',
    "Första raden i en påhittad anteckning\nandra raden",
    "Nyckel nr 2, övningstext\tmed tabb",
)
"""Invented, and awkward: separators, quotes, a line break."""


@dataclass(frozen=True)
class Writer:
    """Turns rows of one source into its files."""

    world: World
    source: VisitSource

    def texts(self, rows: Table) -> pa.Table:
        """The file's cells, in the order of the source's columns; empty cells are null."""
        made = dict(self._columns(rows))
        missing = pa.nulls(len(rows), pa.string())
        return pa.table({column: made.get(column, missing) for column in self.source.columns})

    def _columns(self, rows: Table) -> Iterator[tuple[str, pa.Array]]:
        mapping = self.source.visit
        yield column_of(mapping.record_id), _record_ids(self.source, rows)
        yield from fillers(self.world, self.source, rows, rows["person"], rows["number"])
        yield from self._person(rows)
        yield from self._started(rows, mapping.started)
        if mapping.minutes:
            yield column_of(mapping.minutes), _minutes(mapping.minutes, rows["minutes"])
        yield from self._coded(rows)
        if mapping.professions:
            codes = reversed_professions(mapping.professions.codes)
            for place, column in enumerate(mapping.professions.columns[:3]):
                yield column, lookup(rows["professions"][:, place], codes)
        yield from self._places(rows)

    def _person(self, rows: Table) -> Iterator[tuple[str, pa.Array]]:
        mapping, people = self.source.visit, self.world.population.people
        person, ids, births = _shown_persons(self.world, rows)
        style, year = self.world.calibration.system(self.source.system).person_id, _file_year(rows)
        different, positions = np.unique(person, return_inverse=True)
        texts = [written(ids[number], style, year) for number in different.tolist()]
        yield column_of(mapping.person_id), lookup(positions, texts)
        if mapping.birth_date:
            undated = people["reserve"][rows["person"]] == RESERVE_KINDS.index("national_undated")
            shown = formatted(births, mapping.birth_date.date_format)
            yield mapping.birth_date.date_column, blank(shown, undated)

    def _started(self, rows: Table, moment: Moment) -> Iterator[tuple[str, pa.Array]]:
        started = shifted(rows["started"], rows["shift"])
        if moment.zone == "UTC":
            started = in_utc(started)
        impossible = rows["fault"] == fault("impossible_date")
        wrong = moment.date_format.replace("%m", "02").replace("%d", "31")
        right = formatted(started, moment.date_format)
        yield moment.date_column, instead(right, impossible, formatted(started, wrong))
        if moment.time_column and moment.time_format:
            yield moment.time_column, formatted(started, moment.time_format)

    def _coded(self, rows: Table) -> Iterator[tuple[str, pa.Array]]:
        """Coded attributes; several may share a column."""
        unlisted = rows["fault"] == fault("unlisted_code")
        for place, (column, attributes) in enumerate(_coded_columns(self.source).items()):
            shown = _coded_texts(rows, self.world, attributes)
            yield column, instead(shown, unlisted, pa.array([UNLISTED] * len(rows))) if place == 0 else shown

    def _places(self, rows: Table) -> Iterator[tuple[str, pa.Array]]:
        mapping, population = self.source.visit, self.world.population
        if mapping.care_unit:
            codes = ["", *(unit.local_code for unit in self.world.folder.units)]
            yield column_of(mapping.care_unit), lookup(rows["unit"] + 1, codes)
        if mapping.serving_municipality.column:
            texts = self._municipalities(mapping.serving_municipality, six_digits=False)
            yield mapping.serving_municipality.column, lookup(rows["serving"], texts)
        if mapping.residence_municipality.column:
            lkf = self.world.calibration.system(self.source.system).lkf
            texts = self._municipalities(mapping.residence_municipality, six_digits=lkf)
            residence = population.people["residence"][rows["person"]]
            wrong = rows["fault"] == fault("municipality")
            yield (
                mapping.residence_municipality.column,
                lookup(np.where(wrong, len(texts) - 1, residence), texts),
            )

    def _municipalities(self, mapping: Municipality, *, six_digits: bool) -> list[str]:
        """What each place is written as, and last a code that no municipality has."""
        known = {meaning: text for text, meaning in mapping.codes.items()}
        nowhere = f"{self.world.folder.region.county_code}99"
        codes = (*self.world.population.places, nowhere)
        return [known.get(code) or (f"{code}01" if six_digits else code) for code in codes]


def fillers(world: World, source: Source, rows: Table, person: Array, number: Array) -> Iterator[tuple[str, pa.Array]]:
    """Columns that the mapping reads past: names and free text, by numbers for person and record, and a file's day."""
    noted = np.where(number % 17 < len(NOTES), number % 17, 0)
    makers: dict[str, Callable[[], pa.Array]] = {
        "name": lambda: lookup(person % len(NAMES), NAMES),
        "note": lambda: lookup(noted, NOTES),
        "day": lambda: pa.array([str(as_month(month + 1).first) for month in rows["file_month"].tolist()], pa.string()),
    }
    for column in source.columns:
        for part, content in world.calibration.fillers.items():
            if part in column.lower():
                yield column, makers[content]()


def write_file(writer: Writer, rows: Table, path: Path, *, byte_order_mark: bool) -> None:
    """Write rows as a delivery, beside its place first, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_cells(writer.texts(rows), writer.source.format, path, byte_order_mark=byte_order_mark)


def write_cells(
    cells: pa.Table,
    shape: FileFormat,
    path: Path,
    *,
    byte_order_mark: bool = False,
) -> None:
    """Write a table of text in a source's format, packed as it says; the same table gives the same bytes.

    The separator must be ASCII: DuckDB writes no other.
    """
    part = path.with_name(f".{path.name}.part")
    if isinstance(shape, ExcelFormat):
        _write_excel(cells, shape, part)
    elif isinstance(shape, ParquetFormat):
        pq.write_table(cells, part, compression="zstd")
    else:
        _write_delimited(cells, shape, part, byte_order_mark=byte_order_mark)
    if shape.packed != "none":
        part.write_bytes(_packed(part.read_bytes(), shape))
    part.replace(path)


def _packed(content: bytes, shape: Format) -> bytes:
    if shape.packed == "gzip":
        return gzip.compress(content, mtime=0)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(shape.member or "leverans"), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _write_delimited(cells: pa.Table, shape: DelimitedFormat, path: Path, *, byte_order_mark: bool) -> None:
    if shape.trailing_separator:
        cells = cells.append_column("", pa.nulls(len(cells), pa.string()))
    connection = duckdb.connect()
    connection.register("cells", cells.rename_columns([f"column {place}" for place in range(cells.num_columns)]))
    connection.execute(
        f"COPY cells TO '{_quoted(str(path))}' (FORMAT csv, HEADER false, DELIMITER '{_quoted(shape.separator)}', "
        f"QUOTE '{_quoted(shape.quote)}', ESCAPE '{_quoted(shape.quote)}', NULLSTR '')"
    )
    connection.close()
    if shape.header:
        path.write_bytes(shape.separator.join(cells.column_names).encode() + b"\n" + path.read_bytes())
    if shape.encoding != "utf-8" or byte_order_mark:
        _encode(path, "utf-8-sig" if shape.encoding == "utf-8" else shape.encoding)


def _encode(path: Path, encoding: str) -> None:
    """Rewrite a UTF-8 file; Windows' code page comes with Windows' line ends."""
    text = path.read_bytes().decode("utf-8")
    if encoding == "cp1252":
        text = text.replace("\n", "\r\n")
    path.write_bytes(text.encode(encoding))


def _write_excel(cells: pa.Table, shape: ExcelFormat, path: Path) -> None:
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False})
    workbook.set_properties({"created": dt.datetime(2011, 1, 1)})
    sheet = workbook.add_worksheet(shape.sheet)
    for column, name in enumerate(cells.column_names):
        sheet.write_string(0, column, name)
    columns = [column.to_pylist() for column in cells.columns]
    for number, row in enumerate(zip(*columns, strict=True), 1):
        for column, text in enumerate(row):
            if text is not None:
                sheet.write_string(number, column, text)
    workbook.close()


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _record_ids(source: VisitSource, rows: Table) -> pa.Array:
    """The system's record numbers: letters, the year of the file, a number within the year."""
    year = rows["file_month"] // 12 % 100
    number = pa.array(year * 100_000_000 + rows["number"])
    padded = pc.utf8_lpad(number.cast(pa.string()), 10, "0")
    return pc.binary_join_element_wise(source.system[:3].upper(), padded, "")


def _minutes(mapping: Number, minutes: Array) -> pa.Array:
    different, positions = np.unique(minutes, return_inverse=True)
    return lookup(positions, [_number(mapping, int(value)) for value in different])


def _number(mapping: Number, minutes: int) -> str:
    if minutes < 0:
        return ""
    return str(minutes) if mapping.unit == "minutes" else f"{minutes / 60:.2f}".replace(".", mapping.decimal)


def _coded_columns(source: VisitSource) -> dict[str, dict[str, Coded]]:
    """Column → the coded attributes that it tells; the care form's first."""
    found: dict[str, dict[str, Coded]] = {}
    for attribute in CODES:
        coded = getattr(source.visit, attribute)
        if coded is not None and coded.column is not None:
            found.setdefault(coded.column, {})[attribute] = coded
    return found


def _coded_texts(rows: Table, world: World, attributes: dict[str, Coded]) -> pa.Array:
    """What the system writes for the codes of one column; a record sent again may have another text."""
    key = np.zeros(len(rows), dtype=np.int64)
    for attribute in attributes:
        key = key * 8 + _values(rows, world, attribute)
    different, positions = np.unique(key * 2 + rows["revision"], return_inverse=True)
    return lookup(positions, [_code_text(attributes, int(value) // 2, int(value) % 2) for value in different])


def _values(rows: Table, world: World, attribute: str) -> Array:
    if attribute == "sex":
        sex: Array = world.population.people["sex"][rows["person"]]
        return sex
    return rows[attribute].astype(np.int64)


def _code_text(attributes: dict[str, Coded], key: int, revision: int) -> str:
    wanted: dict[str, str] = {}
    for attribute in reversed(attributes):
        wanted[attribute], key = CODES[attribute][key % 8], key // 8
    texts = [text for text in next(iter(attributes.values())).codes if _means(attributes, text, wanted)]
    if texts:
        return texts[min(revision, len(texts) - 1)]
    if all(coded.empty == wanted[attribute] for attribute, coded in attributes.items()):
        return ""
    return _nearest(attributes, wanted)


def _means(attributes: dict[str, Coded], text: str, wanted: dict[str, str]) -> bool:
    return all(coded.codes.get(text) == wanted[attribute] for attribute, coded in attributes.items())


def _nearest(attributes: dict[str, Coded], wanted: dict[str, str]) -> str:
    """A text for the first attribute alone, or an empty cell: the system can't say more."""
    attribute, coded = next(iter(attributes.items()))
    return next((text for text, meaning in coded.codes.items() if meaning == wanted[attribute]), "")


def _file_year(rows: Table) -> int:
    return int(rows["file_month"][0]) // 12


def _shown_persons(world: World, rows: Table) -> tuple[Array, list[str], Array]:
    """Each row's position in a list of ids, that list, and birth dates, with faulty ids where planted."""
    population = world.population
    ids, births = list(population.ids), population.people["birth"][rows["person"]].copy()
    person = rows["person"].copy()
    makers: dict[str, Callable[[int], tuple[str, np.datetime64]]] = {
        "checksum": lambda row: (wrong_check(population.ids[int(rows["person"][row])]), births[row]),
        "born_after": lambda row: _test_person(world, rows, row, _file_year(rows) + 1),
        "too_old": lambda row: _test_person(world, rows, row, 1890),
    }
    for kind, maker in makers.items():
        for row in np.flatnonzero(rows["fault"] == fault(kind)).tolist():
            text, births[row] = maker(row)
            person[row] = len(ids)
            ids.append(text)
    return person, ids, births


def _test_person(world: World, rows: Table, row: int, year: int) -> tuple[str, np.datetime64]:
    """A test number of the row's person's sex with a birth date that the visit's date contradicts."""
    day = int(rows["number"][row]) % 360 if year != 1890 else 0
    birth = np.datetime64(f"{year}-01-01") + (31 if year != 1890 else 0) + day % 300
    sex = world.population.people["sex"][rows["person"][row : row + 1]]
    return personnummer(np.array([birth]), sex, np.array([0]))[0], birth
