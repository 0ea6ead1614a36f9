"""An image whose storing was answered with success and that is not there afterwards: a kind of its own.

Not here: reading an archive (`execute/archives.py`), finding the missing row (`differences.py`).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.compare.differences import Difference
from harness.compare.kinds import Kind
from harness.model import ReplyKind, StepRecord, TransactionRecord

_KEY, _STUDY = "SOPInstanceUID", "StudyInstanceUID"
_STORING = ("C-STORE", "POST")
_REMOVING = ("REMOVE",)  # noted as the study alone
_HANDED_OUT = ("(listed)", "(retrieved)")


def acknowledged(transactions: Iterable[TransactionRecord]) -> dict[str, str]:
    """SOP Instance UID → Study Instance UID of the objects whose storing this stack answered with success."""
    return {
        each[_KEY]: each.get(_STUDY, "")
        for step in _agreed_to(transactions, _STORING)
        for each in _noted(step)
        if isinstance(each.get(_KEY), str)
    }


def removed(transactions: Iterable[TransactionRecord]) -> frozenset[str]:
    """Study Instance UIDs of the studies whose removal this stack answered with success."""
    return frozenset(step.sent.decode("ascii", "replace") for step in _agreed_to(transactions, _REMOVING))


def _agreed_to(transactions: Iterable[TransactionRecord], services: tuple[str, ...]) -> Iterator[StepRecord]:
    for record in transactions:
        for step in record.steps:
            if step.kind is ReplyKind.OK and step.address.startswith(services):
                yield step


def _noted(step: StepRecord) -> Iterator[Mapping[str, Any]]:
    """What a step was about, as the recording notes it (`Outgoing.noted`), a line each; nothing where it is no such."""
    if step.sent[:1] not in (b"{", b"["):
        return
    try:
        lines: list[Any] = [json.loads(line) for line in step.sent.splitlines()]
    except ValueError:
        return
    noted = (each for line in lines for each in (line if isinstance(line, list) else [line]))
    yield from (each for each in noted if isinstance(each, dict))


def named(row: Sequence[Difference], acknowledged_here: Container[str]) -> Sequence[Difference]:
    """The differences of one row of an open table, where it is about an object that was lost under its name."""
    if not row or not row[0].key or row[0].key[0] not in acknowledged_here:
        return row
    return [replace(d, kind=Kind.SILENT_LOSS) if _lost(d) else d for d in row]


def _lost(d: Difference) -> bool:
    return d.kind is Kind.ROW_MISSING or (d.column in _HANDED_OUT and not d.b and bool(d.a))
