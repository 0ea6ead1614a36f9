"""The four charts of the report, drawn from `Result` and `Series` as inline SVG.

The stacks differ by colour and by line style and marker, so that a black-and-white print reads the same. Lines that
only guide the eye are said to do so in the caption. Not here: numbers, or any estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from harness.result import Distribution, Estimate, LoadBlock, Series, Timeline, Window
from reports.svg import INK, MUTED, drawable, drawing, inline
from reports.view import Standing, limit_standing, judged_interval
from reports.words import Words

STACKS = ("original", "migrated")
COLOUR = {"original": "#1b5e95", "migrated": "#c4560a"}
STYLE = {"original": "-", "migrated": (0, (3.2, 1.4))}
MARKER = {"original": "o", "migrated": "D"}
_MEBI = 1024.0 * 1024.0
_MOST_POINTS = 1200  # of one line: more than a page has columns
_COLUMNS = 4


def response_times(shown: Sequence[Distribution], titles: Mapping[str, str], words: Words, *, name: str) -> str:
    """Cumulative distributions of response times, one small panel per transaction, one time axis for all."""
    by_transaction: dict[str, dict[str, Distribution]] = {}
    for one in shown:
        by_transaction.setdefault(one.transaction, {})[one.stack] = one
    columns = min(_COLUMNS, len(by_transaction))
    rows = math.ceil(len(by_transaction) / columns)
    with drawing():
        figure = Figure(figsize=(10, 0.75 + 1.62 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        panels: list[Axes] = [axes for line in grid for axes in line]
        for axes, (transaction, pair) in zip(panels, by_transaction.items(), strict=False):
            _cumulative(axes, pair, drawable(titles.get(transaction, transaction)))
        for axes in panels[len(by_transaction) :]:
            axes.set_axis_off()
        low, high = _range(ms for one in shown for ms in one.milliseconds if ms > 0)
        panels[0].set_xscale("log")
        panels[0].set_xlim(low / 1.15, high * 1.15)
        _time_ticks(panels[0], low / 1.15, high * 1.15)
        panels[0].set_ylim(0, 1.03)
        panels[0].yaxis.set_major_locator(FixedLocator([0, 0.5, 0.95]))
        panels[0].yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y * 100:.0f}%"))
        for axes in panels[max(0, len(by_transaction) - columns) : len(by_transaction)]:
            axes.tick_params(labelbottom=True)
        figure.supxlabel(words("chart.response_ms"), fontsize=8.5)
        _legend(figure, [_line(s, words) for s in STACKS] + [_mark(words("chart.p95_dot"))])
        return inline(figure, name=name, title=words("chart.response_title"))


def _cumulative(axes: Axes, pair: Mapping[str, Distribution], title: str) -> None:
    for stack in STACKS:
        if (one := pair.get(stack)) is None:
            continue
        axes.plot(one.milliseconds, one.quantiles, color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4)
        for quantile, ms in zip(one.quantiles, one.milliseconds, strict=True):
            if abs(quantile - 0.95) < 1e-9:
                axes.plot([ms], [quantile], MARKER[stack], color=COLOUR[stack], markersize=3.6)
    axes.set_title(title, pad=3)
    counts = "/".join(str(pair[s].n) if s in pair else "–" for s in STACKS)
    axes.text(1, 1.02, f"n {counts}", transform=axes.transAxes, ha="right", va="bottom", fontsize=6.5, color=MUTED)


# --------------------------------------------------------------------------- ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """What one forest plot shows: one metric of one pack."""

    estimates: tuple[Estimate, ...]
    limit: float | None  # the ratio that may not be exceeded
    titles: Mapping[str, str]


def forest(shown: Forest, words: Words, *, name: str) -> str:
    """Ratios with their intervals, one row per transaction, one column per load level, the limit as a line."""
    levels = list(dict.fromkeys(e.level for e in shown.estimates))
    rows = list(dict.fromkeys(e.transaction for e in shown.estimates))
    place = {transaction: len(rows) - 1 - i for i, transaction in enumerate(rows)}
    low, high = _ratio_range(shown)
    with drawing():
        figure = Figure(figsize=(10, 1.1 + 0.25 * len(rows)), layout="constrained")
        grid = figure.subplots(1, len(levels), sharex=True, sharey=True, squeeze=False)
        for axes, level in zip(grid[0], levels, strict=True):
            axes.set_xscale("log")
            axes.set_xlim(low, high)
            axes.axvline(1, color=MUTED, linewidth=0.8)
            if shown.limit is not None:
                axes.axvline(shown.limit, color=INK, linewidth=1.0, linestyle=(0, (5, 2)))
            for estimate in (e for e in shown.estimates if e.level == level):
                _whisker(axes, estimate, place[estimate.transaction], shown.limit)
            axes.set_title(drawable(level))
            ticks = [t for t in (0.1, 0.2, 0.5, 0.8, 1, 1.25, 1.6, 2, 3, 5, 10, 20, 50, 100) if low <= t <= high]
            axes.xaxis.set_major_locator(FixedLocator(ticks if len(ticks) <= 8 else ticks[::2]))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            axes.grid(axis="y", visible=False)
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        grid[0][0].set_ylim(-0.7, len(rows) - 0.3)
        grid[0][0].set_yticks(list(place.values()), [drawable(shown.titles.get(t, t)) for t in rows])
        figure.supxlabel(words("chart.ratio"), fontsize=8.5)
        _legend(figure, _forest_keys(shown.limit, words))
        return inline(figure, name=name, title=words("chart.forest_title"))


def _ratio_range(shown: Forest) -> tuple[float, float]:
    values = [v for e in shown.estimates for v in (*judged_interval(e), e.low, e.high, e.value) if v > 0]
    low, high = _range([*values, 1.0, *([shown.limit] if shown.limit else [])])
    return max(low / 1.08, 0.02), min(high * 1.08, 200.0)


_FILL = {
    Standing.WITHIN: ("o", COLOUR["original"], COLOUR["original"]),
    Standing.ACROSS: ("o", INK, "white"),
    Standing.BEYOND: ("X", COLOUR["migrated"], COLOUR["migrated"]),
    Standing.NONE: ("o", MUTED, "white"),
}


def _whisker(axes: Axes, estimate: Estimate, y: float, limit: float | None) -> None:
    standing = limit_standing(estimate, limit)
    marker, edge, fill = _FILL[standing]
    faint = standing is Standing.NONE
    colour = "#a9b2ba" if faint else edge
    low, high = judged_interval(estimate)
    axes.plot([low, high], [y, y], color=colour, linewidth=0.9, solid_capstyle="butt")
    axes.plot([low, high], [y, y], "|", color=colour, markersize=4, markeredgewidth=0.9)
    axes.plot([estimate.low, estimate.high], [y, y], color=colour, linewidth=2.6, solid_capstyle="butt")
    axes.plot([estimate.value], [y], marker, markersize=5, markeredgecolor=colour, markerfacecolor=fill)


def _forest_keys(limit: float | None, words: Words) -> list[Line2D]:
    keys = []
    for standing, (marker, edge, fill) in _FILL.items():
        keys.append(
            Line2D(
                [], [], marker=marker, color=edge, markerfacecolor=fill, linestyle="", markersize=5,
                label=words(f"standing.{standing}"),
            )
        )
    if limit is None:
        return keys[-1:]
    keys.append(Line2D([], [], color=INK, linewidth=1, linestyle=(0, (5, 2)), label=words("chart.limit", limit=f"{limit:g}")))
    return keys


# --------------------------------------------------------------------------- load


def throughput(blocks: Sequence[LoadBlock], words: Words, *, name: str) -> str:
    """Throughput of every block against its number of users."""
    with drawing():
        figure = Figure(figsize=(6.6, 3.0), layout="constrained")
        axes = figure.subplots()
        for stack in STACKS:
            own = [b for b in blocks if b.stack == stack]
            by_users: dict[int, list[float]] = {}
            for block in own:
                by_users.setdefault(block.users, []).append(block.throughput_per_s)
                axes.plot(
                    [block.users], [block.throughput_per_s], MARKER[stack], color=COLOUR[stack], markersize=5.5,
                    markerfacecolor=COLOUR[stack] if block.valid else "white",
                )
            guide = sorted((users, (min(found) + max(found)) / 2) for users, found in by_users.items())
            axes.plot([u for u, _ in guide], [v for _, v in guide], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.2)
        for users, level in {b.users: b.level for b in blocks}.items():
            axes.annotate(
                drawable(level), (users, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
                textcoords="offset points", ha="center", va="bottom", color=MUTED,
            )
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(FixedLocator(sorted({0, *(b.users for b in blocks)})))
        axes.set_xlabel(words("chart.users"))
        axes.set_ylabel(words("chart.per_second"))
        keys = [_line(s, words, marker=True) for s in STACKS]
        if not all(b.valid for b in blocks):
            keys.append(Line2D([], [], marker="o", color=INK, markerfacecolor="white", linestyle="", label=words("chart.invalid")))
        _legend(figure, keys)
        return inline(figure, name=name, title=words("chart.throughput_title"))


# --------------------------------------------------------------------------- resources


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One row of the resource chart: which values, in which unit."""

    key: str
    values: tuple[str, ...]
    scale: float = 1.0
    top: float | None = None


