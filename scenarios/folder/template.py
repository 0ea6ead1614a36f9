"""What `{{…}}` in a message file stands for: found when the pack is read, filled in when the message is sent.

    {{control_id}}            a number of the message's own, new in every sending
    {{number:ORD}}            a business number that begins so, new in every transaction; only digits if ORD is digits
    {{pick:people.csv:name}}  a cell of a random row; the same row for all columns of the file within a transaction
    {{date}} {{datetime}}     a day, a moment of the hospital's time: 20260105, 20260105083000; :iso for 2026-01-05 …
    {{charset}}               the charset of the interface on this stack, as the message has to declare it

Not here: what is drawn for them (`drawing.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from harness.settings_check import nearest

_MARK = re.compile(r"\{\{\s*([A-Za-z_]+)\s*(?::([^{}]*))?\}\}")
_ARGUMENTS = {
    "control_id": re.compile(""),
    "charset": re.compile(""),
    "date": re.compile("(?:iso)?"),
    "datetime": re.compile("(?:iso)?"),
    "number": re.compile("[A-Za-z0-9]{1,8}"),
    "pick": re.compile(r"[^:]+\.csv:.+"),
}
_WRITTEN = {
    "control_id": "{{control_id}}",
    "charset": "{{charset}}",
    "date": "{{date}} 或 {{date:iso}}",
    "datetime": "{{datetime}} 或 {{datetime:iso}}",
    "number": "{{number:ORD}}，冒号后是号码的开头，最多 8 个字母或数字",
    "pick": "{{pick:文件.csv:列名}}",
}
# How a `{{` that only happens to be in a captured text is kept from being taken for a placeholder.
_HIDDEN = {"json": "\\u007b{", "hl7": "\\X7B\\{", "xml": "&#123;{", "soap": "&#123;{", "cda": "&#123;{"}


@dataclass(frozen=True, slots=True, order=True)
class Placeholder:
    """One thing that is fresh in every sending."""

    kind: str
    argument: str = ""

    @property
    def key(self) -> str:
        """The name of its value among the parameters of a transaction."""
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders in it."""

    pieces: tuple[str | Placeholder, ...]

    @property
    def needs(self) -> frozenset[Placeholder]:
        return frozenset(piece for piece in self.pieces if isinstance(piece, Placeholder))

    def filled(self, values: Mapping[str, str], escaped: Callable[[str], str] = str) -> str:
        return "".join(p if isinstance(p, str) else escaped(values[p.key]) for p in self.pieces)


NOTHING = Template(())


def template(text: str) -> Template:
    """Of a text in which `problems` finds none."""
    pieces: list[str | Placeholder] = []
    end = 0
    for mark in _MARK.finditer(text):
        pieces += [text[end : mark.start()], Placeholder(mark[1], (mark[2] or "").strip())]
        end = mark.end()
    return Template(tuple(piece for piece in (*pieces, text[end:]) if piece != ""))


def problems(text: str) -> Iterator[tuple[str, str]]:
    """(line, what is wrong with a placeholder in it and what to write)."""
    for mark in _MARK.finditer(text):
        line = f"第 {text.count(chr(10), 0, mark.start()) + 1} 行"
        if mark[1] not in _ARGUMENTS:
            meant = nearest(mark[1], _ARGUMENTS)
            advice = f"是否想写 {_WRITTEN[meant]}" if meant else f"可用的有 {'、'.join(_ARGUMENTS)}"
            yield line, f"没有占位符 {mark[1]}，{advice}"
        elif not _ARGUMENTS[mark[1]].fullmatch((mark[2] or "").strip()):
            yield line, f"占位符 {mark[1]} 的写法不对，应为 {_WRITTEN[mark[1]]}"


def literal(text: str, content: str) -> str:
    """A captured text in which nothing is taken for a placeholder."""
    return _MARK.sub(lambda mark: _HIDDEN.get(content, "{ {") + mark[0][2:], text)
