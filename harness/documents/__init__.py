"""Interface documents, and what real messages have against them (PV-INTF-5).

`read_document` makes of a file's bytes an `InterfaceDocument`, whatever form it has: a table of fields (`table.py`),
OpenAPI (`openapi.py`), WSDL with its schemas (`wsdl.py`). It is asked of one exchange at a time. Pure: nothing is
opened or fetched, so what a document refers to must stand in it.
Not here: where documents and traffic lie, what the deviations mean for a clause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath

from harness.content.tree import MAX_BYTES
from harness.documents import openapi, table, wsdl
from harness.documents.exchange import Exchange, InterfaceDocument
from harness.errors import BadInput

__all__ = ["SUFFIXES", "Exchange", "InterfaceDocument", "read_document"]

_READERS: Mapping[str, Callable[[bytes], InterfaceDocument]] = {
    ".csv": table.from_csv,
    ".xlsx": table.from_workbook,
    ".yaml": openapi.from_yaml,
    ".yml": openapi.from_yaml,
    ".json": openapi.from_json,
    ".wsdl": wsdl.from_wsdl,
}
SUFFIXES = tuple(_READERS)


def read_document(name: str, body: bytes) -> InterfaceDocument:
    """The document of that file name. Raises BadInput, with the name in its sentence, where it cannot be used."""
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise BadInput(
            f"接口文档 {name} 的格式不认识。",
            hint=f"可用：{'、'.join(SUFFIXES)}（字段表、OpenAPI 3.0/3.1、WSDL）。",
        )
    if len(body) > MAX_BYTES:
        raise BadInput(f"接口文档 {name} 超过 {MAX_BYTES >> 20} MB。", hint="请按接口拆成几份文档。")
    try:
        return reader(body)
    except BadInput as wrong:
        raise BadInput(f"接口文档 {name} 不能用：{wrong.message}", hint=wrong.hint) from None
