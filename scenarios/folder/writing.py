"""Writes a folder pack: `pack.toml` from its schema, message files beside it. What has its usual value is left out.

Not here: what is written (`skeleton.py`, `scenarios/importing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from scenarios.folder.described import PackFile
from scenarios.folder.files import PACK_FILE

_ARRAYS = ("interface", "message", "transaction")  # of tables: [[…]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A pack before it lies in a folder."""

    described: PackFile
    files: Mapping[str, str | bytes]  # path in the folder → content
    addresses: Mapping[str, str] = field(default_factory=dict)  # interface → where it seems to answer


def write(folder: Path, draft: Draft, *, heading: str = "") -> list[str]:
    """The names of the files that were written. A folder with something in it is refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} 已存在且不是空文件夹，信衡不会覆盖别人的文件。", hint="请换一个名称或先把它移走。")
    files = {PACK_FILE: heading + pack_toml(draft.described), "stacks.toml": stacks_toml(draft), **draft.files}
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(files)


def pack_toml(described: PackFile) -> str:
    lines = list(_keys(described, aside=_ARRAYS))
    for name in _ARRAYS:
        for table in getattr(described, name):
            lines += ["", f"[[{name}]]", *_keys(table), *_below(name, table)]
    return "\n".join(lines) + "\n"


def stacks_toml(draft: Draft) -> str:
    """Where both systems answer, to be filled in by whoever knows."""
    lines = ["# 两套系统的接口各在哪里应答。地址请改成实际的；charset 可写 UTF-8、GBK、GB18030，口令只写环境变量名。"]
    for role, title in (("original", "原系统"), ("migrated", "迁移后系统")):
        lines += ["", f"[stacks.{role}]", f"title = {_value(title)}"]
        for number, interface in enumerate(draft.described.interface):
            known = draft.addresses.get(interface.name, "")
            url = known if known and role == "original" else _example(interface.kind, role, number)
            lines += [f"[stacks.{role}.endpoints.{interface.name}]", f"url = {_value(url)}"]
            if interface.kind == "soap":
                lines += ['kind = "soap"']
            lines += ['charset = "UTF-8"']
    return "\n".join(lines) + "\n"


def _example(kind: str, role: str, number: int) -> str:
    host = "127.0.0.1"
    port = (6661 if role == "original" else 6662) + 10 * number
    return {"mllp": f"mllp://{host}:{port}", "amqp": f"amqp://user@{host}:{port}/vhost"}.get(
        kind, f"http://{host}:{port}"
    )


def _keys(table: Any, *, aside: tuple[str, ...] = ()) -> Iterator[str]:
    """`key = value` for what differs from its default; tables of their own come below."""
    for known in fields(table):
        value = getattr(table, known.name)
        usual = known.default_factory() if known.default_factory is not MISSING else known.default
        if value != usual and known.name not in aside and not is_dataclass(value) and not isinstance(value, Mapping):
            yield f"{known.name} = {_value(value)}"


def _below(at: str, table: Any) -> Iterator[str]:
    for known in fields(table):
        value = getattr(table, known.name)
        if is_dataclass(value) and list(_keys(value)):
            yield from (f"[{at}.{known.name}]", *_keys(value))
        elif isinstance(value, Mapping) and value:
            yield from (f"[{at}.{known.name}]", *(f"{_value(k)} = {_value(v)}" for k, v in value.items()))


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if is_dataclass(value):
        return f"{{ {', '.join(_keys(value))} }}"
    if isinstance(value, str):  # JSON's escapes are a subset of TOML's, apart from DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return str(value).lower() if isinstance(value, bool) else str(value)
