"""Bytes → text by what a message declares, and a word on it where the declaration is not true.

The text is read as well as it can be, so that everything else can still be compared. Not here: single values that lost
characters on one side only (`normalise.classify` names those).
"""

from __future__ import annotations

import re

_CODECS = {
    "UTF8": "utf-8",
    "UNICODEUTF8": "utf-8",
    "GB2312": "gbk",  # what declares GB 2312 writes GBK
    "GBK": "gbk",
    "CP936": "gbk",
    "GB18030": "gb18030",
    "GB180302000": "gb18030",
    "GB180302005": "gb18030",
    "GB180302022": "gb18030",
    "BIG5": "big5",
    "ASCII": "ascii",
    "USASCII": "ascii",
    "88591": "latin-1",
    "ISO88591": "latin-1",
    "UTF16": "utf-16",
    "UNICODE": "utf-16",
    "UNICODEUTF16": "utf-16",
}
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_FOREIGN = re.compile("[\x80-\U0010ffff]+")
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]+")
_TWICE_REPLACED = "锟斤拷"  # two U+FFFD, written as UTF-8 and read as GBK
_SHORTEST = 2  # Chinese characters: a single one may be real text of another charset


def codec_of(charset: str) -> str:
    """The codec of a charset as HL7, MIME or XML calls it; nothing where unknown."""
    return _CODECS.get(re.sub(r"[\W_]", "", charset).upper(), "")


def read(body: bytes, declared: str, assumed: str) -> tuple[str, str]:
    """The text, and what is wrong with it. `assumed` holds where the message declares nothing."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _by(body[len(mark) :] if codec == "utf-8" else body, declared or codec, codec)
    named = declared or assumed
    codec = codec_of(named)
    if codec:
        return _by(body, named, codec)
    text, flaw = _by(body, "UTF-8", "utf-8")
    return text, f"不认识声明的字符集“{named}”" + (f"；{flaw}" if flaw else "")


def _by(body: bytes, named: str, codec: str) -> tuple[str, str]:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        return _otherwise(body, named, codec)
    if text.isascii():
        return text, ""
    if codec not in ("utf-8", "utf-16") and _reads_chinese(body):
        return body.decode("utf-8", "replace"), f"声明为 {named}，实为 UTF-8"
    return text, misread(text)


def _otherwise(body: bytes, named: str, codec: str) -> tuple[str, str]:
    for other in ("utf-8", "gb18030"):
        if other != codec:
            try:
                text = body.decode(other)
            except UnicodeDecodeError:
                continue
            beyond = codec == "gbk" and other == "gb18030"
            return text, f"声明为 {named}，" + ("含只有 GB18030 才有的字符" if beyond else f"实为 {_NAMES[other]}")
    return body.decode(codec, "replace"), f"声明为 {named}，但不能按它读出"


def misread(text: str) -> str:
    """Whether the text itself bears the marks of an earlier wrong conversion."""
    if "\ufffd" in text:
        return "含替换符 U+FFFD：有字符已丢失"
    if _TWICE_REPLACED in text:
        return "含“锟斤拷”：有字符已丢失"
    for run in _FOREIGN.findall(text):
        for written in ("gb18030", "latin-1", "cp1252"):
            try:
                if _reads_chinese(run.encode(written)):
                    return f"含乱码：UTF-8 曾被当作 {written.upper()} 读"
            except UnicodeEncodeError:
                continue
    return ""


def _reads_chinese(body: bytes) -> bool:
    """Whether the bytes are UTF-8 of nothing but Chinese beside ASCII; a last character may be cut."""
    try:
        text = body.decode()
    except UnicodeDecodeError as cut:
        if cut.reason != "unexpected end of data":
            return False
        text = body[: cut.start].decode()
    runs = _FOREIGN.findall(text)
    return sum(map(len, runs)) >= _SHORTEST and all(map(_CHINESE.fullmatch, runs))
