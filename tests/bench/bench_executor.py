"""Own CPU time per statement of the sequential pass against a bare client-library loop sending the same statements.

Target: ≤ 2 × (issue 2). Run: `python -m tests.bench.bench_executor`. The statements and parameters are those of a HIS
functional pass, taken down once; both sides then work on freshly loaded data, in turn, and the medians are compared.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import scenarios
from drivers.servers import server_for
from drivers.sql import driver_for
from harness.execute.sequential import execute
from harness.model import Item, Pack, Rendered, Reply, Scale, SqlEndpoint
from harness.ports import Driver, Session
from harness.workload import functional

ROUNDS = 5
TRANSACTIONS = 600
MOST = 2.0  # own CPU time per statement ÷ that of the bare loop


class TakingDown:
    """A driver whose sessions write down what they are asked, in order."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.asked: list[tuple[str, Sequence[Any], bool]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def connect(self) -> Session:
        session, asked = self._driver.connect(), self.asked

        class Listening:
            def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
                asked.append((statement.sql, params, statement.returns_rows))
                return session.execute(statement, params)

            def commit(self) -> Reply:
                asked.append(("commit", (), False))
                return session.commit()

            def rollback(self) -> Reply:
                asked.append(("rollback", (), False))
                return session.rollback()

            def close(self) -> None:
                session.close()

        return Listening()


def fill(driver: Driver, pack: Pack, world: Any) -> None:
    driver.clear(pack.metadata)
    for table, columns, rows in pack.rows(world):
        driver.load(table, columns, rows)
    driver.finish_load(pack.metadata)


def ours(driver: Driver, pack: Pack, items: list[Item], out: Path) -> float:
    began = time.process_time()
    for _ in execute(pack, items, driver, out, trusted=True):
        pass
    return time.process_time() - began


def bare(driver: Driver, asked: list[tuple[str, Sequence[Any], bool]]) -> float:
    session: Any = driver.connect()
    connection = session._connection
    errors = driver.dbapi.Error  # type: ignore[attr-defined]
    cursor = connection.cursor()
    began = time.process_time()
    for sql, params, returns_rows in asked:
        if sql == "commit":
            connection.commit()
        elif sql == "rollback":
            connection.rollback()
        else:
            try:
                cursor.execute(sql, params)
                if returns_rows:
                    cursor.fetchall()
            except errors:
                pass  # a probe: the refusal is the answer
    spent = time.process_time() - began
    session.close()
    return spent


def measure(product: str, home: Path) -> dict[str, Any]:
    known = server_for(product, home).start()
    driver = driver_for(SqlEndpoint(url=known["url"], product=known["product"]))
    pack = scenarios.pack("his")
    world = pack.world(Scale())
    items = functional(pack, world, count=TRANSACTIONS, seed=1)
    driver.create(pack.metadata, mark="bench")
    fill(driver, pack, world)
    taking = TakingDown(driver)
    ours(taking, pack, items, home / "t.jsonl")  # type: ignore[arg-type]
    pairs = []
    for _ in range(ROUNDS):
        fill(driver, pack, world)
        one = ours(driver, pack, items, home / "t.jsonl")
        fill(driver, pack, world)
        pairs.append((one, bare(driver, taking.asked)))
    statements = len(taking.asked)
    own, reference = (statistics.median(side) / statements * 1e6 for side in zip(*pairs, strict=True))
    return {
        "product": product,
        "statements": statements,
        "own_us_per_statement": round(own, 1),
        "bare_us_per_statement": round(reference, 1),
        "ratio": round(statistics.median(a / b for a, b in pairs), 2),
        "most": MOST,
    }


def main() -> int:
    within = True
    with tempfile.TemporaryDirectory() as folder:
        for product in ("postgresql", "oceanbase"):
            home = Path(folder) / product
            try:
                figures = measure(product, home)
                sys.stdout.write(json.dumps(figures) + "\n")
                within = within and figures["ratio"] <= MOST
            finally:
                server_for(product, home).discard()
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
