"""The tables of a recorded state, read one at a time: memory holds the table that is compared, not the hospital.

Not here: the layout of the file (`recording.py` writes it and says what it is).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from harness.cells import decode
from harness.errors import RecordingBroken
from harness.model import TableState


class _Head(msgspec.Struct):
    """The line before a table's rows."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int


_head = msgspec.json.Decoder(_Head).decode
_row = msgspec.json.Decoder(list[object]).decode


class StateFile(Mapping[str, TableState]):
    """`state-before.jsonl` or `state-after.jsonl` as a mapping; the table asked for last is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heads: dict[str, tuple[_Head, int]] = {}
        self._last: TableState | None = None
        self._index()

    @property
    def key_columns(self) -> frozenset[str]:
        return frozenset(name for head, _ in self._heads.values() for name in head.key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)

    def __getitem__(self, table: str) -> TableState:
        if self._last is None or self._last.table != table:
            head, offset = self._heads[table]
            self._last = None  # let go of the old one before the new one is read
            self._last = self._read(head, offset)
        return self._last

    def _index(self) -> None:
        try:
            with self._path.open("rb") as lines:
                offset = 0
                while line := lines.readline():
                    head = _head(line)
                    offset += len(line)
                    self._heads[head.table] = (head, offset)
                    for _ in range(head.rows):
                        offset += len(lines.readline())
        except FileNotFoundError:
            raise RecordingBroken(
                f"{self._path} 不存在。", hint="运行未完成；请用 xinheng run --resume 补齐。"
            ) from None
        except msgspec.DecodeError as error:
            raise self._broken(error) from None

    def _read(self, head: _Head, offset: int) -> TableState:
        rows = []
        try:
            with self._path.open("rb", buffering=1 << 20) as lines:
                lines.seek(offset)
                for _ in range(head.rows):
                    rows.append(tuple(decode(cell) for cell in _row(lines.readline())))
        except (msgspec.DecodeError, ValueError, KeyError, ArithmeticError) as error:
            raise self._broken(error) from None
        return TableState(table=head.table, columns=head.columns, key=head.key, rows=tuple(rows))

    def _broken(self, error: Exception) -> RecordingBroken:
        return RecordingBroken(f"{self._path} 无法读取（{error}）。", hint="文件已损坏；请用 xinheng verify 查看。")
