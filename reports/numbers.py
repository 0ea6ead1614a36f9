"""Figures as a reader wants them: three significant digits, one decimal place per column, a unit where it changes.

Not here: arithmetic on measured values beyond scaling to a readable unit.
"""

from __future__ import annotations

import math

MISSING = "–"
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


def count(value: int) -> str:
    """12345 → 12,345."""
    return f"{value:,}"


def significant(value: float | None, digits: int = 3) -> str:
    """0.01234 → 0.0123, 12.34 → 12.3, 1234.5 → 1,234: never exponents, never more digits than were measured."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 6)}f}"


def ratio(value: float | None) -> str:
    """Three decimals up to 10, so that a column lines up and 1.098 is not taken for 1.1; beyond 1000 nobody counts."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 10:
        return f"{value:.3f}" if value >= 0.001 else "<0.001"
    return significant(value) if value < 1000 else ">1000"


def percent(share: float | None) -> str:
    """A share 0..1 as a percentage."""
    return MISSING if share is None or not math.isfinite(share) else f"{share * 100:.1f}%"


def signed(share: float | None) -> str:
    """An error as a percentage with its sign: 0.0213 → +2.1%."""
    return MISSING if share is None or not math.isfinite(share) else f"{share * 100:+.1f}%".replace("-", "−")


def measured(value: float, unit: str) -> str:
    """With its unit; bytes and bytes per second are scaled to powers of 1024."""
    base, _, per = unit.partition("/")
    if base in ("B", "bytes", "byte"):
        scaled, name = float(value), _BYTES[0]
        for name in _BYTES:
            if abs(scaled) < 1024 or name == _BYTES[-1]:
                break
            scaled /= 1024
        return f"{significant(scaled)} {name}{'/' + per if per else ''}"
    if unit.startswith("%"):  # "% of one core": the row's name says of what
        return f"{value:.1f}%"
    return f"{significant(value)} {unit}".strip()
