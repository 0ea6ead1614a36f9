"""Result sets → rows of Python values. The text of many values crosses from Java to Python at once.

The loop over rows and columns runs inside Java (`loops.py`): it collects the texts in a list and joins them. Where a
text holds the separator itself (the count shows it) the list is read element by element. Values that may be large
(LOBs, binary) are streamed one by one. Not here: what a text means (`conversion.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jpype

from drivers.sql.jdbc import loops
from drivers.sql.jdbc.classes import known
from drivers.sql.jdbc.conversion import Column, column, value, values
from harness.model import Row

Batch = tuple[list[Row], int, bool]  # rows, their characters, whether it was the last

_BATCH = 1 << 19  # characters of a batch: enough to make a call's cost vanish, too few to be felt in memory
_MOST_ROWS = 10_000
_CHUNK = 1 << 20  # octets or characters of a large value at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a result."""

    columns: tuple[Column, ...]
    streamed: bool  # holds a column that is read value by value


class Reader:
    """Reads the results of one connection."""

    def __init__(self, family: str, folds_case: bool) -> None:
        self._family = family
        self._folds_case = folds_case
        self._layouts: dict[str, Layout] = {}
        self._texts = jpype.java.util.ArrayList()

    def layout(self, result: Any) -> Layout:
        """The columns of a result set; asked anew each time, for a table may have changed under a statement."""
        described = loops.description().invokeWithArguments(self._texts, result.getMetaData())
        known = self._layouts.get(described)
        if known is None:
            known = self._layouts[described] = self._laid_out(described)
        return known

    def batches(self, result: Any, layout: Layout, most: int) -> Iterator[list[Row]]:
        """All rows, a list at a time: `most` at first, then as many as make about `_BATCH` characters."""
        read = _streamed if layout.streamed else self._joined
        while True:
            rows, size, ended = read(result, layout.columns, most)
            if rows:
                yield rows
            if ended:
                return
            most = max(1, min(_MOST_ROWS, len(rows) * _BATCH // max(size, 1)))
            result.setFetchSize(most)

    def _joined(self, result: Any, columns: Sequence[Column], most: int) -> Batch:
        texts, width = self._texts, len(columns)
        joined = bytes(loops.rows(width).invokeWithArguments(texts, result, most)).decode()
        count = texts.size()
        if not count:
            return [], 0, True
        parts: Sequence[str] = joined.split(loops.SEPARATOR)
        if len(parts) != count:
            parts = [str(text) for text in texts]
        read = [values(parts[i::width], each.parse, loops.NULL) for i, each in enumerate(columns)]
        return list(zip(*read, strict=True)), len(joined), count < most * width

    def _laid_out(self, described: str) -> Layout:
        parts = described.split(loops.SEPARATOR)
        columns = []
        for kind, name, label in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            folded = label.lower() if self._folds_case and label.isupper() else label
            columns.append(column(folded, int(kind), name, self._family))
        return Layout(columns=tuple(columns), streamed=any(each.stream for each in columns))


def _streamed(result: Any, columns: Sequence[Column], most: int) -> Batch:
    rows: list[Row] = []
    size = 0
    while len(rows) < most and size < _BATCH:
        if not result.next():
            return rows, size, True
        rows.append(tuple(_value(result, index, each) for index, each in enumerate(columns, 1)))
        size += sum(len(each) for each in rows[-1] if isinstance(each, str | bytes))
    return rows, size, False


def _value(result: Any, index: int, each: Column) -> Any:
    if each.stream == "octets":
        return _drained(result.getBinaryStream(index))
    if each.stream == "text":
        return _read_out(result.getCharacterStream(index))
    text = result.getString(index)
    return None if text is None else value(str(text), each.parse)


def _drained(stream: Any) -> bytes | None:
    if stream is None:
        return None
    parts = []
    known(stream)
    while part := bytes(stream.readNBytes(_CHUNK)):
        parts.append(part)
    stream.close()
    return b"".join(parts)


def _read_out(stream: Any) -> str | None:
    if stream is None:
        return None
    parts = []
    buffer = jpype.JArray(jpype.JChar)(_CHUNK)
    known(stream)
    while (count := stream.read(buffer)) >= 0:
        parts.append(memoryview(buffer)[:count].tobytes())
    stream.close()
    return b"".join(parts).decode("utf-16-le", "surrogatepass")
