"""Two systems beside each other, of which one can be told to go wrong: what was spoilt, and what the comparison says.

The system is a pack's own tables on a real server with the reference application before it; the work is every message
transaction of the pack once. Not here: which faults there are (`scenarios/reference/faults`).
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drivers.messages import driver_for as message_driver_for
from drivers.sql import driver_for
from harness.assess.carried import stored_fields
from harness.assess.interfaces import spoken
from harness.cli.parts import application_for
from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.execute.peers import message_drivers
from harness.execute.sequential import execute
from harness.interface_result import StoredFields
from harness.message import MessageEndpoint
from harness.model import Item, Pack, Role, Scale, Stack
from harness.ports import Application, Driver
from harness.runfile import pack_as_dict
from harness.workload import Draw, reachable

SCALE = Scale(outpatients_per_day=20, days=2, seed=20260101)
PATIENCE_S, HURRY_S = 20.0, 0.3  # how long to wait for an answer; and for one that does not come


def work_of(pack: Pack, world: Any) -> list[Item]:
    """Every transaction that sends, once."""
    names = [interface.name for interface in pack.interfaces]
    drawing = Draw(world=world, pools=pack.pools(world), rng=random.Random(SCALE.seed))
    drawn = [(t.name, t.draw(drawing)) for t in reachable(pack, names) if t.interfaces]
    return [Item(seq=n, transaction=name, params=params) for n, (name, params) in enumerate(drawn, 1) if params]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system."""

    role: Role
    driver: Driver
    application: Application
    endpoints: Mapping[str, MessageEndpoint]

    def switch(self, line: str) -> None:
        (self.application.home / "faults.jsonl").unlink(missing_ok=True)
        (self.application.home / "faults").write_text(line, encoding="utf-8")

    def noted(self) -> list[str]:
        """Where something was spoilt; nothing where a fault spoils no place of its own."""
        notes = self.application.home / "faults.jsonl"
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
        return [json.loads(line)["where"] for line in lines]

    def interfaces(self, pack: Pack, timeout_s: float) -> Mapping[str, Any]:
        patient = {name: replace(endpoint, timeout_s=timeout_s) for name, endpoint in self.endpoints.items()}
        return message_drivers(pack, patient, message_driver_for)


@contextlib.contextmanager
def answering(stack: Stack, home: Path) -> Iterator[Side]:
    """A stack with its applications."""
    application = application_for(stack.role, home)
    try:
        tables: Mapping[str, Any] = application.start({"url": stack.sql.url, "product": stack.sql.product})
        endpoints = {name: MessageEndpoint(**table) for name, table in tables.items()}
        yield Side(role=stack.role, driver=driver_for(stack.sql), application=application, endpoints=endpoints)
    finally:
        application.discard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the comparison says of a migrated system that was told to go wrong, and what was in fact spoilt."""

    noted: Sequence[str]
    compared: Comparison
    stored: Sequence[StoredFields]  # of the migrated system
    seconds: float


class Trial:
    """One pack on two systems. The original is recorded once, twice over for the noise."""

    def __init__(self, pack: Pack, original: Side, migrated: Side, scratch: Path) -> None:
        self.pack, self.migrated = pack, migrated
        self._out = scratch / "transactions.jsonl"
        self._world = pack.world(SCALE)
        self.items = work_of(pack, self._world)
        for side in (original, migrated):
            side.driver.create(pack.metadata, mark="tests")
        self._originals = [self._observed(original) for _ in range(2)]
        self._before: Any = {}

    def told(self, line: str = "") -> Told:
        """The work once more, with this switched on in the migrated system."""
        began = time.monotonic()
        one, two = self._originals
        self.migrated.switch(line)
        timeout_s = HURRY_S if "wire_silent" in line else PATIENCE_S
        try:
            observed = self._observed(self.migrated, timeout_s)
        finally:
            noted = self.migrated.noted()
            self.migrated.switch("")
        recordings = Recordings(original_1=one, original_2=two, migrated=observed)
        pack = self.pack
        run = {"packs": {pack.name: pack_as_dict(pack, [i.name for i in pack.interfaces])}, "stacks": {}}
        compared = compare_pack(pack.name, self.items, recordings, pack.rules, lambda rule: True, spoken(run, pack.name))
        stored = [each for each in stored_fields(run, pack.name, recordings) if each.stack == Role.MIGRATED.value]
        return Told(noted=noted, compared=compared, stored=stored, seconds=time.monotonic() - began)

    def _observed(self, side: Side, timeout_s: float = PATIENCE_S) -> Observed:
        pack, driver = self.pack, side.driver
        driver.clear(pack.metadata)
        for table, columns, rows in pack.rows(self._world):
            driver.load(table, columns, rows)
        driver.finish_load(pack.metadata)
        before = {state.table: state for state in driver.state(pack.metadata)}
        interfaces = side.interfaces(pack, timeout_s)
        records = tuple(execute(pack, self.items, driver, self._out, trusted=False, interfaces=interfaces))
        after = {state.table: state for state in driver.state(pack.metadata)}
        return Observed(transactions=records, before=before, after=after)
