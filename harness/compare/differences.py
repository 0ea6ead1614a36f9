"""Two observations of the same thing → the list of what differs, each with its kind; nothing is forgiven here.

`of_transaction` holds two records of one workload item against each other, `of_table` two states of one table.
Not here: how the replies of interfaces are read (`replies.py`), noise, rules, roots and consequences (`findings.py`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from harness.compare.replies import UNDESCRIBED, Spoken, Surroundings, kinds_of, of_replies, one_sided
from harness.compare.rows import align, order_kind, same_row, same_rows
from harness.content.differences import FieldDifference
from harness.content.noise import came_and_went
from harness.content.path import bare
from harness.model import ReplyKind, Row, StepRecord, TableState, TransactionRecord
from harness.normalise import Kind, classify, loose_key

Masks = Mapping[tuple[str, str], frozenset[str]]  # (scope, step) → columns that move by themselves
Messages = Mapping[str, Spoken]  # by name, which stands among the names of statements
STATUS = "status"  # the "column" of what an interface's protocol says beside the body
_ENOUGH_TO_KNOW_A_ROW = 2  # columns beside its number
ACCEPTED_OR_DECLINED = frozenset({ReplyKind.OK, ReplyKind.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two observations differ."""

    scope: str  # transaction name, or "table:<name>"
    step: str  # statement or message name, or "before" / "after"
    column: str  # of a reply: the path without indexes
    kind: Kind
    a: Any = None  # the values, rows or texts themselves
    b: Any = None
    pair: tuple[str, str] = ("", "")  # what either side answered, where the answers are of different sort
    place: int = 0  # number of the step in its transaction
    delta: int = 0  # rows of b − rows of a; of a reply: things at this path that only one side has
    columns: tuple[str, ...] = ()
    row_a: Row = ()
    row_b: Row = ()
    key: tuple[Any, ...] = ()  # of a stored row
    ends: bool = False  # from here on the two transactions are not comparable
    field: FieldDifference | None = None  # of a reply's body

    @property
    def shown(self) -> str:
        """The column as a reader knows it: a path with [*] where there is a list."""
        return self.field.general if self.field else self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifferences:
    """What differs between two states of one table."""

    total: int  # union of the keys
    rows: tuple[tuple[Difference, ...], ...]  # one entry per differing row
    whole: tuple[Difference, ...] = ()  # of the table itself


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Where the cells of a pair of rows belong."""

    scope: str
    step: str
    columns: tuple[str, ...]
    place: int = 0
    delta: int = 0

    def of(self, a: Row, b: Row, *, key: tuple[Any, ...] = ()) -> Iterator[Difference]:
        for name, x, y in zip(self.columns, a, b, strict=False):
            kind = classify(x, y)
            if kind is not None:
                yield self._difference(kind, column=name, a=x, b=y, row_a=a, row_b=b, key=key)

    def missing(self, row: Row, *, key: tuple[Any, ...] = ()) -> Difference:
        return self._difference(Kind.ROW_MISSING, a=row, row_a=row, key=key)

    def extra(self, row: Row, *, key: tuple[Any, ...] = ()) -> Difference:
        return self._difference(Kind.ROW_EXTRA, b=row, row_b=row, key=key)

    def whole(self, kind: Kind, a: Any, b: Any) -> Difference:
        return self._difference(kind, a=a, b=b)

    def _difference(self, kind: Kind, **more: Any) -> Difference:
        return Difference(
            scope=self.scope, step=self.step, kind=kind, place=self.place, delta=self.delta, columns=self.columns,
            **({"column": ""} | more),
        )  # fmt: skip


# --------------------------------------------------------------------------- transactions


def of_transaction(a: TransactionRecord, b: TransactionRecord, masks: Masks, messages: Messages) -> list[Difference]:
    """What differs, in step order. The first step that took another turn ends the comparison: what follows, follows."""
    found: list[Difference] = []
    for place, (left, right) in enumerate(zip_longest(a.steps, b.steps)):
        if left is None or right is None or left.statement != right.statement:
            found.append(_parted(a, b, place))
            return found
        if (left.kind, left.error_class) != (right.kind, right.error_class):
            found.append(_answered_otherwise(a.transaction, left, right, place))
            return found
        if left.sent and left.kind in ACCEPTED_OR_DECLINED:
            found.extend(_of_messages(a.transaction, (left, right), place, messages.get(left.statement, UNDESCRIBED)))
        elif left.kind is ReplyKind.OK:
            found.extend(_of_results(a.transaction, left, right, place, masks))
    if (a.outcome, a.reason) != (b.outcome, b.reason):
        found.append(_parted(a, b, len(a.steps)))
    return found


def answer(step: StepRecord) -> str:
    """What a step was answered, as one word."""
    return "ok" if step.kind is ReplyKind.OK else step.error_class or step.kind.label


def _answered_otherwise(scope: str, left: StepRecord, right: StepRecord, place: int) -> Difference:
    """Accepted here and declined there is a business outcome; everything else is an error of one side."""
    polite = left.kind is not right.kind and {left.kind, right.kind} == ACCEPTED_OR_DECLINED
    return Difference(
        scope=scope, step=left.statement, column="", kind=Kind.OUTCOME if polite else Kind.ERROR_CLASS,
        a=left, b=right, pair=(answer(left), answer(right)), place=place, ends=True,
    )  # fmt: skip


def _parted(a: TransactionRecord, b: TransactionRecord, place: int) -> Difference:
    """The two transactions went different ways although every reply so far was of the same sort."""
    at = a.steps[place : place + 1] or b.steps[place : place + 1] or a.steps[-1:]
    return Difference(
        scope=a.transaction, step=at[0].statement if at else "", column="", kind=Kind.OUTCOME, a=a, b=b,
        pair=(a.outcome.label, b.outcome.label), place=place, ends=True,
    )  # fmt: skip


def _of_messages(scope: str, sides: tuple[StepRecord, StepRecord], place: int, spoken: Spoken) -> Iterator[Difference]:
    """A refusal has a body too: another reason is another answer."""
    left, right = sides
    status = classify(left.status, right.status)
    if status is not None:
        yield Difference(
            scope=scope, step=left.statement, column=STATUS, kind=Kind.STATUS, a=left.status, b=right.status,
            place=place,
        )  # fmt: skip
    if left.body == right.body and len(set(spoken.charsets)) == 1:
        return
    found = of_replies(left.body, right.body, spoken)
    alone = came_and_went(found)
    beside = Surroundings(left.body, spoken)
    for d, kind in zip(found, kinds_of(found), strict=True):
        a, b = one_sided(d)
        words = (*a, *b, *beside.words(d))
        yield Difference(
            scope=scope, step=left.statement, column=bare(d.path), kind=kind, a=d.a, b=d.b, place=place,
            delta=alone.get(bare(d.path), 0), columns=("",) * len(words), row_a=words, field=d,
        )  # fmt: skip


def _of_results(scope: str, left: StepRecord, right: StepRecord, place: int, masks: Masks) -> Iterator[Difference]:
    cells = _Cells(
        scope=scope, step=left.statement, columns=left.columns, place=place, delta=len(right.rows) - len(left.rows)
    )
    if left.affected != right.affected:
        yield cells.whole(Kind.AFFECTED, left.affected, right.affected)
    if left.columns != right.columns:
        yield cells.whole(Kind.COLUMNS, ", ".join(left.columns), ", ".join(right.columns))
        if len(left.columns) != len(right.columns):
            if cells.delta:
                yield cells.whole(Kind.ROW_COUNT, len(left.rows), len(right.rows))
            return
    if not same_rows(left.rows, right.rows):
        yield from _of_rows(cells, left.rows, right.rows, masks.get((scope, left.statement), frozenset()))


def _of_rows(cells: _Cells, a: Sequence[Row], b: Sequence[Row], masked: frozenset[str]) -> Iterator[Difference]:
    if len(a) == len(b) and all(map(same_row, a, b)):
        return
    alignment = align(a, b, masked=frozenset(n for n, name in enumerate(cells.columns) if name in masked))
    for i, j in alignment.pairs:
        yield from cells.of(a[i], b[j])
    for i in alignment.missing:
        yield cells.missing(a[i])
    for j in alignment.extra:
        yield cells.extra(b[j])
    order = order_kind(a, alignment)
    if order is not None:
        first = next((i for i, j in enumerate(dict(alignment.pairs).values()) if i != j), 0)
        yield cells.whole(order, a[first : first + 3], b[first : first + 3])


# --------------------------------------------------------------------------- stored data


@dataclass(slots=True)
class _Matching:
    """Rows of two states under their key; a key that occurs twice keeps all its rows."""

    left: dict[Any, list[Row]] = field(default_factory=lambda: defaultdict(list))
    right: dict[Any, list[Row]] = field(default_factory=lambda: defaultdict(list))


def of_table(a: TableState, b: TableState, when: str, masks: Masks) -> TableDifferences:
    """What differs between two states, row by row, matched by key whatever order and representation they come in."""
    if a is b:
        return TableDifferences(total=len(a.rows), rows=())
    scope = f"table:{a.table}"
    columns, b_rows, whole = _same_columns(scope, when, a, b)
    a_rows = a.rows if columns == a.columns else _picked(a, columns)
    delta = len(b_rows) - len(a_rows)
    cells = _Cells(scope=scope, step=when, columns=columns, delta=delta)
    if same_rows(a_rows, b_rows):
        return TableDifferences(total=len(a_rows), rows=(), whole=whole)
    masked = masks.get((scope, when), frozenset())
    key = tuple(n for n, name in enumerate(columns) if name in a.key)
    if not key or {columns[n] for n in key} & masked:
        return _without_key(cells, a_rows, b_rows, masked, whole)
    total, found = _by_key(cells, a_rows, b_rows, key)
    if found and len(key) == 1 and _numbered(a_rows, key[0]):
        by_content = _by_content(cells, a_rows, b_rows, key[0], masked)
        if by_content is not None and sum(map(_unpaired, by_content)) < sum(_strange(row, a_rows[0]) for row in found):
            total = len(a_rows) + sum(row[0].kind is Kind.ROW_EXTRA for row in by_content)
            found = by_content
    return TableDifferences(total=total, rows=tuple(found), whole=whole)


def _by_key(
    cells: _Cells, a_rows: Sequence[Row], b_rows: Sequence[Row], key: tuple[int, ...]
) -> tuple[int, list[tuple[Difference, ...]]]:
    matching = _Matching()
    for rows, side in ((a_rows, matching.left), (b_rows, matching.right)):
        for row in rows:
            side[tuple(loose_key(row[n]) for n in key)].append(row)
    total = 0
    found: list[tuple[Difference, ...]] = []
    for loose, left in matching.left.items():
        right = matching.right.get(loose, [])
        total += max(len(left), len(right))
        for x, y in zip_longest(left, right):
            if x is None or y is None or not same_row(x, y):
                found.append(_of_stored_row(cells, key, x, y))
    for loose, right in matching.right.items():
        if loose not in matching.left:
            total += len(right)
            found.extend(_of_stored_row(cells, key, None, y) for y in right)
    return total, found


def _numbered(rows: Sequence[Row], key: int) -> bool:
    """Whether the key may be a number that the database itself gave out."""
    return bool(rows) and type(rows[0][key]) is int


def _unpaired(row: tuple[Difference, ...]) -> bool:
    return row[0].kind in (Kind.ROW_MISSING, Kind.ROW_EXTRA)


def _strange(row: tuple[Difference, ...], like: Row) -> bool:
    """Whether what stands under one number are hardly two versions of the same row: most of it differs, or all."""
    return _unpaired(row) or 2 * len(row) > len(like) - 1


def _by_content(
    cells: _Cells, a_rows: Sequence[Row], b_rows: Sequence[Row], key: int, masked: frozenset[str]
) -> list[tuple[Difference, ...]] | None:
    """Pair rows by everything but their number: a gap in the numbering is one fact, not as many as rows follow it."""
    others = [n for n, name in enumerate(cells.columns) if n != key and name not in masked]
    if len(others) < _ENOUGH_TO_KNOW_A_ROW:
        return None
    there: dict[Any, deque[Row]] = defaultdict(deque)
    for row in b_rows:
        there[tuple(loose_key(row[n]) for n in others)].append(row)
    found: list[tuple[Difference, ...]] = []
    for row in a_rows:
        partners = there.get(tuple(loose_key(row[n]) for n in others))
        if not partners:
            found.append((cells.missing(row, key=(row[key],)),))
        elif not same_row(row, partner := partners.popleft()):
            found.append(tuple(_renumbered(d, cells.columns[key]) for d in cells.of(row, partner, key=(row[key],))))
    found += [(cells.extra(row, key=(row[key],)),) for rows in there.values() for row in rows]
    return found


def _renumbered(d: Difference, key: str) -> Difference:
    return replace(d, kind=Kind.IDENTITY) if d.column == key and d.kind is Kind.NUMBER else d


def _of_stored_row(cells: _Cells, key: tuple[int, ...], x: Row | None, y: Row | None) -> tuple[Difference, ...]:
    known = x if x is not None else y
    values = tuple(known[n] for n in key) if known is not None else ()
    if x is None or y is None:
        return (cells.extra(y, key=values),) if y is not None else (cells.missing(x or (), key=values),)
    return tuple(cells.of(x, y, key=values))


def _same_columns(
    scope: str, when: str, a: TableState, b: TableState
) -> tuple[tuple[str, ...], Sequence[Row], tuple[Difference, ...]]:
    """The columns both have (by name, whatever the case), b's rows in that order, and the difference, if any."""
    if a.columns == b.columns:
        return a.columns, b.rows, ()
    if a.open or b.open:
        columns = tuple(dict.fromkeys((*a.columns, *b.columns)))
        return columns, _picked(b, columns), ()
    there = {name.casefold(): n for n, name in enumerate(b.columns)}
    common = tuple(name for name in a.columns if name.casefold() in there)
    picks = [there[name.casefold()] for name in common]
    rows = tuple(tuple(row[n] for n in picks) for row in b.rows)
    if {n.casefold() for n in a.columns} == set(there):
        return common, rows, ()
    cells = _Cells(scope=scope, step=when, columns=common)
    return common, rows, (cells.whole(Kind.COLUMNS, ", ".join(a.columns), ", ".join(b.columns)),)


def _picked(state: TableState, columns: tuple[str, ...]) -> tuple[Row, ...]:
    """The rows with these columns, empty where the state has none of that name."""
    there = {name: n for n, name in enumerate(state.columns)}
    picks = [there.get(name, len(there)) for name in columns]
    return tuple(tuple((*row, None)[n] for n in picks) for row in state.rows)


def _without_key(
    cells: _Cells, a: Sequence[Row], b: Sequence[Row], masked: frozenset[str], whole: tuple[Difference, ...]
) -> TableDifferences:
    """No key, or one that moves between two runs of the same system: rows are paired by what they say."""
    alignment = align(a, b, masked=frozenset(n for n, name in enumerate(cells.columns) if name in masked))
    found = [tuple(cells.of(a[i], b[j])) for i, j in alignment.pairs]
    found += [(cells.missing(a[i]),) for i in alignment.missing]
    found += [(cells.extra(b[j]),) for j in alignment.extra]
    total = len(alignment.pairs) + len(alignment.missing) + len(alignment.extra)
    return TableDifferences(total=total, rows=tuple(row for row in found if row), whole=whole)
