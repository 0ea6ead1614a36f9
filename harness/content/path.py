"""Where a value stands in a message: the one grammar of paths, and patterns over them.

    path   = step { step }
    step   = [ "." | "/" ] name [ "[" code "]" ] [ "[" index "]" ]      an item of a JSON array is "[" index "]" alone
    name   = letters, digits and signs but . / [ ] ' * ! and blanks, or anything in '…' with \\ before ' and \\
    code   = what CDA calls a section or an entry by; in '…' where it could be taken for an index

    HL7    PID.5.1 · OBX[3].5 · PID.3[2].1 · ZPX.2     segment, field, component, subcomponent
           message[2].PID.5.1                          where a batch brings several messages
    JSON   $.items[2].price · $.'odd name' · $.price!2  !2: the second time that a key stands in one object
    DICOM  $[0].PatientName · $[0].'(0009,01)[ACME]'   a match of the list; private ones by their creator, without block
    XML    order/item[2]/price · order/@id             @xmlns: where the namespace is another than around it
           note/text()                                 text beside elements
    CDA    section[11450-4]/entry[DE04.10.174.00]/value/@value
    SOAP   GetReportResponse/return/xml()/report/code  a document inside a text; $ instead of xml() for JSON
    text   line[4]
    !          the message cannot be read             !charset   its characters are not what it declares

The index counts things of one name: from 1, and only written where there are several; in JSON arrays from 0 and always.

A pattern is a path in which an index may be left out or be `*` (any), `*` stands for any part of a name and `**` for
any number of steps. It covers what lies below as well. `MSH-7` is understood as `MSH.7`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_QUOTED = r"'(?:[^'\\]|\\.)*'"
_TO_GENERALISE = re.compile(rf"{_QUOTED}|\[\d+\]", re.DOTALL)
_TO_BARE = re.compile(rf"{_QUOTED}|\[(?:\d+|\*)\]", re.DOTALL)
_TOKEN = re.compile(rf"(?P<quoted>{_QUOTED})|\[(?P<index>\d+|\*)\]|(?P<any>\*\*)|(?P<part>\*)|(?P<one>.)", re.DOTALL)
_PLAIN = re.compile(r"(?![A-Z][A-Z0-9]{2}-\d)[^./\[\]'\s*!]+")
_DASHED = re.compile(r"^([A-Z][A-Z0-9]{2}(?:\[(?:\d+|\*)\])?)-(?=\d)")
_IN_BATCH = r"(?:message(?:\[\d+\])?\.)?"
_ANY_INDEX = r"(?:\[\d+\])*"


def general(path: str) -> str:
    """The path with every index as [*]: what groups differences."""
    return _TO_GENERALISE.sub(lambda found: found[0] if found[0][0] == "'" else "[*]", path)


def bare(path: str) -> str:
    """The path without any index: the same wherever a list happens to have one item only."""
    return _TO_BARE.sub(lambda found: found[0] if found[0][0] == "'" else "", path)


def name(text: str) -> str:
    """A name as it is written in a path."""
    return text if _PLAIN.fullmatch(text) else quoted(text)


def code(text: str) -> str:
    """A code as it is written behind a name."""
    plain = not text.isdecimal() and re.fullmatch(r"[^\[\]'\s*]+", text)
    return f"[{text}]" if plain else f"[{quoted(text)}]"


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Pattern:
    """Patterns of one purpose together: whether any of them covers a path."""

    __slots__ = ("_below", "_exactly")

    def __init__(self, patterns: Iterable[str]) -> None:
        spelled = [_expression(pattern) for pattern in patterns]
        self._exactly = re.compile("|".join(spelled) or r"(?!)", re.DOTALL)
        self._below = re.compile("|".join(rf"(?:{one})(?:[./\[!].*)?" for one in spelled) or r"(?!)", re.DOTALL)

    def covers(self, path: str) -> bool:
        """Whether a pattern means this path or something it lies in."""
        return self._below.fullmatch(path) is not None

    def means(self, path: str) -> bool:
        """Whether a pattern means this very path."""
        return self._exactly.fullmatch(path) is not None


@functools.lru_cache(maxsize=1024)
def pattern(*patterns: str) -> Pattern:
    return Pattern(patterns)


def _expression(text: str) -> str:
    """One pattern as a regular expression. The index 1 may be unsaid in a path."""
    parts: list[str] = [_IN_BATCH]
    open_name = False  # the last thing was part of a name, so an index may follow unsaid
    from_zero = False  # inside JSON, where an index is never left out
    for token in _TOKEN.finditer(_DASHED.sub(r"\1.", text)):
        if token["index"]:
            number = token["index"]
            unsaid = "?" if number == "1" and not from_zero else ""
            parts.append(_ANY_INDEX if number == "*" else rf"(?:\[{number}\]){unsaid}")
            open_name = False
        elif token["any"]:
            parts.append(".*")
            open_name = False
        else:
            if token["one"] and token["one"] in "./" and open_name:
                parts.append(_ANY_INDEX)
            parts.append(r"[^./\[\]]*" if token["part"] else re.escape(token[0]))
            open_name = not (token["one"] and token["one"] in "./")
            from_zero = from_zero or token["one"] == "$"
    if open_name:
        parts.append(_ANY_INDEX)
    return "".join(parts)
