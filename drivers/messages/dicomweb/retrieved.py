"""What a retrieval brings, part by part as it comes, and what is told of it.

Reading objects costs time that is no archive's, so it waits until somebody wants the reply's body. Not here: the
request, what a status says, where parts wait (`keeping.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from drivers.messages.dicomweb.keeping import Kept, Row
from drivers.messages.dicomweb.pictures import size_of
from drivers.messages.http.session import Answer
from harness.content.dicom_multipart import DICOM, Malformed, Part, Parts


class Body:
    """`http.session.Sink`: the body of one answer as parts; a body that is no multipart is one part.

    Whole parts are given to `keep`, one at a time.
    """

    __slots__ = ("_keep", "_parts", "_single", "progress", "trouble", "type")

    def __init__(self, content_type: str, keep: Callable[[Part], None]) -> None:
        self._keep = keep
        self.progress = 0
        self.trouble = ""  # why it is not what its Content-Type says
        self.type = content_type.partition(";")[0].strip().lower()  # of the parts
        self._single: list[bytes | bytearray] = []
        self._parts: Parts | None = None
        if self.type == "multipart/related":
            try:
                self._parts = Parts(content_type)
                self.type = self._parts.type
            except Malformed as error:
                self.trouble = str(error)

    def take(self, piece: bytearray, /) -> None:
        if self.trouble:
            return
        if self._parts is None:
            self._single.append(piece)
        else:
            self._kept(self._parts.take(piece))

    def finish(self) -> None:
        """The body is over."""
        if self._parts is None:
            if not self.trouble:
                self._kept([Part(content_type=self.type, pieces=self._single)])
        elif not self.trouble:
            self._kept(self._parts.finish())
            if not self._parts.ended:
                self.trouble = self.trouble or "多部分内容没有结束标记"

    def _kept(self, parts: Iterable[Part]) -> None:
        try:
            for part in parts:
                self._keep(part)
                self.progress += 1
        except Malformed as error:
            self.trouble = str(error)


def body_of(answer: Answer, keep: Callable[[Part], None]) -> Body | None:
    """Where the body of an answer goes that brings objects, frames or pictures; None: it is collected as text is."""
    if not 200 <= answer.status_code < 300 or answer.header("content-encoding"):
        return None
    kind = answer.header("content-type")
    bulky = kind.lower().startswith(("multipart/related", DICOM, "image/", "application/octet-stream"))
    return Body(kind, keep) if bulky and not kind.lower().startswith(f"{DICOM}+") else None


class Retrieved:
    """The parts of one retrieval."""

    __slots__ = ("_kept", "body")

    def __init__(self) -> None:
        self._kept = Kept(described)
        self.body: Body | None = None

    def sink(self, answer: Answer) -> Body | None:
        self.body = body_of(answer, self._kept.add)
        return self.body

    def told(self) -> bytes:
        """The reply's body. Objects by their UIDs: in which order an archive hands them out is its own affair."""
        rows = list(self._kept.rows())
        of_objects = self.body is not None and self.body.type == DICOM
        if not of_objects and not any("instance" in row for row in rows):
            return _written({"frames": rows})
        rows.sort(key=lambda row: (row.get("series", ""), row.get("instance", "")))
        failed = sum(1 for row in rows if not row.get("syntax"))
        return _written({"objects": rows, "completed": len(rows) - failed, "failed": failed, "warning": 0})


class Passing:
    """The parts of one retrieval on their way to somebody who takes them as they come."""

    __slots__ = ("_waiting", "body")

    def __init__(self) -> None:
        self._waiting: deque[Part] = deque()
        self.body: Body | None = None

    def sink(self, answer: Answer) -> Body | None:
        self.body = body_of(answer, self._waiting.append)
        return self.body

    def parts(self) -> Iterator[Part]:
        """Those that are whole now."""
        while self._waiting:
            yield self._waiting.popleft()


def described(part: Part) -> Row:
    """What is told of one part: of an object its UIDs and digests, of anything else its type, size and digest."""
    if part.content_type.partition(";")[0].strip().lower() == DICOM:
        return _object(part.data)
    data = part.data
    row: dict[str, Any] = {
        "type": part.content_type,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    size = size_of(data)
    return row if size is None else {**row, "width": size[0], "height": size[1]}


def _object(data: bytes) -> Row:
    from harness.content.dicom import Unreadable, from_part10, summary

    try:
        return summary(from_part10(data))
    except Unreadable as error:
        nothing = dict.fromkeys(("instance", "series", "class", "syntax", "attributes", "pixels"), "")
        return {**nothing, "trouble": str(error)}


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
