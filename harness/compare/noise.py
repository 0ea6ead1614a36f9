"""What moves between two runs of the original, and what of the migrated stack's differences that excuses.

Noise says that a value moves, not that it may vanish, change its type or come out garbled; a number of rows that
varied by two does not excuse twenty, and a clock that moved by a minute does not excuse eight hours. What a reply's
fields excuse is decided by `content/noise.py`. Not here: how differences are found.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.compare.differences import Difference, Masks
from harness.content import noise as of_fields
from harness.content.differences import FieldDifference
from harness.normalise import Kind

# Kinds that say the same of a moving value. A kind that is not listed excuses only itself.
_FAMILIES = (
    frozenset({Kind.NUMBER, Kind.DECIMAL_SCALE, Kind.IDENTITY}),
    frozenset({Kind.TIME, Kind.TIME_ZONE, Kind.TIME_PRECISION}),
    frozenset({Kind.TEXT, Kind.CASE, Kind.PADDING}),
    frozenset({Kind.ROW_ORDER, Kind.NULL_ORDER}),
    frozenset({Kind.ROW_MISSING, Kind.ROW_EXTRA, Kind.ROW_COUNT}),
)
_FAMILY = {kind: family for family in _FAMILIES for kind in family}
_ROWS = _FAMILY[Kind.ROW_COUNT]

# A clock column shows when a pass ran. The migrated pass comes later and may be slower than the second of the original,
# but not by as much as a wrong time zone.
_SLOWER = 10
_LATER_S = 1800.0

Place = tuple[str, str, str]


@dataclass(slots=True)
class Noise:
    """Learned from original against original."""

    kinds: dict[Place, dict[Kind, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    answers: set[tuple[Place, tuple[str, str]]] = field(default_factory=set)
    deltas: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    shifts_s: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    replies: dict[tuple[str, str], of_fields.Noise] = field(default_factory=dict)  # (transaction, message)
    shown: dict[Place, str] = field(default_factory=dict)  # what a reader knows the column by

    def learn(self, differences: Iterable[Difference]) -> None:
        """Note where the original differs from itself: the differences of one item, or of one row."""
        fields: dict[tuple[str, str, int], list[FieldDifference]] = defaultdict(list)
        for d in differences:
            place = (d.scope, d.step, d.column)
            self.kinds[place][d.kind] += 1
            self.shown[place] = d.shown
            if d.field:
                fields[d.scope, d.step, d.place].append(d.field)
            if d.pair != ("", ""):
                self.answers |= {(place, d.pair), (place, d.pair[::-1])}
            self.shifts_s[place] = max(self.shifts_s[place], _shift_s(d))
            if d.kind in _ROWS:
                self.deltas[d.scope, d.step] = max(self.deltas[d.scope, d.step], abs(d.delta))
        for (scope, step, _), found in fields.items():
            known = self.replies.get((scope, step), of_fields.Noise())
            self.replies[scope, step] = known.and_also(of_fields.learned(found))

    def excuses(self, d: Difference) -> bool:
        """Whether the original does the same to itself."""
        if d.field:
            return (d.scope, d.step) in self.replies and self.replies[d.scope, d.step].excuses(d.field, d.delta)
        place = (d.scope, d.step, d.column)
        seen = self.kinds.get(place)
        if seen is None:
            return False
        if d.pair != ("", ""):
            return (place, d.pair) in self.answers
        if d.kind in _ROWS and abs(d.delta) > self.deltas[d.scope, d.step]:
            return False
        if _shift_s(d) > _SLOWER * self.shifts_s[place] + _LATER_S:
            return False
        return not _FAMILY.get(d.kind, frozenset({d.kind})).isdisjoint(seen)

    def masks(self) -> Masks:
        """Moving columns by statement, of all that was learned so far: they identify no row."""
        masks: dict[tuple[str, str], set[str]] = defaultdict(set)
        for scope, step, column in self.kinds:
            if column:
                masks[scope, step].add(column)
        return {place: frozenset(columns) for place, columns in masks.items()}

    def lines(self) -> tuple[str, ...]:
        """What moved, readable, one line per place and kind."""
        return tuple(
            f"{'.'.join(part for part in (*place[:2], self.shown[place]) if part)}：{kind.label}（{count} 处）"
            for place, kinds in sorted(self.kinds.items())
            for kind, count in sorted(kinds.items())
        )


def _shift_s(d: Difference) -> float:
    """By how much two moments differ, in seconds; 0 for anything else."""
    a, b = d.a, d.b
    if isinstance(a, dt.datetime) and isinstance(b, dt.datetime) and (a.tzinfo is None) == (b.tzinfo is None):
        return abs((a - b).total_seconds())
    return 0.0
