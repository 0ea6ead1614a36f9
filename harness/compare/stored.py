"""Stored data of one pack, before and after the transactions: every row of every table ends in one place of the ledger.

A table is looked up, learned from, compared and let go, one after the other, so that states may be read on demand.
Not here: reading tables, matching rows (`differences.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from harness.compare import examples
from harness.compare.differences import Difference, Masks, of_table
from harness.compare.kinds import Kind
from harness.compare.noise import Noise
from harness.compare.silent_loss import acknowledged, named
from harness.compare.walk import Walk, earliest
from harness.model import Row, TableState, TransactionRecord

BEFORE, AFTER = "before", "after"
COUNTERS = 200  # rows: a table of running numbers and totals is small
_RUNNING = frozenset({Kind.NUMBER, Kind.TEXT, Kind.TIME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One recording of the functional pass. Empty where it was not made."""

    transactions: Sequence[TransactionRecord] = ()
    before: Mapping[str, TableState] = field(default_factory=dict)
    after: Mapping[str, TableState] = field(default_factory=dict)

    key_columns: frozenset[str] = frozenset()  # of all tables, where known without reading them

    def states(self, when: str) -> Mapping[str, TableState]:
        return self.before if when == BEFORE else self.after

    def named_keys(self) -> frozenset[str]:
        """The key columns of all tables."""
        return self.key_columns or frozenset(name for table in self.before for name in self.before[table].key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """The three of them: what differs between the first two is noise."""

    original_1: Observed
    original_2: Observed
    migrated: Observed


class StoredData:
    """The walk through the tables."""

    def __init__(self, walk: Walk, recordings: Recordings) -> None:
        self._walk = walk
        self._original = recordings.original_1
        self._again = recordings.original_2
        self._migrated = recordings.migrated
        self._acknowledged = acknowledged(recordings.migrated.transactions)
        self._known: dict[tuple[Any, ...], int] = {}  # a place that differed before → its root
        self._uses: dict[tuple[str, str, int], Counter[Any]] = {}
        self.ledgers: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)  # by table and moment
        self.total = 0

    def compare(self, when: str) -> None:
        """All tables, in the order in which the original was read: referred to before referring."""
        states, others = self._original.states(when), self._migrated.states(when)
        for name in dict.fromkeys((*states, *others)):
            if not states or not others:  # one of the recordings was not made
                rows = len((states[name] if name in states else others[name]).rows)
                self.total += rows
                self.ledgers[name, when]["not_run"] += rows
                continue
            a = states[name] if name in states else replace(others[name], rows=())
            b = others[name] if name in others else replace(a, rows=())
            again = self._again.states(when)
            masks = self._learn(a, again[name], when) if name in again else self._walk.noise.masks()
            self._table(a, b, when, masks)

    def _learn(self, a: TableState, again: TableState, when: str) -> Masks:
        """A table against itself a run later. Rows that both come and go are the same rows under a key that moves."""
        found = of_table(a, again, when, {})
        kinds = {d.kind for row in found.rows for d in row}
        if {Kind.ROW_MISSING, Kind.ROW_EXTRA} <= kinds:
            found = of_table(a, again, when, {(f"table:{a.table}", when): frozenset(a.key)})
        noise = Noise()  # of this table alone
        for differences in (found.whole, *found.rows):
            noise.learn(differences)
            self._walk.noise.learn(differences)
        return noise.masks()

    def _table(self, a: TableState, b: TableState, when: str, masks: Masks) -> None:
        found = of_table(a, b, when, masks)
        self.total += found.total
        ledger = self.ledgers[a.table, when]
        rest = found.total - len(found.rows)
        whole = [self._row((d,), a, when) for d in found.whole]
        if whole:  # a column is gone: no row of the table is what it was
            ledger["different" if "different" in whole else "equal_by_rule"] += rest
        else:
            ledger["equal"] += rest
        for row in found.rows:
            where = self._row(named(row, self._acknowledged) if a.open and when == AFTER else row, a, when)
            ledger["different" if "different" in whole else where] += 1

    def _row(self, differences: Sequence[Difference], table: TableState, when: str) -> str:
        key_columns = [name for name in table.columns if name in table.key]
        example = partial(examples.of_stored_row, key_columns=key_columns)
        left = [d for d in differences if not self._walk.explained(d, partial(example, d))]
        for d in left:
            place = (d.scope, d.key, d.column)
            if when == AFTER and place in self._known:
                root = self._known[place]
                self._walk.findings.follows(d, root, partial(example, d))
            else:
                carried = self._carried(d, table, key_columns, when)
                root = self._walk.findings.unexplained(d, carried, partial(example, d))
            if when == BEFORE:
                self._known[place] = root
            self._touch(d, table, key_columns, root)
        return "different" if left else "equal_by_rule"

    def _carried(self, d: Difference, table: TableState, key_columns: Sequence[str], when: str) -> int | None:
        """The root whose trace a stored difference carries, in its key, in its row, or as a running number."""
        if d.kind is Kind.SILENT_LOSS:  # whatever else went wrong with it before
            return None
        root = earliest(self._walk.taint.of_key(key_columns, d.key), self._walk.row_taint(d))
        if (
            root is None
            and when == AFTER
            and (d.kind is Kind.IDENTITY or (d.kind in _RUNNING and self._running(d, table)))
        ):
            return self._walk.findings.earliest_event
        return root

    def _running(self, d: Difference, table: TableState) -> bool:
        """Whether the transactions themselves move this cell: a counter or total that any of them may have put off."""
        if len(table.rows) > COUNTERS or table.table not in self._original.before:
            return False
        before = self._original.before[table.table]
        if d.column not in before.columns:
            return False
        key = [n for n, name in enumerate(before.columns) if name in before.key]
        row = next((r for r in before.rows if tuple(r[n] for n in key) == d.key), None)
        return row is not None and row[before.columns.index(d.column)] != d.a

    def _touch(self, d: Difference, table: TableState, key_columns: Sequence[str], root: int) -> None:
        if not self._walk.findings.changes(root):
            return
        taint = self._walk.taint
        taint.touch_key(key_columns, d.key, root)
        self._walk.touch_values(d, root)
        for row in (d.row_a, d.row_b):
            named = [(n, v) for n, v in zip(d.columns, row, strict=False) if self._names_one_row(table, n, v)]
            taint.touch_key([n for n, _ in named], tuple(v for _, v in named), root)

    def _names_one_row(self, table: TableState, column: str, value: Any) -> bool:
        """Whether a text stands in this one row only: a second name of the row, a drug's code beside its number."""
        if type(value) is not str or column not in table.columns:
            return False
        place = (table.table, column, len(table.rows))
        if place not in self._uses:
            at = table.columns.index(column)
            self._uses[place] = Counter(_cell(row, at) for row in table.rows)
        return self._uses[place][value] <= 1


def _cell(row: Row, at: int) -> Any:
    value = row[at]
    return value if isinstance(value, str) else None
