"""What JDBC brings back is what the native driver brings back, value and Python type, by statement and by whole table;
and what JayDeBeApi would have made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import make_url

from drivers.sql.tables import TableWork
from harness.model import ReplyKind, Row
from harness.ports import Session
from tests.contract.targets import Servers, Target, opened

_NEEDS_PG = pytest.mark.needs_apt("libpostgresql-jdbc-java")
pytestmark = _NEEDS_PG

_MANY = 100_000
_ALL_TYPES = """
CREATE TABLE jdbc_all AS SELECT
  i AS an_int, (i % 30000)::smallint AS a_smallint, i::bigint * 92233720368547 AS a_bigint,
  (i % 1000003)::numeric(12, 2) / 100 AS a_numeric, (i::numeric / 7)::numeric(38, 20) AS long_numeric,
  i::numeric AS plain_numeric, (i::float8 / 7) AS a_double, (i::float4 / 7) AS a_real, i % 2 = 0 AS a_boolean,
  '患者𠮷' || i AS a_text, ('v' || i)::varchar(40) AS a_varchar, ('c' || i)::char(12) AS a_char,
  timestamp '1582-10-04 23:59:59.000001' + i * interval '77 minutes 1.000001 seconds' AS a_timestamp,
  timestamptz '2026-01-01 00:00:00.004920+08' + i * interval '1.01 seconds' AS a_timestamptz,
  date '1000-01-01' + i AS a_date, time '00:00:00.004920' + i * interval '0.861 seconds' AS a_time,
  CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' || i END AS sometimes_null, NULL::int AS never,
  md5(i::text)::uuid AS a_uuid, i::oid AS an_oid, (i % 8)::bit(3) AS some_bits
