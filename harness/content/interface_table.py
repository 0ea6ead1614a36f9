"""An interface document in table form: a line per field with path, type, length, mandatory and code set.

A line without type stands for a structure (a segment, an element): it says whether that must be there, not what is in
it. A table of several messages has a column that says which of them a line is for. Not here: holding a message against
it (`message_checks.py`); OpenAPI, WSDL, XSD.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.content.tree import Value
from harness.content.values import decimal_of, moment_of, text_of
from harness.errors import BadInput

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "path": ("path", "field", "字段", "字段路径", "路径"),
    "type": ("type", "类型", "数据类型"),
    "length": ("length", "长度", "最大长度"),
    "mandatory": ("mandatory", "required", "必填", "是否必填"),
    "codes": ("code set", "code_set", "codes", "代码集", "值域", "代码"),
    "title": ("title", "name", "名称", "说明"),
    "messages": ("message", "messages", "报文", "消息", "报文类型", "消息类型"),
}
_YES = {"y", "yes", "true", "1", "r", "m", "是", "必填", "√"}
_NO = {"", "n", "no", "false", "0", "o", "c", "否", "选填", "可选", "条件"}
_LIST = re.compile(r"[|;；、\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One line of an interface table."""

    path: str  # a pattern, as in path.py
    type: str = ""  # one of TYPES; nothing: a structure
    length: int = 0  # characters at most; 0: any
    mandatory: bool = False
    codes: frozenset[str] = frozenset()  # nothing: any
    title: str = ""
    messages: frozenset[str] = frozenset()  # ORU^R01, or a message of the pack; nothing: every message


# --------------------------------------------------------------------------- types


def _of_text(value: Value) -> bool:
    return isinstance(value, str)


def _of_number(value: Value) -> bool:
    return decimal_of(value) is not None


def _of_integer(value: Value) -> bool:
    return re.fullmatch(r"[+-]?\d+", text_of(value), re.ASCII) is not None


def _of_boolean(value: Value) -> bool:
    return isinstance(value, bool) or text_of(value).lower() in {"true", "false", "0", "1", "y", "n"}


def _of_date(value: Value) -> bool:
    text = text_of(value)
    return moment_of(text) is not None and len(text) in (len("20260302"), len("2026-03-02"))


def _of_moment(value: Value) -> bool:
    return moment_of(value) is not None


def _of_clock(value: Value) -> bool:
    text = text_of(value).replace(":", "")
    return moment_of(f"20000101{text}") is not None


def _of_anything(value: Value) -> bool:
    return True


TYPES: Mapping[str, Callable[[Value], bool]] = {
    "text": _of_text,
    "number": _of_number,
    "integer": _of_integer,
    "boolean": _of_boolean,
    "date": _of_date,
    "datetime": _of_moment,
    "time": _of_clock,
    "any": _of_anything,
}
# How HL7, WS 363 and JSON Schema call them. DT is a date in HL7 and a moment in WS 363.
_SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("st", "tx", "ft", "id", "is", "s", "s1", "s2", "s3", "a", "an", "string", "字符", "文本"), "text"),
    **dict.fromkeys(("nm", "n", "decimal", "数值", "数字"), "number"),
    **dict.fromkeys(("si", "int", "整数"), "integer"),
    **dict.fromkeys(("l", "bool", "布尔", "逻辑"), "boolean"),
    **dict.fromkeys(("d", "d8", "日期"), "date"),
    **dict.fromkeys(("ts", "dtm", "dt", "dt15", "日期时间"), "datetime"),
    **dict.fromkeys(("tm", "t", "t6", "时间"), "time"),
    **dict.fromkeys(("*", "varies", "任意"), "any"),
}


# --------------------------------------------------------------------------- the table


def read_table(text: str, code_sets: Mapping[str, Sequence[str]] | None = None) -> tuple[Declared, ...]:
    """An interface table from its CSV text. The column of codes lists them, or names one of `code_sets`."""
    return read_rows(list(csv.reader(text.lstrip("\ufeff").splitlines())), code_sets)


def read_rows(
    rows: Sequence[Sequence[str]], code_sets: Mapping[str, Sequence[str]] | None = None
) -> tuple[Declared, ...]:
    """An interface table from its cells, the first row being the headings."""
    if not rows:
        raise BadInput("接口文档是空的。", hint="第一行应为列名：字段,类型,长度,必填,代码集。")
    columns = columns_of(rows[0])
    if "path" not in columns:
        raise BadInput("接口文档第 1 行没有“字段”列。", hint="第一行应为列名：字段,类型,长度,必填,代码集。")
    found = []
    for number, cells in enumerate(rows[1:], 2):
        line = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if any(line.values()) and not line["path"].startswith("#"):
            found.append(_declared(line, number, code_sets or {}))
    return tuple(found)


def columns_of(headings: Sequence[str]) -> dict[str, int]:
    """Which column holds what; without "path" it is no interface table."""
    known = {word: name for name, words in HEADINGS.items() for word in words}
    return {known[h.strip().lower()]: at for at, h in enumerate(headings) if h.strip().lower() in known}


def _declared(line: Mapping[str, str], number: int, code_sets: Mapping[str, Sequence[str]]) -> Declared:
    def wrong(what: str, hint: str) -> BadInput:
        return BadInput(f"接口文档第 {number} 行：{what}。", hint=hint)

    if not line["path"]:
        raise wrong("没有写字段路径", "例如 PID.5.1、$.items[*].price。")
    type_ = line.get("type", "").lower()
    type_ = _SYNONYMS.get(type_, type_)
    if type_ and type_ not in TYPES:
        raise wrong(f"不认识类型“{line['type']}”", f"可用：{'、'.join(TYPES)}，或 HL7、WS 363 的类型名。")
    length = line.get("length", "")
    if length and not length.isdecimal():
        raise wrong(f"长度“{length}”不是整数", "写最多多少个字符，不限则留空。")
    mandatory = line.get("mandatory", "").lower()
    if mandatory not in _YES | _NO:
        raise wrong(f"“必填”列写的是“{line['mandatory']}”", "写 是 或 否。")
    codes = line.get("codes", "")
    return Declared(
        path=line["path"],
        type=type_,
        length=int(length or 0),
        mandatory=mandatory in _YES,
        codes=frozenset(code_sets[codes] if codes in code_sets else filter(None, _LIST.split(codes))),
        title=line.get("title", ""),
        messages=frozenset(filter(None, _LIST.split(line.get("messages", "")))),
    )
