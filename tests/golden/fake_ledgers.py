"""Made-up ledgers of transactions and tables for `fake_result.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.result import Ledger, LedgerOf


def by_transaction(names: Sequence[str]) -> tuple[LedgerOf, ...]:
    return tuple(_of(name) for name in names)


def _of(name: str) -> LedgerOf:
    """`charge` differs once and is not run once, `book` fails once, of all others one was not run."""
    if name == "charge":
        ledger = Ledger(total=12, equal=10, equal_by_rule=0, different=1, error=0, not_run=1)
        return LedgerOf(pack="his", name=name, steps=("add_charge",), ledger=ledger)
    failed = int(name == "book")
    ledger = Ledger(total=12, equal=9, equal_by_rule=2, different=0, error=failed, not_run=1 - failed)
    return LedgerOf(pack="his", name=name, steps=("find", "add", "commit"), ledger=ledger)


def by_table() -> tuple[LedgerOf, ...]:
    whole = Ledger(total=40, equal=40, equal_by_rule=0, different=0, error=0, not_run=0)
    return tuple(
        LedgerOf(pack="his", name=table, when=when, ledger=replace(whole, equal=40 - bad, different=bad))
        for table, when, bad in (("patient", "before", 0), ("patient", "after", 0), ("charge", "after", 2))
    )
