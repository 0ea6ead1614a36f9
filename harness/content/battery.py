"""The error battery: from one good message, the bad ones that an interface must bear (PV-INTF-4).

Each has a name and what is expected of the answer. Whatever is expected: both stacks answer alike, nothing half-done is
stored, and the good message can be sent afterwards. Pure: the same message gives the same battery.
Not here: what happens to a connection (half-open, slow, cut off), which the driver does.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.content import charset, editing, hl7

OVERSIZE = 1 << 20  # bytes that are added
UNKNOWN_CODE = "NO-SUCH-CODE"
_DEEP = 2000


class Expect(enum.StrEnum):
    """What answer is right."""

    label: str

    def __new__(cls, value: str, label: str) -> Expect:
        expect = str.__new__(cls, value)
        expect._value_ = value
        expect.label = label
        return expect

    DECLINED = "declined", "应明确拒绝"
    ALIKE = "alike", "两侧应答类别相同即可"
    ONCE = "once", "只生效一次"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the pack says of the message, as paths without index ranges: PID.3, OBX[2].5, $.order.code, order/@id."""

    mandatory: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    free_text: str = ""  # where illegal characters and the oversized text go
    identity: str = ""  # the message's own number


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One message of the battery; `bodies` are sent in this order on one connection."""

    name: str
    title: str
    expect: Expect
    bodies: tuple[bytes, ...]


def battery(good: bytes, content: str, encoding: str, known: Knowledge) -> tuple[Bad, ...]:
    """Everything that can be made of `good`; a change that leaves it as it was is left out."""
    made = [*_of_bytes(good, encoding), *_of_fields(good, content, encoding, known)]
    made += {"hl7": _of_hl7, "json": _of_json}.get(content, _of_xml)(good, encoding)
    return tuple(
        Bad(name=name, title=title, expect=expect, bodies=bodies)
        for name, title, expect, bodies in made
        if any(body != good for body in bodies) or len(bodies) > 1
    )


Made = tuple[str, str, Expect, tuple[bytes, ...]]


def _of_bytes(good: bytes, encoding: str) -> Iterator[Made]:
    codec = charset.codec_of(encoding) or "utf-8"
    text = good.decode(codec, "replace")
    yield "empty", "空报文", Expect.DECLINED, (b"",)
    yield "truncated_half", "截断：只剩前一半", Expect.ALIKE, (good[: len(good) // 2],)
    yield "truncated_head", "截断：只剩前 20 个字节", Expect.DECLINED, (good[:20],)
    other = "utf-8" if codec != "utf-8" else "gb18030"
    if not text.isascii():
        yield "wrong_charset", f"字符集与声明不符：实际写成 {other.upper()}", Expect.ALIKE, (text.encode(other),)
        last = max(n for n, byte in enumerate(good) if byte >= 0x80)
        yield "broken_character", "字符被截断：少一个字节", Expect.ALIKE, (good[:last] + good[last + 1 :],)
    yield "duplicate", "同一报文连发两次", Expect.ONCE, (good, good)


def _of_fields(good: bytes, content: str, encoding: str, known: Knowledge) -> Iterator[Made]:
    codec = charset.codec_of(encoding) or "utf-8"
    text = good.decode(codec)

    def edited(path: str, new: str | None) -> bytes:
        after = editing.changed(text, content, path, new)
        return after.encode(codec, "replace") if after != text else good

    for path in known.mandatory:
        yield f"missing:{path}", f"缺少必填字段 {path}", Expect.DECLINED, (edited(path, None),)
    for path in known.coded:
        yield f"unknown_code:{path}", f"{path} 使用不存在的代码", Expect.DECLINED, (edited(path, UNKNOWN_CODE),)
    if known.free_text:
        huge = "超长" * (OVERSIZE // len("超长".encode(codec)))
        yield "oversized", f"{known.free_text} 加长到 1 MB", Expect.ALIKE, (edited(known.free_text, huge),)
        rare = edited(known.free_text, "生僻字 𠮷 𬭎")
        yield "rare_characters", "生僻字（GB18030 四字节）", Expect.ALIKE, (rare,)
    if known.identity:
        blank = edited(known.identity, None)
        yield "no_identity", "缺少报文编号", Expect.DECLINED, (blank,)


def _of_hl7(good: bytes, encoding: str) -> Iterator[Made]:
    codec = charset.codec_of(encoding) or "utf-8"
    lines = hl7.lines_of(good.decode(codec))
    names = list(dict.fromkeys(line[:3] for line in lines[1:]))

    def joined(some: list[str]) -> bytes:
        return "".join(f"{line}\r" for line in some).encode(codec)

    for name in names:
        without = joined([line for line in lines if line[:3] != name])
        yield f"no_segment:{name}", f"缺少 {name} 段", Expect.ALIKE, (without,)
    header = lines[0].split("|")
    changes = (
        ("unknown_type", "未知的报文类型（MSH-9）", 8, "XXX^X99", Expect.DECLINED),
        ("unknown_version", "未知的版本（MSH-12）", 11, "9.9", Expect.ALIKE),
        ("unknown_charset", "不存在的字符集（MSH-18）", 17, "NO-SUCH-CHARSET", Expect.ALIKE),
    )
    for name, title, place, new, expect in changes:
        padded = header + [""] * (place + 1 - len(header))
        padded[place] = new
        yield name, title, expect, (joined(["|".join(padded), *lines[1:]]),)
    yield "no_header", "缺少 MSH 段", Expect.DECLINED, (joined(lines[1:]),)
    yield (
        "wrong_delimiters",
        "分隔符声明缺失（MSH-2）",
        Expect.ALIKE,
        (joined([lines[0].replace("^~\\&", "", 1), *lines[1:]]),),
    )
    yield "line_feeds", "用换行代替回车分段", Expect.ALIKE, (good.replace(b"\r", b"\n"),)
    yield "control_characters", "含控制字符", Expect.ALIKE, (joined([*lines[:-1], lines[-1] + "\x00\x01\x1f"]),)
    yield "bad_escape", "转义序列不完整", Expect.ALIKE, (joined([*lines[:-1], lines[-1] + "|\\X0\\\\Q"]),)
    yield (
        "unknown_segment",
        "未知的段",
        Expect.ALIKE,
        (joined([*lines, "ZZ9|1|未知" if codec != "ascii" else "ZZ9|1"]),),
    )


def _of_json(good: bytes, encoding: str) -> Iterator[Made]:
    codec = charset.codec_of(encoding) or "utf-8"
    document = json.loads(good.decode(codec))
    for key, value in document.items() if isinstance(document, dict) else ():
        rest = {name: inner for name, inner in document.items() if name != key}
        yield f"no_key:{key}", f"缺少 {key}", Expect.ALIKE, (_dumped(rest, codec),)
        other = {"wrong": "type"} if not isinstance(value, dict) else "text"
        yield f"wrong_type:{key}", f"{key} 类型不符", Expect.DECLINED, (_dumped(document | {key: other}, codec),)
    yield "not_json", "不是 JSON：多一个逗号", Expect.DECLINED, (good.rstrip()[:-1] + b"," + good.rstrip()[-1:],)
    yield "control_characters", "字符串内含控制字符", Expect.DECLINED, (b'{"\x01": "\x02"}',)
    yield "too_deep", f"嵌套 {_DEEP} 层", Expect.DECLINED, (b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,)
    yield "wrong_shape", "数组代替对象", Expect.DECLINED, (b"[" + good + b"]",)


def _dumped(document: object, codec: str) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode(codec)


def _of_xml(good: bytes, encoding: str) -> Iterator[Made]:
    codec = charset.codec_of(encoding) or "utf-8"
    text = good.decode(codec)
    body = re.sub(r"^\s*<\?xml.*?\?>\s*", "", text, count=1, flags=re.DOTALL)
    declaration = text[: len(text) - len(body)]
    root = re.match(r"<([\w:.-]+)", body)
    name = root[1] if root else "root"

    def whole(inner: str, before: str = "") -> bytes:
        return (declaration + before + inner).encode(codec)

    opened = re.sub(r"</[^<>]*>\s*$", "", body)
    yield "not_closed", "根元素未结束", Expect.DECLINED, (whole(opened),)
    yield "control_characters", "含 XML 不允许的字符", Expect.DECLINED, (whole(opened + "\x01" + body[len(opened) :]),)
    yield "undefined_entity", "未定义的实体", Expect.DECLINED, (whole(opened + "&nosuch;" + body[len(opened) :]),)
    entity = f'<!DOCTYPE {name} [<!ENTITY inside "x">]>'
    yield (
        "doctype",
        "含 DOCTYPE 与实体声明",
        Expect.DECLINED,
        (whole(opened + "&inside;" + body[len(opened) :], entity),),
    )
    yield "other_root", "根元素换名", Expect.DECLINED, (whole(body.replace(name, f"{name}X")),)
    if "xmlns" in body:
        other = re.sub(r'(xmlns(?::\w+)?\s*=\s*["\'])', r"\1urn:no-such:", body)
        yield "other_namespace", "命名空间不符", Expect.ALIKE, (whole(other),)
    wrong = "GBK" if codec == "utf-8" else "UTF-8"
    declared = f'<?xml version="1.0" encoding="{wrong}"?>'
    if not body.isascii():
        yield (
            "wrong_declaration",
            f"声明为 {wrong}，实为 {codec.upper()}",
            Expect.ALIKE,
            ((declared + body).encode(codec),),
        )