# Units as the agent writes them: % of the host, % of one core, bytes, bytes per second.
_PANELS = (
    _Panel(key="cpu", values=("cpu", "iowait"), top=100),
    _Panel(key="process_cpu", values=("process_cpu",)),
    _Panel(key="memory", values=("memory",), top=100),
    _Panel(key="process_memory", values=("process_memory",), scale=_MEBI),
    _Panel(key="disk", values=("disk_read", "disk_write"), scale=_MEBI),
    _Panel(key="network", values=("net_recv", "net_sent"), scale=_MEBI),
)
_NTH = ((1.1, "-"), (0.9, (0, (2, 1))))


def resources(series: Series, words: Words, *, name: str) -> str:
    """Every resource over time, the two stacks beside each other on equal axes, load blocks shaded."""
    lines = {t.stack: t for t in series.timelines}
    stacks = [s for s in STACKS if s in lines]
    panels = [p for p in _PANELS if any(v in lines[s].values for v in p.values for s in stacks)]
    with drawing():
        figure = Figure(figsize=(10, 0.9 + 1.18 * len(panels)), layout="constrained")
        grid = figure.subplots(len(panels), len(stacks), sharex=True, sharey="row", squeeze=False)
        for row, panel in zip(grid, panels, strict=True):
            for axes, stack in zip(row, stacks, strict=True):
                _shade(axes, series.windows, stack)
                _resource(axes, panel, lines[stack], COLOUR[stack], words)
            row[0].set_ylabel(words(f"panel.{panel.key}"))
            row[0].set_ylim(bottom=0, top=panel.top)
            row[0].yaxis.set_major_locator(MaxNLocator(4))
        for axes, stack in zip(grid[0], stacks, strict=True):
            axes.set_title(words(f"stack.{stack}"), pad=13)
            for window in (w for w in series.windows if w.stack == stack):
                axes.annotate(
                    drawable(window.level), ((window.start + window.end) / 2, 1), xycoords=("data", "axes fraction"),
                    xytext=(0, 1.5), textcoords="offset points", ha="center", va="bottom", fontsize=7, color=MUTED,
                )  # fmt: skip
        figure.supxlabel(words("chart.seconds"), fontsize=8.5)
        _legend(
            figure,
            [
                Patch(facecolor="#dfe5ea", label=words("chart.own_window")),
                Patch(facecolor="none", edgecolor="#b4bdc5", hatch="////", linewidth=0, label=words("chart.other_window")),
            ],
        )
        return inline(figure, name=name, title=words("chart.resources_title"))


