"""When an attribute matches a key of a query (PS3.4 C.2.2.2), both as DICOM JSON. Pure.

Single value, list of UIDs, universal, wildcards, ranges of dates and times, sequences, names of people without regard
to case. Not here: where the candidates come from.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from scenarios.reference.archive.entry import Model

Element = Mapping[str, Any]
_WITH_WILDCARDS = frozenset("AE CS LO LT PN SH ST UC UR UT".split())
_WITH_RANGES = frozenset("DA TM DT".split())
_NUMBERS = frozenset("IS DS FL FD SL SS UL US SV UV".split())
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_PLAIN = re.compile(r"[^*?]*")


def matches(keys: Model, candidate: Model) -> bool:
    """Whether a candidate is one that the keys ask for; keys that it does not have match only when they are empty."""
    return all(_matches(key, candidate.get(tag)) for tag, key in keys.items())


def is_open(key: Element) -> bool:
    """A wildcard or a range: more than one value may match."""
    vr = key.get("vr", "")
    return any(
        (vr in _WITH_WILDCARDS and not _PLAIN.fullmatch(text)) or (vr in _WITH_RANGES and "-" in text)
        for value in key.get("Value") or ()
        for text in (_groups(value) if vr == "PN" else (str(value),))
    )


def single(keys: Model, tag: str) -> str:
    """The one value that a key asks for; nothing where it asks for any or several."""
    key = keys.get(tag, {})
    values = _asked(key)
    return str(values[0]) if len(values) == 1 and not is_open(key) else ""


def date_range(keys: Model, tag: str) -> tuple[str, str] | None:
    """First and last date that a key asks for; None where it asks for any."""
    values = _asked(keys.get(tag, {}))
    if len(values) != 1:
        return None
    first, dash, last = str(values[0]).partition("-")
    return (first, (last or "99999999") if dash else first)


def _asked(key: Element) -> list[Any]:
    return [value for value in key.get("Value") or () if value not in (None, "", {}, "*")]


def _matches(key: Element, found: Element | None) -> bool:
    vr = key.get("vr", "")
    wanted = _asked(key)
    if not wanted:
        return True
    values = [value for value in (found or {}).get("Value") or () if value is not None]
    if vr == "SQ":
        return any(matches(item, each) for item in wanted for each in values)
    return any(_value_matches(vr, each, value) for each in wanted for value in values)


def _value_matches(vr: str, wanted: Any, value: Any) -> bool:
    if vr == "PN":
        return _name_matches(wanted, value)
    if vr in _NUMBERS:
        return _number(wanted) == _number(value)
    return _text_matches(vr, str(wanted), str(value))


def _text_matches(vr: str, wanted: str, value: str) -> bool:
    if vr in _WITH_RANGES and "-" in wanted:
        first, _, last = wanted.partition("-")
        return (not first or value >= first) and (not last or value[: len(last)] <= last)
    if vr == "TM":
        return value.startswith(wanted)  # 1011: any second of that minute
    if vr in _WITH_WILDCARDS:
        return _pattern(wanted.strip(), False).fullmatch(value.strip()) is not None
    return wanted == value


def _name_matches(wanted: Any, value: Any) -> bool:
    asked, found = _groups(wanted), _groups(value)
    if sum(map(bool, asked)) == 1 and asked[0]:  # 王*: whichever group it is written in
        return any(_pattern(_bare(asked[0]), True).fullmatch(_bare(group)) for group in found if group)
    pairs = zip(asked, found, strict=True)
    return all(not one or _pattern(_bare(one), True).fullmatch(_bare(other)) is not None for one, other in pairs)


def _groups(name: Any) -> tuple[str, ...]:
    if isinstance(name, str):
        name = dict(zip(_GROUPS, name.split("="), strict=False))
    return tuple(name.get(group) or "" for group in _GROUPS)


def _bare(group: str) -> str:
    return group.rstrip("^ ")


def _number(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


@functools.lru_cache(maxsize=256)
def _pattern(wanted: str, any_case: bool) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    text = "".join(parts.get(c) or re.escape(c) for c in wanted)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if any_case else 0))
