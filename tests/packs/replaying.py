"""A pack's functional pass on a real server, without run folders: load, observe, execute, observe."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.compare.functional import Observed
from harness.execute.sequential import check_invariants, execute
from harness.model import Item, Pack, Rendered, Reply
from harness.ports import Driver, Session


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


def replay(pack: Pack, world: Any, items: Sequence[Item], driver: Driver, scratch: Path) -> Replayed:
    load(pack, world, driver)
    before = {state.table: state for state in driver.state(pack.metadata)}
    violated_before = violated(pack, driver)
    records = tuple(execute(pack, items, driver, scratch / "transactions.jsonl", trusted=False))
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
