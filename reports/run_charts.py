"""The ratios of two runs at one load level: per transaction the direct one, its control, and the corrected one.

Not here: any estimate, or the table beside it (`run_comparison.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from harness.result import Estimate
from harness.run_comparison import Change, TimeChange
from reports.axes import COLOUR, Frame, inches, legend, ratio_values, span, symbol, ticks
from reports.svg import INK, MUTED, PAGE_INCHES, drawable, drawing, inline
from reports.view import judged_interval
from reports.words import Words

_LEAST, _MOST = 0.2, 5.0  # an interval that reaches beyond ends in an arrow, unless a ratio itself does
_GOOD, _BAD, _GREY = COLOUR["original"], COLOUR["migrated"], "#8b97a2"
_STEP = 0.24  # between the three ratios of a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Colour alone never tells: each has a marker of its own."""

    marker: str
    edge: str
    fill: str


_LOOKS = {
    Change.FASTER: _Look(marker="v", edge=_GOOD, fill=_GOOD),
    Change.NO_WORSE: _Look(marker="o", edge=_GOOD, fill=_GOOD),
    Change.OPEN: _Look(marker="o", edge=INK, fill="white"),
    Change.SLOWER: _Look(marker="X", edge=_BAD, fill=_BAD),
    Change.NOT_COUNTED: _Look(marker="o", edge="#a9b2ba", fill="white"),
}
_CONTROL = _Look(marker="s", edge=_GREY, fill="white")
_CORRECTED = _Look(marker="D", edge=INK, fill="white")
WORDS = {
    Change.FASTER: "faster", Change.NO_WORSE: "no_worse", Change.SLOWER: "is_slower", Change.OPEN: "is_open",
    Change.NOT_COUNTED: "not_counted",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """What one chart shows: the judged metric of one pack at one level."""

    times: Sequence[TimeChange]
    limit: float
    titles: Mapping[str, str]
    title: str  # what a reader who cannot see it is told


def ratios(shown: Ratios, words: Words, *, name: str) -> str:
    """One row per transaction with three ratios in it."""
    labels = [drawable(shown.titles.get(t.transaction, t.transaction)) for t in shown.times]
    place = {t.transaction: len(labels) - 1 - n for n, t in enumerate(shown.times)}
    frame = Frame(
        width=PAGE_INCHES, rows=1, columns=1, panel=0.42 * len(labels) + 0.2, left=max(map(inches, labels)) + 0.15,
        between=0.0, above=0.32,
    )  # fmt: skip
    with drawing():
        figure, (axes,) = frame.drawn()
        low, high = _range(shown)
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        ticks(axes, ratio_values(low, high))
        axes.axvline(1, color=MUTED, linewidth=0.8)
        axes.axvline(shown.limit, color=INK, linewidth=1.0, linestyle=(0, (5, 2)))
        for time in shown.times:
            for estimate, look, offset in _drawn(time):
                _whisker(axes, estimate, look, place[time.transaction] + offset)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(-0.6, len(labels) - 0.4)
        axes.set_yticks(list(place.values()), labels)
        frame.caption(figure, words("runs.chart"))
        legend(figure, list(_keys(shown, words)))
        return inline(figure, name=name, title=shown.title)


def _drawn(time: TimeChange) -> Iterator[tuple[Estimate, _Look, float]]:
    """From above: direct, control, corrected; the one that decided wears what was decided."""
    decided = _LOOKS[time.change]
    corrects = time.by == "corrected"
    plain = _Look(marker="o", edge=_GREY, fill=_GREY)
    for estimate, look, offset in (
        (time.direct, plain if corrects else decided, _STEP),
        (time.control, _CONTROL, 0.0),
        (time.corrected, decided if corrects else _CORRECTED, -_STEP),
    ):
        if estimate.value > 0:
            yield estimate, look, offset


def _range(shown: Ratios) -> tuple[float, float]:
    estimates = [e for time in shown.times for e, _, _ in _drawn(time)]
    ends = [min(max(end, _LEAST), _MOST) for e in estimates for end in (*judged_interval(e), e.low, e.high)]
    low, high = span([*(e.value for e in estimates), *ends, 1.0, shown.limit])
    return low / 1.06, high * 1.06


def _whisker(axes: Axes, estimate: Estimate, look: _Look, y: float) -> None:
    left, right = axes.get_xlim()
    low, high, inner_low, inner_high = (
        min(max(end, left), right) for end in (*judged_interval(estimate), estimate.low, estimate.high)
    )
    axes.plot([low, high], [y, y], color=look.edge, linewidth=0.8, solid_capstyle="butt")
    for end, at_edge, arrow in ((low, left, "<"), (high, right, ">")):  # an interval that goes on ends in an arrow
        axes.plot([end], [y], arrow if end == at_edge else "|", color=look.edge, markersize=3.5, clip_on=False)
    axes.plot([inner_low, inner_high], [y, y], color=look.edge, linewidth=2.0, solid_capstyle="butt")
    axes.plot(
        [estimate.value], [y], look.marker, markersize=4.8, markeredgecolor=look.edge, markerfacecolor=look.fill
    )  # fmt: skip


def _keys(shown: Ratios, words: Words) -> Iterator[Line2D]:
    present = {time.change for time in shown.times}
    for change, look in _LOOKS.items():
        if change in present:
            yield symbol(look.marker, look.edge, look.fill, words(f"runs.{WORDS[change]}"))
    yield symbol(_CONTROL.marker, _CONTROL.edge, _CONTROL.fill, words("runs.control"))
    if any(time.by != "corrected" for time in shown.times):
        yield symbol(_CORRECTED.marker, _CORRECTED.edge, _CORRECTED.fill, words("runs.corrected"))
    label = words("chart.limit", limit=f"{shown.limit:g}")
    yield Line2D([], [], color=INK, linewidth=1, linestyle=(0, (5, 2)), label=label)
