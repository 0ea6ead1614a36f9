"""`events.jsonl` in the run folder: what happened during a run, as a chain of lines. Not here: what is shown to people.

Every line carries its number and the SHA-256 of the line before it, newline included; the first one carries zeros. So
a line that is removed, edited, moved or inserted is found and named. SHA-256 and not SM3: any machine can follow the
chain with `sha256sum`, and the manifest covers the whole file with both. The log of a run that was finished ends with
`Ended`; without it the end may have been cut off. A chain says nothing about who wrote it: that is what signatures are
for.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness import events
from harness.recording import disk

NAME = "events.jsonl"
START = "0" * 64
END = events.Ended.__name__


class EventLog:
    """Every event but those that only live, with the time it was heard. `tell` hears what is said of the log itself."""

    def __init__(self, tell: Callable[[events.Event], None]) -> None:
        self._tell = tell
        self._waiting: list[dict[str, Any]] = []  # heard before the folder was there
        self._path: Path | None = None
        self._lines = 0
        self._last = START

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.Progress | events.Live):
            return
        if isinstance(event, events.Began):
            self._go_on(event.run_dir / NAME)
        fields = {name: str(getattr(event, name)) for name in event.__dataclass_fields__}
        self._waiting.append({"wall": time.time(), "event": type(event).__name__, **fields})
        self._write()

    def _go_on(self, path: Path) -> None:
        """Take up the chain where an earlier run of this folder left it."""
        self._path = path
        cut = _without_half_a_line(path)
        whole = _lines_of(path.read_bytes()) if path.exists() else []
        self._lines, self._last = len(whole), digest(whole[-1]) if whole else START
        if cut:
            note = events.Note(text=f"{NAME} 的最后一行在上次中断时只写了一半，已去掉这 {cut} 字节。")
            self._tell(note)
            self._waiting.append({"wall": time.time(), "event": "Note", "text": note.text})

    def _write(self) -> None:
        if self._path is None:
            return
        chained = bytearray()
        for fields in self._waiting:
            line = msgspec.json.encode({"line": self._lines + 1, "before": self._last, **fields}) + b"\n"
            self._lines, self._last = self._lines + 1, digest(line)
            chained += line
        with disk(self._path), self._path.open("ab") as file:
            file.write(chained)
        self._waiting.clear()


def digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _lines_of(content: bytes) -> list[bytes]:
    return list(io.BytesIO(content))  # splitlines would split at a lone carriage return, too


def _without_half_a_line(path: Path) -> int:
    """Take off what follows the last newline; how many bytes that were."""
    if not path.exists():
        return 0
    content = path.read_bytes()
    kept = content.rfind(b"\n") + 1
    if kept < len(content):
        os.truncate(path, kept)
    return len(content) - kept


# --------------------------------------------------------------------------- checking


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a log's lines say about each other: where they do not fit, and what should be known besides."""

    lines: int
    head: str  # the digest of the last line
    broken: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check(content: bytes) -> Chain:
    """Follow the chain of a whole log. Lines of older versions, which knew no chain, may only come first."""
    lines = _lines_of(content)
    broken: list[str] = []
    unchained = 0
    expected, before = 1, START
    for number, line in enumerate(lines, 1):
        fields = _fields(line)
        if fields is None:
            broken.append(f"第 {number} 行不完整或无法读取。")
        elif "before" not in fields and unchained == number - 1:
            unchained = number
        elif wrong := _misfit(number, fields, expected, before):
            broken.append(wrong)
        claimed = fields.get("line") if fields else None
        expected = (claimed if isinstance(claimed, int) else number) + 1
        before = digest(line)
    return Chain(
        lines=len(lines), head=before, broken=tuple(broken), notes=_notes(lines, unchained) if not broken else ()
    )


def _fields(line: bytes) -> dict[str, Any] | None:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return fields if isinstance(fields, dict) and line.endswith(b"\n") else None


def _misfit(number: int, fields: dict[str, Any], expected: int, before: str) -> str:
    """What is wrong between a line and the one before it; empty when they fit."""
    claimed = fields.get("line")
    if not isinstance(claimed, int) or "before" not in fields:
        return f"第 {number} 行没有行号或前一行的摘要：它是插入的或被改动过。"
    if claimed > expected:
        return (
            f"第 {number} 行原是第 {claimed} 行：它之前缺少第 {expected} 行{_until(expected, claimed)}，或次序被改动。"
        )
    if claimed < expected:
        return f"第 {number} 行原是第 {claimed} 行：它被移动过，或它之前插入了别的行。"
    if fields["before"] != before:
        place = f"第 {number - 1} 行在写下之后被改动或换掉" if number > 1 else "第 1 行之前的行被去掉，或第 1 行被改动"
        return f"{place}：第 {number} 行记下的摘要与它不符。"
    return ""


def _until(first: int, after: int) -> str:
    return f"至第 {after - 1} 行" if after - 1 > first else ""


def _notes(lines: list[bytes], unchained: int) -> tuple[str, ...]:
    if unchained:
        return (f"前 {unchained} 行由旧版本写下，没有相互衔接的摘要。",)
    last = _fields(lines[-1]) if lines else None
    if last is None or last.get("event") != END:
        return ("没有结束行：运行没有做完，或者末尾的行被去掉了。",)
    return ()
