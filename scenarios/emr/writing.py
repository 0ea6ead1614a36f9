"""The text of a record: XML with one section per code. Writing it, reading its sections, its digest.

Not here: which sections belong to which record (`catalogue.py`), shared documents in CDA (`cda/`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, unescape

from scenarios.emr.catalogue import SECTIONS, TYPES

ALGORITHM = "SHA-256"
# Read with one expression and not by a parser: a save looks at two texts of 60 kB, hundreds of times a second.
_SECTION = re.compile(r'<section code="([^"<>]+)" title="[^"<>]*"><text>([^<]*)</text></section>')


def written(record_id: str, body: str) -> str:
    """The whole text of one record around its sections."""
    return f'<record id="{record_id}">{body}</record>'


def body_of(type_code: str, sections: Iterable[tuple[str, str]]) -> str:
    """The inside of the text: the record's title and its sections, in their order."""
    parts = "\n".join(
        f'<section code="{code}" title="{SECTIONS[code][0]}"><text>{escape(text)}</text></section>'
        for code, text in sections
    )
    return f'<title code="{type_code}">{TYPES[type_code].name}</title>\n{parts}\n'


def sections_of(content: str) -> dict[str, str]:
    """Section code → its text; nothing where the text is not such a record."""
    if not (content.startswith("<record ") and content.endswith("</record>")):
        return {}
    return {code: unescape(text) for code, text in _SECTION.findall(content)}


def searched(sections: Mapping[str, str]) -> dict[str, str]:
    """The sections that full-text search looks into."""
    return {code: text for code, text in sections.items() if code in SECTIONS and SECTIONS[code][1]}


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, int, int]]:
    """(section, ADD · CHANGE · REMOVE, old length, new length) of every section that is not the same."""
    found = []
    for code in {**old, **new}:
        before, after = old.get(code), new.get(code)
        if before != after:
            kind = "ADD" if before is None else "REMOVE" if after is None else "CHANGE"
            found.append((code, kind, len(before or ""), len(after or "")))
    return found


def digest_of(content: str) -> str:
    """What a signature vouches for."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def seal_of(digests: Iterable[str]) -> str:
    """One digest over those of all records of a visit, in the order of their ids."""
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()
