"""HL7 v2: segments, fields, repetitions, components, subcomponents, by the delimiters that the message declares.

A value alone is its own first part (A is A^), what is empty at the end is not there, `""` is a value (delete it).
Our own splitter: libraries are ten times slower and forgive what has to be seen. Not here: what a segment means.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.content import charset
from harness.content.tree import MAX_NODES, Document, Node, Shape, Unreadable, document

HEADERS = ("MSH", "FHS", "BHS")  # segments that declare the delimiters
FRAME = "\x0b\x1c"  # of MLLP, where it was left on
NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_CHARSET_FIELD = 17  # MSH-18, counted from MSH-1 = the separator itself
_GUESSES = ("utf-8", "gb18030", "latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimiters:
    """As MSH-1 and MSH-2 declare them."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def codes(self) -> dict[str, str]:
        """Escape code → the delimiter it stands for."""
        return {
            "F": self.field,
            "S": self.component,
            "R": self.repetition,
            "E": self.escape,
            "T": self.subcomponent,
        }


STANDARD = Delimiters()


def read(body: bytes, assumed: str) -> Document:
    text, flaw = decoded(body, assumed)
    return document("hl7", parts(lines_of(text), codec_for(text, assumed)), flaw)


def decoded(body: bytes, assumed: str) -> tuple[str, str]:
    """The text by MSH-18, and what is wrong with it."""
    return charset.read(body, declared_charset(body), assumed)


def declared_charset(body: bytes) -> str:
    """MSH-18, its first repetition. In GBK a delimiter can be half of a character, so the header is decoded first."""
    start = max(body.find(b"MSH"), 0)
    header = re.split(rb"[\r\n]", body[start : start + 4096], maxsplit=1)[0]
    for codec in _GUESSES:
        try:
            return _charset_field(header.decode(codec))
        except UnicodeDecodeError:
            continue
    return ""


def codec_for(text: str, assumed: str) -> str:
    """What the bytes of an escape sequence \\X…\\ are written in."""
    header = next((line for line in lines_of(text) if line.startswith("MSH")), "")
    return charset.codec_of(_charset_field(header)) or charset.codec_of(assumed) or "utf-8"


def _charset_field(header: str) -> str:
    delimiters = declared(header)
    if delimiters is None:
        return ""
    fields = header.split(delimiters.field)
    return fields[_CHARSET_FIELD].split(delimiters.repetition)[0].strip() if len(fields) > _CHARSET_FIELD else ""


def lines_of(text: str) -> list[str]:
    """Segments end with CR; a line feed alone ends one only where there is no CR at all, else it is part of a text."""
    text = text.strip(FRAME + "\r\n\ufeff")
    if "\r" in text:
        return [line for line in (line.removeprefix("\n") for line in text.split("\r")) if line]
    return [line for line in text.split("\n") if line]


def declared(header: str) -> Delimiters | None:
    """The delimiters of a header segment; those it leaves out are the usual ones. None where it is no header."""
    if header[:3] not in HEADERS or len(header) < len("MSH|") or header[3].isalnum() or header[3].isspace():
        return None
    field = header[3]
    signs = header[4:].split(field, 1)[0][:4]
    signs += "^~\\&"[len(signs) :]
    return Delimiters(field=field, component=signs[0], repetition=signs[1], escape=signs[2], subcomponent=signs[3])


# --------------------------------------------------------------------------- parsing


def parts(lines: Sequence[str], codec: str) -> list[Node]:
    """Segments, or messages where there are several. Header, trailer and stray lines of a batch stand beside them."""
    if not lines or declared(lines[0]) is None:
        raise Unreadable("不是 HL7 v2：不以 MSH、FHS 或 BHS 段开头")
    batch = sum(line.startswith("MSH") for line in lines) > 1 or not lines[0].startswith("MSH")
    delimiters = STANDARD
    found: list[Node] = []
    message: list[Node] | None = None
    size = 0
    for line in lines:
        name = line[:3]
        delimiters = declared(line) or delimiters
        size += 1 + sum(map(line.count, {*delimiters.codes.values()}))
        if size > MAX_NODES:
            raise Unreadable(f"字段超过 {MAX_NODES} 个")
        if batch and name in ("MSH", "FHS", "BHS", "BTS", "FTS"):
            if message:
                found.append(Node("message", Shape.PARTS, tuple(message)))
            message = [] if name == "MSH" else None
        if message is None:
            found.append(segment(line, delimiters, codec))
        else:
            inner = segment(line, delimiters, codec)
            message.append(inner._replace(step=f".{inner.step}"))
    if message:
        found.append(Node("message", Shape.PARTS, tuple(message)))
    return found


