"""The load of a calibration: numbered questions for the reference server, carried out by the generator as it is.

Same processes, users, clocks, drivers and sample files as in a block against a stack; only the pack and the server are
others. Not here: what the samples are compared with (`calibration_errors.py`), when this is done (`calibration.py`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

from harness.execute.block import run_block
from harness.execute.block_spec import BlockSpec
from harness.message import MessageEndpoint
from harness.model import Item, SqlEndpoint
from harness.pacer import NS, arrivals
from harness.recording import write_items

QUESTION, ASK, INTERFACE = "question", "ask", "reference"  # transaction, its steps, where messages go
HTTP = "http"
FAMILIES = (HTTP, "postgresql", "mysql")  # that the reference server speaks
PACK = "calibration"  # as the locustfile's finder knows it
WARM_UP_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationLoad:
    """What the generator is to do for some seconds."""

    family: str
    rate_per_s: float  # transactions
    steps: float  # in a transaction, on average
    users: int
    seconds: float
    processes: int = 1
    seed: int = 1

    @property
    def steps_per_s(self) -> float:
        return self.rate_per_s * self.steps


def questions(load: CalibrationLoad) -> list[Item]:
    """Everything that is due, each user with arrivals of its own as under load; steps are numbered from 0."""
    rng = random.Random(load.seed)
    due = sorted(
        (moment, user)
        for user in range(load.users)
        for moment in takewhile(
            lambda moment: moment < load.seconds * NS, arrivals(rng, rate_per_s=load.rate_per_s / load.users)
        )
    )
    items, number = [], 0
    for seq, (moment, user) in enumerate(due, 1):
        steps = max(1, int(load.steps + rng.random()))
        numbers = list(range(number, number + steps))
        number += steps
        items.append(Item(seq=seq, transaction=QUESTION, params={"numbers": numbers}, user=user, due_ns=moment))
    return items


def carry_out(load: CalibrationLoad, items: list[Item], *, url: str, folder: Path, locustfile: Path) -> Iterator[float]:
    """Run the block; it leaves its samples and `block.json` in the folder. Yields the seconds gone by."""
    folder.mkdir(parents=True, exist_ok=True)
    workload = folder / "items.jsonl"
    write_items(workload, items)
    endpoints = {INTERFACE: asdict(MessageEndpoint(kind=HTTP, url=url))} if load.family == HTTP else {}
    spec = BlockSpec(
        pack=PACK,
        known_as=PACK,
        stack=INTERFACE,
        endpoint=asdict(SqlEndpoint(url="" if endpoints else url, product="" if endpoints else load.family)),
        endpoints=endpoints,
        level=PACK,
        level_number=1,
        position=1,
        users=load.users,
        seconds=load.seconds,
        warmup_s=WARM_UP_S,
        workload=str(workload),
        folder=str(folder),
        rate_per_s=load.rate_per_s,
        processes=load.processes,
    )
    yield from run_block(spec, locustfile=locustfile)
