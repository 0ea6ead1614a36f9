"""What becomes of response times, throughput and errors as the load grows, up to what a stack bears at most.

Lines that only guide the eye are said to do so in the text. Not here: distributions at one load (`charts.py`), what
happened over time (`heat.py`, `resource_charts.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from harness.load_result import Capacity, CapacityStep, PercentileAtLoad
from harness.result import LoadBlock
from reports.axes import (
    COLOUR,
    MARKER,
    SMALL,
    STYLE,
    Frame,
    above,
    legend,
    round_values,
    span,
    stack_key,
    symbol,
    ticks,
)
from reports.svg import INK, MUTED, PAGE_INCHES, drawable, drawing, inline
from reports.view import STACKS
from reports.words import Words

_COLUMNS = 4
_APART = {"original": -0.012, "migrated": 0.012}  # of the axis: whiskers at the same load do not hide each other
_LIMIT_STYLE = (0, (5, 2))


def percentiles(points: Sequence[PercentileAtLoad], titles: Mapping[str, str], words: Words, *, name: str) -> str:
    """One metric against the intended rate with its interval, one small panel per transaction."""
    by_transaction: dict[str, list[PercentileAtLoad]] = {}
    for point in points:
        by_transaction.setdefault(point.transaction, []).append(point)
    columns = min(_COLUMNS, len(by_transaction))
    frame = Frame(
        width=PAGE_INCHES, rows=math.ceil(len(by_transaction) / columns), columns=columns, panel=1.12, left=0.5,
        between=0.42, above=0.62, gap=0.52,
    )  # fmt: skip
    rates = sorted({p.rate_per_s for p in points})
    with drawing():
        figure, panels = frame.drawn()
        for axes, (transaction, own) in zip(panels, by_transaction.items(), strict=False):
            _percentile(axes, own, rates)
            axes.set_title(drawable(titles.get(transaction, transaction)), pad=3)
        for axes in panels[len(by_transaction) :]:
            axes.set_axis_off()
        frame.caption(figure, words("chart.rate"))
        legend(figure, [stack_key(s, words, marker=True) for s in STACKS])
        return inline(figure, name=name, title=words("chart.percentiles_title"))


def _percentile(axes: Axes, own: Sequence[PercentileAtLoad], rates: Sequence[float]) -> None:
    width = rates[-1] - rates[0] or rates[-1]
    for stack in STACKS:
        mine = sorted((p for p in own if p.stack == stack and p.milliseconds > 0), key=lambda p: p.rate_per_s)
        x = [p.rate_per_s + _APART[stack] * width for p in mine]
        # Logarithms on a plain axis: matplotlib's log axes take as long again.
        axes.plot(
            x, [math.log10(p.milliseconds) for p in mine], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.2,
            marker=MARKER[stack], markersize=3.4,
        )  # fmt: skip
        bounded = [(place, p) for place, p in zip(x, mine, strict=True) if 0 < p.low <= p.high]
        at = [v for place, _ in bounded for v in (place, place, math.nan)]  # a gap after each whisker
        ends = [v for _, p in bounded for v in (math.log10(p.low), math.log10(p.high), math.nan)]
        axes.plot(at, ends, color=COLOUR[stack], linewidth=0.9, marker="_", markersize=3.4)
    _milliseconds(axes, [v for p in own for v in (p.low, p.milliseconds, p.high) if v > 0])
    axes.set_xlim(rates[0] - 0.08 * width, rates[-1] + 0.08 * width)
    ticks(axes, _apart(rates, 0.14 * width))
    axes.tick_params(axis="x", labelsize=SMALL)


def _apart(places: Sequence[float], least: float) -> list[float]:
    """Those of the places whose labels do not run into each other; the last is kept."""
    kept: list[float] = []
    for place in reversed(places):
        if not kept or kept[-1] - place >= least:
            kept.append(place)
    return kept[::-1]


def _milliseconds(axes: Axes, values: Sequence[float]) -> None:
    """A log scale in milliseconds on an axis that holds logarithms."""
    low, high = (math.log10(v) for v in span(values or (1.0, 10.0)))
    low, high = low - 0.08, max(high, low + 0.3) + 0.08
    places = round_values(10**low, 10**high)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator([math.log10(p) for p in places]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{10**y:g}"))
    axes.tick_params(axis="y", labelsize=SMALL)


# --------------------------------------------------------------------------- throughput and errors


def against_load(blocks: Sequence[LoadBlock], words: Words, *, name: str) -> str:
    """Throughput of every block against the load that was intended, and its errors where there are any."""
    failing = any(b.errors or b.not_run for b in blocks)
    rated = all(b.rate_per_s > 0 for b in blocks)
    columns, width = (2, PAGE_INCHES) if failing else (1, 6.8)
    frame = Frame(width=width, rows=1, columns=columns, panel=2.1, left=0.65, between=0.7, above=0.66)

    def load(block: LoadBlock) -> float:
        return block.rate_per_s if rated else float(block.users)

    with drawing():
        figure, panels = frame.drawn()
        _per_block(panels[0], blocks, load, lambda b: b.throughput_per_s)
        panels[0].set_ylabel(words("chart.per_second"))
        if rated:
            most = max(b.rate_per_s for b in blocks)
            panels[0].plot([0, most], [0, most], color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
        if failing:
            _per_block(panels[1], blocks, load, lambda b: float(b.errors + b.not_run))
            panels[1].set_ylabel(words("chart.failed"))
            panels[1].yaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in panels:
            for place, level in {load(b): b.level for b in blocks}.items():
                above(axes, place, level)
            axes.set_ylim(bottom=0)
            axes.set_xlim(left=0)
            places = sorted({load(b) for b in blocks})
            ticks(axes, [0, *_apart(places, 0.06 * places[-1])])
        frame.caption(figure, words("chart.rate") if rated else words("chart.users"))
        keys = [stack_key(s, words, marker=True) for s in STACKS]
        if rated:
            asked = words("chart.as_asked")
            keys.append(Line2D([], [], color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), label=asked))
        if not all(b.valid for b in blocks):
            keys.append(symbol("o", INK, "white", words("chart.invalid")))
        legend(figure, keys)
        return inline(figure, name=name, title=words("chart.throughput_title"))


def _per_block(
    axes: Axes, blocks: Sequence[LoadBlock], load: Callable[[LoadBlock], float], value: Callable[[LoadBlock], float]
) -> None:
    for stack in STACKS:
        own = [b for b in blocks if b.stack == stack]
        axes.plot(
            *_middles((load(b), value(b)) for b in own if b.valid), color=COLOUR[stack], linestyle=STYLE[stack],
            linewidth=1.2,
        )  # fmt: skip
        for block in own:
            axes.plot(
                [load(block)], [value(block)], MARKER[stack], color=COLOUR[stack], markersize=5, clip_on=False,
                markerfacecolor=COLOUR[stack] if block.valid else "white",
            )  # fmt: skip


def _middles(points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """A line that guides the eye: halfway between the lowest and the highest at each place."""
    at: dict[float, list[float]] = {}
    for x, y in points:
        at.setdefault(x, []).append(y)
    return sorted(at), [(min(at[x]) + max(at[x])) / 2 for x in sorted(at)]


# --------------------------------------------------------------------------- capacity


def capacity(found: Sequence[Capacity], words: Words, *, name: str) -> str:
    """Steps of a capacity search: the judged percentile and what was achieved, with limit, knee and sustained rate."""
    frame = Frame(width=PAGE_INCHES, rows=1, columns=2, panel=2.5, left=0.65, between=0.7, above=0.8)
    with drawing():
        figure, (times, achieved) = frame.drawn()
        for one in found:
            metric = one.metric
            _steps(times, one, lambda step, metric=metric: math.log10(max(_of(step, metric), 1e-3)))  # type: ignore[misc]
            _steps(achieved, one, lambda step: step.achieved_per_s)
            _marked(times, one)
        limits = {one.limit_ms for one in found}
        for limit in limits:
            times.axhline(math.log10(limit), color=INK, linewidth=1.0, linestyle=_LIMIT_STYLE)
        _milliseconds(times, [*limits, *(v for one in found for s in one.steps if (v := _of(s, one.metric)) > 0)])
        times.set_ylabel(words("chart.metric_ms", metric=drawable(found[0].metric.upper())))
        most = max(s.rate_per_s for one in found for s in one.steps)
        achieved.plot([0, most], [0, most], color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
        achieved.set_ylabel(words("chart.achieved"))
        achieved.set_ylim(bottom=0)
        for axes in (times, achieved):
            axes.set_xlim(0, most * 1.04)
        frame.caption(figure, words("chart.rate"))
        legend(figure, _capacity_keys(found, words))
        return inline(figure, name=name, title=words("chart.capacity_title"))


def _of(step: CapacityStep, metric: str) -> float:
    return {"p50": step.p50_ms, "p95": step.p95_ms, "p99": step.p99_ms}.get(metric, step.p95_ms)


def _steps(axes: Axes, one: Capacity, value: Callable[[CapacityStep], float]) -> None:
    """Filled: sustained; cross: beyond a limit; hollow: the generator gave way, so nothing is known."""
    steps = sorted(one.steps, key=lambda s: s.rate_per_s)
    colour = COLOUR[one.stack]
    axes.plot(
        *_middles((s.rate_per_s, value(s)) for s in steps if s.valid), color=colour, linestyle=STYLE[one.stack],
        linewidth=1.2,
    )  # fmt: skip
    for step in steps:
        marker = MARKER[one.stack] if step.sustained or not step.valid else "X"
        fill = colour if step.valid else "white"
        axes.plot([step.rate_per_s], [value(step)], marker, color=colour, markersize=5, markerfacecolor=fill)


def _marked(axes: Axes, one: Capacity) -> None:
    """Lines to the top, in the stack's own look: the sustained rate strong and filled, the knee thin and hollow."""
    for rate, width, sign, fill in (
        (one.sustained_per_s, 1.0, "v", COLOUR[one.stack]), (one.knee_per_s, 0.5, "^", "white"),
    ):  # fmt: skip
        if rate > 0:
            axes.axvline(rate, color=COLOUR[one.stack], linewidth=width, linestyle=STYLE[one.stack])
            axes.plot(
                [rate], [1.035], sign, color=COLOUR[one.stack], markerfacecolor=fill, markersize=5.5, clip_on=False,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip


def _capacity_keys(found: Sequence[Capacity], words: Words) -> list[Line2D]:
    present = [s for s in STACKS if any(one.stack == s for one in found)]
    keys = [stack_key(s, words, marker=True) for s in present]
    steps = [s for one in found for s in one.steps]
    keys.append(Line2D([], [], color=INK, linewidth=1, linestyle=_LIMIT_STYLE, label=words("chart.limit_line")))
    if any(s.valid and not s.sustained for s in steps):
        keys.append(symbol("X", INK, INK, words("chart.not_sustained")))
    if not all(s.valid for s in steps):
        keys.append(symbol("o", INK, "white", words("chart.invalid_step")))
    if any(one.sustained_per_s for one in found):
        keys.append(symbol("v", INK, INK, words("chart.sustained")))
    if any(one.knee_per_s for one in found):
        keys.append(symbol("^", INK, "white", words("chart.knee")))
    return keys
