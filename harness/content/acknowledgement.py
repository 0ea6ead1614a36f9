"""What an HL7 acknowledgement says: the code of its MSA segment, as a reply kind.

On the hot path of the load passes, so nothing but the MSA segment is looked at. Not here: the protocol (drivers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.content import hl7
from harness.model import ReplyKind

NONE = ""  # no MSA segment: not an acknowledgement
_MSA = re.compile(rb"[\r\n]MSA")
_END = re.compile(rb"[\r\n]")

KINDS: Mapping[str, ReplyKind] = {
    "AA": ReplyKind.OK,
    "CA": ReplyKind.OK,
    "AE": ReplyKind.REFUSED,
    "AR": ReplyKind.REFUSED,
    "CE": ReplyKind.REFUSED,
    "CR": ReplyKind.REFUSED,
}


def hl7_ack(body: bytes, charset: str = "UTF-8") -> tuple[str, str]:
    """MSA-1, and where it is no acceptance what the system says about it (MSA-3, else ERR-8 or ERR-3)."""
    found = _MSA.search(body)
    if found is None:
        return NONE, ""
    start = found.start() + 1
    separator = body[start + 3 : start + 4]
    code = body[start + 4 : start + 7].split(separator or None, 1)[0].strip().decode("ascii", "replace")
    if KINDS.get(code) is ReplyKind.OK:
        return code, ""
    return code, _reason(body, start, charset)


def kind_of(code: str) -> ReplyKind:
    """What an acknowledgement code means. One that nobody knows is a failure, not a refusal."""
    return KINDS.get(code, ReplyKind.FAILED)


def _reason(body: bytes, start: int, charset: str) -> str:
    text, _ = hl7.decoded(body, charset)
    lines = hl7.lines_of(text)
    delimiters = hl7.declared(lines[0]) if lines else None
    delimiters = delimiters or hl7.STANDARD
    for name, number in (("MSA", 3), ("ERR", 8), ("ERR", 3)):
        line = next((line for line in lines if line.startswith(name + delimiters.field)), "")
        fields = line.split(delimiters.field)
        if len(fields) > number and fields[number]:
            return hl7.unescaped(fields[number], delimiters)
    return ""
