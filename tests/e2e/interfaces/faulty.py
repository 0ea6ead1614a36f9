"""Two systems beside each other, of which one can be told to go wrong: what was spoilt, and what the comparison says.

The system is a pack's own tables on a real server with the reference application before it; the work is every message
transaction of the pack once. Not here: which faults there are (`scenarios/reference/faults`).
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import scenarios
from drivers.messages import driver_for as message_driver_for
from drivers.servers.program import ProgramServer
from drivers.sql import driver_for
from harness.assess.carried import stored_fields
from harness.assess.interfaces import spoken
from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.content.path import bare, pattern
from harness.execute.peers import message_drivers
from harness.execute.sequential import execute
from harness.interface_result import StoredFields
from harness.message import MessageEndpoint
from harness.model import Item, Pack, Role, Scale, Stack, TableState
from harness.normalise import Kind
from harness.ports import Driver
from harness.result import Finding
from harness.runfile import pack_as_dict
from harness.workload import Draw, reachable
from scenarios.reference.faults.fault import Fault, Shows

_KINDS = (Kind.OUTCOME, Kind.ERROR_CLASS)

PACKS = ("lis", "emr")
ROOT = Path(scenarios.__path__[0]).parent
SCALE = Scale(outpatients_per_day=8, days=2, seed=20260101)
PATIENCE_S, HURRY_S = 20.0, 0.3  # how long to wait for an answer; and for one that does not come


# Values that no pack draws: blanks at the edges, and a text that is there and says nothing.
EDGES = {"reject_by_http": {"remark": " 条码破损 "}, "publish_by_http": {"conclusion": ""}}


def work_of(pack: Pack, world: Any) -> list[Item]:
    """Every transaction that sends, once."""
    names = [interface.name for interface in pack.interfaces]
    drawing = Draw(world=world, pools=pack.pools(world), rng=random.Random(SCALE.seed))
    drawn = [(t.name, t.draw(drawing)) for t in reachable(pack, names) if t.interfaces]
    return [
        Item(seq=n, transaction=name, params={**params, **EDGES.get(name, {})})
        for n, (name, params) in enumerate(drawn, 1)
        if params is not None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system."""

    stack: Stack
    driver: Driver
    application: ProgramServer
    endpoints: Mapping[str, MessageEndpoint]

    def switch(self, line: str) -> None:
        (self.application.home / "faults.jsonl").unlink(missing_ok=True)
        (self.application.home / "faults").write_text(line, encoding="utf-8")

    def noted(self) -> list[str]:
        """Where something was spoilt; nothing where a fault spoils no place of its own."""
        notes = self.application.home / "faults.jsonl"
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
        return [json.loads(line)["where"] for line in lines]

    def as_stack(self, interfaces: Sequence[str] = ()) -> Stack:
        """With these interfaces, or with all."""
        chosen = {name: self.endpoints[name] for name in interfaces or self.endpoints}
        return replace(self.stack, endpoints=chosen)

    def interfaces(self, pack: Pack, timeout_s: float) -> Mapping[str, Any]:
        patient = {name: replace(endpoint, timeout_s=timeout_s) for name, endpoint in self.endpoints.items()}
        return message_drivers(pack, patient, message_driver_for)


@contextlib.contextmanager
def answering(stack: Stack, home: Path) -> Iterator[Side]:
    """A stack with its applications."""
    command = (sys.executable, "-m", "scenarios.reference", "--packs", ",".join(PACKS))
    application = ProgramServer(home, command, roots=[ROOT])
    try:
        tables: Mapping[str, Any] = application.start({"url": stack.sql.url, "product": stack.sql.product})
        endpoints = {name: MessageEndpoint(**table) for name, table in tables.items()}
        yield Side(stack=stack, driver=driver_for(stack.sql), application=application, endpoints=endpoints)
    finally:
        application.discard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the comparison says of a migrated system that was told to go wrong, and what was in fact spoilt."""

    noted: Sequence[str]
    compared: Comparison
    stored: Sequence[StoredFields]  # of the migrated system

    def found(self, fault: Fault) -> list[str]:
        """What is said of the places that were spoilt. Nothing where no root is named: then nobody would look."""
        if not any(not f.consequence_of for f in unexplained(self)):
            return []
        return [place for place in dict.fromkeys(self.noted) if self.says(fault, place)]

    def says(self, fault: Fault, place: str) -> bool:
        """Whether a finding speaks of a place: a column of a table, or a path in a reply."""
        return any(_speaks_of(f, fault, place) for f in unexplained(self)) or any(
            each.wrong and each.table == place.partition(".")[0] and f"，{place.partition('.')[2]} 存下" in example
            for each in self.stored
            for example in each.examples
        )


class Trial:
    """One pack on two systems. The original is recorded once, twice over for the noise."""

    def __init__(self, pack: Pack, original: Side, migrated: Side, scratch: Path) -> None:
        self.pack, self.migrated = pack, migrated
        self._out = scratch / "transactions.jsonl"
        self._world = pack.world(SCALE)
        self.items = work_of(pack, self._world)
        for side in (original, migrated):
            side.driver.create(pack.metadata, mark="tests")
        self._before: dict[Role, Mapping[str, TableState]] = {}
        self._originals = [self._observed(original) for _ in range(2)]

    def told(self, line: str = "") -> Told:
        """The work once more, with this switched on in the migrated system."""
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
        compared = compare_pack(
            pack.name, self.items, recordings, pack.rules, lambda rule: True, spoken(run, pack.name)
        )
        stored = [each for each in stored_fields(run, pack.name, recordings) if each.stack == Role.MIGRATED.value]
        return Told(noted=noted, compared=compared, stored=stored)

    def _observed(self, side: Side, timeout_s: float = PATIENCE_S) -> Observed:
        pack, driver = self.pack, side.driver
        driver.clear(pack.metadata)
        for table, columns, rows in pack.rows(self._world):
            driver.load(table, columns, rows)
        driver.finish_load(pack.metadata)
        before = self._before.get(side.stack.role)  # the same data again, and no fault has had to do with them yet
        if before is None:
            before = self._before[side.stack.role] = {state.table: state for state in driver.state(pack.metadata)}
        interfaces = side.interfaces(pack, timeout_s)
        records = tuple(execute(pack, self.items, driver, self._out, trusted=False, interfaces=interfaces))
        after = {state.table: state for state in driver.state(pack.metadata)}
        return Observed(transactions=records, before=before, after=after)


def _speaks_of(found: Finding, fault: Fault, place: str) -> bool:
    table = found.transaction.removeprefix("table:")
    stored = table != found.transaction
    if fault.shows is Shows.TABLE:
        at = f"{table}.{found.column}".rstrip(".")
        return stored and ("." not in place or place == at or place.startswith(f"{at}."))
    if stored:
        return False
    if fault.shows is Shows.KIND:
        return found.kind in _KINDS
    if fault.shows is Shows.STATUS or place == "!status":
        return found.kind == Kind.STATUS
    spoilt, named = bare(place), bare(found.column)
    return not place or pattern(spoilt).covers(named) or pattern(named).covers(spoilt)


def unexplained(told: Told) -> list[Finding]:
    return [f for f in told.compared.findings if not f.explained_by]
