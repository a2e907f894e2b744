"""How a canonical field is read from a delivery's cells, as SQL over text.

Every name and code of the source's YAML is quoted; every conversion is a TRY_, so that a bad cell is
NULL – a fault of its row, found by the rules – and never an exception that quotes the cell. The rows are those
of the registered table `hemvard_raw`, here called raw.
"""

from collections.abc import Mapping

from regions.expressions import compile_expression
from regions.fields import Cell, Coded, Moment, Municipality, Number, Professions, TextField, TextList
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY
from warehouse.sql import identifier, listed, literal

BLANKS = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000\u200b\ufeff"
)
"""Unicode's spaces, tab and line ends, and what is not seen at all."""
_SPACES = (" ", "\u00a0", "\u202f")
UNKNOWN = "unknown"


def column_text(column: str) -> str:
    """A column's text without blanks around it, those that can't be seen included; NULL where nothing is left."""
    return f"nullif(trim(raw.{identifier(column)}, {literal(BLANKS)}), '')"


def cell_text(entry: Cell) -> str:
    """The text of a field's cell, whether a column holds it or an expression makes it."""
    if entry.expression is not None:
        return compile_expression(entry.expression, column_text)
    return column_text(entry.column) if entry.column is not None else "NULL::VARCHAR"


def case(text: str, codes: Mapping[str, str], *, test: str = "", otherwise: str = "NULL") -> str:
    """What a text means by a list of codes; `test` is a further condition, `otherwise` what the list lacks."""
    branches = " ".join(f"WHEN {text} = {literal(code)}{test} THEN {literal(to)}" for code, to in codes.items())
    return f"CASE {branches} ELSE {otherwise} END" if branches else otherwise


def plain_text(entry: TextField) -> str:
    """A text as it stands, or by its codes; the default where the cell is empty."""
    text = cell_text(entry)
    read = case(text, entry.codes) if entry.codes else text
    return read if entry.empty is None else f"CASE WHEN {text} IS NULL THEN {literal(entry.empty)} ELSE {read} END"


def texts(entry: TextList) -> str:
    """A list of texts; empty where there are none."""
    if entry.separator is None:
        read = "[" + ", ".join(column_text(column) for column in entry.columns) + "]"
    else:
        split = (f"string_split({column_text(column)}, {literal(entry.separator)})" for column in entry.columns)
        read = "list_transform(flatten([" + ", ".join(f"coalesce({part}, [])" for part in split) + "]), "
        read += "one_text -> nullif(trim(one_text), ''))"
    return f"list_filter({read}, one_text -> one_text IS NOT NULL)"


def coded(entry: Coded, day: str) -> str:
    """A code by the lists that hold on the row's day (an SQL expression); NULL for a text that they lack."""
    if entry.value is not None:
        return literal(entry.value)
    text = cell_text(entry)
    read = case(text, entry.codes)
    for dated in reversed(entry.dated):
        first, last = literal(dated.valid_from.isoformat()), literal(dated.valid_to.isoformat())
        read = case(text, dated.codes, test=f" AND {day} BETWEEN {first} AND {last}", otherwise=read)
    empty = "NULL" if entry.empty is None else literal(entry.empty)
    return f"CASE WHEN {text} IS NULL THEN {empty} ELSE {read} END"


def moment(entry: Moment) -> str:
    """A moment in Swedish time; NULL where date or time can't be read."""
    read = f"try_strptime({column_text(entry.date_column)}, {literal(entry.date_format)})"
    if entry.time_column is not None:
        time = column_text(entry.time_column)
        both = literal(f"{entry.date_format} {entry.time_format}")
        together = f"try_strptime({column_text(entry.date_column)} || ' ' || {time}, {both})"
        read = f"CASE WHEN {time} IS NULL THEN {read} ELSE {together} END"
    if entry.zone == "UTC":
        read = f"timezone('Europe/Stockholm', timezone('UTC', {read}))"
    return f"({read})::TIMESTAMP"


def number(entry: Number, type_: str, *, whole: bool = False) -> str:
    """A number of a type; NULL where the text isn't one as the source writes them.

    More decimals than the type has are no number of it, save where it is made whole or rounded (ties away from zero).
    """
    text = cell_text(entry)
    for mark in _SPACES if entry.thousands == " " else (entry.thousands,):
        text = f"replace({text}, {literal(mark)}, '')" if mark else text
    pattern = literal(f"[+-]?[0-9]+([{entry.decimal}][0-9]+)?")
    plain = f"CASE WHEN regexp_full_match({text}, {pattern}) THEN replace({text}, {literal(entry.decimal)}, '.') END"
    if entry.codes:
        plain = case(cell_text(entry), entry.codes, otherwise=plain)
    factor = 60 if entry.unit == "hours" else 1
    exact = f"TRY_CAST({plain} AS DECIMAL(28,8))"
    if whole:
        return f"TRY_CAST(round({exact} * {factor}) AS {type_})"
    if entry.rounded:
        return f"TRY_CAST({exact} AS {type_})"
    return f"CASE WHEN TRY_CAST({exact} AS {type_}) = {exact} THEN TRY_CAST({exact} AS {type_}) END"


def professions(entry: Professions | None) -> str:
    """The professions of a row, the lead first; ['unknown'] where there are none."""
    if entry is None:
        return "['unknown']"
    read = ", ".join(case(column_text(column), entry.codes) for column in entry.columns)
    found = f"list_filter([{read}], one_profession -> one_profession IS NOT NULL)"
    return f"CASE WHEN len({found}) = 0 THEN ['unknown'] ELSE {found} END"


def professions_unreadable(entry: Professions | None) -> str:
    """Whether a profession's code is not in its list."""
    if entry is None:
        return "false"
    tests = (
        f"({column_text(column)} IS NOT NULL AND {case(column_text(column), entry.codes)} IS NULL)"
        for column in entry.columns
    )
    return f"({' OR '.join(tests)})"


def municipality_text(entry: Municipality) -> str:
    """The code that a row states, by its codes or its first four characters."""
    if entry.value is not None:
        return literal(entry.value)
    text = cell_text(entry)
    return case(text, entry.codes, otherwise=f"left({text}, 4)")


def municipality(entry: Municipality, folder: RegionFolder, *, empty: str | None) -> str:
    """A municipality of the county as it is, another existing one as 9998, a false one as NULL."""
    own = listed((*folder.region.municipalities, OUTSIDE_COUNTY, "9999"))
    others = listed(code for code in folder.national.municipalities if code not in folder.region.municipalities)
    code = municipality_text(entry)
    return f"""CASE WHEN {code} IS NULL THEN {literal(empty) if empty else "NULL"}
    WHEN {code} IN ({own}) THEN {code}
    WHEN {code} IN ({others}) THEN {literal(OUTSIDE_COUNTY)} END"""


def defaulted(entries: Mapping[str, object]) -> str:
    """A list of the fields whose cell is empty and that got a default other than unknown."""
    tests = [
        f"CASE WHEN {cell_text(entry)} IS NULL THEN {literal(name)} END"
        for name, entry in entries.items()
        if isinstance(entry, TextField | Coded) and _has_default(entry)
    ]
    return f"list_filter([{', '.join(tests)}]::VARCHAR[], one_name -> one_name IS NOT NULL)"


def _has_default(entry: TextField | Coded) -> bool:
    is_read = entry.column is not None or entry.expression is not None
    return is_read and entry.empty not in (None, UNKNOWN)
