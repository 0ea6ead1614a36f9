"""`Result` and `Series` as files: deterministic UTF-8 JSON, read back into the same frozen values.

The same result gives the same bytes. The published form is `schema/result.schema.json`. Not here: any document.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.errors import BadInput, Fault, RecordingBroken
from harness.result import FORMAT, Result, Series
from reports.files import write_whole

_T = TypeVar("_T", Result, Series)


def dump(value: Result | Series) -> bytes:
    """The file's bytes. A half surrogate, which UTF-8 cannot hold, is written as JSON's own escape."""
    try:
        text = json.dumps(asdict(value), ensure_ascii=False, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        name = type(value).__name__
        raise Fault(
            f"{name} 中有不能写入 JSON 的值（{error}）。", hint="这是信衡自身的缺陷：请把 run.json 与本条信息一起反馈。"
        ) from error
    return text.encode("utf-8", "backslashreplace") + b"\n"


def load_result(content: bytes, where: str) -> Result:
    """A result from a file's bytes; `where` names the file in a fault."""
    head = _parse(content, where)
    found = head.get("format") if isinstance(head, dict) else None
    if found != FORMAT:
        raise BadInput(
            f"{where} 的格式版本是 {found!r}，本版本只能读取 {FORMAT}。",
            hint="请用生成它的信衡版本打开，或用当前版本的 xinheng report 重新生成。",
        )
    return _convert(head, Result, where)


def load_series(content: bytes, where: str) -> Series:
    return _convert(_parse(content, where), Series, where)


def write_result(path: Path, result: Result) -> Path:
    return write_whole(path, dump(result))


def read_result(path: Path) -> Result:
    return load_result(_bytes(path), str(path))


def write_series(path: Path, series: Series) -> Path:
    return write_whole(path, dump(series))


def read_series(path: Path) -> Series:
    return load_series(_bytes(path), str(path))


def schema(name: str = "result") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `result.json` or `series.json`."""
    text = files("reports").joinpath("schema", f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RecordingBroken(f"{path} 不存在。", hint="请先用 xinheng report 由运行目录生成结果。") from None


def _parse(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise RecordingBroken(
            f"{where} 不是有效的 JSON（{error}）。", hint="文件已损坏；请用 xinheng verify 查看哪些文件被改动。"
        ) from None


def _convert(value: Any, kind: type[_T], where: str) -> _T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise RecordingBroken(
            f"{where} 的内容不符合格式（{error}）。", hint="请用 xinheng report 由运行目录重新生成。"
        ) from None
