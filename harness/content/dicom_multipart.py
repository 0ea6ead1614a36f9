"""Bodies of many parts (multipart/related) as DICOMweb sends them: built, and taken apart piece by piece on arrival.

A study may be larger than memory, so that nobody here holds more than the part that is arriving. Pure. Not here: what a
part holds (`dicom`), who sends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

DICOM = "application/dicom"
LARGEST = 2 << 30  # bytes of one part: a data element cannot be much longer
_LONGEST_HEAD = 64 << 10
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;"]+))')
_END_OF_LINE = re.compile(rb"--|[ \t]*\r\n")  # behind a delimiter; what stands there else makes it data
_MAY_BECOME_ONE = re.compile(rb"(?:-|[ \t]*\r?)\Z")
_HEAD_END = b"\r\n\r\n"


class Malformed(ValueError):
    """A body that is not what its Content-Type says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, whole. It stays in the pieces in which it came until somebody wants it: to copy costs more than to
    receive.
    """

    content_type: str
    pieces: Sequence[bytes | bytearray]

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)


def build(parts: Sequence[bytes], content_type: str = DICOM) -> tuple[str, bytes]:
    """Content-Type and body; always the same for the same parts."""
    number = 0
    while any(_boundary(number) in part for part in parts):
        number += 1
    boundary = _boundary(number)
    head = b"--" + boundary + b"\r\nContent-Type: " + content_type.encode("ascii")
    pieces = [b"%b\r\nContent-Length: %d\r\n\r\n%b\r\n" % (head, len(part), part) for part in parts]
    kind = f'multipart/related; type="{content_type}"; boundary={boundary.decode("ascii")}'
    return kind, b"".join([*pieces, b"--", boundary, b"--\r\n"])


def _boundary(number: int) -> bytes:
    return b"xinheng-part-of-a-study-%06d" % number


def parameters(content_type: str) -> dict[str, str]:
    """What stands behind a media type, by names in small letters."""
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(content_type)}


class Parts:
    """The parts of a body, as far as it has come."""

    __slots__ = ("_ahead", "_buffer", "_delimiter", "_head", "_in_head", "_missing", "_searched", "ended", "type")

    def __init__(self, content_type: str) -> None:
        told = parameters(content_type)
        boundary = told.get("boundary", "").encode("latin-1", "replace")
        if not boundary:
            raise Malformed("多部分内容没有写明 boundary")
        self.type = told.get("type", "application/octet-stream").partition(";")[0].strip().lower()
        self.ended = False  # the delimiter that ends everything was there
        self._delimiter = b"\r\n--" + boundary
        self._buffer = bytearray(b"\r\n")  # the first delimiter may stand at the very beginning
        self._head: dict[str, str] | None = None  # of the part that is arriving; None before the first
        self._in_head = False
        self._ahead: list[bytes | bytearray] = []  # of its data, before what is in the buffer
        self._missing = 0  # of its data, by the length that it tells; never searched, never copied about
        self._searched = 0

    def take(self, piece: bytes | bytearray) -> Iterable[Part]:
        """The parts that this piece makes whole; nobody may change it afterwards. Raises Malformed."""
        if self._missing >= len(piece):
            self._ahead.append(piece)
            self._missing -= len(piece)
            return ()
        if self._missing:
            self._ahead.append(piece[: self._missing])
            piece = piece[self._missing :]
            self._missing = 0
        self._buffer += piece
        return self._whole(last=False)

    def finish(self) -> Iterable[Part]:
        """The same at the end of the body, when nothing is waited for any longer."""
        return self._whole(last=True)

    def _whole(self, *, last: bool) -> Iterator[Part]:
        while not self.ended:
            if self._in_head:
                if not self._take_head():
                    return
                continue
            found = self._delimiter_found(last=last)
            if found is None:
                if len(self._buffer) > LARGEST or self._missing > LARGEST:
                    raise Malformed(f"一个部分超过 {LARGEST} 字节")
                return
            end, beyond = found
            head, pieces = self._head, [*self._ahead, self._buffer[:end]]
            self._ahead.clear()
            self._drop(beyond)
            self._in_head = True
            if head is not None:
                yield Part(content_type=head.get("content-type", self.type), pieces=pieces)
        self._buffer.clear()  # an epilogue says nothing

    def _take_head(self) -> bool:
        end = 0 if self._buffer.startswith(b"\r\n") else self._buffer.find(_HEAD_END, 0, _LONGEST_HEAD)
        if end < 0:
            if len(self._buffer) >= _LONGEST_HEAD:
                raise Malformed("一个部分的头没有结束")
            return False
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        self._head = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self._drop(end + (2 if end == 0 else len(_HEAD_END)))
        told = self._head.get("content-length", "")
        length = int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0
        self._ahead.append(self._buffer[:length])
        self._missing = length - len(self._ahead[0])
        self._drop(len(self._ahead[0]))
        self._in_head = False
        return True

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._searched = 0

    def _delimiter_found(self, *, last: bool) -> tuple[int, int] | None:
        """Where the part ends and where its delimiter's line does; None as long as that has not come."""
        if not last and (self._missing or len(self._buffer) < len(self._delimiter)):
            return None
        if self._ahead and not self._buffer.startswith(self._delimiter):  # it tells a wrong length or none
            self._buffer[:0] = b"".join(self._ahead)
            self._ahead.clear()
            self._missing = 0
        while (at := self._buffer.find(self._delimiter, self._searched)) >= 0:
            behind = at + len(self._delimiter)
            line = _END_OF_LINE.match(self._buffer, behind)
            if line is not None:
                self.ended = line[0] == b"--"
                return at, line.end()
            self._searched = at
            if not last and _MAY_BECOME_ONE.match(self._buffer, behind):
                return None
            self._searched += 1
        self._searched = max(self._searched, len(self._buffer) - len(self._delimiter) + 1)
        return None
