"""Lists of matches in the DICOM JSON Model → a tree whose paths a person can read: `$[0].PatientName`.

Values are those of columns (`values.py`): names by component groups, 1.50 as 1.5, several joined by a backslash, all
as text. What is a set by its nature is sorted. Representations are told only where they are not the dictionary's.
Not here: data sets in bytes (`jsonmodel.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from harness.content import charset, path
from harness.content.dicom import values
from harness.content.dicom.columns import REPRESENTATIONS
from harness.content.dicom.tags import column, is_creator, is_left_out, is_private, tag_of, vrs_of
from harness.content.jsontext import whole
from harness.content.tree import MAX_DEPTH, MAX_NODES, Document, Node, Shape, Unreadable, document

_SETS = frozenset({"ModalitiesInStudy", "SOPClassesInStudy", "AnatomicRegionsInStudyCodeSequence"})
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def read(body: bytes, assumed: str) -> Document:
    written, flaw = charset.read(body, "", assumed)
    if written.count(",") + written.count("[") + written.count("{") > MAX_NODES:
        raise Unreadable(f"值超过 {MAX_NODES} 个")
    try:
        found = json.loads(written, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable(f"嵌套超过 {MAX_DEPTH} 层") from None
    except json.JSONDecodeError as wrong:
        raise Unreadable(f"不是 JSON：第 {wrong.lineno} 行第 {wrong.colno} 个字符处有误") from None
    listed = found if isinstance(found, list) else [found]
    return document("dicom", [Node("$", Shape.ARRAY, tuple(_data_set(one, "", 0) for one in listed))], flaw)


def _no_constant(constant: str) -> NoReturn:
    raise Unreadable(f"不是 JSON：含 {constant}")


def _data_set(model: Any, step: str, depth: int) -> Node:
    if not isinstance(model, Mapping):
        raise Unreadable("不是 DICOM JSON：数据集应为对象")
    if depth > MAX_DEPTH:
        raise Unreadable(f"嵌套超过 {MAX_DEPTH} 层")
    tags = dict(_members(model))
    creators = {
        (tag >> 16, tag & 0xFF): _shown(_first(member), "LO") for tag, member in tags.items() if is_creator(tag)
    }
    parts: list[Node] = []
    deviating = []
    names: set[str] = set()
    for tag, member in sorted(tags.items()):
        if is_left_out(tag) or is_creator(tag):
            continue
        name = column(tag, creators.get((tag >> 16, tag >> 8 & 0xFF), ""))
        while name in names:
            name += "!"
        names.add(name)
        vr = whole(str(member.get("vr", "")))
        if vr and (is_private(tag) or vr not in vrs_of(tag)):
            deviating.append(f"{name} {vr}")
        parts.append(_attribute(name, vr or vrs_of(tag)[0], member, depth))
    if deviating:
        parts.append(Node(f".{REPRESENTATIONS}", "; ".join(deviating)))
    return Node(step, Shape.OBJECT, tuple(parts))


def _members(model: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for name, member in model.items():
        tag = tag_of(name)
        if tag is None or not isinstance(member, Mapping):
            raise Unreadable(f"不是 DICOM JSON：{whole(name)} 不是属性")
        yield tag, member


def _first(member: Mapping[str, Any]) -> Any:
    return next(iter(_listed(member)), "")


def _listed(member: Mapping[str, Any]) -> list[Any]:
    value = member.get("Value", [])
    return value if isinstance(value, list) else [value]


def _attribute(name: str, vr: str, member: Mapping[str, Any], depth: int) -> Node:
    step = f".{path.name(name)}"
    listed = _listed(member)
    if vr == "SQ":
        return Node(step, Shape.ARRAY, tuple(_data_set(item or {}, "", depth + 1) for item in listed))
    for other in ("InlineBinary", "BulkDataURI"):
        if other in member:
            return Node(step, whole(str(member[other])))
    shown = [_shown(value, vr) for value in listed]
    return Node(step, "\\".join(sorted(shown) if name in _SETS else shown))


def _shown(value: Any, vr: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        value = "=".join(str(value.get(group) or "") for group in _GROUPS)
    text = whole(str(value))
    if vr == "PN":
        return "=".join(values.name_groups(text))
    return str(values.number(text, "DS")) if vr in values.NUMBERS or vr in ("DS", "IS") else text
