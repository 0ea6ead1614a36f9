"""How fast tables are loaded, against the bare client library doing the same: `python tests/bench/bench_load.py`.

Bare is: PostgreSQL, `copy_expert` from a text that was encoded beforehand (the encoding is not even counted);
OceanBase, PyMySQL's own `executemany`, which turns itself into multi-row INSERTs. Same server, same rows, alternating
A B B A, median of the rounds; the ratio is bare time ÷ our time, so 1.0 is as fast and 0.5 the limit.
Exit status 1 when a ratio is below the limit.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, without installation

import psycopg2
import pymysql
from sqlalchemy import Column, Date, DateTime, Index, Integer, MetaData, Numeric, String, Table
from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import Row, SqlEndpoint

LIMIT = 0.5
ROWS = {"postgresql": 200_000, "oceanbase": 50_000}

METADATA = MetaData()
CHARGE = Table(
    "bench_charge_item",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("charge_id", Integer, nullable=False),
    Column("drug_code", String(20), nullable=False),
    Column("drug_name", String(80), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price", Numeric(12, 4), nullable=False),
    Column("amount", Numeric(12, 2), nullable=False),
    Column("valid_until", Date),
    Column("charged_at", DateTime, nullable=False),
    Column("remark", String(200)),
    Index("bench_charge_item_charge", "charge_id"),
)
COLUMNS = [column.name for column in CHARGE.columns]


def made_rows(n: int) -> list[Row]:
    """Charge items as a hospital has them: Chinese names, money, dates, mostly empty remarks."""
    names = ["阿莫西林胶囊", "盐酸二甲双胍缓释片", "注射用头孢曲松钠", "0.9%氯化钠注射液", "复方丹参滴丸"]
    start = dt.datetime.fromisoformat("2026-03-02T08:00:00")
    day = dt.date(2027, 1, 1)
    return [
        (
            *(i, i // 3, f"XY{i % 5000:06d}", names[i % 5], i % 9 + 1, Decimal(i % 100_000) / 1000),
            *(Decimal(i % 1_000_000) / 100, None if i % 11 == 0 else day + dt.timedelta(days=i % 700)),
            *(start + dt.timedelta(seconds=i), "遵医嘱\t饭后服" if i % 20 == 0 else None),
        )
        for i in range(1, n + 1)
    ]


def bare_copy(url: Any, rows: list[Row]) -> Callable[[], None]:
    def cell(value: Any) -> str:
        return "\\N" if value is None else str(value).replace("\t", "\\t")

    data = "".join("\t".join(map(cell, row)) + "\n" for row in rows).encode()

    def run() -> None:
        connection: Any = psycopg2.connect(host=url.query["host"], user=url.username, dbname=url.database)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {CHARGE.name} ({', '.join(COLUMNS)}) FROM STDIN", io.BytesIO(data), 1 << 16)
        connection.commit()
        connection.close()

    return run


def bare_insert(url: Any, rows: list[Row]) -> Callable[[], None]:
    sql = f"INSERT INTO {CHARGE.name} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"

    def run() -> None:
        connection = pymysql.connect(unix_socket=url.query["unix_socket"], user=url.username, database=url.database)
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION ob_query_timeout = 600000000")
            cursor.executemany(sql, rows)
        connection.commit()
        connection.close()

    return run


def measured(product: str, home: Path, rounds: int) -> dict[str, Any]:
    server = server_for(product, home)
    facts = server.start()
    try:
        driver = driver_for(SqlEndpoint(url=facts["url"], product=facts["product"]))
        driver.create(METADATA, mark="bench")
        rows = made_rows(ROWS[product])
        bare = (bare_copy if product == "postgresql" else bare_insert)(make_url(facts["url"]), rows)
        ways: dict[str, Callable[[], object]] = {
            "bare": bare,
            "ours": lambda: driver.load(CHARGE.name, COLUMNS, iter(rows)),
        }
        times: dict[str, list[float]] = {"bare": [], "ours": []}
        cpu: dict[str, list[float]] = {"bare": [], "ours": []}
        for turn in range(rounds):
            for name in ("bare", "ours") if turn % 2 == 0 else ("ours", "bare"):
                driver.clear(METADATA)
                began, used = time.perf_counter(), time.process_time()
                ways[name]()
                times[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - used)
        loaded = next(iter(driver.state(METADATA))).rows
        if loaded != tuple(rows):
            raise SystemExit(f"{product}: the rows that were loaded are not the rows that were given")
    finally:
        server.discard()
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "rows": len(rows),
        "rounds": rounds,
        **{f"{name}_rows_per_s": round(len(rows) / median) for name, median in medians.items()},
        **{f"{name}_client_cpu_s": round(statistics.median(values), 2) for name, values in cpu.items()},
        "ratio": round(medians["bare"] / medians["ours"], 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="rounds per way (at least 3)")
    parser.add_argument("--products", nargs="*", default=list(ROWS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        for product in options.products:
            results[product] = measured(product, Path(folder) / product, max(3, options.rounds))
    print(json.dumps(results, indent=None if options.json else 2))
    return 0 if all(result["ratio"] >= LIMIT for result in results.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
