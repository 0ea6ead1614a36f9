"""The ledgers of a pack's comparison one by one: of each transaction, each table. Not here: the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.compare.functional import Comparison
from harness.result import LedgerOf


def by_transaction(comparisons: Mapping[str, Comparison], packs: Mapping[str, Any]) -> tuple[LedgerOf, ...]:
    """`packs`: what `run.json` says of each."""
    return tuple(
        LedgerOf(
            pack=pack, name=name, ledger=ledger, steps=compared.steps.get(name, ()),
            failed_alike=0 if name in provoking(packs[pack]) else compared.failed_alike.get(name, 0),
        )
        for pack, compared in comparisons.items()
        for name, ledger in compared.by_transaction.items()
    )  # fmt: skip


def by_table(comparisons: Mapping[str, Comparison]) -> tuple[LedgerOf, ...]:
    """Before and after the transactions."""
    return tuple(
        LedgerOf(pack=pack, name=table, when=when, ledger=ledger)
        for pack, compared in comparisons.items()
        for (table, when), ledger in compared.by_table.items()
    )


def provoking(known: Mapping[str, Any]) -> frozenset[str]:
    """What a probe sends to an interface is meant to be broken: both failing alike is an answer."""
    return frozenset(t["name"] for t in known["transactions"] if t["probe"] and t["interfaces"])