def segment(line: str, delimiters: Delimiters, codec: str) -> Node:
    """One segment. What does not begin like one is a stray line: a text with a line end in it that nobody escaped."""
    name, _, rest = line.partition(delimiters.field)
    if not NAME.fullmatch(name):
        return Node("!line", line)
    fields = rest.split(delimiters.field)
    found: list[Node] = []
    first = 1
    if name in HEADERS:
        found = [Node(".1", delimiters.field), Node(".2", fields.pop(0))]
        first = 3
    special = _special(delimiters)
    for number, field in enumerate(fields, first):
        if not field:
            continue
        step = f".{number}"
        if special.search(field) is None:
            found.append(Node(step, field))
        else:
            found.extend(_repetitions(step, field, delimiters, codec))
    return Node(name, Shape.PARTS, tuple(found))


@functools.lru_cache(maxsize=64)
def _special(delimiters: Delimiters) -> re.Pattern[str]:
    signs = (delimiters.component, delimiters.repetition, delimiters.escape, delimiters.subcomponent)
    return re.compile("|".join(map(re.escape, signs)))


def _repetitions(step: str, field: str, delimiters: Delimiters, codec: str) -> Iterator[Node]:
    # A repetition that is empty keeps its place: the ones behind it are counted.
    nodes = [_components(step, one, delimiters, codec) for one in field.split(delimiters.repetition)]
    while nodes and nodes[-1].value == "":
        nodes.pop()
    yield from nodes


def _components(step: str, text: str, delimiters: Delimiters, codec: str) -> Node:
    components = [
        _subcomponents(f".{number}", one, delimiters, codec)
        for number, one in enumerate(text.split(delimiters.component), 1)
    ]
    return _folded(step, components)


def _subcomponents(step: str, text: str, delimiters: Delimiters, codec: str) -> Node:
    values = [
        Node(f".{number}", unescaped(one, delimiters, codec))
        for number, one in enumerate(text.split(delimiters.subcomponent), 1)
    ]
    return _folded(step, values)


def _folded(step: str, nodes: list[Node]) -> Node:
    """Parts as one node: none is an empty value, and the first alone is the value itself."""
    there = tuple(node for node in nodes if node.value != "")
    if not there:
        return Node(step, "")
    if len(there) == 1 and there[0].step == ".1" and not there[0].children:
        return Node(step, there[0].value)
    return Node(step, Shape.PARTS, there)


# --------------------------------------------------------------------------- escape sequences


def unescaped(text: str, delimiters: Delimiters = STANDARD, codec: str = "utf-8") -> str:
    """\\F\\ \\S\\ \\R\\ \\E\\ \\T\\ \\X..\\ \\.br\\ replaced; highlighting and what is unknown stays as it is."""
    sign = delimiters.escape
    if sign not in text:
        return text
    pieces = text.split(sign)
    codes = delimiters.codes
    out = [pieces[0]]
    at = 1
    while at < len(pieces):
        meant = _meant(pieces[at], codes, codec) if at + 1 < len(pieces) else None
        if meant is None:
            out.append(sign + pieces[at])
            at += 1
        else:
            out.append(meant + pieces[at + 1])
            at += 2
    return "".join(out)


def _meant(code: str, codes: dict[str, str], codec: str) -> str | None:
    if code in codes:
        return codes[code]
    if code == ".br":
        return "\n"
    if code[:1] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
        return bytes.fromhex(code[1:]).decode(codec, "replace")
    return None


def escaped(text: str, delimiters: Delimiters = STANDARD) -> str:
    """What `unescaped` makes `text` of."""
    letters = {sign: code for code, sign in reversed(delimiters.codes.items())}
    sign = delimiters.escape
    return "".join(
        f"{sign}{letters[c]}{sign}" if c in letters else f"{sign}X{ord(c):02X}{sign}" if c in "\r\n" else c
        for c in text
    )
