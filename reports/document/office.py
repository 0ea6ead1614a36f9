"""What both Office formats ask for: text that XML can hold, and a container whose bytes depend on its contents alone.

Not here: any part of a DOCX or an XLSX.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from reports.document.model import Tone

SIGN = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.OPEN: "?", Tone.VOID: "–"}
# Ink and tint. Both turn to greys that differ from white, and the sign says it without them.
INK = {Tone.GOOD: "0A6A4E", Tone.BAD: "A3192B", Tone.OPEN: "865600", Tone.VOID: "5A6672"}
TINT = {Tone.GOOD: "E4F1EB", Tone.BAD: "F6DDE0", Tone.OPEN: "FBEFD5", Tone.VOID: "ECEFF1"}
ACCENT, HEAD_TINT, RULE = "173F5F", "DFE7ED", "8B97A2"


def with_sign(text: str, tone: Tone) -> str:
    """The sign before the word: what it says survives a black-and-white print."""
    return f"{SIGN[tone]} {text}".rstrip() if tone in SIGN else text


def timeless(container: bytes, change: Callable[[str, bytes], bytes] = lambda name, part: part) -> bytes:
    """The same ZIP, parts in the same order, without the moment of its making; `change` may alter a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name)  # 1980-01-01, the first day a ZIP knows
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, change(name, given.read(name)))
    return out.getvalue()
