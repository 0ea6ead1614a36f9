"""The four charts of the report, drawn from `Result` and `Series` as inline SVG.

The stacks differ by colour and by line style and marker, so that a black-and-white print reads the same. Lines that
only guide the eye are said to do so in the caption. Not here: numbers, or any estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from harness.result import Distribution, Estimate, LoadBlock, Series, Timeline, Window
from reports.axes import (
    SMALL,
    Frame,
    above,
    inches,
    legend,
    ratio_values,
    round_values,
    span,
    symbol,
    ticks,
)
from reports.svg import INK, MUTED, PAGE_INCHES, drawable, drawing, inline
from reports.view import STACKS, Standing, judged_interval, limit_standing
from reports.words import Words

COLOUR = {"original": "#1b5e95", "migrated": "#c4560a"}
_LineStyle = Literal["-"] | tuple[float, tuple[float, ...]]
STYLE: Mapping[str, _LineStyle] = {"original": "-", "migrated": (0, (3.2, 1.4))}
MARKER = {"original": "o", "migrated": "D"}
_MEBI = 1024.0 * 1024.0
_MOST_POINTS = 600  # of one line: more than a panel has columns
_COLUMNS = 4
_SHOWN = (0.01, 0.999)  # quantiles between which a distribution is drawn; one outlier would flatten everything else


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
        legend(figure, [*(_line(s, words) for s in STACKS), _mark(words("chart.p95_dot"))])
        return inline(figure, name=name, title=words("chart.response_title"))


def _cumulative(axes: Axes, pair: Mapping[str, Distribution], title: str) -> None:
    drawn: list[float] = []
    for stack in STACKS:
        if (one := pair.get(stack)) is None:
            continue
        # Logarithms on a plain axis: matplotlib's log axes take as long again.
        points = [
            (math.log10(ms), q)
            for q, ms in zip(one.quantiles, one.milliseconds, strict=True)
            if _SHOWN[0] <= q <= _SHOWN[1] and ms > 0
        ]
        drawn += [x for x, _ in points]
        axes.plot(
            [x for x, _ in points], [q for _, q in points], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4
        )
        marked = [x for x, q in points if abs(q - 0.95) < 1e-9]
        axes.plot(marked, [0.95] * len(marked), MARKER[stack], color=COLOUR[stack], markersize=3.6)
    low, high = span(drawn)
    low, high = low - 0.05, max(high, low + 0.2) + 0.05
    places = round_values(10**low, 10**high)
    axes.set_xlim(low, high)
    axes.set_xticks([math.log10(p) for p in places], [f"{p:g}" for p in places], fontsize=SMALL)
    axes.set_ylim(0, 1.03)
    axes.set_yticks([0, 0.5, 0.95], ["0%", "50%", "95%"])
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


# --------------------------------------------------------------------------- load


def throughput(blocks: Sequence[LoadBlock], words: Words, *, name: str) -> str:
    """Throughput of every block against its number of users."""
    frame = Frame(width=6.8, rows=1, columns=1, panel=2.1, left=0.65, between=0.0, above=0.66)
    with drawing():
        figure, (axes,) = frame.drawn()
        for stack in STACKS:
            own = [b for b in blocks if b.stack == stack]
            by_users: dict[int, list[float]] = {}
            for block in own:
                by_users.setdefault(block.users, []).append(block.throughput_per_s)
            guide = sorted((users, (min(found) + max(found)) / 2) for users, found in by_users.items())
            axes.plot(
                [u for u, _ in guide], [v for _, v in guide], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.2
            )
            for block in own:
                axes.plot(
                    [block.users], [block.throughput_per_s], MARKER[stack], color=COLOUR[stack], markersize=5,
                    markerfacecolor=COLOUR[stack] if block.valid else "white",
                )  # fmt: skip
        for users, level in {b.users: b.level for b in blocks}.items():
            above(axes, users, level)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        ticks(axes, sorted({0, *(b.users for b in blocks)}))
        axes.set_ylabel(words("chart.per_second"))
        frame.caption(figure, words("chart.users"))
        keys = [_line(s, words, marker=True) for s in STACKS]
        if not all(b.valid for b in blocks):
            keys.append(symbol("o", INK, "white", words("chart.invalid")))
        legend(figure, keys)
        return inline(figure, name=name, title=words("chart.throughput_title"))


# --------------------------------------------------------------------------- resources


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One row of the resource chart: which values, in which unit."""

    key: str
    values: tuple[str, ...]
    scale: float = 1.0
    top: float | None = None


