"""Response times of both stacks held against each other: their distributions, and their ratios with the limit.

Not here: times against load (`load_charts.py`), over time (`heat.py`), or any estimate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from harness.result import Distribution, Estimate
from reports.axes import (
    COLOUR,
    MARKER,
    SMALL,
    STYLE,
    Frame,
    inches,
    legend,
    ratio_values,
    round_values,
    span,
    stack_key,
    symbol,
    ticks,
)
from reports.svg import INK, MUTED, PAGE_INCHES, drawable, drawing, inline
from reports.view import STACKS, Standing, judged_interval, limit_standing
from reports.words import Words

_COLUMNS = 4
_SHOWN = (0.01, 0.999)  # quantiles between which a distribution is drawn; one outlier would flatten everything else
_NAMED = (0.01, 0.5, 0.95, 0.999)


def response_times(shown: Sequence[Distribution], titles: Mapping[str, str], words: Words, *, name: str) -> str:
    """Cumulative distributions of response times, one small panel per transaction."""
    by_transaction: dict[str, dict[str, Distribution]] = {}
    for one in shown:
        by_transaction.setdefault(one.transaction, {})[one.stack] = one
    columns = min(_COLUMNS, len(by_transaction))
    rows = math.ceil(len(by_transaction) / columns)
    frame = Frame(
        width=PAGE_INCHES, rows=rows, columns=columns, panel=1.12, left=0.5, between=0.3, above=0.62, gap=0.52
    )
    with drawing():
        figure, panels = frame.drawn()
        for i, (axes, (transaction, pair)) in enumerate(zip(panels, by_transaction.items(), strict=False)):
            _cumulative(axes, pair, drawable(titles.get(transaction, transaction)))
            axes.tick_params(axis="y", labelleft=i % columns == 0)
        for axes in panels[len(by_transaction) :]:
            axes.set_axis_off()
        frame.caption(figure, words("chart.response_ms"))
        legend(figure, [*(stack_key(s, words) for s in STACKS), symbol("o", MUTED, MUTED, words("chart.p95_dot"))])
        return inline(figure, name=name, title=words("chart.response_title"))


def _height(quantile: float) -> float:
    """Normal probability scale: as much room for the slowest hundredth as for the fastest; lognormal times are a line.

    A. Hazen's probability paper, 1914.
    """
    return NormalDist().inv_cdf(quantile)


def _cumulative(axes: Axes, pair: Mapping[str, Distribution], title: str) -> None:
    drawn: list[float] = []
    for stack in STACKS:
        if (one := pair.get(stack)) is None:
            continue
        # Logarithms on a plain axis: matplotlib's log axes take as long again.
        points = [
            (math.log10(ms), q)
            for q, ms in zip(one.quantiles, one.milliseconds, strict=True)
            if _SHOWN[0] <= q <= min(_SHOWN[1], 1 - 1 / max(2, one.n)) and ms > 0
        ]
        drawn += [x for x, _ in points]
        x, y = [x for x, _ in points], [_height(q) for _, q in points]
        axes.plot(x, y, color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4)
        marked = [x for x, q in points if abs(q - 0.95) < 1e-9]
        axes.plot(marked, [_height(0.95)] * len(marked), MARKER[stack], color=COLOUR[stack], markersize=3.6)
    low, high = span(drawn)
    low, high = low - 0.05, max(high, low + 0.2) + 0.05
    places = round_values(10**low, 10**high)
    axes.set_xlim(low, high)
    axes.set_xticks([math.log10(p) for p in places], [f"{p:g}" for p in places], fontsize=SMALL)
    axes.set_ylim(_height(_SHOWN[0]) - 0.2, _height(_SHOWN[1]) + 0.2)
    axes.set_yticks([_height(q) for q in _NAMED], [f"{q * 100:g}%" for q in _NAMED])
    axes.set_title(title, pad=3)
    counts = "/".join(str(pair[s].n) if s in pair else "–" for s in STACKS)
    axes.text(1, 1.03, f"n {counts}", transform=axes.transAxes, ha="right", va="bottom", fontsize=6.5, color=MUTED)


# --------------------------------------------------------------------------- ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """What one forest plot shows: one metric of one pack."""

    estimates: tuple[Estimate, ...]
    levels: tuple[str, ...]
    limit: float | None  # the ratio that may not be exceeded
    titles: Mapping[str, str]


_LOOK = {
    Standing.WITHIN: ("o", COLOUR["original"], COLOUR["original"]),
    Standing.ACROSS: ("o", INK, "white"),
    Standing.BEYOND: ("X", COLOUR["migrated"], COLOUR["migrated"]),
    Standing.NONE: ("o", "#a9b2ba", "white"),
}


def forest(shown: Forest, words: Words, *, name: str) -> str:
    """Ratios with their intervals, one row per transaction, one column per load level, the limit as a line."""
    names = list(dict.fromkeys(e.transaction for e in shown.estimates))
    labels = [drawable(shown.titles.get(t, t)) for t in names]
    place = {transaction: len(names) - 1 - i for i, transaction in enumerate(names)}
    low, high = ratio_range(shown.estimates, shown.limit)
    frame = Frame(
        width=PAGE_INCHES, rows=1, columns=len(shown.levels), panel=0.24 * len(names) + 0.2,
        left=max(map(inches, labels)) + 0.15, between=0.3, above=0.62,
    )  # fmt: skip
    with drawing():
        figure, panels = frame.drawn(sharey=True)
        for axes, level in zip(panels, shown.levels, strict=True):
            axes.set_xscale("log")
            axes.set_xlim(low, high)
            ticks(axes, ratio_values(low, high))
            axes.axvline(1, color=MUTED, linewidth=0.8)
            if shown.limit is not None:
                axes.axvline(shown.limit, color=INK, linewidth=1.0, linestyle=(0, (5, 2)))
            for estimate in (e for e in shown.estimates if e.level == level):
                _whisker(axes, estimate, place[estimate.transaction], shown.limit)
            axes.set_title(drawable(level))
            axes.grid(axis="y", visible=False)
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        panels[0].set_ylim(-0.7, len(names) - 0.3)
        panels[0].set_yticks(list(place.values()), labels)
        frame.caption(figure, words("chart.ratio"))
        legend(figure, _forest_keys(shown, words))
        return inline(figure, name=name, title=words("chart.forest_title"))


def ratio_range(estimates: Sequence[Estimate], limit: float | None) -> tuple[float, float]:
    """The axis: every ratio, 1 and the limit; intervals too, unless they reach beyond a tenth or tenfold."""
    values = [e.value for e in estimates if e.value > 0]
    ends = [min(max(v, 0.1), 10.0) for e in estimates if e.value > 0 for v in (*judged_interval(e), e.low, e.high)]
    low, high = span([*values, *ends, 1.0, *([limit] if limit else [])])
    return low / 1.08, high * 1.08


def _whisker(axes: Axes, estimate: Estimate, y: float, limit: float | None) -> None:
    marker, edge, fill = _LOOK[limit_standing(estimate, limit)]
    left, right = axes.get_xlim()
    low, high = (min(max(v, left), right) for v in judged_interval(estimate))
    inner_low, inner_high = (min(max(v, left), right) for v in (estimate.low, estimate.high))
    axes.plot([low, high], [y, y], color=edge, linewidth=0.9, solid_capstyle="butt")
    for end, at_edge, arrow in ((low, left, "<"), (high, right, ">")):  # an interval that goes on ends in an arrow
        axes.plot([end], [y], arrow if end == at_edge else "|", color=edge, markersize=4, clip_on=False)
    axes.plot([inner_low, inner_high], [y, y], color=edge, linewidth=2.6, solid_capstyle="butt")
    axes.plot([estimate.value], [y], marker, markersize=4.6, markeredgecolor=edge, markerfacecolor=fill)


def _forest_keys(shown: Forest, words: Words) -> list[Line2D]:
    present = {limit_standing(e, shown.limit) for e in shown.estimates}
    keys = []
    for standing, (marker, edge, fill) in _LOOK.items():
        if standing in present:
            keys.append(symbol(marker, edge, fill, words(f"standing.{standing}")))
    if shown.limit is not None:
        label = words("chart.limit", limit=f"{shown.limit:g}")
        keys.append(Line2D([], [], color=INK, linewidth=1, linestyle=(0, (5, 2)), label=label))
    return keys
