"""How a value goes wrong: the arithmetic of the faults, for stored values and for texts in a message alike. Pure."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

HOURS_OFF = dt.timedelta(hours=8)  # local time taken for UTC
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_DECIMAL = re.compile(r"-?\d{1,12}\.\d{1,10}", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,11}", re.ASCII)
_HL7_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?((?:\.\d+)?(?:[+-]\d{4})?)", re.ASCII)
_ISO_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?((?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)", re.ASCII
)
_DAY = re.compile(r"(?:19|20)\d\d(?:-\d\d-\d\d|\d{4})", re.ASCII)
# A code that the other side understands just as well, so that nobody declines it.
_OTHER_CODES = {"M": "F", "F": "M", "H": "L", "L": "H", "N": "H", "HH": "LL", "LL": "HH", "R": "S", "S": "R"}


def is_chinese(text: str) -> bool:
    return len(text) > 1 and _CHINESE.search(text) is not None


def is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    return bool(_HL7_MOMENT.fullmatch(text) or _ISO_MOMENT.fullmatch(text))


def is_date(text: str) -> bool:
    return is_moment(text) or _DAY.fullmatch(text) is not None


def other_code(code: str) -> str:
    """Another code of the same length."""
    return _OTHER_CODES.get(code) or code[:-1] + ("X" if code[-1] != "X" else "Y")


def rounded(number: Decimal) -> Decimal:
    """To one place less than it has: 1.58 → 1.6, but 5.6 → 6. What ends in zeros is shortened until something goes."""
    places = Decimal(number).normalize().as_tuple().exponent
    assert isinstance(places, int)
    return number.quantize(Decimal(1).scaleb(places + 1), ROUND_HALF_UP)


def rounded_text(text: str) -> str:
    return f"{rounded(Decimal(text)):f}"


def has_fraction(number: Decimal) -> bool:
    return number != number.to_integral_value()


def without_zeros(text: str) -> str:
    """1.50 → 1.5"""
    return text.rstrip("0").rstrip(".")


def negated(text: str) -> str:
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def misread(text: str) -> str:
    """UTF-8 taken for GBK."""
    return text.encode().decode("gbk", "replace").replace("\ufffd", "?")


def other_width(text: str) -> str:
    """Full width for half width, and the other way round."""
    wide = {n: n + 0xFEE0 for n in range(0x21, 0x7F)} | {0x20: 0x3000}
    narrow = {there: here for here, there in wide.items()}
    return text.translate(narrow if any(ord(c) in narrow for c in text) else wide)


def shifted(text: str) -> str:
    """A moment eight hours later, written as it was."""
    found = _HL7_MOMENT.fullmatch(text) or _ISO_MOMENT.fullmatch(text)
    assert found is not None
    *parts, _ = found.groups()
    later = dt.datetime(*(int(part or 0) for part in parts)) + HOURS_OFF  # type: ignore[arg-type]
    fields = iter(later.strftime("%Y %m %d %H %M %S").split())
    out = list(text)
    for number in range(1, 7):
        if found[number]:
            out[found.start(number) : found.end(number)] = next(fields)
    return "".join(out)


def other_format(text: str) -> str:
    """20260302083000 for 2026-03-02T08:30:00, and the other way round."""
    if "-" in text[:8]:
        return re.sub(r"[-T: ]", "", text[:19]) + text[19:]
    day = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    clock = text[8:]
    return f"{day} {clock[:2]}:{clock[2:4]}" + (f":{clock[4:]}" if len(clock) > 4 else "") if clock else day


def has_other_width(text: str) -> bool:
    """Where it changes what is seen and nothing that is looked for: in words, not in numbers and codes."""
    return is_chinese(text) and other_width(text) != text
