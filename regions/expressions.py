"""Derived fields: a small language over a source's columns, compiled by an allow-list.

An expression is a piece of SQL that gives a text: columns (in double quotes where they hold other signs than
letters), texts, CASE, comparisons, COALESCE and a few functions on texts. Whatever is not listed here is
refused when the YAML is read; nothing in it can fail on a row, or read anything but the row.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any
from warnings import catch_warnings, simplefilter

_LONGEST = 2000
_WIDEST = 100
_FUNCTIONS = (
    "CASE, COALESCE, NULLIF, UPPER, LOWER, TRIM, LEFT, RIGHT, SUBSTRING, REPLACE, LPAD, SPLIT_PART, ||, TRY_CAST"
)


def check_expression(text: str) -> None:
    """ValueError in plain words where an expression is not one of the language."""
    _parse(text)


def columns_of(text: str) -> tuple[str, ...]:
    """The columns that an expression reads, in their order."""
    from sqlglot import exp

    return tuple(dict.fromkeys(column.name for column in _parse(text).find_all(exp.Column)))


def compile_expression(text: str, column: Callable[[str], str]) -> str:
    """The expression as DuckDB's SQL, each column written as the caller says; a text or NULL."""
    from sqlglot import exp

    def write(node: Any) -> Any:
        return exp.Var(this=column(node.name)) if isinstance(node, exp.Column) else node

    compiled = _parse(text).transform(write).sql(dialect="duckdb")
    return f"nullif(({compiled})::VARCHAR, '')"