FROM generate_series(1, %s) i
"""


@pytest.fixture(scope="module")
def native(servers: Servers) -> Iterator[Target]:
    with opened("postgresql-native", servers) as target:
        yield target


@pytest.fixture(scope="module")
def jdbc(servers: Servers) -> Iterator[Target]:
    with opened("postgresql-jdbc", servers) as target:
        yield target


@pytest.fixture
def session(jdbc: Target) -> Iterator[Session]:
    opened = jdbc.driver.connect()
    yield opened
    opened.rollback()
    opened.close()


def _streamed(target: Target, sql: str) -> Iterator[Row]:
    driver: Any = target.driver
    assert isinstance(driver, TableWork)
    with driver._admin("读取") as connection:
        yield from driver._stream(connection, sql)


@pytest.fixture(scope="module")
def every_type(jdbc: Target) -> Iterator[str]:
    session = jdbc.driver.connect()
    reply = jdbc.run(session, _ALL_TYPES.replace("%s", str(_MANY)))
    assert reply.kind is ReplyKind.OK, reply.message
    session.commit()
    yield "SELECT * FROM jdbc_all ORDER BY an_int"
    jdbc.run(session, "DROP TABLE jdbc_all")
    session.commit()
    session.close()


def test_every_type_of_a_whole_table_as_the_native_driver_reads_it(
    every_type: str, native: Target, jdbc: Target
) -> None:
    count = 0
    for ours, theirs in zip(_streamed(jdbc, every_type), _streamed(native, every_type), strict=True):
        if ours != theirs:
            assert ours == theirs  # a reason in full, for the first that differs
        if count % 997 == 0:
            assert [type(value) for value in ours] == [type(value) for value in theirs]
        count += 1
    assert count == _MANY


def test_a_statement_reads_the_same_as_often_as_it_is_prepared(
    every_type: str, native: Target, jdbc: Target, session: Session
) -> None:
    # From the fifth time on pgjdbc has the server prepare it. Left alone it would then receive times in binary form
    # and write them down by a calendar that jumps from 4 to 15 October 1582.
    other = native.driver.connect()
    sql = "SELECT * FROM jdbc_all WHERE an_int = %s"
    for key in range(1, 12):
        (ours,), (theirs,) = jdbc.run(session, sql, key).rows, native.run(other, sql, key).rows
        assert ours == theirs
        assert [type(value) for value in ours] == [type(value) for value in theirs]
    other.close()


_TRAPS: dict[str, tuple[str, Any]] = {
    "leading zeros of a fraction": (
        "timestamp '2026-03-01 12:34:44.004920'",
        dt.datetime(2026, 3, 1, 12, 34, 44, 4920),
    ),
    "money": ("0.10::numeric(12, 2)", Decimal("0.10")),
    "more digits than a double has": ("12345678901234567890.12::numeric", Decimal("12345678901234567890.12")),
    "a date": ("date '2026-03-01'", dt.date(2026, 3, 1)),
    "a large integer": ("9007199254740993::bigint", 9007199254740993),
    "octets": ("'\\x00ff'::bytea", b"\x00\xff"),
}


@pytest.mark.parametrize("trap", _TRAPS)
def test_what_jaydebeapi_falsifies_is_right_here(trap: str, jdbc: Target, session: Session) -> None:
    sql, right = _TRAPS[trap]
    ((value,),) = jdbc.run(session, f"SELECT {sql}").rows
    assert value == right
    assert type(value) is type(right)
    if isinstance(right, Decimal):
        assert str(value) == str(right)


@pytest.mark.filterwarnings("ignore:jpype:DeprecationWarning")  # what it calls is older than JPype 1
def test_jaydebeapi_alone_is_wrong(jdbc: Target) -> None:
    """Why none of its conversion is used. If a later version gets these right, this file will say so."""
    import jaydebeapi
    import jpype

    driver: Any = jdbc.driver
    jpype.addClassPath(str(driver._jar.path))
    url = make_url(jdbc.endpoint.url)
    address = f"jdbc:postgresql://{url.host}:{url.port}/{url.database}"
    stock = jaydebeapi.connect(driver._jar.driver, address, {"user": url.username, "password": ""})
    try:
        cursor = stock.cursor()
        wrong = {}
        for trap, (sql, right) in _TRAPS.items():
            cursor.execute(f"SELECT {sql}")
            ((value,),) = cursor.fetchall()
            wrong[trap] = value if value != right or type(value) is not type(right) else None
    finally:
        stock.close()
    assert wrong["leading zeros of a fraction"] == "2026-03-01 12:34:44.492000"
    assert wrong["money"] == 0.1
    assert wrong["more digits than a double has"] == 12345678901234567000.0
    assert wrong["a date"] == "2026-03-01"
    assert wrong["octets"] is not None


def test_separators_of_our_own_in_the_data(jdbc: Target, session: Session) -> None:
    odd = ["a\x1fb", "\x1f", "\x1e", "", "\x1f\x1f", None, "\x1e\x1f\x1e", "ordinary"]
    values = ", ".join("(%s::int, %s::text)" for _ in odd)
    given = [part for number, text in enumerate(odd) for part in (number, text)]
    rows = jdbc.run(session, f"SELECT t, n FROM (VALUES {values}) v(n, t) ORDER BY n", *given).rows
    assert list(rows) == [(text, number) for number, text in enumerate(odd)]


def test_texts_that_are_no_value_of_their_type_stay_texts(jdbc: Target, session: Session) -> None:
    sql = "SELECT 'infinity'::date, '0044-03-15 BC'::date, 'infinity'::timestamp, '24:00'::time, 1.50::money"
    (row,) = jdbc.run(session, sql).rows
    assert row[:4] == ("infinity", "0044-03-15 BC", "infinity", "24:00:00")
    assert all(isinstance(value, str) for value in row)


def test_numbers_that_are_none(jdbc: Target, session: Session) -> None:
    ((number, double),) = jdbc.run(session, "SELECT 'NaN'::numeric, '-Infinity'::float8").rows
    assert isinstance(number, Decimal)
    assert number.is_nan()
    assert double == float("-inf")


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, 0, -1, 2**31, -(2**63), 2**63, 10**30, 0.1, -1e300),
        *(Decimal("0.10"), Decimal("1E+3"), Decimal("-12345678901234567890.123456789")),
        *("", "𠮷野家", "'\"\\ %s ? :a", b"", bytes(range(256)), bytearray(b"ab"), memoryview(b"ab")),
        *(dt.date(1000, 1, 1), dt.time(23, 59, 59, 4920), dt.datetime(1986, 5, 4, 0, 30, 0, 1)),
        dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        None,
    ],
)
def test_parameters_arrive_as_they_are(value: Any, native: Target, jdbc: Target, session: Session) -> None:
    kind = {
        bool: "boolean", int: "numeric", float: "float8", Decimal: "numeric", str: "text", dt.date: "date",
        dt.time: "time", dt.datetime: "timestamp", type(None): "int",
    }.get(type(value), "bytea")  # fmt: skip
    if isinstance(value, dt.datetime) and value.tzinfo:
        kind = "timestamptz"
    other = native.driver.connect()
    sql = f"SELECT %s::{kind}, (%s::{kind})::text"
    (ours,), (theirs,) = jdbc.run(session, sql, value, value).rows, native.run(other, sql, value, value).rows
    other.close()
    assert ours == theirs
    assert ours[0] == (bytes(value) if isinstance(value, bytearray | memoryview) else value)


@pytest.mark.parametrize("value", ["a\ud800b", Decimal("NaN"), {}, [1], object()])
def test_a_value_that_cannot_be_sent_is_declined(value: Any, jdbc: Target, session: Session) -> None:
    reply = jdbc.run(session, "SELECT %s", value)
    assert reply.kind is ReplyKind.REFUSED
    assert reply.message
    assert jdbc.run(session, "SELECT %s::int", 1).rows[0][0] == 1


def test_a_table_that_changes_under_a_statement(jdbc: Target, session: Session) -> None:
    sql = "SELECT * FROM jdbc_changes WHERE 1 = %s"
    jdbc.run(session, "CREATE TEMP TABLE jdbc_changes AS SELECT 1 AS a")
    first = jdbc.run(session, sql, 1)
    jdbc.run(session, "ALTER TABLE jdbc_changes ALTER a TYPE text, ADD b date")
    second = jdbc.run(session, sql, 1)
    assert (first.columns, list(first.rows)) == (("a",), [(1,)])
    assert (second.columns, list(second.rows)) == (("a", "b"), [("1", None)])


def test_more_statements_than_are_kept(jdbc: Target, session: Session) -> None:
    for number in range(250):
        assert jdbc.run(session, f"SELECT {number}, %s::int", number).rows[0] == (number, number)


def test_a_column_is_called_what_the_statement_calls_it(jdbc: Target, session: Session) -> None:
    assert jdbc.run(session, 'SELECT 1 AS n, 2 AS "N", 3 AS 姓名').columns == ("n", "N", "姓名")


@pytest.mark.parametrize("rows", [0, 1, 4_999, 5_000, 5_001, 10_001])
def test_no_row_is_lost_between_batches(rows: int, jdbc: Target, session: Session) -> None:
    read = jdbc.run(session, "SELECT i, 'x' || i, '\\x00'::bytea FROM generate_series(1, %s::int) i", rows).rows
    plain = jdbc.run(session, "SELECT i, 'x' || i FROM generate_series(1, %s::int) i", rows).rows
    assert [row[0] for row in read] == [row[0] for row in plain] == list(range(1, rows + 1))
    streamed = list(_streamed(jdbc, f"SELECT i FROM generate_series(1, {rows}) i"))
    assert streamed == [(i,) for i in range(1, rows + 1)]


def test_long_texts_and_short_rows_in_one_table(jdbc: Target) -> None:
    sql = "SELECT i, repeat('汉', CASE WHEN i % 50 = 0 THEN 200000 ELSE 1 END) FROM generate_series(1, 1000) i"
    assert [(i, len(text)) for i, text in _streamed(jdbc, sql)] == [
        (i, 200_000 if i % 50 == 0 else 1) for i in range(1, 1001)
    ]


@pytest.fixture
def memory() -> Callable[[], int]:
    """What is used of Java's heap now."""
    import jpype

    runtime = jpype.java.lang.Runtime.getRuntime()

    def used() -> int:
        runtime.gc()
        return int(runtime.totalMemory() - runtime.freeMemory())

    return used


def test_a_whole_table_is_never_in_javas_memory(jdbc: Target, memory: Callable[[], int]) -> None:
    # 200 MB of text: held whole, it would show.
    rows = _streamed(jdbc, "SELECT repeat('x', 1000) FROM generate_series(1, 200000) i")
    next(rows)
    before = memory()
    most = max(memory() for number, _ in enumerate(rows) if number % 50_000 == 0)
    assert most - before < 50 << 20
