"""Keeps the parts of a retrieval as they came until somebody wants to know what is in them.

Up to a bound in memory, then in a file without a name: to describe half a megabyte takes longer than to receive it, and
whoever does that while the archive is sending measures himself. What no file has room for is described at once after
all. Not here: what is told of a part.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.content.dicom_multipart import Part

IN_MEMORY = 64 << 20
IN_FILE = 4 << 30
_FOLDER = Path("/var/tmp")  # is for what is large; /tmp may be memory

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lying:
    """Where a part lies in the file."""

    content_type: str
    start: int
    size: int


class Kept:
    """The parts of one retrieval, in the order in which they came."""

    def __init__(self, describe: Callable[[Part], Row]) -> None:
        self._describe = describe
        self._parts: list[Part | _Lying | Row] = []
        self._held = 0
        self._lying = 0
        self._file = -1
        self._close: weakref.finalize[[int], Kept] | None = None

    def add(self, part: Part) -> None:
        if self._held + part.size <= IN_MEMORY:
            self._held += part.size
            self._parts.append(part)
        else:
            self._parts.append(self._laid_down(part) or self._describe(part))

    def rows(self) -> Iterator[Row]:
        """What is told of each; once, for nothing is kept any longer then."""
        parts, self._parts = self._parts, []
        for part in parts:
            if isinstance(part, Part):
                yield self._describe(part)
            elif isinstance(part, _Lying):
                yield self._describe(self._picked_up(part))
            else:
                yield part
        if self._close is not None:
            self._close()

    def _laid_down(self, part: Part) -> _Lying | None:
        if self._lying + part.size > IN_FILE:
            return None
        try:
            if self._close is None:
                self._file = _nameless()
                self._close = weakref.finalize(self, os.close, self._file)  # most bodies are read by nobody
            for piece in part.pieces:
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._file, rest) :]
        except OSError:  # no room: from here on nothing is laid down
            self._lying = IN_FILE
            return None
        lying = _Lying(content_type=part.content_type, start=self._lying, size=part.size)
        self._lying += lying.size
        return lying

    def _picked_up(self, lying: _Lying) -> Part:
        pieces, at, end = [], lying.start, lying.start + lying.size
        while piece := os.pread(self._file, end - at, at):
            pieces.append(piece)
            at += len(piece)
        return Part(content_type=lying.content_type, pieces=pieces)


def _nameless() -> int:
    file, name = tempfile.mkstemp(dir=_FOLDER if os.access(_FOLDER, os.W_OK) else None)
    Path(name).unlink()
    return file
