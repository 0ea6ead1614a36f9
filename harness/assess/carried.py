"""What the messages told each stack, held against what that stack holds afterwards (PV-INTF-2), field by field.

Every value that a message declares to carry is looked up in the row that the message itself names by key. Where the
migrated stack departs from what was sent just as the original does, that is counted apart: it is the system's own way,
not the migration's. Not here: how a sent and a stored value are compared (`content/stored.py`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from harness.assess.interfaces import charset_of, messages_of
from harness.compare.examples import shorten
from harness.compare.functional import Observed, Recordings
from harness.content.differences import FieldDifference
from harness.content.lookup import Lookup
from harness.content.reading import fields
from harness.content.stored import told
from harness.content.tree import Value
from harness.content.values import decimal_of, moment_of, text_of
from harness.interface_result import StoredFields
from harness.message import Carried
from harness.model import ReplyKind, Role, Row, TableState
from harness.runfile import carried_of

EXAMPLES = 3
_NOTHING = "（无）"
_ROW = ""  # the "column" of a row that is not there

Occurrence = tuple[int, int, str]  # transaction, step, item of the message's list
Departures = dict[tuple[Occurrence, str], object]  # … and column → how the stack departs from what it was told


@dataclass(slots=True)
class _Tally:
    """One message and one table on one stack. `known`: how the original departs."""

    known: Departures
    departures: Departures = field(default_factory=dict)
    checked: int = 0
    wrong: int = 0
    missing_rows: int = 0
    alike: int = 0
    own: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)

    def departs(self, where: tuple[Occurrence, str], how: object, example: str) -> None:
        self.departures[where] = how
        alike = where in self.known and self.known[where] == how
        self.alike += alike
        examples = self.shared if alike else self.own
        if len(examples) < EXAMPLES:
            examples.append(shorten(example))


def stored_fields(run: Mapping[str, Any], pack: str, recordings: Recordings) -> Iterator[StoredFields]:
    """Per message, table and stack that was recorded. Table by table: a state file holds one of them in memory."""
    messages = messages_of(run, pack)
    declared: dict[tuple[str, str], list[Carried]] = defaultdict(list)
    for name, message in messages.items():
        for carried in carried_of(message):
            declared[carried.table, name].append(carried)
    for (table, name), every in sorted(declared.items(), key=lambda entry: entry[0]):
        message = messages[name]
        known: Departures = {}
        for role, observed in ((Role.ORIGINAL, recordings.original_1), (Role.MIGRATED, recordings.migrated)):
            if not observed.transactions:
                continue
            tally = _Tally(known=known)
            rows = [_Rows(observed.after.get(table), tuple(carried.key)) for carried in every]
            charset = charset_of(run, role, message["interface"])
            for place, lookup in _accepted(name, message["sends"], charset, observed):
                for carried, there in zip(every, rows, strict=True):
                    _hold(carried, place, lookup, there, tally)
            known = tally.departures
            yield StoredFields(
                pack=pack, interface=message["interface"], message=name, stack=role.value, table=table,
                checked=tally.checked, wrong=tally.wrong, missing_rows=tally.missing_rows, alike=tally.alike,
                examples=tuple((*tally.own, *tally.shared)[:EXAMPLES]),
            )  # fmt: skip


def _accepted(name: str, content: str, charset: str, observed: Observed) -> Iterator[tuple[tuple[int, int], Lookup]]:
    """Every message of a name that the stack accepted: what it refused it had no business to store."""
    for record in observed.transactions:
        for place, step in enumerate(record.steps):
            if step.statement == name and step.sent and step.kind is ReplyKind.OK:
                yield (record.seq, place), Lookup(fields(step.sent, content, charset))


def _hold(carried: Carried, place: tuple[int, int], message: Lookup, rows: _Rows, tally: _Tally) -> None:
    """One message against one table, item by item where it carries a list."""
    for item in message.items(carried.each) if carried.each else ("",):
        key = {column: message.value(_of_item(path, carried.each, item)) for column, path in carried.key.items()}
        if any(value is None for value in key.values()):
            continue  # the message does not carry this
        columns = [(_of_item(path, carried.each, item), column) for column, path in carried.columns.items()]
        occurrence = (*place, item)
        found = [dict(told(message, columns, row)) for row in rows.of(key)]
        named = "，".join(f"{column}={text_of(value)}" for column, value in key.items())
        if not found:
            tally.missing_rows += 1
            tally.departs((occurrence, _ROW), None, f"{carried.table} 中没有 {named} 的行")
            continue
        differing = min(found, key=len)  # of several rows the one that was meant
        for path, column in columns:
            d = differing.get(column)
            tally.checked += d is not None or message.value(path) is not None
            if d is not None:
                tally.wrong += 1
                tally.departs((occurrence, column), (d.change, d.kind, d.b), _shown(d, column, named))


def _of_item(path: str, each: str, item: str) -> str:
    """The path for one item of the list."""
    return item + path.removeprefix(f"{each}[*]") if each and path.startswith(f"{each}[*]") else path


def _shown(d: FieldDifference, column: str, key: str) -> str:
    a, b = (_NOTHING if text is None else f"'{text}'" for text in (d.a, d.b))
    return f"{d.path}：送去 {a}，{column} 存下 {b}（{key}）"


class _Rows:
    """The rows of a table by some of its columns, found by what a message calls them."""

    def __init__(self, state: TableState | None, key: Sequence[str]) -> None:
        self._rows: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        self._columns: tuple[str, ...] = state.columns if state else ()
        names = {name.casefold(): n for n, name in enumerate(self._columns)}
        self._picks = [names.get(column.casefold(), -1) for column in key]
        rows = state.rows if state and -1 not in self._picks else ()
        self._like = [_first(row[n] for row in rows) for n in self._picks]
        for row in rows:
            self._rows[tuple(_stored(row[n]) for n in self._picks)].append(row)

    def of(self, key: Mapping[str, Value]) -> list[dict[str, Any]]:
        """The rows with this key, in the order of the columns that were named."""
        wanted = tuple(_sent(text_of(value), like) for value, like in zip(key.values(), self._like, strict=True))
        return [dict(zip(self._columns, row, strict=True)) for row in self._rows.get(wanted, ())]


def _first(cells: Iterable[Any]) -> Any:
    return next((cell for cell in cells if cell is not None), "")


def _stored(value: Any) -> Any:
    """What a key cell is found by: a padded CHAR, a number of any scale, a moment to the second are what they say."""
    if isinstance(value, str):
        return value.rstrip(" ")
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return value.replace(microsecond=0, tzinfo=None) if isinstance(value, dt.datetime) else value


def _sent(text: str, like: Any) -> Any:
    """A key as it was sent, read as what is stored."""
    if isinstance(like, int | float | Decimal):
        return decimal_of(text)
    if isinstance(like, dt.date):
        moment = moment_of(text)
        if moment is None or not isinstance(like, dt.datetime):
            return moment and moment.date()
        return _stored(moment)
    return text.rstrip(" ")
