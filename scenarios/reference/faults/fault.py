"""What a fault is: one thing that a careless migration does to a system, with a name to switch it on by.

Not here: the faults themselves, switching (`switches.py`).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column

from scenarios.reference.faults.message import Spoken
from scenarios.reference.service import Outcome


class Stage(enum.StrEnum):
    """When it happens."""

    STORE = "store"  # on the way into the database
    REPLY = "reply"  # while the answer is written
    TRANSPORT = "transport"  # between the two systems
    ARCHIVE = "archive"  # where images are kept and found


class Shows(enum.StrEnum):
    """Where a test must find it."""

    TABLE = "库表"  # in the stored state, and under PV-INTF-2 where the message carried the value
    REPLY = "应答"  # a difference of the reply's content, on the message's step
    KIND = "应答类别"  # the step's reply is of another kind on the two stacks
    TIME = "耗时"  # in the times of the interface only
    STATUS = "应答状态"  # in what the protocol says beside the reply
    ARCHIVE = "影像"  # in what the archive holds and hands out


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What all faults have."""

    name: str
    title: str
    shows: Shows
    needs: str = ""  # without which it changes nothing
    contents: tuple[str, ...] = ("hl7", "json", "xml", "soap", "dicom")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFault(Fault):
    """Changes one value of a row on its way into a column."""

    stage = Stage.STORE
    fits: Callable[[Column[Any], Any], bool]
    change: Callable[[Column[Any], Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFault(Fault):
    """Does something to a piece of business as a whole. `how(carry)`: `carry(keep)` runs it and keeps it or not."""

    stage = Stage.STORE
    how: Callable[[Callable[[bool], Outcome]], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalFault(Fault):
    """Keeps what a piece of business had done before it was refused."""

    stage = Stage.STORE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFault(Fault):
    """Edits an answer; None where there is nothing in it to edit. Beside the answer: the path of what was changed."""

    stage = Stage.REPLY
    edit: Callable[[Spoken, str], tuple[Spoken, str] | None]  # the second: pattern of the paths it may touch, or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportFault(Fault):
    """What happens to a message and its answer between the systems."""

    stage = Stage.TRANSPORT
    milliseconds: int = 0  # more until the answer
    deliveries: int = 1  # how often the message is handled
    answers: int = 1  # how often the answer is sent
    hangs_up: bool = False  # before the answer
