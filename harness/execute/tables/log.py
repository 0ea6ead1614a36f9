"""The file of a comparison of tables: appended to, flushed to the disk, continued after any end."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from harness.data_result import Answers, Databases, RoundLine, StretchLine, TableLine, TablesSettings
from harness.errors import BadInput, RecordingBroken
from harness.recording import disk, read_json, write_json

FOLDER = "data"  # among the recordings of a run
SETTINGS, DATABASES, LINES = "comparison.json", "databases.json", "comparison.jsonl"
ANSWERS = "checks.json"

Known = TypeVar("Known")
Line = StretchLine | TableLine | RoundLine
_LINES: dict[str, type[Line]] = {"s": StretchLine, "t": TableLine, "r": RoundLine}

_encode = msgspec.json.Encoder().encode


class Log:
    """One comparison's folder, open for writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stretches: dict[str, list[StretchLine]] = defaultdict(list)  # of tables that were begun
        self.tables: dict[str, TableLine] = {}  # that are finished
        self._file: BinaryIO | None = None

    def __enter__(self) -> Log:
        self._take_up()
        self._file = (self.folder / LINES).open("ab")
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def stretch(self, line: StretchLine) -> None:
        self.stretches[line.table].append(line)
        self._write({"s": line})

    def table(self, line: TableLine) -> None:
        self.tables[line.table] = line
        self._write({"t": line})

    def round(self, line: RoundLine) -> None:
        self.stretches[line.table.table] = list(line.stretches)
        self.tables[line.table.table] = line.table
        self._write({"r": line})

    def _write(self, line: dict[str, object]) -> None:
        assert self._file is not None
        with disk(self.folder):
            self._file.write(_encode(line) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _take_up(self) -> None:
        """Read what is there; half a line at the end was being written when the process died, and is taken off."""
        path = self.folder / LINES
        if not path.exists():
            return
        with path.open("r+b") as file:
            whole = 0
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                found = _decode(line, path)
                match found:
                    case StretchLine():
                        self.stretches[found.table].append(found)
                    case TableLine():
                        self.tables[found.table] = found
                    case RoundLine():
                        self.stretches[found.table.table] = list(found.stretches)
                        self.tables[found.table.table] = found.table
            file.truncate(whole)


def lines(folder: Path) -> Iterator[Line]:
    """What a comparison wrote, a line at a time."""
    path = folder / LINES
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield _decode(line, path)


def _decode(line: bytes, path: Path) -> Line:
    try:
        found = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        ((kind, content),) = found.items()
        return msgspec.json.decode(content, type=_LINES[kind])
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, ValueError) as error:
        raise RecordingBroken(
            f"{path} 中有一行无法读取（{error}）。", hint="文件已被改动；请换一个 --out 重新比对。"
        ) from None


def begin(folder: Path, settings: TablesSettings) -> None:
    """A new folder for a comparison."""
    if (folder / SETTINGS).exists():
        raise BadInput(f"{folder} 里已有一次比对。", hint=f"接着做请写 --resume {folder}，重新做请换一个 --out。")
    write_json(folder / SETTINGS, asdict(settings))


def settings_of(folder: Path) -> TablesSettings:
    """What a folder was begun with."""
    path = folder / SETTINGS
    if not path.exists():
        raise BadInput(f"{folder} 不是数据比对的结果目录。", hint="请写当时 --out 给出的目录。")
    return _read(path, TablesSettings)


def keep_databases(folder: Path, databases: Databases) -> None:
    """What both said of themselves; a comparison that goes on asks them again."""
    write_json(folder / DATABASES, asdict(databases))


def keep_answers(folder: Path, answers: Sequence[Answers]) -> None:
    write_json(folder / ANSWERS, [asdict(each) for each in answers])


def answers_of(folder: Path) -> list[Answers]:
    """What was answered; nothing where the comparison had not come to it."""
    return _read(folder / ANSWERS, list[Answers]) if (folder / ANSWERS).exists() else []


def databases_of(folder: Path) -> Databases:
    return _read(folder / DATABASES, Databases)


def _read(path: Path, kind: type[Known]) -> Known:
    try:
        return msgspec.convert(read_json(path), kind)
    except msgspec.ValidationError as error:
        raise RecordingBroken(f"{path} 无法读取（{error}）。", hint="文件已被改动；请换一个 --out 重新比对。") from None
