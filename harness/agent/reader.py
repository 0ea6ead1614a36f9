"""Reads a readings file back: readings, and the notes the agent left.

An agent may be killed in the middle of a line; a torn line is skipped where that can have happened, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.agent.reading import KIND, READABLE, Reading, decode
from harness.errors import RecordingBroken


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every line of a readings file. A torn line is skipped where an agent died: at the end, or before a header."""
    torn = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            content = _parsed(line)
            if torn and (content is None or content.get("kind") != KIND):
                raise _broken(path, torn)
            torn = number if content is None else 0
            if content is not None:
                yield content


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def read_readings(path: Path) -> Iterator[Reading]:
    """The readings of a file, in order, without headers and notes."""
    for content in read_lines(path):
        if content.get("kind") == KIND:
            if content.get("format") not in READABLE:
                raise RecordingBroken(
                    f"{path} 的格式版本是 {content.get('format')}，本版信衡只认 {'、'.join(map(str, READABLE))}。",
                    hint="请用写出它的那一版信衡读取。",
                )
        elif "note" not in content:
            try:
                yield decode(content)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise _broken(path, 0) from None


def read_notes(path: Path) -> tuple[str, ...]:
    """What the agent could not read, in its own words."""
    return tuple(str(content["note"]) for content in read_lines(path) if "note" in content)


def _broken(path: Path, number: int) -> RecordingBroken:
    where = f" 第 {number} 行" if number else ""
    return RecordingBroken(
        f"读数文件 {path}{where}无法解析。", hint="文件已损坏；请用 xinheng verify 查看哪些文件被改动。"
    )
