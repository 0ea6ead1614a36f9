"""What differs between two replies of the original, and what of the migrated stack's differences that excuses.

Noise says that a value moves, not that it may vanish or come out garbled; that two items came and went does not excuse
twenty; that a clock moved by a minute does not excuse eight hours. Not here: noise of rows (`compare/noise.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harness.content.differences import Change, FieldDifference, differences
from harness.content.how import How
from harness.content.path import bare
from harness.content.tree import Document
from harness.normalise import Kind

_N = TypeVar("_N", int, float)

# A value that moves is no excuse for these unless the original shows them too.
_HARMS = frozenset({Kind.CHARSET, Kind.TYPE, Kind.NULL, Kind.EMPTY_NULL})
_COMES_AND_GOES = (Change.MISSING, Change.EXTRA)
# The migrated stack is asked later and may be slower, but not by as much as a wrong time zone.
_SLOWER = 10
_LATER_S = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What moves in one sort of reply. Paths without index, so that the length of a list does not matter."""

    paths: frozenset[str] = frozenset()  # general paths, for a reader
    moved: Mapping[str, frozenset[Kind]] = field(default_factory=dict)
    apart_s: Mapping[str, float] = field(default_factory=dict)
    came_and_went: Mapping[str, int] = field(default_factory=dict)  # at most, in one pair of replies
    reordered: frozenset[str] = frozenset()

    def and_also(self, other: Noise) -> Noise:
        """Of two pairs of replies together."""
        return Noise(
            paths=self.paths | other.paths,
            moved={p: self.moved.get(p, frozenset()) | other.moved.get(p, frozenset()) for p in _both(self, other)},
            apart_s=_larger(self.apart_s, other.apart_s),
            came_and_went=_larger(self.came_and_went, other.came_and_went),
            reordered=self.reordered | other.reordered,
        )

    def left(self, found: Iterable[FieldDifference]) -> tuple[FieldDifference, ...]:
        """The differences of one pair that the original does not show against itself."""
        found = tuple(found)
        numbers = came_and_went(found)
        return tuple(d for d in found if not self.excuses(d, numbers.get(bare(d.path), 0)))

    def excuses(self, d: FieldDifference, together: int) -> bool:
        """Whether the original shows this against itself; `together`: so many came and went there in this pair."""
        path = bare(d.path)
        if d.change is Change.ORDER:
            return path in self.reordered
        if d.change in _COMES_AND_GOES:
            return together <= self.came_and_went.get(path, 0)
        if d.change is not Change.DIFFERENT or path not in self.moved:
            return False
        if d.kind in _HARMS and d.kind not in self.moved[path]:
            return False
        return d.apart_s is None or d.apart_s <= _SLOWER * self.apart_s.get(path, 0.0) + _LATER_S


def noise(first: Document, second: Document, how: How) -> Noise:
    """Learned from two replies of the original to the same request."""
    return learned(differences(first, second, how))


def learned(found: Sequence[FieldDifference]) -> Noise:
    """What two replies of the original to the same request differ in."""
    moved: dict[str, frozenset[Kind]] = {}
    apart: dict[str, float] = {}
    for d in found:
        path = bare(d.path)
        if d.change is Change.DIFFERENT and d.kind is not None:
            moved[path] = moved.get(path, frozenset()) | {d.kind}
            apart[path] = max(apart.get(path, 0.0), d.apart_s or 0.0)
    return Noise(
        paths=frozenset(d.general for d in found),
        moved=moved,
        apart_s=apart,
        came_and_went=came_and_went(found),
        reordered=frozenset(bare(d.path) for d in found if d.change is Change.ORDER),
    )


def came_and_went(found: Iterable[FieldDifference]) -> Mapping[str, int]:
    """Place without index → how many things are there on one side only."""
    return Counter(bare(d.path) for d in found if d.change in _COMES_AND_GOES)


def _both(a: Noise, b: Noise) -> frozenset[str]:
    return frozenset(a.moved) | frozenset(b.moved)


def _larger(a: Mapping[str, _N], b: Mapping[str, _N]) -> dict[str, _N]:
    return dict(a) | {path: max(value, a.get(path, value)) for path, value in b.items()}
