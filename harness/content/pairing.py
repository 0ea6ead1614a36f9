"""Two lists of things → which belongs to which. Not here: what differs within a pair, whether order matters.

Things that are equal belong together wherever they stand; what lies between them is paired by how much it shares. A
thing that is missing in the middle is then one thing missing, not a difference in everything behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from harness.content.tree import Node, Shape

ALL_AGAINST_ALL = 1024  # pairs to weigh between two fixed points; beyond that things are known by one field, or place
_ALONE = 0.6  # what a thing without partner costs; two strangers (1.0) are still rather a pair than two alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Positions in either list."""

    both: tuple[tuple[int, int], ...]  # by position in the first list
    missing: tuple[int, ...]
    extra: tuple[int, ...]


def paired(a: Sequence[Node], b: Sequence[Node], *, ordered: bool) -> Pairs:
    """Which of `a` is which of `b`; the same whichever way round it is asked."""
    if len(a) == len(b) and all(map(_equal, a, b)):
        return _pairs(len(a), len(b), [(i, i) for i in range(len(a))])
    if _goes_first(b, a):
        return _turned(_paired(b, a, ordered=ordered))
    return _paired(a, b, ordered=ordered)


def by_key(a: Sequence[Hashable], b: Sequence[Hashable]) -> Pairs:
    """Paired by key; several of one key in their order."""
    there: dict[Hashable, deque[int]] = defaultdict(deque)
    for j, key in enumerate(b):
        there[key].append(j)
    return _pairs(len(a), len(b), [(i, there[key].popleft()) for i, key in enumerate(a) if there.get(key)])


def in_order(places: Sequence[int]) -> frozenset[int]:
    """A longest part of `places` that rises, as positions: who has kept the order."""
    ends: list[int] = []  # of rising parts of length 1, 2, …: the smallest last place
    at: list[int] = []
    before: list[int] = []
    for n, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        at[length : length + 1] = [n]
    kept = []
    n = at[-1] if at else -1
    while n >= 0:
        kept.append(n)
        n = before[n]
    return frozenset(kept)


def _equal(x: Node, y: Node) -> bool:
    return x == y


def _goes_first(a: Sequence[Node], b: Sequence[Node]) -> bool:
    return (len(a), repr(a)) < (len(b), repr(b))


def _turned(pairs: Pairs) -> Pairs:
    return Pairs(both=tuple(sorted((i, j) for j, i in pairs.both)), missing=pairs.extra, extra=pairs.missing)


def _pairs(left: int, right: int, both: list[tuple[int, int]]) -> Pairs:
    used_a, used_b = {i for i, _ in both}, {j for _, j in both}
    return Pairs(
        both=tuple(sorted(both)),
        missing=tuple(i for i in range(left) if i not in used_a),
        extra=tuple(j for j in range(right) if j not in used_b),
    )


def _paired(a: Sequence[Node], b: Sequence[Node], *, ordered: bool) -> Pairs:
    if not ordered:
        both = list(by_key(a, b).both)
        rest = _pairs(len(a), len(b), both)
        return _pairs(len(a), len(b), both + _weighed(a, b, rest.missing, rest.extra, ordered=False))
    both, moved = _fixed(a, b)
    rest = _pairs(len(a), len(b), both + moved)
    found = both + moved
    from_a = from_b = 0
    for i, j in [*both, (len(a), len(b))]:
        to_a, to_b = bisect_left(rest.missing, i), bisect_left(rest.extra, j)
        found += _weighed(a, b, rest.missing[from_a:to_a], rest.extra[from_b:to_b], ordered=True)
        from_a, from_b = to_a, to_b
    rest = _pairs(len(a), len(b), found)
    elsewhere = by_key([a[n] for n in rest.missing], [b[n] for n in rest.extra])
    found += [(rest.missing[x], rest.extra[y]) for x, y in elsewhere.both]
    return _pairs(len(a), len(b), found)


