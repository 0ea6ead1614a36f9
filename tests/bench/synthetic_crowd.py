"""A crowd of a load process against a synthetic driver that answers at once: does its memory grow with the samples?

Everything else is real: users, clocks, items read from a file, the sample file, Locust's statistics.
Run: `python -m tests.bench.synthetic_crowd TRANSACTIONS`; prints {samples, bytes_per_sample, megabytes}.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from locust.env import Environment  # patches the interpreter: first

# isort: split
import gevent
import psutil

from harness.execute.users import Crowd, User
from harness.execute.workers.share import tell_locust
from harness.model import Item, Rendered, Reply, ReplyKind, Statement
from harness.ports import Waiting
from harness.recording import ItemsByUser, write_items
from harness.samples import SAMPLE, appended_by
from tests.bench.simple_packs import BY_KEY, SimplePack, Transaction, many

USERS = 20
STEPS = 5
_OK = Reply(ReplyKind.OK, rows=((1, "药品", "12.50", 1000),))


class SyntheticSession:
    """Answers everything at once."""

    def execute(self, rendered: Rendered, values: Sequence[Any]) -> Reply:
        gevent.sleep(0)
        return Reply(_OK.kind, rows=_OK.rows)

    def commit(self) -> Reply:
        return Reply(ReplyKind.OK)

    rollback = commit

    def close(self) -> None: ...


class SyntheticDriver:
    """No server at all; as much of `harness.ports.Driver` as a crowd asks for."""

    product_id = family = "synthetic"
    waiting = Waiting.GREEN

    def render(self, statement: Statement) -> Rendered:
        return Rendered(name=statement.name, sql="", order=("id",), returns_rows=True)

    def connect(self) -> SyntheticSession:
        return SyntheticSession()


def main() -> None:
    transactions = int(sys.argv[1])
    transaction = Transaction(name="many", title="多条查询", draw=lambda _: {}, act=many)
    pack = SimplePack(name="synthetic", title="", transactions=(transaction,), statements={BY_KEY.name: BY_KEY})
    seen: list[tuple[int, int]] = []

    def look() -> None:
        process = psutil.Process()
        while True:
            if crowd.done >= transactions * (len(seen) + 1) // 10:
                seen.append((crowd.done, process.memory_info().rss))
            gevent.sleep(0.01)

    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as scratch:
        folder = Path(scratch)
        write_items(
            folder / "items",
            (
                Item(seq=n, user=n % USERS, due_ns=0, transaction="many", params={"ids": list(range(n, n + STEPS - 1))})
                for n in range(transactions)
            ),
        )
        items = ItemsByUser(folder / "items", range(USERS))
        crowd = Crowd(
            pack=pack,
            driver=SyntheticDriver(),  # type: ignore[arg-type]
            interfaces={},
            samples=appended_by(folder, 0),
            told=tell_locust(Environment()),
        )
        users = [User(crowd, number) for number in range(USERS)]
        crowd.start()
        gevent.spawn(look)
        bounds = {"seconds": float("inf"), "grace_s": 0.0, "epoch_ns": crowd.epoch_ns}
        gevent.joinall([gevent.spawn(u.work, items.of(n), **bounds) for n, u in enumerate(users)], raise_error=True)
        samples = appended_by(folder, 0).stat().st_size // SAMPLE.itemsize
    (first, began), (last, ended) = seen[1], seen[-1]  # the first tenth is for caches to fill
    print(
        json.dumps(
            {
                "samples": samples,
                "bytes_per_sample": (ended - began) / ((last - first) * samples / crowd.done),
                "megabytes": ended / 2**20,
            }
        )
    )


if __name__ == "__main__":
    main()
