"""Faults of an answer's content: one value, one item of a list, the whole as it is written.

Each touches the first place that fits, always the same for the same answer. Not here: how a value goes wrong
(`values.py`), what holds an answer together (`wholes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.content.path import pattern
from scenarios.reference.faults import values
from scenarios.reference.faults.fault import ReplyFault, Shows
from scenarios.reference.faults.message import Leaf, Message, Siblings, Spoken, opened

Edited = tuple[Spoken, str] | None
Edit = Callable[[Spoken, str], Edited]

_CODES = re.compile(r"code$|status$|flag$|kind$|class$|type$|gender$|sex$|^priority$", re.IGNORECASE)

_OF_THE_STANDARD = ("typeCode", "classCode", "moodCode")  # words of HL7 v3 itself


def _in_message(change: Callable[[Message, str], str]) -> Edit:
    """An edit of the message taken apart; `change` answers with the path, or nothing."""

    def edit(said: Spoken, at: str) -> Edited:
        message = opened(said)
        where = change(message, at) if message is not None else ""
        if message is None or not where:
            return None
        return said.saying(message.text()), where

    return edit


def _leaf(change: Callable[[Leaf], str | None], *fits: Callable[[Leaf], bool]) -> Edit:
    """An edit of one value: the first that fits, where there is none the first that fits the next condition. `change`
    may know of another path under which it shows."""

    def first(message: Message, at: str) -> str:
        leaves = [leaf for leaf in message.leaves() if not at or pattern(at).covers(leaf.path)]
        for condition in fits:
            for leaf in leaves:
                if condition(leaf):
                    return change(leaf) or leaf.path
        return ""

    return _in_message(first)


def _text(fits: Callable[[str], bool], change: Callable[[str], str]) -> Edit:
    """An edit of one value's text; what belongs to the message itself is left alone."""

    def becomes_other(leaf: Leaf) -> bool:
        return not leaf.stamp and fits(leaf.text) and change(leaf.text) != leaf.text

    return _leaf(lambda leaf: leaf.put(change(leaf.text)), becomes_other)


def _list(fits: Callable[[Siblings], int | None], change: Callable[[Siblings, int], str | None]) -> Edit:
    """An edit of the first list that fits; `fits` answers with the place in it."""

    def first(message: Message, at: str) -> str:
        for group in message.siblings():
            n = fits(group)
            if n is not None and (not at or pattern(at).covers(group.paths[n])):
                return change(group, n) or group.paths[n]
        return ""

    return _in_message(first)


def _any(leaf: Leaf) -> bool:
    return True


def _is_content(leaf: Leaf) -> bool:
    """Rather something that is said than what it is said with."""
    return not leaf.stamp and "@" not in leaf.path and not leaf.path.endswith(".1")


def _is_called_code(leaf: Leaf) -> bool:
    named = leaf.as_text is None and _CODES.search(leaf.named) is not None and leaf.named not in _OF_THE_STANDARD
    return named and not leaf.stamp and len(leaf.text) <= 24 and leaf.text.isascii()


def _looks_like_code(leaf: Leaf) -> bool:
    return not leaf.stamp and leaf.named not in _OF_THE_STANDARD and values.is_code(leaf.text)


def _is_measured(text: str) -> bool:
    return values.is_decimal(text) and float(text) != 0


def _next_differs(group: Siblings) -> int | None:
    """The place of the first item that is not the same as the one behind it."""
    return next((n for n in range(len(group.paths) - 1) if not group.same(n, n + 1)), None)


def _last(group: Siblings) -> int | None:
    return len(group.paths) - 1


def _add(message: Message, at: str) -> str:
    try:
        return message.add()
    except ValueError:
        return ""


def _drop(leaf: Leaf) -> str:
    leaf.drop()
    return leaf.gone


def _drop_item(group: Siblings, n: int) -> str:
    group.drop(n)
    return group.gone


def _to_text(leaf: Leaf) -> None:
    if leaf.as_text is not None:
        leaf.as_text()


def _fault(name: str, title: str, edit: Edit, needs: str = "", contents: tuple[str, ...] = ()) -> ReplyFault:
    usual = ("hl7", "json", "xml", "soap")
    return ReplyFault(
        name=f"reply_{name}", title=title, shows=Shows.REPLY, edit=edit, needs=needs, contents=contents or usual
    )


_DECIMAL, _CHINESE = "有小数的数值", "含汉字的值"
_CODED = _leaf(lambda leaf: leaf.put(values.other_code(leaf.text)), _is_called_code, _looks_like_code)

VALUES = (
    _fault("field_dropped", "少一个字段", _leaf(_drop, _is_content, _any)),
    _fault("field_emptied", "字段在而值为空（HL7 为两个双引号）", _leaf(lambda leaf: leaf.put(""), _is_content, _any)),
    _fault("field_added", "多出约定之外的字段或段", _in_message(_add)),
    _fault("code_wrong", "代码错", _CODED, "代码"),
    _fault("number_rounded", "多舍入一位", _text(_is_measured, values.rounded_text), _DECIMAL),
    _fault("zeros_dropped", "丢末尾的零：1.50 → 1.5", _text(values.is_decimal, values.without_zeros), "以零结尾的小数"),
    _fault("sign_flipped", "正负号相反", _text(_is_measured, values.negated), _DECIMAL),
    _fault("number_as_text", "数写成字符串", _leaf(_to_text, lambda leaf: leaf.as_text is not None), "数值", ("json",)),
    _fault("date_format", "日期写成另一种格式", _text(values.is_date, values.other_format), "日期或时间"),
    _fault("time_shifted", "时间差 8 小时", _text(values.is_moment, values.shifted), "时间"),
    _fault("text_cut", "文字少最后一个字", _text(values.is_chinese, lambda text: text[:-1]), _CHINESE),
    _fault("mojibake", "乱码：UTF-8 当作 GBK 读", _text(values.is_chinese, values.misread), _CHINESE),
    _fault("blank_added", "值后多一个空格", _text(values.is_chinese, lambda text: f"{text} "), _CHINESE),
    _fault("width_changed", "全角、半角互换", _text(values.has_other_width, values.other_width), "标点、字母或数字"),
)

LISTS = (
    _fault("items_swapped", "相邻两项次序颠倒", _list(_next_differs, lambda g, n: g.swap(n, n + 1)), "两项以上的列表"),
    _fault("item_dropped", "少一项（一段、一个元素）", _list(_last, _drop_item), "列表、段或有下级的元素"),
    _fault("item_doubled", "一项重复", _list(_last, lambda g, n: g.double(n)), "列表、段或有下级的元素"),
)
