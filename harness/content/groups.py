"""Many differences → one line for each sort of them: the path, how often, three examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.content.differences import Change, FieldDifference
from harness.content.path import bare
from harness.normalise import Kind

EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Differences of one sort in one place, over all messages."""

    path: str  # general
    change: Change
    kind: Kind | None
    count: int
    examples: tuple[tuple[int, FieldDifference], ...]  # (number of the message, difference)


def grouped(found: Iterable[tuple[int, FieldDifference]]) -> tuple[Group, ...]:
    """By place, most frequent first. A list that has one item only is the same place as where it has several."""
    groups: dict[tuple[str, Change, Kind | None], Group] = {}
    for seq, d in found:
        place = (bare(d.path), d.change, d.kind)
        known = groups.get(place)
        if known is None:
            groups[place] = Group(path=d.general, change=d.change, kind=d.kind, count=1, examples=((seq, d),))
            continue
        groups[place] = Group(
            path=max(known.path, d.general, key=lambda path: (path.count("[*]"), path)),
            change=d.change,
            kind=d.kind,
            count=known.count + 1,
            examples=known.examples if known.count >= EXAMPLES else (*known.examples, (seq, d)),
        )
    return tuple(sorted(groups.values(), key=lambda group: (-group.count, group.path, group.change)))
