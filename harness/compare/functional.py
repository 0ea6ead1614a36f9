"""The functional pass of one pack: three recordings of the same workload → ledger, findings, noise.

The order is the order of events: stored data before, transactions by number, stored data after. Only so can a
difference be told from what follows from it.
Not here: how two records differ (`differences.py`), how findings are grouped (`findings.py`), verdicts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from harness.compare import examples
from harness.compare.differences import Difference, Messages, of_transaction
from harness.compare.findings import REPRESENTATION, Explanations, Findings
from harness.compare.kinds import Kind
from harness.compare.noise import Noise
from harness.compare.stored import AFTER, BEFORE, Observed, Recordings, StoredData
from harness.compare.taint import Taint
from harness.compare.walk import Walk, earliest
from harness.errors import Fault
from harness.model import Item, ReplyKind, Rule, TransactionRecord
from harness.result import Finding, Ledger

__all__ = ["Comparison", "Observed", "Recordings", "compare_pack"]

_BROKEN = frozenset({ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE})
_SHORT_RESULT = 3  # rows: a longer result is a list of what exists, not what was just given out
_UNNAMED = 2  # "id" is the key of many tables: a bare number under it says nothing


_NO_MESSAGES: Messages = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the functional pass of one pack showed."""

    ledger: Ledger
    tables: Ledger
    findings: tuple[Finding, ...]
    noise: tuple[str, ...]
    noise_known: bool
    rule_counts: Mapping[str, int]
    agreed: frozenset[str]  # transactions that agreed on all occurrences and were done at least once
    failed_alike: Mapping[str, int]  # transaction → occurrences that failed on both stacks with the same error
    exchanges: Mapping[str, tuple[int, int]]  # message → exchanged by both stacks, equal beyond noise and rules
    by_transaction: Mapping[str, Ledger] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # transaction → what the original did first
    by_table: Mapping[tuple[str, str], Ledger] = field(default_factory=dict)  # table, before | after


def compare_pack(
    pack: str,
    items: Sequence[Item],
    recordings: Recordings,
    rules: Sequence[Rule] = (),
    accepts: Callable[[str], bool] = lambda rule_id: False,
    messages: Messages = _NO_MESSAGES,
) -> Comparison:
    """Compare one pack's functional pass. Items and recordings are matched by `seq`, messages known by name."""
    noise = Noise()
    keys = recordings.original_1.named_keys()
    walk = Walk(
        noise=noise,
        explanations=Explanations(rules, accepts),
        findings=Findings(pack),
        taint=Taint(items, {name for name in keys if len(name) > _UNNAMED}),
    )
    stored = StoredData(walk, recordings)
    transactions = _Transactions(pack, walk, recordings, messages)
    stored.compare(BEFORE)
    transactions.compare(items)
    stored.compare(AFTER)
    return Comparison(
        ledger=_ledger(pack, _over_all(transactions.ledgers), len(items)),
        tables=_ledger(pack, _over_all(stored.ledgers), stored.total),
        findings=walk.findings.frozen(),
        noise=noise.lines(),
        noise_known=bool(recordings.original_2.transactions),
        rule_counts=dict(walk.explanations.counts),
        agreed=frozenset(transactions.done - transactions.disagreed),
        failed_alike=dict(transactions.failed_alike),
        exchanges={name: (n, transactions.equal[name]) for name, n in transactions.exchanged.items()},
        by_transaction={name: _ledger(pack, own, own.total()) for name, own in transactions.ledgers.items()},
        steps=transactions.steps,
        by_table={place: _ledger(pack, own, own.total()) for place, own in stored.ledgers.items()},
    )


def _over_all(ledgers: Mapping[Any, Counter[str]]) -> Counter[str]:
    return sum(ledgers.values(), Counter())


def _ledger(pack: str, counts: Counter[str], total: int) -> Ledger:
    ledger = Ledger(
        total=total, equal=counts["equal"], equal_by_rule=counts["equal_by_rule"], different=counts["different"],
        error=counts["error"], not_run=counts["not_run"],
    )  # fmt: skip
    if not ledger.balanced:
        raise Fault(f"{pack} 的覆盖台账不平：{ledger}。", hint="这是信衡自身的缺陷，请连同运行目录一起报告。")
    return ledger


# --------------------------------------------------------------------------- transactions


