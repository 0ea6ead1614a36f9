"""Values of compared objects as they may be written to disk: what identifies a person becomes a pattern.

王小明 becomes 某某某, an identity number 9s: a damaged character set, a cut or a moved value still shows.
"""

from __future__ import annotations

import re
from typing import Any

MOST = 120  # characters of a value
_PERSONAL = re.compile(r"Patient|Physician|Operator|Person|Name|Address|Telephone|Accession|AdmissionID|^\(|Comments")


def shown(column: str, value: Any) -> str:
    """A cell as text. Whatever is private or free text may name a person, too."""
    if value is None:
        return ""
    text = value.hex() if isinstance(value, bytes) else str(value)
    cut = text if len(text) <= MOST else f"{text[:MOST]}…（共 {len(text)} 字符）"
    return masked(cut) if _PERSONAL.search(column) and not isinstance(value, bytes) else cut


def masked(text: str) -> str:
    return "".join(_pattern(char) for char in text)


def _pattern(char: str) -> str:
    if char.isascii():
        return "9" if char.isdigit() else "x" if char.islower() else "X" if char.isupper() else char
    return "某" if char.isalpha() else char
