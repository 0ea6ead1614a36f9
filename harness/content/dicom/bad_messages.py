"""The error-handling battery of an image archive: from one good DIMSE or STOW-RS message, the bad ones made of it.

Not here: what is spoilt in a data set (`spoiling.py`), the battery of other interfaces (`../battery.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.content.battery import Expect
from harness.content.dicom.spoiling import SPOILS
from harness.imaging import DicomObject
from harness.message import Outgoing

_ANY_DATA_SET = ("empty", "truncated", "length_beyond_end", "open_sequence", "garbage")
_BY_SERVICE = {"C-STORE": tuple(SPOILS), "N-CREATE": _ANY_DATA_SET, "N-SET": _ANY_DATA_SET}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMessage:
    """One case; the messages are sent in this order."""

    name: str
    title: str
    expect: Expect
    messages: tuple[Outgoing, ...]


def carries_images(message: Outgoing) -> bool:
    """Whether a message is one of those that this battery knows."""
    return message.method in _BY_SERVICE or _boundary(message) != ""


def bad_messages(good: Outgoing) -> Iterator[BadMessage]:
    """Everything that can be made of it; a change that leaves it as it was is left out."""
    made = _of_parts(good) if _boundary(good) else _of_data_set(good)
    yield from (bad for bad in made if len(bad.messages) > 1 or bad.messages[0] != good)
    yield BadMessage(name="duplicate", title="同一影像连发两次", expect=Expect.ONCE, messages=(good, good))


def _of_data_set(good: Outgoing) -> Iterator[BadMessage]:
    item = DicomObject(
        sop_class=good.path,
        sop_instance=good.headers.get("sop", ""),
        transfer_syntax=good.headers["syntax"],
        dataset=good.body,
    )
    for name in _BY_SERVICE[good.method]:
        spoil = SPOILS[name]
        bad = spoil.make(item)
        headers = {**good.headers, "syntax": bad.transfer_syntax}
        message = replace(good, body=bad.dataset, path=bad.sop_class, headers=headers)
        yield BadMessage(name=name, title=spoil.title, expect=spoil.expected, messages=(message,))


def _of_parts(good: Outgoing) -> Iterator[BadMessage]:
    body, boundary = good.body, _boundary(good).encode()
    half = len(body) // 2
    bodies = {
        "empty": ("空报文", Expect.DECLINED, b""),
        "truncated_half": ("截断：只剩前一半", Expect.ALIKE, body[:half]),
        "no_boundary": ("没有一处分隔符", Expect.DECLINED, body.replace(boundary, b"x" * len(boundary))),
        "no_preamble": ("影像没有 DICM 文件头", Expect.DECLINED, body.replace(b"DICM", b"XXXX", 1)),
    }
    for name, (title, expect, bad) in bodies.items():
        yield BadMessage(name=name, title=title, expect=expect, messages=(replace(good, body=bad),))


def _boundary(message: Outgoing) -> str:
    """Of a multipart body; nothing where the message has none."""
    kind, _, parameters = message.headers.get("Content-Type", "").partition(";")
    if kind.strip().lower() != "multipart/related":
        return ""
    named = (each.strip().partition("=") for each in parameters.split(";"))
    return next((value.strip('"') for name, _, value in named if name.lower() == "boundary"), "")
