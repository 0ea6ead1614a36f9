"""Bytes → text by a data set's own Specific Character Set (PS3.5 6.1.2, Annex H to J), and back.

What does not fit the declaration is read as ISO 8859-1, which loses nothing: the same bytes are always the same text,
and other bytes another. The flaw is told beside it. Not here: which values are text (`values.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Terms without and with code extensions name the same initial set.
_CODECS = {
    "": "ascii",
    "6": "ascii",
    "13": "shift_jis",
    "100": "latin-1",
    "101": "iso8859_2",
    "109": "iso8859_3",
    "110": "iso8859_4",
    "126": "iso8859_7",
    "127": "iso8859_6",
    "138": "iso8859_8",
    "144": "iso8859_5",
    "148": "iso8859_9",
    "166": "tis-620",
    "203": "iso8859_15",
    "87": "iso2022_jp",
    "159": "iso2022_jp_2",
    "149": "euc_kr",
    "58": "gb2312",
    "192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
_ESCAPES = {  # what follows ESC → codec of the upper half
    b"-A": "latin-1",
    b"-B": "iso8859_2",
    b"-C": "iso8859_3",
    b"-D": "iso8859_4",
    b"-F": "iso8859_7",
    b"-G": "iso8859_6",
    b"-H": "iso8859_8",
    b"-L": "iso8859_5",
    b"-M": "iso8859_9",
    b"-T": "tis-620",
    b"-b": "iso8859_15",
    b")I": "shift_jis",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}
_TWO_BYTES = {b"$B": "iso2022_jp", b"$@": "iso2022_jp", b"$(D": "iso2022_jp_2"}
_BACK = frozenset({b"(B", b"(J"})
_ESCAPE = re.compile(rb"\x1b(\$[()][A-Z]|[()\-$][A-Za-z@])")
_RESETS = re.compile(rb"[\\\r\n\f\t]")
_NAME_RESETS = re.compile(rb"[\\^=\r\n\f\t]")
_NAMED = {"utf-8": "UTF-8", "gb18030": "GB18030"}
TERMS = {"utf-8": "ISO_IR 192", "gb18030": "GB18030", "gbk": "GBK", "latin-1": "ISO_IR 100", "ascii": ""}


def codec_of(term: str) -> str:
    """The codec of one defined term; nothing where unknown."""
    short = re.sub(r"^ISO([ _]2022)?([ _]IR)?[ _]", "", term.strip().upper())
    return _CODECS.get(short, "")


def decoded(raw: bytes, terms: Sequence[str], *, name: bool = False) -> tuple[str, str]:
    """The text of a value and what is wrong with it. `name`: components of a name start afresh too."""
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii"), ""
    codec = codec_of(terms[0]) if terms else "ascii"
    try:
        if b"\x1b" in raw and codec not in ("utf-8", "gb18030", "gbk"):
            return _extended(raw, codec or "ascii", _NAME_RESETS if name else _RESETS), ""
        if codec:
            return raw.decode(codec), ""
    except UnicodeDecodeError:
        pass
    declared = "\\".join(terms)
    if not codec:
        return raw.decode("latin-1"), f"不认识字符集“{declared}”"
    said = f"声明为 {declared}" if declared else "没有声明字符集"
    return raw.decode("latin-1"), f"{said}，{_really(raw)}"


def _really(raw: bytes) -> str:
    for codec, title in _NAMED.items():
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return f"实为 {title}"
    return "但不能按它读出"


def _extended(raw: bytes, initial: str, resets: re.Pattern[bytes]) -> str:
    """Text with escape sequences. At a delimiter the initial set is in force again (PS3.5 6.1.2.5.3)."""
    first, *rest = _ESCAPE.split(raw)
    text = first.decode(initial)
    upper = initial
    for sequence, piece in zip(rest[::2], rest[1::2], strict=True):
        if sequence in _TWO_BYTES:
            text += (b"\x1b" + sequence + piece).decode(_TWO_BYTES[sequence])
            continue
        if sequence not in _BACK:
            upper = _ESCAPES.get(sequence, "ascii")
        end = resets.search(piece)
        if end is None:
            text += piece.decode(upper)
        else:
            text += piece[: end.start()].decode(upper) + piece[end.start() :].decode(initial)
            upper = initial
    return text


def encoded(text: str, codec: str) -> bytes:
    """The text in a character set without code extensions; raises UnicodeEncodeError where it has no such character."""
    return text.encode(codec)
