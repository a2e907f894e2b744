"""Deliveries that are the rows of a database's table or view: each month's rows, as text, in a Parquet file.

Read by SQLAlchemy Core, so that any database it knows will do. The rows pass through memory in parts, and
are on no disk before they are encrypted.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from regions.errors import UnreachableError, UsageError
from regions.month import Month
from regions.transport import SqlTransport
from tasks.secrets import read_secret
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.patience import patient

if TYPE_CHECKING:
    import sqlalchemy as sa

    _Type = sa.types.TypeEngine[Any]
ROWS = 10_000
"""Rows of a part, and of a row group of the file."""


class SqlSource:
    """The months of one table or view; of its columns those that the source lists, and no others."""

    is_local = False

    def __init__(self, transport: SqlTransport, columns: Sequence[str]) -> None:
        self._transport = transport
        self._columns = tuple(columns)

    def list_offered(self) -> list[Offered]:
        """The months that have rows, each with its rows' largest version; stamped where there is a version."""
        return sorted(entry for entry in self._listing if entry is not None)

    def strange(self) -> int:
        """How many values of the month column are no months."""
        return sum(entry is None for entry in self._listing)

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The month's rows as a Parquet file of text; StartAnew where it is cut off, for order alone is no place."""
        try:
            with self._opened() as (connection, table):
                yield from _parquet(self._columns, self._parts(connection, table, offered.month))
        except StartAnew:
            raise
        except UnreachableError as error:
            raise StartAnew(error.what, where=error.where, todo=error.todo) from None

    def describe(self) -> str:
        """The database and the table."""
        own = self._transport
        name = f"{own.schema_name}.{own.table}" if own.schema_name else own.table
        return f"table {name} of {own.url.partition('?')[0]}"

    @cached_property
    def _listing(self) -> list[Offered | None]:
        """The table's months, asked for once; None for what is no month."""

        def ask() -> list[Offered | None]:
            with self._opened() as (connection, table):
                return [self._offered(row, table) for row in connection.execute(table.months()).all()]

        return patient(ask, self._transport.attempts)

    def _offered(self, row: "sa.Row[Any]", table: "_Table") -> Offered | None:
        *parts, rows, version = tuple(row)
        month = _month(parts)
        if month is None:
            return None
        stamp = f"{rows}:{version}:{table.digest}" if self._transport.version_column else ""
        return Offered(month, _version(version), f"{self._transport.table} {month}", stamp)

    def _parts(self, connection: "sa.Connection", table: "_Table", month: Month) -> Iterator[Sequence["sa.Row[Any]"]]:
        streamed = connection.execution_options(stream_results=True, yield_per=ROWS)
        with streamed.execute(table.rows(month)) as result:
            yield from result.partitions(ROWS)

    @contextmanager
    def _opened(self) -> "Iterator[tuple[sa.Connection, _Table]]":
        import sqlalchemy as sa

        with self._in_words():
            url = sa.make_url(self._transport.url)
            if self._transport.password:
                url = url.set(password=read_secret(self._transport.password))
            waits = _WAITS.get(url.get_backend_name())
            options = {waits: self._transport.timeout_seconds} if waits else {}
            engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=options, hide_parameters=True)
            with engine.connect() as connection:
                yield connection, self._table(connection)

    def _table(self, connection: "sa.Connection") -> "_Table":
        import sqlalchemy as sa

        own = self._transport
        types = {
            entry["name"]: entry["type"] for entry in sa.inspect(connection).get_columns(own.table, own.schema_name)
        }
        named = [*self._columns, own.month_column, *([own.version_column] if own.version_column else [])]
        if lacking := sorted(set(named) - set(types)):
            raise UsageError(
                f"The table has no column {', '.join(lacking)}.",
                where=self.describe(),
                todo="Correct columns, month_column or version_column in the source's file, or the table.",
            )
        dates, numbers = (sa.Date, sa.DateTime), (sa.Integer, sa.Numeric)
        self._of_kind(own.month_column, types[own.month_column], (*dates, *numbers, sa.String))
        if own.version_column:
            self._of_kind(own.version_column, types[own.version_column], (*dates, *numbers))
        return _Table(own, self._columns, types[own.month_column])

    def _of_kind(self, column: str, kind: "_Type", kinds: tuple[type["_Type"], ...]) -> None:
        if not isinstance(kind, kinds):
            raise UsageError(
                f"The column {column} is of a type that tells neither month nor version.",
                where=self.describe(),
                todo="A month is a date, a timestamp, or YYYYMM as text or number; a version a number or a timestamp.",
            )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the library raises, without its texts: they hold the statement, and may hold the login."""
        import sqlalchemy as sa

        where = self.describe()
        try:
            yield
        except (sa.exc.NoSuchModuleError, sa.exc.ArgumentError, ModuleNotFoundError):
            raise UsageError(
                "The kind of database that url names is not known here, or its driver is not installed.",
                where=where,
                todo="Correct url, or install the driver (docs/guides/transports.md).",
            ) from None
        except (sa.exc.NoSuchTableError, sa.exc.ProgrammingError):
            raise UsageError(
                "The table is not there, may not be read, or its columns are of a kind that can't be asked for.",
                where=where,
                todo="See that schema, table and columns are right, and that the user may read them.",
            ) from None
        except (sa.exc.SQLAlchemyError, OSError):
            raise UnreachableError(
                "The database can't be reached, refuses the login, or broke the connection.",
                where=where,
                todo="See that it is running, that this machine may reach it and that the password is right.",
            ) from None


_WAITS = {"postgresql": "connect_timeout"}
"""Kind of database → the driver's word for how many seconds a login may take; of others it can stand in url."""