class _Transactions:
    """The walk through the items."""

    def __init__(self, pack: str, walk: Walk, recordings: Recordings, messages: Messages) -> None:
        self._pack = pack
        self._walk = walk
        self._messages = messages
        self._one, self._two, self._other = (
            {record.seq: record for record in observed.transactions}
            for observed in (recordings.original_1, recordings.original_2, recordings.migrated)
        )
        self._learn()
        self._masks = walk.noise.masks()
        self.ledgers: dict[str, Counter[str]] = defaultdict(Counter)  # by transaction
        self.steps: dict[str, tuple[str, ...]] = {}
        self.done: set[str] = set()
        self.disagreed: set[str] = set()
        self.failed_alike: Counter[str] = Counter()
        self.exchanged: Counter[str] = Counter()  # by message
        self.equal: Counter[str] = Counter()

    def _learn(self) -> None:
        """What moves between the two runs of the original."""
        same = {name: spoken.twice_the_original for name, spoken in self._messages.items()}
        for seq, record in self._one.items():
            if seq in self._two:
                self._walk.noise.learn(of_transaction(record, self._two[seq], {}, same))

    def compare(self, items: Sequence[Item]) -> None:
        for item in items:
            a, b = self._one.get(item.seq), self._other.get(item.seq)
            if a is None or b is None or item.seq not in self._two:
                where = "not_run"
            else:
                where = self._item(item, a, b)
                self.steps.setdefault(item.transaction, tuple(step.statement for step in a.steps))
                if a.outcome is ReplyKind.OK:
                    self.done.add(item.transaction)
            if where not in ("equal", "equal_by_rule"):
                self.disagreed.add(item.transaction)
            self.ledgers[item.transaction][where] += 1

    def _item(self, item: Item, a: TransactionRecord, b: TransactionRecord) -> str:
        if not item.transaction == a.transaction == b.transaction:
            raise Fault(
                f"{self._pack} 第 {item.seq} 笔应为 {item.transaction}，记录中是 {a.transaction}、{b.transaction}。",
                hint="负载文件与记录不是同一次运行的，请不要混用不同运行目录里的文件。",
            )
        differences = of_transaction(a, b, self._masks, self._messages)
        if not differences:
            self._exchanges(a, b, frozenset())
            if a.outcome in _BROKEN:
                self.failed_alike[item.transaction] += 1
            return "equal"
        example = partial(examples.of_item, seq=item.seq, params=item.params)
        left = [d for d in differences if not self._walk.explained(d, partial(example, d))]
        self._exchanges(a, b, {d.place for d in left} | _beyond(differences, a))
        if not left:
            return "equal_by_rule"
        root = self._place(item, left)
        self._touch(item, left, a, b, root)
        return "error" if a.outcome is not b.outcome and {a.outcome, b.outcome} & _BROKEN else "different"

    def _exchanges(self, a: TransactionRecord, b: TransactionRecord, unequal: AbstractSet[int]) -> None:
        """Count the messages that both stacks were asked for in this item."""
        for place, (left, right) in enumerate(zip(a.steps, b.steps, strict=False)):
            if left.sent and left.statement == right.statement:
                self.exchanged[left.statement] += 1
                self.equal[left.statement] += place not in unequal

    def _place(self, item: Item, differences: Sequence[Difference]) -> int:
        """The first step that differs is judged by what it carries; later steps of the item follow from it."""
        findings = self._walk.findings
        first = min((d.place for d in differences if d.kind not in REPRESENTATION), default=differences[0].place)
        roots: list[int] = []
        for d in differences:
            changing = [root for root in roots if findings.changes(root)]
            carried = self._carried(item, d) if d.place <= first else min(changing, default=None)
            example = partial(examples.of_item, d, seq=item.seq, params=item.params)
            root = findings.unexplained(d, carried, example)
            if d.place <= first:
                roots.append(root)
        return min(roots, key=lambda root: (not findings.changes(root), root))

    def _carried(self, item: Item, d: Difference) -> int | None:
        """The root whose trace a difference carries: in what the item names, in its row, or in a running number."""
        taint = self._walk.taint
        root = earliest(taint.of_item(item.params), self._walk.row_taint(d))
        if root is not None or d.kind in REPRESENTATION:
            return root
        if not taint.names_a_case(item.params):  # a report over everything
            return self._walk.findings.earliest_change
        return taint.weakly_of_item(item.params) if d.kind is Kind.NUMBER else None

    def _touch(
        self, item: Item, differences: Sequence[Difference], a: TransactionRecord, b: TransactionRecord, root: int
    ) -> None:
        """What the item names, and the numbers that only one side gave out: they turn up in other people's items."""
        if not self._walk.findings.changes(root):
            return
        self._walk.taint.touch_item(item.params, root)
        for d in differences:
            self._walk.touch_values(d, root)
        last = differences[-1]
        if last.ends:
            self._walk.taint.touch_weakly(item.params, root)
            left, right = (
                [v for s in r.steps[last.place :] if len(s.rows) <= _SHORT_RESULT for row in s.rows for v in row]
                for r in (a, b)
            )
            self._walk.taint.touch_one_sided(left, right, root)


def _beyond(differences: Sequence[Difference], a: TransactionRecord) -> frozenset[int]:
    """The steps behind one from which on the two transactions are not comparable: nobody looked at them."""
    return frozenset(range(differences[-1].place, len(a.steps)) if differences[-1].ends else ())
