"""Where identities stand in a message of each content, and their replacement there. Texts in, texts out.

Not here: what stands for them (`identities.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from harness.content import hl7
from scenarios.importing.identities import Identities, Sort, looks_like_a_name

# Segment → field → (what it is, the components of it that say so; none: the first)
_PERSON = {2: (Sort.NAME, (1, 2, 3)), 4: (Sort.ADDRESS, (1, 2)), 5: (Sort.PHONE, (1, 4, 7, 12)), 6: (Sort.PHONE, (1,))}
_STAFF = (Sort.NAME, (2, 3))
_HL7: Mapping[str, Mapping[int, tuple[Sort, tuple[int, ...]]]] = {
    "PID": {
        2: (Sort.NUMBER, (1,)),
        3: (Sort.NUMBER, (1,)),
        4: (Sort.NUMBER, (1,)),
        5: (Sort.NAME, (1, 2, 3)),
        6: (Sort.NAME, (1, 2, 3)),
        9: (Sort.NAME, (1, 2, 3)),
        11: (Sort.ADDRESS, (1, 2)),
        13: (Sort.PHONE, (1, 4, 7, 12)),
        14: (Sort.PHONE, (1, 4, 7, 12)),
        19: (Sort.RESIDENT_ID, (1,)),
        20: (Sort.NUMBER, (1,)),
    },
    "NK1": _PERSON,
    "GT1": {3: (Sort.NAME, (1, 2, 3)), 5: (Sort.ADDRESS, (1, 2)), 6: (Sort.PHONE, (1,)), 12: (Sort.NUMBER, (1,))},
    "IN1": {16: (Sort.NAME, (1, 2, 3)), 19: (Sort.ADDRESS, (1, 2)), 36: (Sort.NUMBER, (1,)), 49: (Sort.NUMBER, (1,))},
    "MRG": {1: (Sort.NUMBER, (1,)), 7: (Sort.NAME, (1, 2, 3))},
    "PV1": dict.fromkeys((7, 8, 9, 17), _STAFF),
    "EVN": {5: _STAFF},
    "ORC": dict.fromkeys((10, 11, 12, 19), _STAFF),
    "OBR": {**dict.fromkeys((10, 16, 28), _STAFF), 17: (Sort.PHONE, (1,))},
    "OBX": {16: _STAFF},
}

_KEYS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    (Sort.SECRET, re.compile(r"password|passwd|pwd|secret|mima|口令|密码|(access|refresh|id|auth)?token|apikey")),
    (
        Sort.NAME,
        re.compile(
            r"(patient|pat|person|real|full|family|given|doctor|nurse|operator|staff|user|contact|guardian|mother|father)"
            r"name|family|given|xm|hzxm|ysxm|brxm|(患者|病人|医生|护士|联系人|监护人)?姓名"
        ),
    ),
    (
        Sort.RESIDENT_ID,
        re.compile(r"(patient)?(id|identity)(card)?(no|num|number)|idcard|cardid|certno|sfzh|zjhm|身份证号?|证件号码?"),
    ),
    (
        Sort.PHONE,
        re.compile(
            r"(mobile|tele|contact|home|cell)?phone(no|num|number)?|mobile|tel|lxdh|sjhm|(联系)?电话|手机号?码?"
        ),
    ),
    (Sort.ADDRESS, re.compile(r"(home|contact|patient|current)?addr(ess)?(line|detail)?|jtzz|(家庭|联系)?(住址|地址)")),
)
_PARTS_OF = {Sort.NAME: ("text", "prefix", "suffix"), Sort.ADDRESS: ("text", "line")}
# What an object has beside `name` if it is about a person.
_OF_A_PERSON = re.compile(r"gender|sex|birth.*|dob|age|xb|csrq|性别|年龄|出生日期")

_NUMBER = re.compile(r'"\\u0000([^"]*)\\u0000"')
_LEAF = re.compile(r"(<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<>]+)(?=</)")
_ATTRIBUTE = re.compile(r"""(\s(?:[\w.-]+:)?([\w.-]+)\s*=\s*(["']))([^"'<>]*)(?=\3)""")


def cleaned(text: str, content: str, who: Identities) -> str:
    """A message without the identities that its places and its patterns show."""
    by_place: Mapping[str, Callable[[str, Identities], str]] = {
        "hl7": _hl7, "json": _json, "xml": _xml, "soap": _xml, "cda": _xml, "form": form,
    }  # fmt: skip
    if content in by_place:
        text = by_place[content](text, who)
    return who.by_pattern(text)


def _sort_of(key: str) -> Sort | None:
    bare = re.sub(r"[_\-\s.]", "", key).lower()
    return next((sort for sort, pattern in _KEYS if pattern.fullmatch(bare)), None)


# --------------------------------------------------------------------------- HL7


def _hl7(text: str, who: Identities) -> str:
    lines = hl7.lines_of(text)
    signs = hl7.declared(lines[0]) if lines else None
    if signs is None:
        return text
    return "".join(f"{_segment(line, signs, who)}\r" for line in lines)


def _segment(line: str, signs: hl7.Delimiters, who: Identities) -> str:
    fields = line.split(signs.field)
    for number, (sort, components) in _HL7.get(fields[0], {}).items():
        if number < len(fields) and fields[number]:
            repetitions = fields[number].split(signs.repetition)
            fields[number] = signs.repetition.join(_field(one, sort, components, signs, who) for one in repetitions)
    return signs.field.join(fields)


def _field(text: str, sort: Sort, components: tuple[int, ...], signs: hl7.Delimiters, who: Identities) -> str:
    parts = text.split(signs.component)
    for number in components:
        if number <= len(parts):
            first, *rest = parts[number - 1].split(signs.subcomponent)
            parts[number - 1] = signs.subcomponent.join([who.replaced(sort, first), *rest])
    return signs.component.join(parts)


# --------------------------------------------------------------------------- JSON, XML, forms


def _json(text: str, who: Identities) -> str:
    """Numbers keep the digits with which they were written."""
    try:
        document = json.loads(text, parse_float=lambda digits: f"\0{digits}\0")
    except json.JSONDecodeError:
        return text
    return _NUMBER.sub(r"\1", json.dumps(_value(document, None, who), ensure_ascii=False, indent=1))


def _value(value: Any, sort: Sort | None, who: Identities) -> Any:
    if isinstance(value, dict):
        person = any(_OF_A_PERSON.fullmatch(key.lower()) for key in value)
        return {key: _value(inner, _of_key(key, sort, person=person), who) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, sort, who) for inner in value]
    if isinstance(value, str) and sort is not None:
        return who.replaced(sort, value)
    return value


def _of_key(key: str, outer: Sort | None, *, person: bool) -> Sort | None:
    """What the value of a key is; below a name or an address, its parts belong to it."""
    if key.lower() == "name" and person:
        return Sort.NAME
    if outer is not None and key.lower() in _PARTS_OF.get(outer, ()):
        return outer
    return _sort_of(key)


def _xml(text: str, who: Identities) -> str:
    def leaf(found: re.Match[str]) -> str:
        return found[1] + _of_name(found[2], found[3], who)

    def attribute(found: re.Match[str]) -> str:
        return found[1] + _of_name(found[2], found[4], who)

    return _ATTRIBUTE.sub(attribute, _LEAF.sub(leaf, text))


def _of_name(key: str, value: str, who: Identities) -> str:
    sort = Sort.NAME if key.lower() == "name" and looks_like_a_name(value) else _sort_of(key)
    return who.replaced(sort, value) if sort else value


def form(text: str, who: Identities) -> str:
    """A form's body, or the query of an address."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not pairs:
        return text
    return urlencode([(key, who.by_pattern(_of_name(key, value, who))) for key, value in pairs])
