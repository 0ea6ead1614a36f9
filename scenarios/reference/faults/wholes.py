"""Faults of an answer as a whole: its charset, what holds its structure together, its acknowledgement, its status.

Not here: values and lists (`replying.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.content import editing
from scenarios.reference.faults.fault import ReplyFault, Shows
from scenarios.reference.faults.message import Spoken, opened

Edited = tuple[Spoken, str] | None

_ENCODING = re.compile(r"(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']")
_NAMESPACE = re.compile(
    r"(xmlns(?::[\w.-]+)?\s*=\s*[\"'])(?!http://schemas\.xmlsoap\.org|http://www\.w3\.org)([^\"']+)"
)
_ROOT = re.compile(r"<([\w:.-]+)(?=[\s/>])")
_TYPE_CODE = re.compile(r"(typeCode\s*=\s*(?:\"|'|&quot;))([AC][AER])")
_OTHER_ACK = {"AA": "AE", "AE": "AA", "AR": "AA", "CA": "CE", "CE": "CA", "CR": "CA"}
_ESCAPES = {"hl7": re.compile(r"\\([FSTRE])\\"), "json": re.compile(r"\\([\"\\])"), "xml": re.compile(r"&(amp|lt);")}
_SIGNS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", "amp": "&", "lt": "<"}


def _truncated(said: Spoken, _: str) -> Edited:
    half = len(said.answer.body) // 2
    return said.with_answer(body=said.answer.body[:half]), "**"


def _other_bytes(said: Spoken, _: str) -> Edited:
    """The declaration stays, the bytes are another charset's."""
    if said.text.isascii():
        return None
    other = "gb18030" if said.codec == "utf-8" else "utf-8"
    return said.with_answer(body=said.text.encode(other, "replace")), "!charset"


def _undeclared(said: Spoken, _: str) -> Edited:
    if said.content == "hl7":
        text = editing.changed(said.text, "hl7", "MSH.18", None)
        return None if text == said.text else (said.saying(text), "MSH.18")
    # Without a declaration XML is UTF-8, so that only other bytes show that it is missing.
    bare = _ENCODING.sub(r"\1", said.text)
    if bare == said.text or bare.isascii():
        return None
    kind = said.answer.content_type.partition(";")[0]
    return said.with_answer(body=bare.encode("gb18030", "replace"), content_type=kind), "!charset"


def _other_namespace(said: Spoken, _: str) -> Edited:
    text, changed = _NAMESPACE.subn(r"\1\2:changed", said.text, count=1)
    if not changed and said.content == "xml":
        text, changed = _ROOT.subn(r'<\1 xmlns="urn:changed"', said.text, count=1)
    return (said.saying(text), "**/@xmlns") if changed else None


def _unescaped(said: Spoken, _: str) -> Edited:
    """What was escaped is not; where nothing was, a bare delimiter gets into the first text."""
    sign = _ESCAPES["xml" if said.content == "soap" else said.content]
    text, changed = sign.subn(lambda found: _SIGNS.get(found[1], found[1]), said.text, count=1)
    if changed:
        return said.saying(text), "**"
    message = opened(said)
    first = next((leaf for leaf in message.leaves() if not leaf.text.isascii()), None) if message else None
    if message is None or first is None or first.text not in said.text:
        return None
    bare = '"' if said.content == "json" else "&"
    return said.saying(said.text.replace(first.text, first.text[:1] + bare + first.text[1:], 1)), "**"


def _other_ack(said: Spoken, _: str) -> Edited:
    if said.content == "hl7":
        found = re.search(r"[\r\n]MSA\|(\w\w)", said.text)
        if found is None or found[1] not in _OTHER_ACK:
            return None
        return said.saying(said.text[: found.start(1)] + _OTHER_ACK[found[1]] + said.text[found.end(1) :]), "MSA.1"
    text, changed = _TYPE_CODE.subn(lambda found: found[1] + _OTHER_ACK[found[2]], said.text, count=1)
    return (said.saying(text), "**/@typeCode") if changed else None


def _other_id(said: Spoken, _: str) -> Edited:
    text = editing.changed(said.text, "hl7", "MSA.2", "ANOTHER-MESSAGE")
    return None if text == said.text else (said.saying(text), "MSA.2")


def _status_ok(said: Spoken, _: str) -> Edited:
    return (said.with_answer(status=200), "!status") if said.answer.status >= 400 else None


def _status_error(said: Spoken, _: str) -> Edited:
    return (said.with_answer(status=500), "!status") if said.answer.status < 400 else None


def _content_type(said: Spoken, _: str) -> Edited:
    return said.with_answer(content_type="text/html"), "!status"


def _renamed(said: Spoken, _: str) -> Edited:
    """The first element or key with a value is written in other letters, wherever it stands."""
    message = opened(said)
    leaves = message.leaves() if message else ()
    first = next((leaf for leaf in leaves if leaf.named.isidentifier() and "@" not in leaf.path), None)
    if first is None:
        return None
    called, other = first.named, first.named.swapcase()
    if said.content == "json":
        text = said.text.replace(f'"{called}"', f'"{other}"')
    else:  # also in a document that travels as text
        text = re.sub(rf"((?:<|&lt;)/?(?:[\w.-]+:)?){called}(?=[\s/>]|&gt;)", rf"\g<1>{other}", said.text)
    return None if text == said.text else (said.saying(text), "**")


def _fault(
    title: str, edit: Callable[[Spoken, str], Edited], *contents: str, shows: Shows = Shows.REPLY, needs: str = ""
) -> ReplyFault:
    usual = ("hl7", "json", "xml", "soap")
    called = edit.__name__.removeprefix("_")
    return ReplyFault(
        name=f"reply_{called}", title=title, shows=shows, edit=edit, needs=needs, contents=contents or usual
    )


_XML = ("xml", "soap")
_HTTP = ("json", *_XML)

WHOLES = (
    _fault("报文只有前一半", _truncated),
    _fault("字节与声明的字符集不符", _other_bytes, needs="汉字"),
    _fault("未声明字符集", _undeclared, "hl7", *_XML, needs="HL7：MSH-18；XML：声明与汉字"),
    _fault("命名空间不同", _other_namespace, *_XML),
    _fault("标签大小写不同", _renamed, *_HTTP),
    _fault("特殊字符未转义", _unescaped, needs="转义字符或汉字"),
    _fault("确认代码 AA 与 AE 颠倒", _other_ack, "hl7", *_XML, shows=Shows.KIND, needs="确认代码"),
    _fault("确认的是另一条报文（MSA-2）", _other_id, "hl7", shows=Shows.KIND),
    _fault("拒绝时仍答 HTTP 200", _status_ok, *_HTTP, shows=Shows.KIND, needs="HTTP 4xx、5xx"),
    _fault("成功时答 HTTP 500", _status_error, *_HTTP, shows=Shows.KIND, needs="HTTP 2xx"),
    _fault("内容类型写成 text/html", _content_type, *_HTTP),
)
