"""How a reference application tells a refusal over any protocol: not there, not at this point, not fit.

A pack sorts its own reasons; only those go out in its words. What a database says of a constraint is told in general
words, since it differs between products and is nobody else's business. Not here: the answers (`rest.py`, `soap.py`,
`hl7_received.py`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from harness.model import ReplyKind
from scenarios.reference.service import Outcome


class Sort(enum.Enum):
    """What sort of refusal it is: its HTTP status, and its condition in HL7 table 0357."""

    ABSENT = 404, "204"
    STATE = 409, "204"  # there is no condition for what comes too late or too early
    TWICE = 409, "205"
    UNFIT = 422, "103"
    BUSY = 503, "206"
    BROKEN = 500, "207"

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def condition(self) -> str:
        return self.value[1]


_NOT_FIT = "内容不合规，没有保存"
_NOT_NOW = "系统忙，请稍后重发"
_BROKEN = "系统内部错误，没有保存"


class Refused(Exception):
    """The business was refused or could not be done."""

    def __init__(self, sort: Sort, text: str) -> None:
        super().__init__(text)
        self.sort, self.text = sort, text


def done(outcome: Outcome, sorts: Mapping[str, Sort]) -> Any:
    """What the business function returned. Raises `Refused`, with the reason where it is one of the pack's."""
    if outcome.kind is ReplyKind.OK:
        return outcome.value
    if outcome.kind is ReplyKind.REFUSED:
        known = sorts.get(outcome.reason)
        raise Refused(Sort.UNFIT, _NOT_FIT) if known is None else Refused(known, outcome.reason)
    raise Refused(Sort.BROKEN, _BROKEN) if outcome.kind is ReplyKind.FAILED else Refused(Sort.BUSY, _NOT_NOW)
