"""Replies of DICOMweb: what STOW-RS says of each object, bodies that are made when somebody reads them.

Not here: the exchange (`session.py`), what a retrieval brings (`retrieved.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from drivers.messages.line import one_line
from harness.model import ErrorClass, Reply, ReplyKind

_FAILED, _REFERENCED, _REASON = "00081198", "00081199", "00081197"


class LateReply(Reply):
    """Another reply with a body that is made at its first reading."""

    __slots__ = ("_body", "_make")

    def __init__(self, reply: Reply, make: Callable[[], bytes]) -> None:
        super().__init__(reply.kind, error_class=reply.error_class, message=reply.message, status=reply.status)
        self.sent_ns, self.arrived_ns = reply.sent_ns, reply.arrived_ns
        self._make: Callable[[], bytes] | None = make

    @property
    def body(self) -> bytes:
        if self._make is not None:
            make, self._make = self._make, None
            self._body = make()
        return self._body

    @body.setter
    def body(self, made: bytes) -> None:
        self._body = made


def without_host(body: bytes, base: str) -> bytes:
    """DICOM JSON whose addresses into the same service say no longer on which machine and where it runs."""
    if b"://" not in body:
        return body
    return re.sub(rb'"https?://[^/"\s]+' + re.escape(base.encode()) + rb"(?=/)", b'"', body)


def stored(reply: Reply) -> Reply:
    """What STOW-RS says of the objects goes before its status: some archives answer 200 to what they refuse."""
    told = _object(reply.body)
    if told is None:
        return reply
    failed, kept = _items(told, _FAILED), _items(told, _REFERENCED)
    reasons = sorted({f"{int(code):04X}H" for item in failed for code in _values(item, _REASON)})
    if failed:
        why = f"（{'、'.join(reasons)}）" if reasons else ""
        reply.message = one_line(f"{reply.message}：存入 {len(kept)} 个，拒绝 {len(failed)} 个{why}")
    if failed and reply.kind is ReplyKind.OK and not kept:
        reply.kind, reply.error_class = ReplyKind.REFUSED, ErrorClass.OTHER
    return reply


def _object(body: bytes) -> dict[str, Any] | None:
    if _FAILED.encode() not in body:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _items(told: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return [item for item in _values(told, tag) if isinstance(item, dict)]


def _values(told: dict[str, Any], tag: str) -> list[Any]:
    attribute = told.get(tag)
    found = attribute.get("Value") if isinstance(attribute, dict) else None
    return found if isinstance(found, list) else []
