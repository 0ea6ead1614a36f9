"""A table of fields, from .csv or .xlsx, as an interface document. The columns: `content/interface_table.py`.

Where the table has the column 报文, a line holds for the message types that it names: of HL7 what MSH-9 says
(ORU^R01, or ACK for every acknowledgement), of anything else the pack's name of the message, with /request or /reply
behind it where only one of the two is meant. A message that no line names is not spoken of.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from harness.content.interface_table import Declared, columns_of, read_rows, read_table
from harness.content.message_checks import Table
from harness.content.reading import fields
from harness.content.tree import Document, child
from harness.content.values import text_of
from harness.documents.exchange import Deviations, Exchange
from harness.documents.workbook import sheets
from harness.errors import BadInput


def from_csv(body: bytes) -> FieldTable:
    """Excel writes Chinese .csv files in GBK where nobody asks it for UTF-8."""
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return FieldTable(read_table(codecs.decode(body, codec)))
        except UnicodeDecodeError:
            continue
    raise BadInput("文件的字符集既不是 UTF-8 也不是 GB18030。", hint="请另存为 UTF-8 编码的 CSV。")


def from_workbook(body: bytes) -> FieldTable:
    """Every sheet whose first row has the headings of a table; the others are covers and notes."""
    found = [row for sheet in sheets(body) if sheet and "path" in columns_of(sheet[0]) for row in [read_rows(sheet)]]
    if not found:
        raise BadInput("没有一张工作表的第一行有“字段”列。", hint="第一行应为列名：字段,类型,长度,必填,代码集。")
    return FieldTable([line for lines in found for line in lines])


class FieldTable:
    """Lines of a table, made ready once per message type."""

    only_bodies = True

    def __init__(self, lines: Sequence[Declared]) -> None:
        self._lines = lines
        self._named = frozenset(name for line in lines for name in line.messages)
        self._tables: dict[tuple[str, frozenset[str]], Table | None] = {}

    def request(self, exchange: Exchange) -> Deviations | None:
        return self._check(exchange.sent, exchange.sends, exchange, "request")

    def reply(self, exchange: Exchange) -> Deviations | None:
        return self._check(exchange.body, exchange.content, exchange, "reply") if exchange.body else None

    def _check(self, body: bytes, content: str, exchange: Exchange, part: str) -> Deviations | None:
        document = fields(body, content, exchange.charset)
        names = self._named & {exchange.message, f"{exchange.message}/{part}", *_types(document)}
        key = (content, names)
        if key not in self._tables:
            own = [line for line in self._lines if not line.messages or line.messages & names]
            self._tables[key] = Table(own, content) if names or not self._named else None
        table = self._tables[key]
        if table is None and document.unreadable:
            table = Table((), content)
        return table.check(document) if table is not None else None


def _types(document: Document) -> tuple[str, ...]:
    """What MSH-9 calls the message: ORU, ORU^R01, ORU^R01^ORU_R01."""
    if document.content != "hl7":
        return ()
    node = child(document.root, "MSH", ".9")
    if node is None:
        return ()
    whole = [text_of(part.value) for part in node.children] or [text_of(node.value)]
    return tuple("^".join(whole[: n + 1]) for n in range(len(whole)))
