"""A million differences → a few findings: grouped by fingerprint, explained or not, roots apart from what follows.

A finding is a *root* when nothing before it accounts for it, a *consequence* when it carries a business key that a root
has touched. What cannot follow from data (a missing object, a lost right) never is; another representation of the same
value follows only from the same representation of the same column elsewhere.
Not here: finding differences, or knowing which keys are touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from harness.compare.differences import Difference
from harness.compare.kinds import Kind, meaning
from harness.model import ErrorClass, ReplyKind, Rule, StepRecord
from harness.result import Example, Finding

EXAMPLES = 3
NOISE = "noise"

# How a product represents a value does not follow from another value being wrong.
REPRESENTATION = frozenset(
    {
        Kind.EMPTY_NULL, Kind.PADDING, Kind.DECIMAL_SCALE, Kind.DECIMAL_ROUNDING, Kind.TIME_ZONE, Kind.TIME_PRECISION,
        Kind.CASE, Kind.CHARSET, Kind.TYPE, Kind.COLUMNS,
    }
)  # fmt: skip
# Errors that other data alone brings about; every other class is the product's or the installation's own.
_BY_DATA = frozenset(
    {
        ErrorClass.UNIQUE, ErrorClass.FOREIGN_KEY, ErrorClass.NOT_NULL, ErrorClass.CHECK, ErrorClass.BAD_VALUE,
        ErrorClass.NUMERIC_OVERFLOW, ErrorClass.DIVISION_BY_ZERO, ErrorClass.ABORTED, ErrorClass.NONE,
    }
)  # fmt: skip

Fingerprint = tuple[str, str, str, Kind, tuple[str, str]]


def _fingerprint(d: Difference) -> Fingerprint:
    return (d.scope, d.step, d.column, d.kind, d.pair)


@dataclass(slots=True)
class _Group:
    """One finding while it grows."""

    fingerprint: Fingerprint
    column: str  # as shown
    explained_by: str = ""
    root: int | None = None  # number of the group that this follows from
    count: int = 0
    examples: list[Example] = field(default_factory=list)


class Explanations:
    """The declared rules that the plan accepts, and how many values each explained."""

    def __init__(self, rules: Sequence[Rule], accepts: Callable[[str], bool]) -> None:
        self._rules = [rule for rule in rules if accepts(rule.id)]
        self._known: dict[tuple[str, str, str, Kind], str] = {}
        self.counts: dict[str, int] = {rule.id: 0 for rule in rules}

    def of(self, d: Difference) -> str:
        """The id of the first accepted rule that explains this, counted; "" when none does."""
        place = (d.scope, d.step, d.column, d.kind)
        if place not in self._known:
            self._known[place] = next((r.id for r in self._rules if _fits(r, d)), "")
        rule = self._known[place]
        if rule:
            self.counts[rule] += 1
        return rule


def _fits(rule: Rule, d: Difference) -> bool:
    if rule.kind != d.kind:
        return False
    stored = d.scope.startswith("table:")
    parts = (d.scope.removeprefix("table:"), "" if stored else d.step, d.column)
    return fnmatchcase(".".join(part for part in parts if part), _glob(rule.where))


def _glob(where: str) -> str:
    """`*` and `?` stand for anything; brackets are those of paths: an index is no part of a place, a code is."""
    return where.replace("[*]", "").replace("[", "[[]")


class Findings:
    """Collects differences in the order in which they happened."""

    def __init__(self, pack: str) -> None:
        self._pack = pack
        self._groups: list[_Group] = []
        self._index: dict[tuple[Fingerprint, str, int | None], int] = {}
        self._causes: dict[tuple[str, ...], int] = {}
        self._represented: dict[tuple[Kind, str], int] = {}
        self._fields: dict[tuple[str, str, str], int] = {}  # of replies

    def explained(self, d: Difference, by: str, example: Callable[[], Example]) -> None:
        """Count a difference that noise or a rule accounts for."""
        self._add(d, by, None, example)

    def unexplained(self, d: Difference, tainted: int | None, example: Callable[[], Example]) -> int:
        """Place a difference that nothing explains; `tainted` is the root whose trace it carries. The root's number."""
        root = self._root_of(d, tainted)
        number = self._add(d, "", root, example)
        if root is None or d.field:
            for cause in _causes(d):
                self._causes.setdefault(cause, number if root is None else root)
        if root is not None:
            return root
        if d.kind in REPRESENTATION and d.column:
            self._represented.setdefault((d.kind, d.column), number)
        if d.field:
            self._fields.setdefault((d.scope, d.step, d.column), number)
        return number

    def changes(self, root: int) -> bool:
        """Whether a root changed what is known, so that other values may follow from it."""
        return self._groups[root].fingerprint[3] not in REPRESENTATION

    def follows(self, d: Difference, root: int, example: Callable[[], Example]) -> None:
        """Place a difference that is known to be the same as, or to follow from, a root."""
        self._add(d, "", root, example)

    @property
    def earliest_event(self) -> int | None:
        """The first root that happened in a transaction and can have put a running number or a total off."""
        return next((n for n in self._value_roots() if not self._groups[n].fingerprint[0].startswith("table:")), None)

    @property
    def earliest_change(self) -> int | None:
        """The first root, in a transaction or in stored data, that can have changed a result drawn from everything."""
        return next(self._value_roots(), None)

    def _value_roots(self) -> Iterator[int]:
        for number, group in enumerate(self._groups):
            if not group.explained_by and group.root is None and self.changes(number):
                yield number

    def frozen(self) -> tuple[Finding, ...]:
        """Every finding, numbered in order of appearance."""
        return tuple(
            Finding(
                id=f"F{number}", pack=self._pack, transaction=scope, step=step, column=group.column, kind=kind.value,
                count=group.count, explained_by=group.explained_by,
                consequence_of="" if group.root is None else f"F{group.root + 1}",
                examples=tuple(group.examples), meaning=meaning(kind),
            )
            for number, group in enumerate(self._groups, 1)
            for scope, step, _, kind, _ in [group.fingerprint]
        )  # fmt: skip

    def _root_of(self, d: Difference, tainted: int | None) -> int | None:
        """The number of the root that accounts for this, or None when it is a root itself."""
        if (_fingerprint(d), "", None) in self._index:
            return None
        if d.field and (d.scope, d.step, d.column) in self._fields:
            return self._fields[d.scope, d.step, d.column]  # the same field, wrong in another way
        causes = _causes(d)
        if causes:
            return next((self._causes[cause] for cause in causes if cause in self._causes), None)
        if d.kind in REPRESENTATION:
            return self._represented.get((d.kind, d.column))
        return tainted

    def _add(self, d: Difference, by: str, root: int | None, example: Callable[[], Example]) -> int:
        index = (_fingerprint(d), by, root)
        number = self._index.get(index)
        if number is None:
            number = self._index[index] = len(self._groups)
            self._groups.append(_Group(fingerprint=index[0], column=d.shown, explained_by=by, root=root))
        group = self._groups[number]
        group.count += 1
        group.column = max(group.column, d.shown, key=_lists)
        if len(group.examples) < EXAMPLES:
            group.examples.append(example())
        return number


def _lists(path: str) -> int:
    return path.count("[*]")


def _causes(d: Difference) -> tuple[tuple[str, ...], ...]:
    """What names the common cause of technical errors; empty when the data may be to blame."""
    if d.kind is Kind.UNREADABLE or (d.kind is Kind.CHARSET and d.field):
        return ((d.kind.value, d.step),)  # of the message as a whole, whichever fields show it
    if d.kind is not Kind.ERROR_CLASS:
        return ()
    broken = next(
        (s for s in (d.b, d.a) if isinstance(s, StepRecord) and s.kind > ReplyKind.REFUSED),
        None,
    )
    if broken is None or (broken.kind is ReplyKind.FAILED and broken.error_class in _BY_DATA):
        return ()
    if broken.kind is ReplyKind.UNREACHABLE or broken.error_class == ErrorClass.CONNECTION_LOST:
        return (("lost",),)
    same_statement = ("statement", d.step, *d.pair)
    return (same_statement, ("message", broken.message, *d.pair)) if broken.message else (same_statement,)