@dataclass(frozen=True)
class _Table:
    """The two questions that are asked of a table."""

    transport: SqlTransport
    columns: tuple[str, ...]
    month_type: "_Type"

    @property
    def digest(self) -> str:
        """What is asked for, in short: another question gives other contents, whatever the version."""
        own = self.transport
        asked = (own.url, own.schema_name, own.table, own.month_column, own.version_column, *self.columns)
        return sha256(repr(asked).encode()).hexdigest()[:12]

    def months(self) -> "sa.Select[Any]":
        """A row a month: the month's parts, how many rows, the largest version."""
        import sqlalchemy as sa

        month: sa.ColumnElement[Any] = sa.column(self.transport.month_column)
        parts = [sa.extract("year", month), sa.extract("month", month)] if self._is_date else [month]
        version = self.transport.version_column
        largest = sa.func.max(sa.column(version)) if version else sa.null()
        return sa.select(*parts, sa.func.count(), largest).select_from(self._from()).group_by(*parts)

    def rows(self, month: Month) -> "sa.Select[Any]":
        """The month's rows, ordered by all that they hold: the same rows give the same bytes."""
        import sqlalchemy as sa

        columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in self.columns]
        return sa.select(*columns).select_from(self._from()).where(self._in(month)).order_by(*columns)

    def _from(self) -> "sa.TableClause":
        import sqlalchemy as sa

        return sa.table(self.transport.table, schema=self.transport.schema_name)

    def _in(self, month: Month) -> "sa.ColumnElement[bool]":
        import sqlalchemy as sa

        column = sa.column(self.transport.month_column, self.month_type)
        if self._is_date:
            return sa.and_(column >= month.first, column < month.plus(1).first)
        return column == (month.compact if isinstance(self.month_type, sa.String) else int(month.compact))

    @property
    def _is_date(self) -> bool:
        import sqlalchemy as sa

        return isinstance(self.month_type, sa.Date | sa.DateTime)


def _month(parts: Sequence[Any]) -> Month | None:
    """The month of (year, month) or of (YYYYMM,); None where it is none."""
    text = "".join(f"{int(part):02d}" if not isinstance(part, str) else part for part in parts if part is not None)
    try:
        return Month.parse(f"{text[:4]}-{text[4:]}")
    except ValueError:
        return None


def _version(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    return int(f"{value:%Y%m%d%H%M%S}") if isinstance(value, date) else int(value)


def text_of(value: Any) -> str | None:
    """A value of a database as text: ISO dates, a moment with a zone in UTC, numbers in plain digits."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime() if value.tzinfo is not None:
            return str(value.astimezone(UTC).replace(tzinfo=None))
        case Decimal():
            return f"{value:f}"
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case _:
            return str(value)


def _parquet(columns: Sequence[str], parts: Iterator[Sequence[Sequence[Any]]]) -> Iterator[bytes]:
    """Rows as a Parquet file, in pieces: what has been written of it is given on after each part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(_Onward(sink), schema, compression="zstd") as writer:
        for part in parts:
            cells = [[text_of(row[place]) for row in part] for place in range(len(columns))]
            writer.write_table(pa.table(cells, schema=schema))
            yield from _taken(sink)
    yield from _taken(sink)


class _Onward(io.RawIOBase):
    """A file that is only ever added to, and knows how long it has become."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._written += self._sink.write(content)
        return len(content)

    def tell(self) -> int:
        return self._written


def _taken(sink: io.BytesIO) -> Iterator[bytes]:
    piece = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    if piece:
        yield piece
