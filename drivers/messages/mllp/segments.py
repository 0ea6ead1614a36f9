"""What the sender of an HL7 v2 message must know of it and of its acknowledgement: a few fields, found by their bytes.

Not here: reading messages. A message is never taken apart on the way; the compare layer does that from the recording.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.messages.charsets import codec_of, read
from harness.model import ErrorClass

# HL7 table 0357, what a refusal was for (ERR-3, MSA-6 in older versions).
_CONDITIONS = {
    "100": ErrorClass.SYNTAX,  # segments in the wrong order
    "101": ErrorClass.NOT_NULL,
    "102": ErrorClass.BAD_VALUE,
    "103": ErrorClass.BAD_VALUE,  # not in the table of codes
    "104": ErrorClass.BAD_VALUE,
    "200": ErrorClass.UNKNOWN_OBJECT,  # message type
    "201": ErrorClass.UNKNOWN_OBJECT,  # event
    "202": ErrorClass.UNKNOWN_OBJECT,  # processing id
    "203": ErrorClass.UNKNOWN_OBJECT,  # version
    "204": ErrorClass.FOREIGN_KEY,  # no such patient, order …
    "205": ErrorClass.UNIQUE,
    "206": ErrorClass.LOCK_TIMEOUT,
}
_ALWAYS, _SUCCESS, _ERROR = b"AL", b"SU", b"ER"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers a message asks for by MSH-15 and MSH-16."""

    control_id: bytes
    enhanced: bool
    commit: bool  # wait for CA, CE or CR
    application: bool  # wait for AA, AE or AR


def fields_of(segment: bytes, charset: str) -> list[bytes]:
    """The fields of a segment. In GBK the second byte of a character may be 7C, which is the bar."""
    separator = segment[3:4]
    if segment.isascii() or _is_utf8(segment):  # whatever the charset ought to be
        return segment.split(separator)
    codec = codec_of(charset) or "gb18030"
    text = segment.decode(codec, "surrogateescape")
    return [each.encode(codec, "surrogateescape") for each in text.split(separator.decode("latin-1"))]


def _is_utf8(segment: bytes) -> bool:
    try:
        segment.decode()
    except UnicodeDecodeError:
        return False
    return True


def header_of(message: bytes, charset: str) -> list[bytes]:
    """The fields of MSH, empty where the message has none; field n stands at n - 1, as MSH-1 is the separator."""
    segment = message[: _end(message, 0)]
    return fields_of(segment, charset) if len(segment) > 3 and segment.startswith(b"MSH") else []


def wanted(message: bytes, charset: str) -> Wanted:
    """What to wait for after sending. A message that is none has no id, and any acknowledgement answers it."""
    header = header_of(message, charset)
    accept, application = field(header, 15), field(header, 16)
    if not accept and not application:
        return Wanted(field(header, 10), enhanced=False, commit=False, application=True)
    # What comes only after an error cannot be waited for.
    commit, answer = accept in {_ALWAYS, _SUCCESS}, application in {_ALWAYS, _SUCCESS}
    return Wanted(field(header, 10), enhanced=True, commit=commit, application=answer)


def asked_for(message: bytes, charset: str) -> tuple[bool, Callable[[bool], bool]]:
    """What the receiver of a message owes: a commit acknowledgement, and an application's, by whether it is good."""
    header = header_of(message, charset)
    accept, application = field(header, 15), field(header, 16)
    if not accept and not application:
        return False, lambda good: True
    owed = {_ALWAYS: (True, True), _SUCCESS: (True, False), _ERROR: (False, True)}.get(application, (False, False))
    return accept in {_ALWAYS, _SUCCESS}, lambda good: owed[0 if good else 1]


def field(fields: list[bytes], number: int) -> bytes:
    return fields[number - 1] if len(fields) >= number else b""


def acknowledged(message: bytes) -> tuple[bytes, bytes] | None:
    """MSA-1 and MSA-2, None where there is no MSA."""
    at = message.find(b"\rMSA")
    if at < 0:
        at = message.find(b"\nMSA")
        if at < 0 or not message.startswith(b"MSH"):
            return None
    separator = message[at + 4 : at + 5] or b"|"
    parts = message[at + 5 : _end(message, at + 1)].split(separator, 2)
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else b""


def refusal(message: bytes, charset: str) -> tuple[ErrorClass, str]:
    """Why a peer declined: the class of its condition code, and its words."""
    declared = field(header_of(message, charset), 18).decode("ascii", "replace")
    text = read(message, declared or charset, charset)
    separator = text[3:4] or "|"
    segments = {line[:3]: line.split(separator) for line in reversed(text.splitlines())}
    msa, err = segments.get("MSA", []), segments.get("ERR", [])
    conditions = [part.split("^")[0] for part in (*err[3:4], *msa[6:7])] + [part.split("^")[3] for part in err[1:2]
                                                                           if part.count("^") >= 3]  # fmt: skip
    known = next((_CONDITIONS[code] for code in conditions if code in _CONDITIONS), ErrorClass.OTHER)
    told = [part for part in (*msa[3:4], *err[7:9], *err[3:4]) if part]
    return known, " ".join(dict.fromkeys([*msa[1:2], *told]))


def _end(message: bytes, start: int) -> int:
    """Where the segment ends that begins at `start`."""
    end = message.find(b"\r", start)
    if end < 0:
        end = message.find(b"\n", start)
    return len(message) if end < 0 else end


_numbers = itertools.count(1)


def acknowledge(message: bytes, code: str = "AA", text: str = "", *, charset: str = "UTF-8") -> bytes:
    """The acknowledgement of a message, sender and receiver exchanged, in the message's own version and charset."""
    header = header_of(message, charset)
    bar = message[3:4] if header else b"|"
    event = field(header, 9).split(b"^")[1:2]
    answer = [
        b"MSH",
        field(header, 2) or b"^~\\&",
        field(header, 5),
        field(header, 6),
        field(header, 3),
        field(header, 4),
    ]
    answer += [time.strftime("%Y%m%d%H%M%S").encode(), b"", b"^".join([b"ACK", *event])]
    answer += [b"%d%d" % (time.time_ns(), next(_numbers)), field(header, 11) or b"P", field(header, 12) or b"2.4"]
    answer += [b"", b"", b"", b"", b"", field(header, 18)]
    told = text.encode(codec_of(charset) or "utf-8", "replace").replace(bar, b" ")
    msa = bar.join([b"MSA", code.encode("ascii"), field(header, 10), told])
    return bar.join(answer).rstrip(bar) + b"\r" + msa.rstrip(bar) + b"\r"