# Units as the agent sums them up: % of the host, % of one core, MiB, bytes per second.
_PANELS = (
    _Panel(key="cpu", values=("cpu", "iowait"), top=100),
    _Panel(key="process_cpu", values=("process_cpu",)),
    _Panel(key="memory", values=("memory",), top=100),
    _Panel(key="process_memory", values=("process_memory",)),
    _Panel(key="disk", values=("disk_read", "disk_write"), scale=_MEBI),
    _Panel(key="network", values=("net_recv", "net_sent"), scale=_MEBI),
)
_NTH: tuple[tuple[float, _LineStyle], ...] = ((1.1, "-"), (0.9, (0, (2, 1))))
_OWN, _OTHER = "#dfe5ea", "#cdd5db"


def resources(series: Series, words: Words, *, name: str) -> str:
    """Every resource over time, the stacks side by side on equal axes, load blocks shaded; "" without readings."""
    lines = {t.stack: t for t in series.timelines if t.t}
    stacks = [s for s in STACKS if s in lines]
    rows = [p for p in _PANELS if any(v in lines[s].values for v in p.values for s in stacks)]
    if not rows:
        return ""
    frame = Frame(
        width=PAGE_INCHES, rows=len(rows), columns=len(stacks), panel=0.9, left=0.75, between=0.25, above=0.78, gap=0.14
    )
    with drawing():
        figure, panels = frame.drawn(sharex=True, sharey="row")
        for i, axes in enumerate(panels):
            row, stack = rows[i // len(stacks)], stacks[i % len(stacks)]
            _shade(axes, series.windows, stack)
            _resource(axes, row, lines[stack], COLOUR[stack], words)
            if i < len(stacks):
                axes.set_title(words(f"stack.{stack}"), pad=13)
                for window in (w for w in series.windows if w.stack == stack):
                    above(axes, (window.start + window.end) / 2, window.level)
            if i % len(stacks) == 0:
                axes.set_ylabel(words(f"panel.{row.key}"))
                axes.yaxis.set_major_locator(MaxNLocator(4))
        for row, axes in zip(rows, panels[:: len(stacks)], strict=True):
            axes.set_ylim(bottom=0, top=row.top)  # only now: setting a limit stops it from growing with the next stack
        panels[0].set_xlim(min(t.t[0] for t in lines.values()), max(t.t[-1] for t in lines.values()))
        frame.caption(figure, words("chart.seconds"))
        other = words("chart.other_window")
        legend(
            figure,
            [
                Patch(facecolor=_OWN, label=words("chart.own_window")),
                Patch(facecolor="none", edgecolor=_OTHER, hatch="////", linewidth=0, label=other),
            ],
        )
        return inline(figure, name=name, title=words("chart.resources_title"))


def _shade(axes: Axes, windows: Iterable[Window], stack: str) -> None:
    for window in windows:
        if window.stack == stack:
            axes.axvspan(window.start, window.end, facecolor=_OWN, linewidth=0, zorder=0)
        else:
            axes.axvspan(
                window.start, window.end, facecolor="none", edgecolor=_OTHER, hatch="////", linewidth=0, zorder=0
            )


def _resource(axes: Axes, panel: _Panel, line: Timeline, colour: str, words: Words) -> None:
    keys = []
    for nth, value in enumerate(v for v in panel.values if v in line.values):
        width, style = _NTH[nth]
        t, y = _thinned(line.t, line.values[value])
        shade = colour if nth == 0 else INK
        axes.plot(t, [v / panel.scale for v in y], color=shade, linewidth=width, linestyle=style)
        keys.append(Line2D([], [], color=shade, linewidth=width, linestyle=style, label=words(f"value.{value}")))
    if len(keys) > 1:
        axes.legend(
            handles=keys, loc="upper left", ncols=2, fontsize=6.5, borderpad=0.1, handlelength=1.6, borderaxespad=0.2,
        )  # fmt: skip


def _thinned(t: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """At most `_MOST_POINTS` points that keep every peak: lowest and highest of each stretch, in their order."""
    if len(t) <= _MOST_POINTS:
        return list(t), list(y)
    stretch = math.ceil(len(t) / (_MOST_POINTS // 2))
    kept: list[int] = []
    for start in range(0, len(t), stretch):
        inside = range(start, min(start + stretch, len(t)))
        kept += sorted({min(inside, key=y.__getitem__), max(inside, key=y.__getitem__)})
    return [t[i] for i in kept], [y[i] for i in kept]


# --------------------------------------------------------------------------- keys


def _line(stack: str, words: Words, *, marker: bool = False) -> Line2D:
    return Line2D(
        [], [], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4, marker=MARKER[stack] if marker else "",
        markersize=4, label=words(f"stack.{stack}"),
    )  # fmt: skip


def _mark(label: str) -> Line2D:
    return symbol("o", MUTED, MUTED, label)
