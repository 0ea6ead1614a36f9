"""A WSDL → a message for each operation, with an envelope that calls it; the document comes along.

Who reads a WSDL is handed in (`drivers.messages.soap`): packs know no driver. Not here: reading it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from harness.errors import BadInput
from harness.message import Outgoing
from scenarios.folder.described import InterfaceTable, MessageTable
from scenarios.folder.template import literal
from scenarios.importing.drafts import Found, unique
from scenarios.importing.identities import Identities
from scenarios.importing.places import cleaned


class Operation(Protocol):
    """What must be known of an operation."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def address(self) -> str: ...


# file → its operations with an envelope for each, or why there is none
Read = Callable[[str], Sequence[tuple[Operation, Outgoing | str]]]

_DECLARED = "encoding='UTF-8'", 'encoding="UTF-8"'


def found_in(file: Path, name: str, who: Identities, read: Read) -> Found:
    """Every operation that an envelope can be made for. Raises BadInput where there is none."""
    if not file.is_file():
        raise BadInput(f"{file} 不存在。", hint="请检查路径；网址请先下载成文件。")
    interface = InterfaceTable(
        name=f"{name}_soap"[:40], title=f"{file.stem} 服务", kind="soap", document=f"interfaces/{file.stem}.wsdl"
    )
    messages: list[MessageTable] = []
    files: dict[str, str | bytes] = {interface.document: file.read_bytes()}
    notes, called, address = [], set(), ""
    for operation, made in read(str(file)):
        address = address or operation.address
        if operation.name in called or operation.address != address:
            continue  # the same operation through another version of SOAP
        called.add(operation.name)
        if isinstance(made, str):
            notes.append(f"操作 {operation.name} 没有收入：{made}")
            continue
        message = unique(operation.name, [each.name for each in messages])
        place = f"messages/{message}.xml"
        files[place] = _charset_open(literal(cleaned(made.body.decode(), "soap", who), "soap"))
        action = made.headers.get("SOAPAction", "")
        messages.append(
            MessageTable(
                name=message,
                title=operation.name,
                interface=interface.name,
                file=place,
                headers={"SOAPAction": action} if action else {},
            )
        )
    if not messages:
        raise BadInput(f"{file} 没有可以调用的操作。", hint="；".join(notes) or "请给出完整的 WSDL。")
    addresses = {interface.name: address} if address.startswith("http") else {}
    return Found(
        interfaces=(interface,), messages=tuple(messages), files=files, addresses=addresses, notes=tuple(notes)
    )


def _charset_open(text: str) -> str:
    """The declaration follows the charset of the endpoint."""
    for declared in _DECLARED:
        text = text.replace(declared, 'encoding="{{charset}}"', 1)
    return text