def _fixed(a: Sequence[Node], b: Sequence[Node]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Beginning, end and what is there once on either side: the pairs in order, and those that moved."""
    shorter = min(len(a), len(b))
    head = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    tail = next((n for n in range(shorter - head) if a[-1 - n] != b[-1 - n]), shorter - head)
    middle = range(head, len(a) - tail), range(head, len(b) - tail)
    once_a, once_b = _once(a, middle[0]), _once(b, middle[1])
    once = [(i, once_b[node]) for node, i in once_a.items() if node in once_b]
    kept = in_order([j for _, j in once])
    both = [(n, n) for n in range(head)]
    both += [pair for n, pair in enumerate(once) if n in kept]
    both += [(len(a) - n, len(b) - n) for n in range(tail, 0, -1)]
    return both, [pair for n, pair in enumerate(once) if n not in kept]


def _once(nodes: Sequence[Node], places: range) -> dict[Node, int]:
    """What is there once, in order."""
    counts = Counter(nodes[n] for n in places)
    return {nodes[n]: n for n in places if counts[nodes[n]] == 1}


def _weighed(
    a: Sequence[Node], b: Sequence[Node], at_a: Sequence[int], at_b: Sequence[int], *, ordered: bool
) -> list[tuple[int, int]]:
    """Pairs among what is left between two fixed points."""
    if not at_a or not at_b:
        return []
    weigh = _by_a_field if len(at_a) * len(at_b) > ALL_AGAINST_ALL else _aligned if ordered else _likest
    return [(at_a[x], at_b[y]) for x, y in weigh([a[n] for n in at_a], [b[n] for n in at_b])]


def _by_a_field(a: Sequence[Node], b: Sequence[Node]) -> list[tuple[int, int]]:
    """By the field that tells most of them apart and is found on the other side; else by place."""
    left, right = _known_by(a), _known_by(b)
    best = max(left, key=lambda path: (len(left[path].keys() & right.get(path, {}).keys()), path), default="")
    shared = left.get(best, {}).keys() & right.get(best, {}).keys()
    if 2 * len(shared) < min(len(a), len(b)):
        return [(n, n) for n in range(min(len(a), len(b)))]
    return [(left[best][value], right[best][value]) for value in shared]


def _known_by(nodes: Sequence[Node]) -> dict[str, dict[Hashable, int]]:
    """Field → value → the one item that has it."""
    found: dict[str, dict[Hashable, int]] = defaultdict(dict)
    twice: set[tuple[str, Hashable]] = set()
    for n, node in enumerate(nodes):
        for path, value in _leaves(node):
            if value in found[path]:
                twice.add((path, value))
            found[path][value] = n
    for path, value in twice:
        del found[path][value]
    return found


def _aligned(a: Sequence[Node], b: Sequence[Node]) -> list[tuple[int, int]]:
    """The cheapest way to bring two sequences in line without changing their order."""
    strange = _strangeness(a, b)
    rows, columns = len(a), len(b)
    cost = [[_ALONE * j for j in range(columns + 1)]]
    for i in range(1, rows + 1):
        line = [_ALONE * i]
        for j in range(1, columns + 1):
            line.append(min(cost[-1][j - 1] + strange[i - 1][j - 1], cost[-1][j] + _ALONE, line[-1] + _ALONE))
        cost.append(line)
    found = []
    i, j = rows, columns
    while i and j:
        if cost[i][j] == cost[i - 1][j - 1] + strange[i - 1][j - 1]:
            i, j = i - 1, j - 1
            found.append((i, j))
        elif cost[i][j] == cost[i - 1][j] + _ALONE:
            i -= 1
        else:
            j -= 1
    return found


def _likest(a: Sequence[Node], b: Sequence[Node]) -> list[tuple[int, int]]:
    """Those that share most first."""
    strange = _strangeness(a, b)
    ranked = sorted((strange[i][j], i, j) for i in range(len(a)) for j in range(len(b)))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in ranked:
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return list(found.items())


def _strangeness(a: Sequence[Node], b: Sequence[Node]) -> list[list[float]]:
    """0 for equal values in the same places, 1 for nothing in common."""
    left, right = [_leaves(node) for node in a], [_leaves(node) for node in b]
    return [[1 - 2 * (x & y).total() / ((x.total() + y.total()) or 1) for y in right] for x in left]


def _leaves(node: Node) -> Counter[tuple[str, Hashable]]:
    found: Counter[tuple[str, Hashable]] = Counter()
    waiting = [("", node)]
    while waiting:
        path, part = waiting.pop()
        if not isinstance(part.value, Shape):
            found[path, part.value] += 1
        waiting.extend((path + below.step, below) for below in part.children)
    return found
