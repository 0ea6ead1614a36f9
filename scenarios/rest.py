"""JSON over HTTP as packs write, read and answer it: numbers keep their digits, days and moments are ISO 8601.

What cannot be read or lacks what it must have raises `Problem`, which becomes an answer with a status and a JSON body
that says why. Not here: which paths there are (the packs), sockets (`reference/`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

from harness.content.charset import codec_of
from harness.content.charset import read as decoded
from harness.message import Outgoing
from scenarios.reference.service import Answer

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DEEPEST = 40
FIRST_YEAR, LAST_YEAR = 1900, 2199  # what every product stores

# --------------------------------------------------------------------------- writing


def written(value: Any, charset: str = "UTF-8") -> bytes:
    """A JSON text. A character that the charset lacks is written as its escape."""
    try:
        return "".join(_pieces(value, ascii_only=False)).encode(codec_of(charset) or "utf-8")
    except UnicodeEncodeError:
        return "".join(_pieces(value, ascii_only=True)).encode("ascii")


def _pieces(value: Any, *, ascii_only: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        sign = "{"
        for key, inner in value.items():
            yield f"{sign}{json.dumps(str(key), ensure_ascii=ascii_only)}:"
            yield from _pieces(inner, ascii_only=ascii_only)
            sign = ","
        yield "}" if sign == "," else "{}"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        sign = "["
        for inner in value:
            yield sign
            yield from _pieces(inner, ascii_only=ascii_only)
            sign = ","
        yield "]" if sign == "," else "[]"
    elif isinstance(value, Decimal):
        yield f"{value:f}"
    elif isinstance(value, dt.date):
        yield f'"{value.isoformat()}"'
    elif isinstance(value, str | bool | int | None):
        yield json.dumps(value, ensure_ascii=ascii_only)
    else:
        raise TypeError(f"{type(value).__name__} is no value of JSON")


def post(path: str, value: Any, *, charset: str, method: str = "POST") -> Outgoing:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    return Outgoing(body=written(value, charset), path=path, method=method, headers=headers)


def get(path: str, *, charset: str = "UTF-8", **query: Any) -> Outgoing:
    """A request without a body; what is None is not asked for."""
    asked = {name: _shown(value) for name, value in query.items() if value is not None}
    encoded = urlencode(asked, encoding=codec_of(charset) or "utf-8", errors="replace")
    return Outgoing(body=b"", path=path + (f"?{encoded}" if asked else ""), method="GET")


def step(value: str) -> str:
    """A business number as a step of a path: NEUT% is NEUT%25 there."""
    return quote(value, safe="")


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


# --------------------------------------------------------------------------- answering


class Problem(Exception):
    """The request is not carried out."""

    def __init__(self, status: int, title: str, *, where: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.where = status, title, where

    def answer(self, charset: str) -> Answer:
        told = {"status": self.status, "title": str(self), "where": self.where or None}
        return Answer(
            body=written({k: v for k, v in told.items() if v is not None}, charset),
            status=self.status,
            content_type=f"application/problem+json; charset={charset}",
        )


def answer(value: Any, charset: str, *, status: int = 200) -> Answer:
    return Answer(body=written(value, charset), status=status, content_type=f"application/json; charset={charset}")


# --------------------------------------------------------------------------- reading


def read(body: bytes, charset: str, *, longest: int) -> Body:
    """The object that a request brings. Raises `Problem`."""
    if len(body) > longest:
        raise Problem(413, f"报文 {len(body)} 字节，超过 {longest} 字节")
    text, flaw = decoded(body, "", charset)
    if flaw:
        raise Problem(400, f"字符集有误：{flaw}")
    if max(text.count("["), text.count("{")) > longest // 16:
        raise Problem(400, "嵌套过深")
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (RecursionError, ValueError):
        raise Problem(400, "报文不是 JSON") from None
    if not isinstance(found, dict):
        raise Problem(422, "应为一个 JSON 对象")
    _refuse_odd(found, "$", 0)
    return Body(found)


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_odd(value: Any, where: str, depth: int) -> None:
    """No control character, no half of a character, no depth that nobody needs."""
    if depth > _DEEPEST:
        raise Problem(400, "嵌套过深")
    if isinstance(value, str) and _CONTROL.search(value):
        raise Problem(422, "含控制字符", where=where)
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_odd(key, where, depth)
            _refuse_odd(inner, f"{where}.{key}", depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _refuse_odd(inner, f"{where}[{number}]", depth + 1)


@dataclass(frozen=True, slots=True)
class Body:
    """An object of a request; every way of reading a field says what it must be."""

    fields: Mapping[str, Any]
    where: str = field(default="$")

    def text(self, name: str, *, longest: int = 24) -> str:
        found = self.maybe(name, longest=longest)
        if found is None or not found.strip():
            raise self.wrong(name, "必填")
        return found

    def maybe(self, name: str, *, longest: int = 24) -> str | None:
        """A text that may be absent or null. An empty one stays one."""
        found = self.fields.get(name)
        if found is not None and not isinstance(found, str):
            raise self.wrong(name, "应为字符串")
        if found is not None and len(found) > longest:
            raise self.wrong(name, f"最多 {longest} 个字符，实为 {len(found)} 个")
        return found

    def coded(self, name: str, codes: Sequence[str]) -> str:
        found = self.text(name, longest=200)
        if found not in codes:
            raise self.wrong(name, f"代码不在值域 {'、'.join(codes)} 内")
        return found

    def instant(self, name: str) -> dt.datetime:
        """A moment to the microsecond, without a zone: the hospital's own clock."""
        try:
            found = dt.datetime.fromisoformat(self.text(name, longest=32))
        except ValueError:
            raise self.wrong(name, "不是 ISO 8601 时间") from None
        if found.tzinfo is not None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise self.wrong(name, "不是本院时间")
        return found

    def moment(self, name: str) -> dt.datetime:
        """A moment to the second."""
        found = self.instant(name)
        if found.microsecond:
            raise self.wrong(name, "应精确到秒")
        return found

    def day(self, name: str) -> dt.date:
        try:
            return dt.date.fromisoformat(self.text(name, longest=10))
        except ValueError:
            raise self.wrong(name, "不是 ISO 8601 日期") from None

    def number(self, name: str, *, digits: int = 30, places: int = 30) -> Decimal:
        """A JSON number, exact: so many digits before the point and so many behind it."""
        found = self.fields.get(name)
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise self.wrong(name, "应为数")
        exact = Decimal(found)
        if exact.adjusted() >= digits or -int(exact.as_tuple().exponent) > places:
            raise self.wrong(name, f"应为不超过 {digits} 位整数、{places} 位小数的数")
        return exact

    def integer(self, name: str, *, least: int = 0, most: int = 2**31 - 1) -> int:
        found = self.fields.get(name)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise self.wrong(name, f"应为 {least} 到 {most} 的整数")
        return found

    def inner(self, name: str) -> Body:
        found = self.fields.get(name)
        if not isinstance(found, dict):
            raise self.wrong(name, "应为对象")
        return Body(found, f"{self.where}.{name}")

    def items(self, name: str, *, most: int) -> tuple[Body, ...]:
        """A list of objects, at least one."""
        found = self.fields.get(name)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.wrong(name, "应为对象的数组")
        if not 0 < len(found) <= most:
            raise self.wrong(name, f"应有 1 到 {most} 项")
        return tuple(Body(one, f"{self.where}.{name}[{n}]") for n, one in enumerate(found))

    def texts(self, name: str, *, most: int, longest: int = 24) -> tuple[str, ...]:
        """A list of texts, at least one."""
        found = self.fields.get(name)
        if not isinstance(found, list) or not all(isinstance(one, str) and 0 < len(one) <= longest for one in found):
            raise self.wrong(name, f"应为不超过 {longest} 个字符的字符串的数组")
        if not 0 < len(found) <= most:
            raise self.wrong(name, f"应有 1 到 {most} 项")
        return tuple(found)

    def wrong(self, name: str, what: str) -> Problem:
        return Problem(422, f"{name} {what}", where=f"{self.where}.{name}")
