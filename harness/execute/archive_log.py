"""The file of a walk through two archives: appended to, flushed to the disk, continued after any end.

Not here: what a line means.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import msgspec

from harness.archive_result import StudyLine, WalkSettings, WindowLine
from harness.errors import BadInput, RecordingBroken
from harness.recording import disk, read_json, write_json

SETTINGS, LINES = "walk.json", "walk.jsonl"
FLUSH_S = 1.0

_encode = msgspec.json.Encoder().encode


class Log:
    """One walk's folder, open for writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.studies = 0
        self.finished = False  # nothing is left to be asked
        self.begun: frozenset[str] = frozenset()  # studies of the window that was being walked through
        self._windows: list[WindowLine] = []
        self._file: BinaryIO | None = None
        self._flushed = time.monotonic()

    def __enter__(self) -> Log:
        self._take_up()
        self._file = (self.folder / LINES).open("ab")
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._flush()
            self._file.close()

    def study(self, line: StudyLine) -> None:
        self._write({"s": line})
        if time.monotonic() - self._flushed > FLUSH_S:
            self._flush()

    def window(self, line: WindowLine) -> None:
        self._write({"w": line})
        self._flush()

    def windows(self) -> list[WindowLine]:
        """Those that were finished before."""
        return self._windows

    def _write(self, line: dict[str, object]) -> None:
        assert self._file is not None
        with disk(self.folder):
            self._file.write(_encode(line) + b"\n")

    def _flush(self) -> None:
        assert self._file is not None
        with disk(self.folder):
            self._file.flush()
            os.fsync(self._file.fileno())
        self._flushed = time.monotonic()

    def _take_up(self) -> None:
        """Read what is there; half a line at the end was being written when the process died, and is taken off."""
        path = self.folder / LINES
        if not path.exists():
            return
        with path.open("r+b") as file:
            whole = 0
            begun: set[str] = set()
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                found = _decode(line, path)
                if isinstance(found, StudyLine):
                    self.studies += 1
                    begun.add(found.study)
                else:
                    self._windows.append(found)
                    self.finished = not found.first
                    begun.clear()
            file.truncate(whole)
        self.begun = frozenset(begun)


def lines(folder: Path) -> Iterator[StudyLine | WindowLine]:
    """What a walk wrote, a line at a time."""
    path = folder / LINES
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield _decode(line, path)


def _decode(line: bytes, path: Path) -> StudyLine | WindowLine:
    try:
        found = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        if "s" in found:
            return msgspec.json.decode(found["s"], type=StudyLine)
        return msgspec.json.decode(found["w"], type=WindowLine)
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError) as error:
        raise RecordingBroken(
            f"{path} 中有一行无法读取（{error}）。", hint="文件已被改动；请换一个 --out 重新比对。"
        ) from None


def settings_of(folder: Path) -> WalkSettings:
    """What a folder was begun with."""
    if not (folder / SETTINGS).is_file():
        raise BadInput(
            f"{folder} 不是影像比对的目录（没有 {SETTINGS}）。", hint="请给出 xinheng data --pacs 用过的 --out。"
        )
    return msgspec.convert(read_json(folder / SETTINGS), WalkSettings)


def begin(folder: Path, settings: WalkSettings) -> None:
    """Make a folder for a walk. Raises BadInput where something lies there."""
    if (folder / SETTINGS).exists():
        raise BadInput(f"{folder} 里已有一次影像比对。", hint=f"接着做：--resume {folder}；重新做：换一个 --out。")
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} 不是空目录。", hint="请换一个 --out，信衡不会覆盖别人的文件。")
    write_json(folder / SETTINGS, asdict(settings))
