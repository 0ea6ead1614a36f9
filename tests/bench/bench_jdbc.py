"""What JDBC costs against the native driver and against JayDeBeApi as it comes: per statement and per row, in one run.

All three meet the same PostgreSQL through the same door of a process of its own, in turn A B C C B A; medians count.
Limits: statements at least 0.9 × JayDeBeApi's rate; whole tables at least 5 × its rows per second, which is 150 000
where it reaches 30 000. What JayDeBeApi reads is wrong besides, as tests/contract/test_jdbc_values.py shows.
Run: `python -m tests.bench.bench_jdbc`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jaydebeapi
import jpype
from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, Numeric, String, Table
from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import Rendered, Row, SqlEndpoint

ROWS, STATEMENTS, ROUNDS = 100_000, 3_000, 4
LEAST = {"statements": 0.9, "rows": 5.0}  # × JayDeBeApi's rate
JARS = os.environ.get("XINHENG_JARS", "/usr/share/java")

METADATA = MetaData()
TABLE = Table(
    "bench_jdbc",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer),
    Column("amount", Numeric(12, 2)),
    Column("name", String(40)),
    Column("seen", DateTime),
    Column("day", Date),
)
COLUMNS = [column.name for column in TABLE.columns]
ALL = f"SELECT {', '.join(COLUMNS)} FROM {TABLE.name}"
ONE = f"{ALL} WHERE id = "

DOOR = """
import sys
from pathlib import Path
from tests.relay import relay
with relay(Path(sys.argv[1])) as port:
    print(port, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def door(socket: Path) -> Iterator[int]:
    """A TCP port to the server's Unix socket, in a process of its own so that it shares nobody's interpreter lock."""
    command = [sys.executable, "-c", DOOR, str(socket)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def made_rows() -> list[Row]:
    begin, day = dt.datetime.fromisoformat("2026-01-01T00:00:00"), dt.date(2026, 1, 1)
    return [
        (
            *(i * 1_000_003, i, Decimal(i % 1_000_000) / 100, f"患者{i}"),
            *(begin + dt.timedelta(seconds=i, microseconds=i), day + dt.timedelta(days=i % 700)),
        )
        for i in range(ROWS)
    ]


class Ours:
    """A session of one of our drivers."""

    def __init__(self, endpoint: SqlEndpoint) -> None:
        self.driver: Any = driver_for(endpoint)
        self.session = self.driver.connect()
        self.one = Rendered(name="one", sql=ONE + self.driver.placeholder, order=("id",), returns_rows=True)

    def statements(self, keys: list[int]) -> None:
        for key in keys:
            assert len(self.session.execute(self.one, (key,)).rows) == 1
            self.session.commit()

    def rows(self) -> list[Row]:
        with self.driver._admin("测量") as connection:
            return list(self.driver._stream(connection, ALL))


class Stock:
    """JayDeBeApi as it comes."""

    def __init__(self, address: str, user: str, jar: Path) -> None:
        jpype.addClassPath(str(jar))  # the JVM runs already
        self.connection = jaydebeapi.connect("org.postgresql.Driver", address, {"user": user, "password": ""})
        self.connection.jconn.setAutoCommit(False)

    def statements(self, keys: list[int]) -> None:
        cursor = self.connection.cursor()
        for key in keys:
            cursor.execute(ONE + "?", (key,))
            assert len(cursor.fetchall()) == 1
            self.connection.commit()

    def rows(self) -> list[Row]:
        cursor = self.connection.cursor()
        cursor.execute(ALL)
        read: list[Row] = cursor.fetchall()
        return read


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of our own processor time, the JVM's threads included."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def figures(ways: dict[str, Any], keys: list[int]) -> dict[str, dict[str, float]]:
    """{statements, rows, … → {way: per second}}"""
    spent: dict[str, dict[str, list[tuple[float, float]]]] = {"statements": {}, "rows": {}}
    order = list(ways)
    for turn in range(ROUNDS + 1):  # the first warms up and does not count
        for name in order if turn % 2 else reversed(order):
            one = measured(lambda way=ways[name]: way.statements(keys))  # type: ignore[misc]
            whole = measured(ways[name].rows)
            if turn:
                spent["statements"].setdefault(name, []).append(one)
                spent["rows"].setdefault(name, []).append(whole)
    count = {"statements": len(keys), "rows": ROWS}
    shown: dict[str, dict[str, float]] = {}
    for what, by_way in spent.items():
        shown[f"{what}_per_s"] = {n: round(count[what] / statistics.median(w for w, _ in s)) for n, s in by_way.items()}
        shown[f"cpu_us_per_{what[:-1]}"] = {
            n: round(statistics.median(c for _, c in s) / count[what] * 1e6, 1) for n, s in by_way.items()
        }
    return shown


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder, contextlib.ExitStack() as stack:
        server = server_for("postgresql", Path(folder))
        stack.callback(server.discard)
        url = make_url(server.start()["url"])
        port = stack.enter_context(door(Path(str(url.query["host"])) / ".s.PGSQL.5432"))
        place = f"{url.username}@127.0.0.1:{port}/{url.database}"
        native = SqlEndpoint(url=f"postgresql+psycopg2://{place}", product="postgresql")
        jdbc = SqlEndpoint(url=f"postgresql://{place}", product="postgresql", jdbc=True, jar=JARS)
        rows = made_rows()
        loader = driver_for(native)
        loader.create(METADATA, mark="bench")
        loader.load(TABLE.name, COLUMNS, rows)
        loader.finish_load(METADATA)
        ways: dict[str, Any] = {"native": Ours(native), "jdbc": Ours(jdbc)}
        address = f"jdbc:postgresql://127.0.0.1:{port}/{url.database}"
        ways["jaydebeapi"] = Stock(address, str(url.username), ways["jdbc"].driver._jar.path)
        if sorted(ways["jdbc"].rows()) != rows:
            raise SystemExit("the rows that were read through JDBC are not the rows that were loaded")
        shown = figures(ways, [rows[i * 31 % ROWS][0] for i in range(STATEMENTS)])
    ratios = {what: round(shown[f"{what}_per_s"]["jdbc"] / shown[f"{what}_per_s"]["jaydebeapi"], 2) for what in LEAST}
    sys.stdout.write(json.dumps({**shown, "jdbc_of_jaydebeapi": ratios, "least": LEAST}, indent=2) + "\n")
    return 0 if all(ratios[what] >= least for what, least in LEAST.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
