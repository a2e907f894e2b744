"""Deliveries out of a database: a real PostgreSQL, rows in parts, the same rows the same bytes."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from servers import LOOPBACK, CutLine, free_port

from regions.errors import HemvardError, UnreachableError, UsageError
from regions.month import Month
from regions.transport import SqlTransport
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.sql import SqlSource, text_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("transports")]
JANUARY = Offered(Month(2024, 1), 0, "besok")
COLUMNS = ("Besöks-id", "datum", 'fri"text')
SECRET = "lösen/ord@med:tecken"


@pytest.fixture
def admin(database: CutLine) -> Iterator[sa.Connection]:
    """A connection with a schema that is empty, and gone afterwards."""
    engine = sa.create_engine(
        f"postgresql+psycopg://postgres@{LOOPBACK}:{database.port}/postgres", poolclass=sa.NullPool
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS utdata CASCADE; CREATE SCHEMA utdata"))
        yield connection
        connection.execute(sa.text("DROP SCHEMA utdata CASCADE"))
    engine.dispose()


def source(port: int, columns: tuple[str, ...] = COLUMNS, **changes: Any) -> SqlSource:
    given = {
        "kind": "sql",
        "url": f"postgresql+psycopg://postgres@{LOOPBACK}:{port}/postgres",
        "schema": "utdata",
        "table": "besök",
        "month_column": "datum",
        "timeout_seconds": 10,
    }
    return SqlSource(SqlTransport.model_validate({**given, **changes}), columns)


def make(admin: sa.Connection, month: str = "date", values: str = "'2024-01-05'") -> None:
    admin.execute(
        sa.text(
            f'CREATE TABLE utdata."besök" ("Besöks-id" text, datum {month}, "fri""text" text, version bigint, hemligt text);'
            f"INSERT INTO utdata.\"besök\" SELECT 'a' || n, {values}, 'text ' || n, n, '!!' FROM generate_series(1, 3) n"
        )
    )


def table_of(content: bytes) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(content))


def test_the_listed_columns_come_as_text_and_no_others(database: CutLine, admin: sa.Connection) -> None:
    make(admin)
    admin.execute(sa.text("INSERT INTO utdata.\"besök\" VALUES (NULL, '2024-01-31', ''), ('b', '2024-02-01', NULL)"))
    found = table_of(b"".join(source(database.port).fetch(JANUARY)))
    assert found.column_names == list(COLUMNS)
    assert {str(kind) for kind in found.schema.types} == {"string"}
    assert found.to_pylist() == [
        *({"Besöks-id": f"a{n}", "datum": "2024-01-05", 'fri"text': f"text {n}"} for n in (1, 2, 3)),
        {"Besöks-id": None, "datum": "2024-01-31", 'fri"text': ""},
    ]


def test_the_same_rows_are_the_same_bytes_in_whatever_order_they_lie(database: CutLine, admin: sa.Connection) -> None:
    make(admin)
    before = b"".join(source(database.port).fetch(JANUARY))
    admin.execute(sa.text('UPDATE utdata."besök" SET version = -version WHERE version = 1'))
    assert b"".join(source(database.port).fetch(JANUARY)) == before
    admin.execute(sa.text('UPDATE utdata."besök" SET "fri""text" = \'ändrad\' WHERE version = 2'))
    assert b"".join(source(database.port).fetch(JANUARY)) != before


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("date", "date '2023-12-31' + n::int"),
        ("timestamp", "timestamp '2023-12-31 23:59:59' + n * interval '1 s' * 86400"),
        ("text", "'20240' || 1"),
        ("char(6)", "'202401'"),
        ("integer", "202401"),
        ("numeric(6)", "202401"),
    ],
)
def test_each_kind_of_month(database: CutLine, admin: sa.Connection, kind: str, values: str) -> None:
    make(admin, kind, values)
    own = source(database.port, ("Besöks-id",))
    (offered,) = own.list_offered()
    assert (str(offered.month), offered.version, offered.stamp, own.strange()) == ("2024-01", 0, "", 0)
    assert table_of(b"".join(own.fetch(offered))).num_rows == 3


def test_what_is_no_month_is_counted(database: CutLine, admin: sa.Connection) -> None:
    make(admin, "text", "(ARRAY['202401', '202413', NULL])[n]")
    own = source(database.port)
    assert [str(entry.month) for entry in own.list_offered()] == ["2024-01"]
    assert own.strange() == 2


@pytest.mark.parametrize(
    ("kind", "value", "version"),
    [
        ("bigint", "7", 7),
        ("numeric", "7", 7),
        ("date", "'2024-02-03'", 20240203000000),
        ("timestamp", "'2024-02-03 04:05:06.7'", 20240203040506),
        ("timestamptz", "'2024-02-03 04:05:06+02'", 20240203020506),
    ],
)
def test_a_version_is_the_month_s_largest_and_stamps_it(
    database: CutLine, admin: sa.Connection, kind: str, value: str, version: int
) -> None:
    make(admin)
    admin.execute(sa.text(f'ALTER TABLE utdata."besök" ADD senast {kind}'))
    assert source(database.port, version_column="senast").list_offered()[0].version == 0
    admin.execute(sa.text(f'UPDATE utdata."besök" SET senast = {value} WHERE version = 2'))
    (first,) = source(database.port, version_column="senast").list_offered()
    assert (first.version, first.stamp.split(":")[0]) == (version, "3")
    admin.execute(sa.text('DELETE FROM utdata."besök" WHERE version = 1'))
    (second,) = source(database.port, version_column="senast").list_offered()
    assert second.version == version
    assert second.stamp != first.stamp
    (other,) = source(database.port, COLUMNS[:2], version_column="senast").list_offered()
    assert other.stamp != second.stamp, "other columns are other contents"


def test_rows_come_in_parts_and_a_line_that_is_cut_starts_anew(database: CutLine, admin: sa.Connection) -> None:
    make(admin)
    admin.execute(
        sa.text(
            "INSERT INTO utdata.\"besök\" SELECT md5(n::text), '2024-01-09', repeat(md5(n::text), 4) "
            "FROM generate_series(1, 25000) n"
        )
    )
    whole = b"".join(source(database.port).fetch(JANUARY))
    assert table_of(whole).num_rows == 25_003
    with CutLine((LOOPBACK, database.port)) as line:
        line.cut_after(3_000_000)
        pieces = source(line.port).fetch(JANUARY)
        assert next(pieces)
        with pytest.raises(StartAnew, match="broke the connection"):
            list(pieces)
        assert line.cuts == 1
        assert b"".join(source(line.port).fetch(JANUARY)) == whole


def test_a_backend_that_is_ended_starts_anew(database: CutLine, admin: sa.Connection) -> None:
    make(admin)
    admin.execute(
        sa.text("INSERT INTO utdata.\"besök\" SELECT md5(n::text), '2024-01-09' FROM generate_series(1, 40000) n")
    )
    pieces = source(database.port).fetch(JANUARY)
    next(pieces)
    ended = sa.text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'FETCH%'")
    assert admin.execute(ended).scalar() == 1
    with pytest.raises(StartAnew):
        list(pieces)


def test_a_month_without_rows_is_a_file_without_rows(database: CutLine, admin: sa.Connection) -> None:
    make(admin)
    assert table_of(b"".join(source(database.port).fetch(Offered(Month(2025, 1), 0, "besok")))).num_rows == 0


@pytest.fixture
def reader(admin: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with a password."""
    make(admin)
    admin.execute(sa.text("DROP ROLE IF EXISTS lasare"))
    admin.execute(sa.text("CREATE ROLE lasare LOGIN"))
    monkeypatch.setenv("DATABASE_PASSWORD", SECRET)


