"""The files of a folder pack as they lie there: their text, the lists to pick from, one digest over all of them.

What cannot be read is a problem, a sentence each. Not here: what stands in them (`reading.py`).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

PACK_FILE = "pack.toml"
Rows = Sequence[Mapping[str, str]]


class Files:
    """Everything that is read from one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digest = hashlib.sha256()
        self._lists: dict[str, Rows] = {}
        self.body(PACK_FILE)

    @property
    def digest(self) -> str:
        """Over what was read so far, in that order: two packs of the same digest send the same."""
        return self._digest.hexdigest()

    def exists(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def names(self, name: str) -> list[str]:
        """The file of that name, or all files in the folder of that name, in the order of their names."""
        place = self.folder / name
        if not place.is_dir():
            return [name]
        return sorted(
            str(file.relative_to(self.folder)) for file in place.iterdir() if file.is_file() and file.name[0] != "."
        )

    def body(self, name: str) -> bytes:
        body = (self.folder / name).read_bytes()
        self._digest.update(name.encode() + b"\0" + body)
        return body

    def text(self, name: str) -> tuple[str, str]:
        """What stands in it, and what is wrong with it."""
        if not self.exists(name):
            return "", f"找不到文件 {name}，请检查路径（从 {PACK_FILE} 所在的文件夹算起）"
        try:
            return self.body(name).decode("utf-8-sig"), ""
        except UnicodeDecodeError:
            return "", f"文件 {name} 不是 UTF-8 编码，请另存为 UTF-8（发送时的字符集由 stacks.toml 的 charset 决定）"

    def rows(self, name: str) -> tuple[Rows, str]:
        """The lines of a list by the words of its first line, and what is wrong with it."""
        if name not in self._lists:
            text, problem = self.text(name)
            if problem:
                return (), problem
            self._lists[name] = list(csv.DictReader(text.splitlines(), restval=""))
        return self._lists[name], "" if self._lists[name] else f"文件 {name} 除列名外没有内容，请至少写一行"
