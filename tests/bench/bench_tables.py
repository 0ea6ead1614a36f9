"""Comparing the contents of two databases: a million rows of nine columns, against the databases' own single pass.

The reference is one plain SQL statement on each side that hashes every column of every row (the slower side counts),
run beside ours in turn. With `--reladiff` and `--datacompy` those compare the same tables, too: five rows different,
then every row. Memory is that of the comparing process.
Run: `python -m tests.bench.bench_tables [--rows N] [--pair pg-seekdb] [--json]`
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.data_result import TablesSettings
from harness.model import SqlEndpoint
from tests.e2e.consistency.comparing import compared

PAIRS = {"pg-pg": ("postgresql", "postgresql"), "pg-seekdb": ("postgresql", "oceanbase")}
PLANTED = 5
COLUMNS = "id, patient, dept, name, amount, quantity, at, born, note"
PLAIN = {
    "postgresql": "SELECT sum(('x' || left(md5(concat_ws('|', {columns})), 15))::bit(60)::bigint) FROM {table}",
    "mysql": "SELECT SUM(CAST(CONV(LEFT(MD5(CONCAT_WS('|', {columns})), 15), 16, 10) AS UNSIGNED)) FROM {table}",
}
DDL = {
    "postgresql": "CREATE TABLE {table} (id bigint PRIMARY KEY, patient varchar(20) NOT NULL, dept smallint, "
    "name varchar(40), amount numeric(12,2), quantity integer, at timestamp(0), born date, note varchar(80))",
    "mysql": "CREATE TABLE {table} (id bigint PRIMARY KEY, patient varchar(20) NOT NULL, dept smallint, "
    "name varchar(40), amount decimal(12,2), quantity integer, at datetime, born date, note varchar(80))",
}
Row = tuple[Any, ...]


def rows(count: int, *, other: bool) -> Any:
    """`other`: every row differs in its amount."""
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    start, day = datetime(2020, 1, 1), date(1940, 1, 1)
    for n in range(1, count + 1):
        yield (
            n, f"P{n % 300_000:08d}", n % 40, f"患者{n % 5000}", Decimal(n * 37 % 1_000_000 + other) / 100, n % 30,
            start + timedelta(seconds=n * 31), day + timedelta(days=n % 25_000),
            None if n % 5 == 0 else f"备注内容 {n % 977}",
        )  # fmt: skip


class Side:
    """One database with the tables `same` and `other`."""

    def __init__(self, product: str, home: Path) -> None:
        self.server = server_for(product, home)
        known = self.server.start()
        self.url, self.product = known["url"], known["product"]
        self.driver = driver_for(SqlEndpoint(url=self.url, product=self.product))

    def run(self, *statements: str) -> None:
        with self.driver._admin("准备") as connection:  # type: ignore[attr-defined]
            for statement in statements:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            connection.commit()

    def fill(self, table: str, count: int, *, other: bool) -> None:
        self.run(f"DROP TABLE IF EXISTS {table}", DDL[self.driver.family].format(table=table))
        with self.driver._admin("装载") as connection:  # type: ignore[attr-defined]
            self.driver._bulk_load(connection, table, COLUMNS.split(", "), rows(count, other=other))  # type: ignore[attr-defined]
            connection.commit()
        self.run(f"ANALYZE {'TABLE ' if self.driver.family == 'mysql' else ''}{table}")

    def plain_s(self, table: str) -> float:
        began = time.perf_counter()
        self.run(PLAIN[self.driver.family].format(columns=COLUMNS, table=table))
        return time.perf_counter() - began


def ours(sides: Sequence[Side], table: str) -> dict[str, Any]:
    """In a process of its own: seconds, MB at most, and what was counted."""
    asked = [json.dumps([(side.url, side.product) for side in sides]), table]
    done = subprocess.run([sys.executable, "-m", __spec__.name, "--alone", *asked], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def alone(sides: str, table: str) -> None:
    import pandas  # noqa: F401  pyarrow loads it at its first conversion: part of the start, which is not counted

    drivers = [driver_for(SqlEndpoint(url=url, product=product)) for url, product in json.loads(sides)]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        result = compared(*drivers, Path(folder), TablesSettings(original={}, migrated={}, tables=(table,)))
        seconds = time.perf_counter() - began
    (found,) = (each for each in result.tables if each.table == table)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "different": found.counts.different}))


def theirs(peer: str, interpreter: str, sides: Sequence[Side], table: str) -> dict[str, Any]:
    """The same tables by another program, in an interpreter that has it; its start is not counted, as ours is not."""

    def address(side: Side) -> dict[str, Any]:
        url, postgresql = make_url(side.url), side.driver.family == "postgresql"
        place = {"host": url.query["host"]} if postgresql else {"unix_socket": url.query["unix_socket"]}
        name = {"dbname" if postgresql else "database": url.database}
        return {"driver": side.driver.family, "user": url.username, **name, **place}

    asked = json.dumps([*map(address, sides), table, COLUMNS.split(", ")[1:]])
    program = Path(__file__).with_name(f"peer_{peer}.py")
    done = subprocess.run([interpreter, str(program), asked], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measured(sides: list[Side], options: argparse.Namespace) -> dict[str, Any]:
    for side in sides:
        side.fill("same_", options.rows, other=False)
    places = (options.rows // PLANTED * n or 1 for n in range(PLANTED))
    sides[1].run(*(f"UPDATE same_ SET amount = amount + 1 WHERE id = {place}" for place in places))
    for number, side in enumerate(sides):
        side.fill("other_", options.rows, other=bool(number))
    peers = {name: path for name, path in (("reladiff", options.reladiff), ("datacompy", options.datacompy)) if path}
    plain, found = [], defaultdict(list)
    for _ in range(options.rounds):
        plain.append(max(side.plain_s("same_") for side in sides))
        for table, different in (("same_", PLANTED), ("other_", options.rows)):
            found["ours", table].append(ours(sides, table))
            for peer, interpreter in peers.items():
                found[peer, table].append(theirs(peer, interpreter, sides, table))
            for answers in (found[who, table] for who in ("ours", *peers)):
                assert answers[-1]["different"] == different, (table, answers)
    return {
        "pair": options.pair,
        "rows": options.rows,
        "plain_s": round(statistics.median(plain), 2),
        "ours_over_plain": round(
            statistics.median(mine["seconds"] / p for mine, p in zip(found["ours", "same_"], plain, strict=True)), 2
        ),
        **{f"{who}_{table}s": _median(answers, "seconds") for (who, table), answers in found.items()},
        **{f"{who}_{table}mb": _median(answers, "megabytes") for (who, table), answers in found.items()},
    }


def _median(answers: Sequence[Mapping[str, float]], name: str) -> float | None:
    known = [answer[name] for answer in answers if name in answer]
    return round(statistics.median(known), 2) if known else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pair", default="pg-seekdb", choices=PAIRS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reladiff", default="", help="an interpreter that has reladiff")
    parser.add_argument("--datacompy", default="", help="an interpreter that has datacompy, Polars, psycopg2, PyMySQL")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        alone(*options.alone)
        return 0
    home = Path(tempfile.mkdtemp(prefix="xinheng-tables-"))
    home.chmod(0o755)
    sides = [Side(product, home / f"{number}-{product}") for number, product in enumerate(PAIRS[options.pair])]
    try:
        figures = measured(sides, options)
    finally:
        for side in sides:
            side.server.discard()
    print(json.dumps(figures) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
