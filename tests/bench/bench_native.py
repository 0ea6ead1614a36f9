"""A driver's session against the bare DB-API: the same statements, the same connection settings, in turn.

Target: ≤ 1.15 × (issue 3). Run: `python -m tests.bench.bench_native`. Wall time, because that is what a user of the
generator waits for; blocks of the two sides alternate, and the ratio is the median over pairs of neighbours.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Numeric, String, Table, bindparam, select, update

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import Rendered, SqlEndpoint, Statement
from harness.ports import Driver

ROUNDS = 41
STATEMENTS = 400  # of each kind, per block
ROWS = 10_000
MOST = 1.15

METADATA = MetaData()
DRUG = Table(
    "bench_drug",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
    Column("stock", Integer, nullable=False),
)
KINDS: dict[str, Statement] = {
    "by key": Statement(name="by key", body=select(DRUG).where(DRUG.c.id == bindparam("low"))),
    "20 rows": Statement(
        name="20 rows",
        body=select(DRUG).where(DRUG.c.id.between(bindparam("low"), bindparam("high"))).order_by(DRUG.c.id),
    ),
    "change": Statement(
        name="change", body=update(DRUG).where(DRUG.c.id == bindparam("low")).values(stock=DRUG.c.stock - 1)
    ),
}

Run = Callable[[Rendered, Sequence[Sequence[Any]]], None]


def through_session(session: Any) -> Run:
    def run(statement: Rendered, many: Sequence[Sequence[Any]]) -> None:
        for params in many:
            assert not session.execute(statement, params).kind
        session.rollback()

    return run


def bare(session: Any) -> Run:
    connection = session._connection
    cursor = connection.cursor()

    def run(statement: Rendered, many: Sequence[Sequence[Any]]) -> None:
        for params in many:
            cursor.execute(statement.sql, params)
            if statement.returns_rows:
                cursor.fetchall()
        connection.rollback()

    return run


def measure(driver: Driver) -> dict[str, Any]:
    driver.create(METADATA, mark="bench")
    driver.load(DRUG.name, [c.name for c in DRUG.columns], ((i, f"药品{i}", "12.50", 1000) for i in range(ROWS)))
    driver.finish_load(METADATA)
    one, other = driver.connect(), driver.connect()
    sides = through_session(one), bare(other)
    rng = random.Random(1)
    figures: dict[str, Any] = {}
    for kind, statement in KINDS.items():
        rendered = driver.render(statement)
        pairs: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            many = [
                [{"low": low, "high": low + 19}[name] for name in rendered.order]
                for low in (rng.randrange(ROWS - 20) for _ in range(STATEMENTS))
            ]
            taken = [0.0, 0.0]
            for side in (0, 1) if number % 2 else (1, 0):
                began = time.perf_counter()
                sides[side](rendered, many)
                taken[side] = time.perf_counter() - began
            pairs.append((taken[0], taken[1]))
        figures[kind] = {
            "us": round(statistics.median(a for a, _ in pairs) / STATEMENTS * 1e6, 1),
            "ratio": round(statistics.median(a / b for a, b in pairs), 3),
        }
    one.close()
    other.close()
    return figures


def main() -> int:
    within = True
    with tempfile.TemporaryDirectory() as folder:
        for product in ("postgresql", "oceanbase"):
            server = server_for(product, Path(folder) / product)
            try:
                known = server.start()
                figures = measure(driver_for(SqlEndpoint(url=known["url"], product=known["product"])))
            finally:
                server.discard()
            sys.stdout.write(json.dumps({"product": product, "most": MOST, **figures}) + "\n")
            within = within and all(kind["ratio"] <= MOST for kind in figures.values())
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
