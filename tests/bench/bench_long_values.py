"""Comparing long values inside the databases, against the rate at which a client streams them out.

The reference reads every value of the slower side through the same driver. Run:
`python -m tests.bench.bench_long_values [--values N] [--bytes N] [--json]`
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.bench_tables import PAIRS, Side, ours

TABLE = "scans_"
ROUNDS = 3
DDL = {"postgresql": "bytea", "mysql": "longblob"}
AT_ONCE = 100


def rows(values: int, size: int, *, other: bool) -> Iterator[tuple[Any, ...]]:
    """One value in a thousand differs by its last byte."""
    drawn = random.Random(1)
    for n in range(values):
        content = drawn.randbytes(size)
        yield n, content[:-1] + bytes([content[-1] ^ (other and n % 1000 == 0)])


def fill(side: Side, options: argparse.Namespace, *, other: bool) -> None:
    side.run(f"CREATE TABLE {TABLE} (id bigint PRIMARY KEY, content {DDL[side.driver.family]})")
    with side.driver._admin("装载") as connection:  # type: ignore[attr-defined]
        for n, row in enumerate(rows(options.values, options.bytes, other=other)):
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s)", row)
            if n % AT_ONCE == 0:
                connection.commit()
        connection.commit()


def streamed_s(side: Side, values: int) -> float:
    began = time.perf_counter()
    with side.driver._admin("读取") as connection, connection.cursor() as cursor:  # type: ignore[attr-defined]
        for low in range(0, values, AT_ONCE):
            cursor.execute(f"SELECT content FROM {TABLE} WHERE id >= {low} AND id < {low + AT_ONCE}")
            assert all(len(content) for (content,) in cursor.fetchall())
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=2_000)
    parser.add_argument("--bytes", type=int, default=200_000)
    parser.add_argument("--pair", default="pg-seekdb", choices=PAIRS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="xinheng-long-"))
    home.chmod(0o755)
    sides = [Side(product, home / f"{number}-{product}") for number, product in enumerate(PAIRS[options.pair])]
    try:
        for number, side in enumerate(sides):
            fill(side, options, other=bool(number))
        streamed, mine = [], []
        for _ in range(ROUNDS):
            streamed.append(max(streamed_s(side, options.values) for side in sides))
            mine.append(ours(sides, TABLE))
            assert mine[-1]["different"] == -(-options.values // 1000), mine
    finally:
        for side in sides:
            side.server.discard()
    megabytes = options.values * options.bytes / 1e6
    figures = {
        "pair": options.pair,
        "values": options.values,
        "bytes": options.bytes,
        "streamed_mb_per_s": round(megabytes / statistics.median(streamed)),
        "ours_mb_per_s": round(megabytes / statistics.median(each["seconds"] for each in mine)),
        "rate": round(statistics.median(s / each["seconds"] for s, each in zip(streamed, mine, strict=True)), 2),
        "megabytes": round(max(each["megabytes"] for each in mine)),
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
