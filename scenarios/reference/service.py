"""What a pack brings to the reference application: a handler for each interface, written against a desk.

Not here: sockets, the database session, faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.model import Pack, ReplyKind

DICOM_JSON = "application/dicom+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message as it arrived.

    DICOM: `method` is the service (C-FIND N-CREATE N-SET N-ACTION), `path` the SOP class, `headers["sop"]` the SOP
    instance, `body` the identifier or attribute list as a DICOM JSON object in UTF-8.
    """

    body: bytes
    charset: str  # of the interface on this stack
    method: str = ""  # http, soap and dicom, as are path and headers
    path: str = ""  # below the interface's address: no slash before it, no query behind it, %41 read as A
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back."""

    body: bytes  # dicom: a DICOM JSON array, UTF-8: matches, or the one attribute list
    status: int = 200  # http and soap; dicom: its own, 0 is success
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a piece of business ended. `reason`: why it was refused, in the hospital's words, or what went wrong."""

    kind: ReplyKind
    reason: str = ""
    value: Any = None  # what the business function returned


class Desk(Protocol):
    """Where a handler has its business done: one database transaction per call, committed or rolled back."""

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        """Run `act(conversation, **params)`, a pack's own business function, to its end."""


Handler = Callable[[Request, Desk], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One pack's part of the application."""

    pack: Pack
    handlers: Mapping[str, Handler]  # interface → handler
