"""A pack's functional pass on a real server, without run folders: load, observe, execute, observe."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.compare.functional import Observed
from harness.execute.conversation import Talk, perform
from harness.execute.sequential import check_invariants, execute, rendered_statements
from harness.model import Item, Pack, Params, Rendered, Reply, ReplyKind, TransactionRecord
from harness.ports import Driver, MessageDriver, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What one pass on one server showed."""

    observed: Observed
    violated_before: tuple[str, ...]
    violated_after: tuple[str, ...]


def load(pack: Pack, world: Any, driver: Driver) -> None:
    """Fresh tables with the generated data."""
    driver.create(pack.metadata, mark="tests")
    for table, columns, rows in pack.rows(world):
        driver.load(table, columns, rows)
    driver.finish_load(pack.metadata)


def violated(pack: Pack, driver: Driver) -> tuple[str, ...]:
    return tuple(f"{r['name']}: {r['examples']}" for r in check_invariants(pack, driver) if not r["holds"])


def replay(
    pack: Pack,
    world: Any,
    items: Sequence[Item],
    driver: Driver,
    scratch: Path,
    interfaces: Mapping[str, MessageDriver] | None = None,
) -> Replayed:
    load(pack, world, driver)
    before = {state.table: state for state in driver.state(pack.metadata)}
    violated_before = violated(pack, driver)
    out = scratch / "transactions.jsonl"
    records = tuple(execute(pack, items, driver, out, trusted=False, interfaces=interfaces))
    after = {state.table: state for state in driver.state(pack.metadata)}
    return Replayed(
        observed=Observed(transactions=records, before=before, after=after),
        violated_before=violated_before,
        violated_after=violated(pack, driver),
    )


@contextlib.contextmanager
def undone(driver: Driver) -> Iterator[Session]:
    """A session whose work is rolled back."""
    session = driver.connect()
    try:
        yield session
    finally:
        session.rollback()
        session.close()


def say(session: Session, sql: str) -> Reply:
    """One statement without parameters."""
    return session.execute(Rendered(name="text", sql=sql, order=(), returns_rows=False), ())


def unexpected(pack: Pack, replayed: Replayed) -> list[TransactionRecord]:
    """Transactions that did not end as they must: probes refused, all others carried out."""
    probes = {t.name for t in pack.transactions if t.probe}
    return [
        record
        for record in replayed.observed.transactions
        if record.outcome is not (ReplyKind.REFUSED if record.transaction in probes else ReplyKind.OK)
    ]


def refused_as(pack: Pack, replayed: Replayed) -> dict[str, set[str]]:
    """Probe → the classes of error that it was refused with; "" where the business itself refused."""
    found: dict[str, set[str]] = {}
    for record in replayed.observed.transactions:
        if any(t.probe for t in pack.transactions if t.name == record.transaction):
            classes = [step.error_class for step in record.steps if step.error_class]
            found.setdefault(record.transaction, set()).add("+".join(classes))
    return found


def together(pack: Pack, name: str, driver: Driver, all_params: Sequence[Params]) -> list[ReplyKind]:
    """The same transaction at the same moment from as many sessions as there are parameters; how each ended."""
    transaction = next(t for t in pack.transactions if t.name == name)
    rendered = rendered_statements(pack, driver)
    ready = threading.Barrier(len(all_params))
    outcomes: list[ReplyKind] = []

    def desk(params: Params) -> None:
        session = driver.connect()
        ready.wait()
        outcomes.append(perform(transaction, params, Talk(session, rendered, lambda *_: None))[0])
        session.close()

    desks = [threading.Thread(target=desk, args=(params,)) for params in all_params]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    return outcomes
