"""The cells of an .xlsx workbook as text, sheet by sheet, in as much of the format as a table of fields needs.

The file is a stranger's: every part is read with the limits and refusals of `content/xmltext.py`, nothing is computed,
nothing outside of it is looked up. Not here: what the cells mean (`table.py`).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator

from harness.content import xmltext
from harness.content.tree import MAX_BYTES, Node, Unreadable
from harness.content.values import text_of
from harness.errors import BadInput

Sheet = list[list[str]]

_REFERENCE = re.compile(r"([A-Z]{1,3})\d{1,7}")
_WHOLE = re.compile(r"(-?\d+)\.0*")
_MOST_COLUMNS, _MOST_ROWS = 1000, 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
_HINT = "请用 Excel 或 WPS 另存为 .xlsx（不加密），或另存为 .csv。"


def sheets(body: bytes) -> list[Sheet]:
    """Every sheet with its rows, from its first to the last that holds something."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            texts = [_string(item) for item in _each(_part(archive, "xl/sharedStrings.xml"), "si")]
            return [_rows(_part(archive, place), texts) for place in _places(archive)]
    except Unreadable as reason:
        raise BadInput(f"工作簿的内容读不出来（{reason}）。", hint=_HINT) from None
    except _BROKEN:
        raise BadInput("不是完好的 .xlsx 工作簿。", hint=_HINT) from None


def _part(archive: zipfile.ZipFile, name: str) -> Node | None:
    """One part of the package; the size that the archive states is checked before anything is unpacked."""
    if name not in archive.namelist():
        return None
    if archive.getinfo(name).file_size > MAX_BYTES:
        raise Unreadable(f"{name} 超过 {MAX_BYTES >> 20} MB")
    with archive.open(name) as file:
        return xmltext.parse(file.read(MAX_BYTES).decode("utf-8-sig"))


def _places(archive: zipfile.ZipFile) -> Iterator[str]:
    """Where the sheets lie, in the order of the workbook."""
    targets = {
        _attribute(relation, "Id"): _attribute(relation, "Target")
        for relation in _each(_part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    for sheet in _each(_part(archive, "xl/workbook.xml"), "sheet"):
        target = next((targets[v] for v in map(_value, sheet.children) if v in targets), "")
        yield posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _rows(sheet: Node | None, texts: list[str]) -> Sheet:
    rows: Sheet = []
    for row in _each(sheet, "row"):
        number = _attribute(row, "r")
        if number.isdecimal() and len(rows) < int(number) - 1 < _MOST_ROWS:
            rows += [[]] * (int(number) - 1 - len(rows))
        cells: dict[int, str] = {}
        for cell in _each(row, "c"):
            at = _column(_attribute(cell, "r")) if _attribute(cell, "r") else len(cells)
            if at < _MOST_COLUMNS:
                cells[at] = _cell(cell, texts)
        rows.append([cells.get(at, "") for at in range(max(cells, default=-1) + 1)])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cell(cell: Node, texts: list[str]) -> str:
    kind = _attribute(cell, "t")
    if kind == "inlineStr":
        return "".join(map(_string, _each(cell, "is")))
    value = "".join(_value(part) for part in cell.children if part.step == "/v")
    if kind == "s":
        return texts[int(value)] if value.isdecimal() and int(value) < len(texts) else ""
    whole = _WHOLE.fullmatch(value) if kind in ("", "n") else None
    return whole[1] if whole else value


def _string(item: Node) -> str:
    """A text, whole or in runs of different fonts; how it is to be pronounced is no part of it."""
    return "".join(
        _value(part) if part.step == "/t" else _string(part) for part in item.children if part.step in ("/t", "/r")
    )


def _column(reference: str) -> int:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _each(node: Node | None, name: str) -> Iterator[Node]:
    """Every element of that name below a node, in order."""
    for part in node.children if node is not None else ():
        if part.step == f"/{name}":
            yield part
        else:
            yield from _each(part, name)


def _attribute(node: Node, name: str) -> str:
    return next((_value(part) for part in node.children if part.step == f"/@{name}"), "")


def _value(node: Node) -> str:
    return text_of(node.value) if isinstance(node.value, str) else ""