def refused(own: SqlSource, kind: type[HemvardError], told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        own.list_offered()
    assert caught.value.where.startswith("table utdata.")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "no text of a library is told"


@pytest.mark.usefixtures("reader")
def test_who_may_not_read_is_told(database: CutLine, admin: sa.Connection) -> None:
    login = {
        "url": f"postgresql+psycopg://lasare@{LOOPBACK}:{database.port}/postgres",
        "password": {"env": "DATABASE_PASSWORD"},
    }
    refused(source(database.port, **login), UsageError, "may not be read")
    admin.execute(
        sa.text("GRANT USAGE ON SCHEMA utdata TO lasare; GRANT SELECT ON ALL TABLES IN SCHEMA utdata TO lasare")
    )
    assert len(source(database.port, **login).list_offered()) == 1
    admin.execute(
        sa.text("REVOKE ALL ON ALL TABLES IN SCHEMA utdata FROM lasare; REVOKE USAGE ON SCHEMA utdata FROM lasare")
    )
    admin.execute(sa.text("DROP ROLE lasare"))


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"table": "finns_inte"}, UsageError, "is not there"),
        ({"table": 'x"; DROP TABLE utdata."besök"; --'}, UsageError, "is not there"),
        ({"month_column": "finns_inte"}, UsageError, "has no column finns_inte"),
        ({"version_column": "hemligt"}, UsageError, "neither month nor version"),
        ({"url": "postgresql+psycopg://postgres@{host}/finns_inte"}, UnreachableError, "can't be reached"),
        ({"url": "inget://postgres@{host}/postgres"}, UsageError, "driver is not installed"),
        ({"url": "mssql+pyodbc://postgres@{host}/postgres"}, UsageError, "driver is not installed"),
    ],
)
def test_what_is_wrong_is_told(
    database: CutLine, admin: sa.Connection, changes: dict[str, str], kind: type[HemvardError], told: str
) -> None:
    make(admin)
    given = {name: text.replace("{host}", f"{LOOPBACK}:{database.port}") for name, text in changes.items()}
    refused(source(database.port, **given), kind, told)
    assert len(source(database.port).list_offered()) == 1


def test_nobody_listens() -> None:
    refused(source(free_port()), UnreachableError, "can't be reached")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("å ", "å "),
        (True, "true"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (1.5, "1.5"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4), "2024-01-02 03:04:00"),
        (datetime(2024, 1, 2, 3, 4, 5, 6), "2024-01-02 03:04:05.000006"),
        (datetime(2024, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2))), "2024-01-02 01:04:00"),
        (datetime(2024, 1, 2, 3, 4, tzinfo=UTC), "2024-01-02 03:04:00"),
        (time(3, 4), "03:04:00"),
        (b"\x01\xff", "01ff"),
        (memoryview(b"\x01\xff"), "01ff"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_cell_as_text(value: object, text: str | None) -> None:
    assert text_of(value) == text
