"""Data sets ↔ the DICOM JSON Model (PS3.18 Annex F). Pixels have no place in it and are left out.

Reading takes whatever bytes arrive: what cannot be read is left out or given as binary. Not here: the tree that is
compared (`listing.py`).
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from harness.content import charset as charsets
from harness.content.dicom import text, values, writing
from harness.content.dicom.columns import Level, Place, charset_of, inside, is_sequence, opened, read_by
from harness.content.dicom.elements import VRS, Element
from harness.content.dicom.syntaxes import EXPLICIT, Encoding, deflated, encoding_of
from harness.content.dicom.tags import CHARACTER_SET, PIXELS, is_left_out, tag_of, vr_of
from harness.content.tree import MAX_DEPTH, Unreadable

Model = dict[str, Any]
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_NO_NUMBER = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf}


# --------------------------------------------------------------------------- data set → model


def dataset_to_json(data: bytes, syntax: str, charset: str = "") -> Model:
    """The model of a data set. `charset` holds where the data set declares none."""
    try:
        return _model(opened(data, syntax, charset_of(terms_of(charset).encode("latin-1", "replace"))))
    except Unreadable:
        return {}


def _model(level: Level) -> Model:
    elements = {element.tag: element for element in (*level.creators, *level.elements.values())}
    return {
        f"{tag:08X}": _member(elements[tag], level.place)
        for tag in sorted(elements)
        if tag not in PIXELS and not is_left_out(tag)
    }


def _member(element: Element, place: Place) -> Model:
    if is_sequence(element):
        inner = [_model(level) for level in inside(element, place)]
        return {"vr": "SQ", "Value": inner} if inner else {"vr": "SQ"}
    by = read_by(element, place)
    vr = element.vr if by == "OW" or element.vr in ("OB", "OW") else by
    if not element.value:
        return {"vr": vr}
    if by in values.TEXTS:
        listed = _texts(element, by, place)
        return {"vr": vr, "Value": listed} if any(value is not None for value in listed) else {"vr": vr}
    if by in values.NUMBERS:
        read = values.numbers(element.value, by, place.encoding)
        return _binary(element.value, "UN") if read is None else {"vr": vr, "Value": [_finite(n) for n in read]}
    if by == "AT":
        return {"vr": vr, "Value": [f"{tag:08X}" for tag in values.tags(element.value, place.encoding)]}
    return _binary(values.little(element.value, by, place.encoding), vr)


def _texts(element: Element, vr: str, place: Place) -> list[Any]:
    parts, _ = values.texts(element.value, vr, place.charset)
    if vr == "PN":
        return [_name(part) for part in parts]
    if vr in ("DS", "IS"):
        return [_number(values.number(part, vr)) if part else None for part in parts]
    return [part or None for part in parts]


def _name(part: str) -> dict[str, str] | None:
    groups = {name: group for name, group in zip(_GROUPS, values.name_groups(part), strict=False) if group}
    return groups or None


def _number(value: Any) -> Any:
    """A number where a float holds it exactly, or else its text, which the model allows too."""
    if not isinstance(value, Decimal):
        return value
    near = float(value)
    if not math.isfinite(near) or Decimal(repr(near)) != value:
        return str(value)
    return int(near) if near.is_integer() and abs(near) < 1 << 53 else near


def _finite(value: int | float) -> int | float | str:
    return value if math.isfinite(value) else str(value)


def _binary(raw: bytes, vr: str) -> Model:
    return {"vr": vr, "InlineBinary": base64.b64encode(raw).decode("ascii")}


# --------------------------------------------------------------------------- model → data set


def json_to_dataset(model: Mapping[str, Any], *, charset: str = "", syntax: str = EXPLICIT) -> bytes:
    """The data set of a model. Keywords are understood as well as tags.

    `charset` is a defined term (ISO_IR 192) or a name (UTF-8); it is declared where text goes beyond ASCII. What it has
    no character for is written in UTF-8, and so declared. Raises Unreadable for what is no model.
    """
    members = dict(_members(model))
    said = members.pop(CHARACTER_SET, {})
    declared = next((str(term) for term in _listed(said) if term), "")
    term = terms_of(charset) or declared or text.TERMS["utf-8"]
    everything = "".join(_all_text(members, 0))
    if not everything.isascii():
        term = term if _holds(term, everything) else text.TERMS["utf-8"]
        members[CHARACTER_SET] = {"vr": "CS", "Value": [term]}
    elif declared:
        members[CHARACTER_SET] = {"vr": "CS", "Value": [declared]}
    codec = text.codec_of(term) or "utf-8"
    return deflated(_dataset(members, encoding_of(syntax), codec), syntax)


def terms_of(charset: str) -> str:
    """The defined term of a character set, by whichever name it goes."""
    if text.codec_of(charset.split("\\")[0]) or not charset:
        return charset
    return text.TERMS.get(charsets.codec_of(charset), "")


def _holds(term: str, everything: str) -> bool:
    codec = text.codec_of(term)
    try:
        everything.encode(codec or "ascii")
    except UnicodeEncodeError:
        return False
    return bool(codec)


def _members(model: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not isinstance(model, Mapping):
        raise Unreadable("不是 DICOM JSON：数据集应为对象")
    for name, member in model.items():
        tag = tag_of(str(name))
        if tag is None or not isinstance(member, Mapping):
            raise Unreadable(f"不是 DICOM JSON：{name} 不是属性")
        yield tag, member


def _vr(tag: int, member: Mapping[str, Any]) -> str:
    vr = str(member.get("vr", "")) or vr_of(tag)
    if vr not in VRS:
        raise Unreadable(f"不是 DICOM JSON：没有 VR “{vr}”")
    return vr


def _listed(member: Mapping[str, Any]) -> list[Any]:
    value = member.get("Value", [])
    return value if isinstance(value, list) else [value]


def _all_text(members: Mapping[int, Mapping[str, Any]], depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH // 2:
        raise Unreadable(f"嵌套超过 {MAX_DEPTH // 2} 层")
    for tag, member in members.items():
        for value in _listed(member):
            if _vr(tag, member) == "SQ":
                yield from _all_text(dict(_members(value or {})), depth + 1)
            elif isinstance(value, Mapping):
                yield from map(str, value.values())
            elif value is not None:
                yield str(value)


def _dataset(members: Mapping[int, Mapping[str, Any]], encoding: Encoding, codec: str) -> bytes:
    return b"".join(
        _element(tag, members[tag], encoding, codec)
        for tag in sorted(members)
        if tag >> 16 not in (0, 2) and tag & 0xFFFF
    )


def _element(tag: int, member: Mapping[str, Any], encoding: Encoding, codec: str) -> bytes:
    vr, listed = _vr(tag, member), _listed(member)
    if vr == "SQ":
        inner = [_item(item or {}, encoding, codec) for item in listed]
        return writing.sequence(tag, inner, encoding)
    if "InlineBinary" in member:
        return writing.element(tag, vr, values.little(_unpacked(tag, member), vr, encoding), encoding)
    if vr in values.NUMBERS:
        return writing.element(tag, vr, b"".join(_packed(tag, vr, value, encoding) for value in listed), encoding)
    if vr == "AT":
        words = [_tag(tag, value) for value in listed if value is not None]
        raw = b"".join(struct.pack(f"{encoding.order}HH", word >> 16, word & 0xFFFF) for word in words)
        return writing.element(tag, vr, raw, encoding)
    if vr not in values.TEXTS:
        return writing.element(tag, vr, b"", encoding)
    written = "\\".join(_written(value) for value in listed)
    return writing.element(tag, vr, written.encode(codec, "replace"), encoding)


def _item(model: Any, encoding: Encoding, codec: str) -> bytes:
    """A nested data set. The character set of the whole is its own too."""
    members = {tag: member for tag, member in _members(model) if tag != CHARACTER_SET}
    return _dataset(members, encoding, codec)


def _unpacked(tag: int, member: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(member["InlineBinary"]), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(f"不是 DICOM JSON：{tag:08X} 的 InlineBinary 不是 base64") from None


def _packed(tag: int, vr: str, value: Any, encoding: Encoding) -> bytes:
    if value is None:
        return b""
    code = values.NUMBERS[vr]
    try:
        number = _NO_NUMBER.get(str(value), value)
        exact = float(number) if vr in ("FD", "FL") else int(number)
        return struct.pack(f"{encoding.order}{code}", exact)
    except (OverflowError, TypeError, ValueError, struct.error):
        raise Unreadable(f"不是 DICOM JSON：{tag:08X} 的值不是 {vr}") from None


def _tag(tag: int, value: Any) -> int:
    found = tag_of(str(value))
    if found is None:
        raise Unreadable(f"不是 DICOM JSON：{tag:08X} 的值不是标签")
    return found


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "=".join(str(value.get(name) or "") for name in _GROUPS).rstrip("=")
    return str(value)