def binding_fault(text: str, columns: Iterable[str]) -> str | None:
    """What DuckDB has against an expression over columns of text, before any row is read; None where nothing."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        named = ", ".join(f"{_quoted(column)} VARCHAR" for column in dict.fromkeys(columns))
        connection.execute(f"CREATE TABLE raw ({named})")
        try:
            connection.execute(f"SELECT {compile_expression(text, _quoted)} FROM raw")
        except duckdb.Error as error:
            return f"the expression does not work: {str(error).splitlines()[0]}"
    return None


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


@cache
def _parse(text: str) -> Any:
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(text) > _LONGEST:
        raise ValueError(f"the expression is longer than {_LONGEST} characters")
    try:
        with catch_warnings():
            simplefilter("ignore")
            tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        raise ValueError("the expression can't be read; is a quote or a parenthesis missing?") from None
    for fault in _faults(tree):
        raise ValueError(f"{fault}; an expression is made of columns, texts and {_FUNCTIONS}")
    return tree


def _faults(tree: Any) -> Iterator[str]:
    allowed = _allowed()
    for node in tree.walk():
        if not isinstance(node, allowed):
            yield f"{node.key.upper()} is not allowed in an expression"
        else:
            yield from _misuse(node)
            yield from _mixed(node)
    if _kind(tree) != "text":
        yield f"{tree.sql()} is no text"


def _mixed(node: Any) -> Iterator[str]:
    """Where a text stands for a truth or a truth for a text: DuckDB would convert it, and fail on a bad cell."""
    for part, wanted in _wanted(node):
        if _kind(part) not in (wanted, "nothing"):
            yield f"{part.sql()} is no {wanted}"


def _wanted(node: Any) -> Iterator[tuple[Any, str]]:
    """The parts of a node, and what each must be; comparisons with TRY_CAST are looked at for themselves."""
    from sqlglot import exp

    if isinstance(node, exp.And | exp.Or | exp.Not):
        yield from ((part, "truth") for part in node.iter_expressions())
    elif isinstance(node, exp.If):
        yield node.this, "text" if node.parent.args.get("this") is not None else "truth"
        yield from ((part, "text") for part in (node.args.get("true"), node.args.get("false")) if part is not None)
    elif isinstance(node, exp.Case):
        yield from ((part, "text") for part in (node.args.get("this"), node.args.get("default")) if part is not None)
    elif isinstance(node, (*_texts(), exp.Coalesce, exp.Nullif, exp.DPipe, exp.Like)) or _compares_texts(node):
        counts = [node.args.get(name) for name in _COUNTS.get(node.key, ())]
        yield from ((part, "text") for part in node.iter_expressions() if not any(part is count for count in counts))
        yield from ((count, "whole number") for count in counts if count is not None)


_COUNTS = {
    "left": ("expression",),
    "right": ("expression",),
    "pad": ("expression",),
    "substring": ("start", "length"),
    "splitpart": ("part_index",),
}
"""The parts of functions that are numbers written out."""


def _compares_texts(node: Any) -> bool:
    from sqlglot import exp

    is_comparison = isinstance(node, _comparisons())
    return is_comparison and not any(isinstance(part, exp.TryCast) for part in node.iter_expressions())


def _kind(node: Any) -> str:
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        return _kind(node.this)
    if isinstance(node, exp.Null):
        return "nothing"
    if isinstance(node, exp.Literal) and not node.is_string:
        return "whole number" if node.is_int else "number"
    if isinstance(node, (*_comparisons(), exp.Like, exp.And, exp.Or, exp.Not, exp.Boolean)):
        return "truth"
    return "number" if isinstance(node, exp.TryCast) else "text"


def _misuse(node: Any) -> Iterator[str]:
    """What an allowed part must not be used for."""
    from sqlglot import exp

    if isinstance(node, exp.Column) and (node.table or node.name.lower() == "hemvard_row_number"):
        yield f"{node.sql()} is not a column of the file"
    if isinstance(node, exp.Pad) and not _is_small(node.args.get("expression")):
        yield f"LPAD needs a width written out, at most {_WIDEST}"
    if isinstance(node, exp.DataType) and not _is_plain_type(node):
        yield f"TRY_CAST to {node.sql()} is not allowed; to INTEGER, DECIMAL or DATE it is"
    if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
        yield "CAST is not allowed, for it fails on a bad cell; TRY_CAST gives nothing there"
    if isinstance(node, exp.TryCast) and not _is_compared(node):
        yield "TRY_CAST may only be compared with a value written out: TRY_CAST(a AS INTEGER) > 3"
    if isinstance(node, exp.Literal) and not node.is_string and not _is_number_in_place(node):
        yield f"{node.sql()} is a number, and a column holds texts: write it in quotes, or use TRY_CAST"


def _is_small(width: Any) -> bool:
    return bool(width is not None and width.is_int and 0 < int(width.name) <= _WIDEST)


def _is_plain_type(node: Any) -> bool:
    from sqlglot import exp

    kinds = exp.DataType.Type
    return node.this in (kinds.INT, kinds.BIGINT, kinds.DECIMAL, kinds.DATE)


def _is_compared(cast: Any) -> bool:
    """DuckDB would make a number of a text that stands beside a number, and fail on a bad cell."""
    from sqlglot import exp

    beside = [part for part in cast.parent.iter_expressions() if part is not cast] if cast.parent else []
    fits = _is_day if cast.to.this == exp.DataType.Type.DATE else _is_number
    return isinstance(cast.parent, _comparisons()) and all(isinstance(part, exp.Null) or fits(part) for part in beside)


def _is_number(part: Any) -> bool:
    from sqlglot import exp

    return isinstance(part, exp.Literal) and not part.is_string


def _is_day(part: Any) -> bool:
    from sqlglot import exp

    try:
        return isinstance(part, exp.Literal) and part.is_string and bool(date.fromisoformat(part.name))
    except ValueError:
        return False


def _is_number_in_place(number: Any) -> bool:
    from sqlglot import exp

    counting = (exp.Left, exp.Right, exp.Substring, exp.Pad, exp.SplitPart, exp.DataTypeParam)
    if isinstance(number.parent, counting):
        return True
    return type(number.parent) in _comparisons() and any(number.parent.find_all(exp.TryCast))


@cache
def _texts() -> tuple[type, ...]:
    from sqlglot import exp

    return (exp.Upper, exp.Lower, exp.Trim, exp.Left, exp.Right, exp.Substring, exp.Replace, exp.Pad, exp.SplitPart)


@cache
def _comparisons() -> tuple[type, ...]:
    from sqlglot import exp

    return (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between)


@cache
def _allowed() -> tuple[type, ...]:
    from sqlglot import exp

    tests = (*_comparisons(), exp.Like, exp.And, exp.Or)
    others = (exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.DPipe, exp.Not, exp.Paren, exp.Null, exp.Boolean)
    leaves = (exp.Column, exp.Identifier, exp.Literal, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam)
    return (*_texts(), *tests, *others, *leaves)
