"""Resources of both stacks over the run, under the load that caused them; every panel on one time axis.

Not here: sums over the load windows (`result.json` has them), or what a transaction costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from harness.load_result import Gap
from harness.result import Series, Timeline, Window
from reports.axes import COLOUR, Frame, LineStyle, above, bands, hatch, hatching, legend
from reports.svg import INK, PAGE_INCHES, drawable, drawing, inline
from reports.words import Words

_MEBI = 1024.0 * 1024.0
_MOST_POINTS = 400  # of one line: about one for each point of its width


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One row of the resource chart: which values, in which unit."""

    key: str
    values: tuple[str, ...]
    scale: float = 1.0
    top: float | None = None


# Units as the agent sums them up: % of the host, % of one core, MiB, bytes per second.
_FULL = 104  # per cent: a line at the very top is still seen
_PANELS = (
    _Panel(key="throughput", values=("throughput",)),
    _Panel(key="cpu", values=("cpu", "busiest_core", "iowait", "steal"), top=_FULL),
    _Panel(key="process_cpu", values=("process_cpu",)),
    _Panel(key="memory", values=("memory", "swap"), top=_FULL),
    _Panel(key="process_memory", values=("process_memory",)),
    _Panel(key="disk", values=("disk_read", "disk_write"), scale=_MEBI),
    _Panel(key="disk_busy", values=("disk_busy",), top=_FULL),
    _Panel(key="network", values=("net_recv", "net_sent"), scale=_MEBI),
    _Panel(key="connections", values=("connections",)),
)
_NTH: tuple[tuple[float, LineStyle], ...] = ((1.1, "-"), (0.9, (0, (2, 1))), (0.9, (0, (0.8, 1))), (0.7, "-"))
_OWN, _OTHER = "#d8dfe5", "#f1f4f6"


def resources(lines: Sequence[Timeline], series: Series, gaps: Sequence[Gap], words: Words, *, name: str) -> str:
    """Every resource of one host per stack over time, side by side on equal axes; "" without readings."""
    lines = [line for line in lines if line.t]
    rows = [p for p in _PANELS if any(v in line.values for v in p.values for line in lines)]
    if not rows:
        return ""
    holes = [_holes(gaps, line) for line in lines]
    frame = Frame(
        width=PAGE_INCHES, rows=len(rows), columns=len(lines), panel=0.8, left=0.75, between=0.25, above=0.78, gap=0.14
    )
    with drawing():
        figure, panels = frame.drawn(sharex=True, sharey="row")
        for i, axes in enumerate(panels):
            row, line = rows[i // len(lines)], lines[i % len(lines)]
            _shade(axes, series.windows, line.stack)
            hatch(axes, [(hole.start_s, hole.end_s) for hole in holes[i % len(lines)]], zorder=0)
            _resource(axes, row, line, COLOUR[line.stack], words)
            if i < len(lines):
                axes.set_title(" · ".join([words(f"stack.{line.stack}"), *filter(None, [drawable(line.host)])]), pad=13)
                for level, start, end in _stretches(series.windows, line.stack):
                    above(axes, (start + end) / 2, level)
            if i % len(lines) == 0:
                axes.set_ylabel(words(f"panel.{row.key}"))
                axes.yaxis.set_major_locator(MaxNLocator(4))
        for row, axes in zip(rows, panels[:: len(lines)], strict=True):
            axes.set_ylim(bottom=0, top=row.top)  # only now: setting a limit stops it from growing with the next stack
        panels[0].set_xlim(min(line.t[0] for line in lines), max(line.t[-1] for line in lines))
        frame.caption(figure, words("chart.seconds"))
        legend(figure, _keys(words, holes=any(holes)))
        return inline(figure, name=name, title=words("chart.resources_title"))


def _holes(gaps: Sequence[Gap], line: Timeline) -> list[Gap]:
    """Gaps of this host's agent; those of blocks count from the block's own beginning."""
    return [
        gap for gap in gaps if not gap.block and gap.stack == line.stack and (not line.host or gap.host == line.host)
    ]  # fmt: skip


def _keys(words: Words, *, holes: bool) -> list[Line2D | Patch]:
    keys: list[Line2D | Patch] = [
        Patch(facecolor=_OWN, label=words("chart.own_window")),
        Patch(facecolor=_OTHER, edgecolor=_OWN, linewidth=0.4, label=words("chart.other_window")),
    ]
    if holes:
        keys.append(hatching(words("chart.no_readings")))
    return keys


def _stretches(windows: Sequence[Window], stack: str) -> list[tuple[str, float, float]]:
    """(level, start, end) of a stack's neighbouring blocks at the same level: one label for all of them."""
    found: list[tuple[str, float, float]] = []
    for window in sorted((w for w in windows if w.stack == stack), key=lambda w: w.start):
        if found and found[-1][0] == window.level:
            found[-1] = (window.level, found[-1][1], window.end)
        else:
            found.append((window.level, window.start, window.end))
    return found


def _shade(axes: Axes, windows: Sequence[Window], stack: str) -> None:
    for colour, own in ((_OWN, True), (_OTHER, False)):
        bands(axes, [(w.start, w.end) for w in windows if (w.stack == stack) is own], facecolor=colour, zorder=0)


def _resource(axes: Axes, panel: _Panel, line: Timeline, colour: str, words: Words) -> None:
    keys = []
    known = [v for v in panel.values if v in line.values]
    for nth, value in enumerate(v for v in known if v == known[0] or any(line.values[v])):
        width, style = _NTH[nth]
        t, y = _thinned(line.t, line.values[value])
        shade = colour if nth == 0 else INK
        axes.plot(t, [v / panel.scale for v in y], color=shade, linewidth=width, linestyle=style)
        keys.append(Line2D([], [], color=shade, linewidth=width, linestyle=style, label=words(f"value.{value}")))
    if len(keys) > 1:
        axes.legend(
            handles=keys, loc="upper left", ncols=4, fontsize=6.5, borderpad=0.1, handlelength=1.6, borderaxespad=0.2,
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
