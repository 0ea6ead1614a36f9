"""The small drawings inside table rows: an interval against its limit, the shares of a ledger. Plain SVG text.

Attributes only, because the page's policy allows no style attribute. Not here: the large charts (`charts.py`).
"""

from __future__ import annotations

import math

from markupsafe import Markup

from harness.result import Estimate, Ledger
from reports.view import Standing, judged_interval, limit_standing

_WIDTH, _HEIGHT = 210.0, 18.0
_COLOUR = {Standing.WITHIN: "#1b5e95", Standing.ACROSS: "#1c2630", Standing.BEYOND: "#c4560a", Standing.NONE: "#a9b2ba"}
LEDGER_KEYS = ("equal", "equal_by_rule", "different", "error", "not_run")
# Light to dark, so that the order survives a black-and-white print; what needs a reader is dark.
_SHARES = {
    "equal": "#d3dee6",
    "equal_by_rule": "#9fb6c6",
    "different": "#a3192b",
    "error": "#1c2630",
    "not_run": "#ffffff",
}


def whisker(estimate: Estimate, limit: float | None, bounds: tuple[float, float]) -> Markup:
    """A dot with its interval (thick) and the corrected interval (thin) on a log axis from bounds[0] to bounds[1]."""
    low, high = bounds

    def at(value: float) -> str:
        inside = min(max(value, low), high)
        return f"{4 + (_WIDTH - 8) * math.log(inside / low) / math.log(high / low):.1f}"

    standing = limit_standing(estimate, limit)
    colour, (outer_low, outer_high) = _COLOUR[standing], judged_interval(estimate)
    parts = [
        f'<svg class="whisker" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" aria-hidden="true" fill="none">',
        f'<path d="M{at(1)} 0V{_HEIGHT:.0f}" stroke="#b4bdc5"/>',
    ]
    if limit is not None:
        parts.append(f'<path d="M{at(limit)} 0V{_HEIGHT:.0f}" stroke="#1c2630" stroke-dasharray="4 2"/>')
    parts.append(f'<path d="M{at(outer_low)} 9H{at(outer_high)}" stroke="{colour}"/>')
    for end, edge, arrow in ((outer_low, low, "m4-3l-4 3l4 3"), (outer_high, high, "m-4-3l4 3l-4 3")):
        beyond = end < edge if edge == low else end > edge
        parts.append(f'<path d="M{at(end)} {"9" + arrow if beyond else "6V12"}" stroke="{colour}"/>')
    parts.append(f'<path d="M{at(estimate.low)} 9H{at(estimate.high)}" stroke="{colour}" stroke-width="3"/>')
    x = at(estimate.value)
    if standing is Standing.BEYOND:
        parts.append(f'<path d="M{x} 9m-3.5-3.5l7 7m0-7l-7 7" stroke="{colour}" stroke-width="2.2"/>')
    else:
        fill = colour if standing is Standing.WITHIN else "#ffffff"
        parts.append(f'<circle cx="{x}" cy="9" r="3.2" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>')
    return Markup("".join(parts) + "</svg>")


def shares(ledger: Ledger) -> Markup:
    """The ledger as one bar; a share that exists is at least one unit wide, so that one of a million is seen."""
    if ledger.total <= 0:
        return Markup("")
    counts = {key: int(getattr(ledger, key)) for key in LEDGER_KEYS}
    width = {key: max(1.5, 170 * n / ledger.total) if n else 0.0 for key, n in counts.items()}
    scale = 170 / sum(width.values()) if any(width.values()) else 0.0
    parts, x = ['<svg class="bar" viewBox="0 0 170 12" aria-hidden="true">'], 0.0
    for key, share in width.items():
        if share:
            parts.append(f'<rect x="{x:.1f}" y="0.5" width="{share * scale:.1f}" height="11" fill="{_SHARES[key]}"/>')
            x += share * scale
    parts.append('<rect x="0.5" y="0.5" width="169" height="11" fill="none" stroke="#8b97a2"/>')
    return Markup("".join(parts) + "</svg>")
