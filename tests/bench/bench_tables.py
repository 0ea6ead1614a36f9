"""Comparing the contents of two databases: a million rows of nine columns, against the databases' own single pass.

The reference is one plain SQL statement on each side that hashes every column of every row (the slower side counts),
run beside ours in turn. With `--reladiff PATH` that program compares the same tables, too. Then the same with every row
different, and the memory of our own process. Run: `python -m tests.bench.bench_tables [--rows N] [--pair pg-seekdb]`
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import SqlEndpoint
from tests.e2e.consistency.comparing import compared

PAIRS = {"pg-pg": ("postgresql", "postgresql"), "pg-seekdb": ("postgresql", "oceanbase")}
ROUNDS = 3
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
        self.url = known["url"]
        self.driver = driver_for(SqlEndpoint(url=self.url, product=known["product"]))

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


def ours(original: Side, migrated: Side, table: str) -> tuple[float, Any]:
    from harness.data_result import TablesSettings

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        settings = TablesSettings(original={}, migrated={}, tables=(table,))
        result = compared(original.driver, migrated.driver, Path(folder), settings)
        return time.perf_counter() - began, next(t for t in result.tables if t.table == table)


def alone(work: Callable[[], Any]) -> tuple[Any, float]:
    """Done in a process of its own: the answer, and the most memory it took, in MB."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_measured, (work,))


def _measured(work: Callable[[], Any]) -> tuple[Any, float]:
    answer = work()
    return answer, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def reladiff_s(program: str, original: Side, migrated: Side, table: str) -> float:
    def uri(side: Side) -> str:
        url = make_url(side.url)
        option = "host" if url.query.get("host") else "unix_socket"
        return f"{side.driver.family}://{url.username}@/{url.database}?{option}={url.query[option]}"

    columns = [part for name in COLUMNS.split(", ")[1:] for part in ("-c", name)]
    began = time.perf_counter()
    subprocess.run(
        [program, uri(original), table, uri(migrated), table, "-k", "id", *columns, "--stats"],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pair", default="pg-seekdb", choices=PAIRS)
    parser.add_argument("--reladiff", default="", help="the program, as installed from the index")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="xinheng-tables-"))
    home.chmod(0o755)
    products = PAIRS[options.pair]
    sides = [Side(product, home / f"{number}-{product}") for number, product in enumerate(products)]
    try:
        for side in sides:
            side.fill("same_", options.rows, other=False)
        sides[1].run(
            *(
                f"UPDATE same_ SET amount = amount + 1 WHERE id = {options.rows // PLANTED * n or 1}"
                for n in range(PLANTED)
            )
        )
        sides[0].fill("other_", options.rows, other=False)
        sides[1].fill("other_", options.rows, other=True)
        plain, mine, peer = [], [], []
        for _ in range(ROUNDS):
            plain.append(max(side.plain_s("same_") for side in sides))
            seconds, table = ours(*sides, "same_")
            mine.append(seconds)
            assert table.counts.different == PLANTED, table
            if options.reladiff:
                peer.append(reladiff_s(options.reladiff, *sides, "same_"))
        (every, table), megabytes = alone(lambda: ours(*sides, "other_"))
        assert table.counts.different == options.rows, table
    finally:
        for side in sides:
            side.server.discard()
    figures = {
        "pair": options.pair,
        "rows": options.rows,
        "plain_s": round(statistics.median(plain), 2),
        "ours_s": round(statistics.median(mine), 2),
        "ours_over_plain": round(statistics.median(m / p for m, p in zip(mine, plain, strict=True)), 2),
        **({"reladiff_s": round(statistics.median(peer), 2)} if peer else {}),
        "every_row_different_s": round(every, 2),
        "rows_per_s": round(options.rows / every),
        "megabytes": round(megabytes),
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