def _shade(axes: Axes, windows: Iterable[Window], stack: str) -> None:
    for window in windows:
        if window.stack == stack:
            axes.axvspan(window.start, window.end, facecolor="#dfe5ea", linewidth=0, zorder=0)
        else:
            axes.axvspan(
                window.start, window.end, facecolor="none", edgecolor="#d3d9de", hatch="////", linewidth=0, zorder=0
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
            handles=keys, loc="upper right", ncols=2, fontsize=6.5, borderpad=0.1, handlelength=1.6,
            frameon=True, framealpha=0.8, edgecolor="none",
        )  # fmt: skip


def _thinned(t: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """At most `_MOST_POINTS` points that keep every peak: the lowest and the highest of each stretch, in their order."""
    if len(t) <= _MOST_POINTS:
        return list(t), list(y)
    stretch = math.ceil(len(t) / (_MOST_POINTS // 2))
    kept: list[int] = []
    for start in range(0, len(t), stretch):
        inside = range(start, min(start + stretch, len(t)))
        kept += sorted({min(inside, key=y.__getitem__), max(inside, key=y.__getitem__)})
    return [t[i] for i in kept], [y[i] for i in kept]


# --------------------------------------------------------------------------- shared


def _range(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return (min(found), max(found)) if found else (1.0, 10.0)


def _time_ticks(axes: Axes, low: float, high: float) -> None:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [10.0**d for d in decades if low <= 10.0**d <= high]
    if len(ticks) < 2:
        ticks = [m * 10.0**d for d in decades for m in (1, 2, 5) if low <= m * 10.0**d <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def _line(stack: str, words: Words, *, marker: bool = False) -> Line2D:
    return Line2D(
        [], [], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4, marker=MARKER[stack] if marker else "",
        markersize=4, label=words(f"stack.{stack}"),
    )  # fmt: skip


def _mark(label: str) -> Line2D:
    return Line2D([], [], color=MUTED, linestyle="", marker="o", markersize=3.6, label=label)


def _legend(figure: Figure, keys: Sequence[Line2D | Patch]) -> None:
    figure.legend(handles=list(keys), loc="outside upper left", ncols=len(keys), fontsize=8.5, handlelength=2.6)
