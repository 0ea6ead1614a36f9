"""The tables of a recorded state, read one at a time: memory holds the table that is compared, not the hospital.

Not here: the layout of the file (`recording.py` writes it and says what it is).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

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
    open: bool = False


class _Place(NamedTuple):
    """Where a table's rows begin in its file, and the digest of its lines."""

    head: _Head
    begins: int
    digest: bytes


_KEPT = 3  # a table of the original, of the original again, of the migrated stack
_PLAIN = frozenset({type(None), bool, int, str})  # what stands in a cell as itself
_head = msgspec.json.Decoder(_Head).decode
_row = msgspec.json.Decoder(list[object]).decode


class _Shelf:
    """The tables read last, by what stood in the file: where two recordings hold the same table, it is read once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, TableState] = OrderedDict()

    def get(self, digest: bytes) -> TableState | None:
        return self._kept.get(digest)

    def put(self, digest: bytes, state: TableState) -> None:
        while len(self._kept) >= _KEPT:
            self._kept.popitem(last=False)
        self._kept[digest] = state


_shelf = _Shelf()


class StateFile(Mapping[str, TableState]):
    """`state-before.jsonl` or `state-after.jsonl` as a mapping; of all files, the few tables read last are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heads: dict[str, _Place] = {}
        self._index()

    @property
    def key_columns(self) -> frozenset[str]:
        return frozenset(name for place in self._heads.values() for name in place.head.key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __contains__(self, table: object) -> bool:  # a mapping would read the whole table to find out
        return table in self._heads

    def __len__(self) -> int:
        return len(self._heads)

    def __getitem__(self, table: str) -> TableState:
        place = self._heads[table]
        known = _shelf.get(place.digest)
        if known is None:
            known = self._read(place)
            _shelf.put(place.digest, known)
        return known

    def _index(self) -> None:
        try:
            with self._path.open("rb", buffering=1 << 20) as lines:
                offset = 0
                while line := lines.readline():
                    head, told = _head(line), hashlib.blake2b(line)
                    offset += len(line)
                    begins = offset
                    for row in islice(lines, head.rows):
                        told.update(row)
                        offset += len(row)
                    self._heads[head.table] = _Place(head, begins, told.digest())
        except FileNotFoundError:
            raise RecordingBroken(
                f"{self._path} 不存在。", hint="运行未完成；请用 xinheng run --resume 补齐。"
            ) from None
        except msgspec.DecodeError as error:
            raise self._broken(error) from None

    def _read(self, place: _Place) -> TableState:
        head, rows = place.head, []
        try:
            with self._path.open("rb", buffering=1 << 20) as lines:
                lines.seek(place.begins)
                for _ in range(head.rows):
                    row = _row(lines.readline())
                    rows.append(tuple(cell if type(cell) in _PLAIN else decode(cell) for cell in row))
        except (msgspec.DecodeError, ValueError, KeyError, ArithmeticError) as error:
            raise self._broken(error) from None
        return TableState(table=head.table, columns=head.columns, key=head.key, rows=tuple(rows), open=head.open)

    def _broken(self, error: Exception) -> RecordingBroken:
        return RecordingBroken(f"{self._path} 无法读取（{error}）。", hint="文件已损坏；请用 xinheng verify 查看。")
