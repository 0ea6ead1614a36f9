"""Names of charsets: as endpoints and HTTP write them, as HL7's table 0211 writes them, as Python knows them.

Not here: guessing a charset from bytes.
"""

from __future__ import annotations

import codecs

# HL7 table 0211, and what is written in its place: GBK has no entry there, and yet it is what many systems send.
_HL7 = {
    "ASCII": "ascii",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "GB 18030-2000": "gb18030",
    "GB 18030-2022": "gb18030",
    "BIG-5": "big5",
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 10), 15)},
}


def codec_of(name: str) -> str | None:
    """Python's name of a charset, None for one that it does not know."""
    wanted = name.strip()
    try:
        return _HL7.get(wanted.upper()) or codecs.lookup(wanted).name
    except (LookupError, ValueError):
        return None


def read(raw: bytes, *charsets: str) -> str:
    """For people: the first of some charsets that fits; what fits none is shown by number."""
    for name in charsets:
        codec = codec_of(name)
        if codec is not None:
            try:
                return raw.decode(codec)
            except UnicodeDecodeError:
                continue
    return raw.decode("ascii", "backslashreplace")
