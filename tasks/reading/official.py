"""Answers of the interfaces of official statistics, as a table of text: a row a cell.

A delivery is one answer, or several after each other as they came. Numbers keep the digits that they are
written with, codes and statuses their letters; what has no value is an empty text.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import pyarrow as pa

from regions.formats import JsonStatFormat, KoladaFormat
from tasks.faults import DeliveryFault, Told
from tasks.reading.kinds import what_it_is
from tasks.reading.rows import Reading, numbered, unique, unreadable

_JSON_STAT = Told("json-stat2", "json-stat2")
_KOLADA = Told("svar från Kolada v3", "an answer of Kolada v3")
_KOLADA_COLUMNS = ("kpi", "municipality", "period", "gender", "value", "count", "status")
Rows = list[dict[str, str]]


def read_json_stat(written: JsonStatFormat, content: bytes) -> Reading:
    """The cells of json-stat2 documents; all must be of the same variables, and no cell may come twice."""
    rows: Rows = []
    variables: list[str] | None = None
    for document in _documents(content, _JSON_STAT):
        own = _variables(document)
        if variables not in (None, own):
            raise unreadable(_JSON_STAT, "tabeller med olika variabler", "tables of different variables")
        variables = own
        rows += _cells(document, own, written.year_day)
    _check_once(rows, variables or ())
    if written.columns_of is not None:
        rows = _spread(rows, written.columns_of)
    return _table(rows, _JSON_STAT)


def read_kolada(_written: KoladaFormat, content: bytes) -> Reading:
    """The values of Kolada's pages; no value may come twice."""
    rows: Rows = []
    for page in _documents(content, _KOLADA):
        for entry in _listed(page, "values"):
            for value in _listed(entry, "values"):
                rows.append({name: _text({**entry, **value}.get(name)) for name in _KOLADA_COLUMNS})
    for name in ("kpi", "municipality", "period", "gender"):
        if not all(row[name] for row in rows):
            raise unreadable(_KOLADA, f"ett värde utan {name}", f"a value without {name}")
    _check_once(rows, _KOLADA_COLUMNS[:4])
    return _table(rows, _KOLADA)


def _documents(content: bytes, expected: Told) -> Iterator[Any]:
    """The JSON documents that stand after each other; numbers as the texts that they are written with."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_number)
    try:
        text = content.decode("utf-8-sig")
        position = len(text) - len(text.lstrip())
        while position < len(text):
            document, end = decoder.raw_decode(text, position)
            yield document
            position = end + len(text[end:]) - len(text[end:].lstrip())
    except (ValueError, RecursionError):
        found = what_it_is(content)
        raise unreadable(expected, f"{found.sv}, inte JSON", f"{found.en}, not JSON") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _variables(document: Any) -> list[str]:
    match document:
        case {"class": "dataset", "id": list(names), "size": list(), "dimension": dict()} if names:
            if not {"value", "status", "date"} & set(map(str, names)):
                return [str(name) for name in names]
    raise unreadable(_JSON_STAT, "JSON av annat slag", "JSON of another kind")


def _cells(document: Mapping[str, Any], variables: Sequence[str], year_day: str | None) -> Iterator[dict[str, str]]:
    """The cells of a document, row-major: the last variable's codes change fastest."""
    codes = [_codes(document["dimension"].get(name)) for name in variables]
    count = prod(map(len, codes))
    values, status = document.get("value"), document.get("status") or {}
    if [str(len(own)) for own in codes] != document["size"] or not isinstance(values, list) or len(values) != count:
        raise unreadable(_JSON_STAT, "ett annat antal celler än koderna ger", "other cells than its codes make")
    if not isinstance(status, list | dict) or (isinstance(status, list) and len(status) != count):
        raise unreadable(_JSON_STAT, "statusar av okänt slag", "statuses of an unknown kind")
    time = _time(document) if year_day else ""
    for place, key in enumerate(itertools.product(*codes)):
        row = dict(zip(variables, key, strict=True))
        if year_day:
            row["date"] = f"{row[time]}-{year_day}"
        mark = status.get(str(place)) if isinstance(status, dict) else status[place]
        yield {**row, "value": _text(values[place]), "status": _text(mark)}


def _codes(dimension: Any) -> list[str]:
    """The codes of a variable in their order; its index is a list of them, or says the place of each."""
    match dimension:
        case {"category": {"index": list(codes)}}:
            return [str(code) for code in codes]
        case {"category": {"index": dict(places)}} if sorted(map(str, places.values())) == sorted(
            map(str, range(len(places)))
        ):
            return sorted(places, key=lambda code: int(places[code]))
    raise unreadable(_JSON_STAT, "en variabel utan koder", "a variable without codes")


def _time(document: Mapping[str, Any]) -> str:
    """The variable of time, which must be of years."""
    match document.get("role"):
        case {"time": [str(name)]} if name in document["dimension"]:
            if all(len(code) == 4 and code.isdigit() for code in _codes(document["dimension"][name])):
                return name
    raise unreadable(_JSON_STAT, "en tabell som inte är av år", "a table that is not of years")


def _spread(rows: Rows, variable: str) -> Rows:
    """Rows with a column for each code of a variable, in place of a row."""
    wide: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for row in rows:
        if variable not in row:
            raise unreadable(_JSON_STAT, f"ingen variabel {variable}", f"no variable {variable}")
        rest = {name: text for name, text in row.items() if name not in (variable, "value", "status")}
        target = wide.setdefault(tuple(rest.items()), rest)
        target[row[variable]] = row["value"]
        target[f"{row[variable]} status"] = row["status"]
    return list(wide.values())


def _check_once(rows: Rows, key: Sequence[str]) -> None:
    if len({tuple(row[name] for name in key) for row in rows}) != len(rows):
        raise unreadable(Told("en cell en gång", "each cell once"), "en cell två gånger", "a cell twice")


def _listed(said: Any, name: str) -> list[dict[str, Any]]:
    entries = said.get(name) if isinstance(said, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise unreadable(_KOLADA, "JSON av annat slag", "JSON of another kind")
    return entries


def _text(value: Any) -> str:
    """A cell's text; numbers come as texts already."""
    return "" if value is None else str(value)


def _table(rows: Rows, expected: Told) -> Reading:
    """The rows as a table; names that differ in case alone are one name to DuckDB."""
    if not rows:
        raise DeliveryFault("rows_present")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if unique(names) != names:
        raise unreadable(expected, "kolumner med samma namn", "columns of the same name")
    if any("\0" in text for row in rows for text in row.values()):
        raise unreadable(expected, "nolltecken", "NUL signs")
    try:
        table = pa.table({name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names})
    except UnicodeEncodeError:
        raise unreadable(expected, "halva tecken (ensamma surrogat)", "half signs (lone surrogates)") from None
    return numbered(table, header_row=0)
