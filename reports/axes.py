"""What the charts share: a grid of panels with margins in inches, ticks at round values, keys, the look of a stack.

The stacks differ by colour *and* by line style and marker, so that a black-and-white print reads the same.

Margins are computed from the labels: matplotlib's own layout engine takes longer than everything else together.
Not here: what a chart shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from reports.svg import INK, MUTED, drawable
from reports.words import Words

SIZE, SMALL = 8.5, 7.0  # points
COLOUR = {"original": "#1b5e95", "migrated": "#c4560a"}
LineStyle = Literal["-"] | tuple[float, tuple[float, ...]]
STYLE: Mapping[str, LineStyle] = {"original": "-", "migrated": (0, (3.2, 1.4))}
MARKER = {"original": "o", "migrated": "D"}
_MISSING = "#7d8891"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A grid of panels with margins in inches."""

    width: float
    rows: int
    columns: int
    panel: float  # height of one panel
    left: float
    between: float  # columns
    above: float  # legend and titles
    gap: float = 0.0  # rows
    below: float = 0.46

    @property
    def height(self) -> float:
        return self.above + self.rows * self.panel + (self.rows - 1) * self.gap + self.below

    def drawn(self, *, sharex: bool = False, sharey: bool | str = False) -> tuple[Figure, list[Axes]]:
        """The figure and its panels, row by row."""
        figure = Figure(figsize=(self.width, self.height))
        panel_width = (self.width - self.left - 0.1 - (self.columns - 1) * self.between) / self.columns
        grid = figure.subplots(
            self.rows, self.columns, sharex=sharex, sharey=sharey, squeeze=False,  # type: ignore[arg-type]
            gridspec_kw={
                "left": self.left / self.width, "right": 1 - 0.1 / self.width,
                "top": 1 - self.above / self.height, "bottom": self.below / self.height,
                "wspace": self.between / panel_width, "hspace": self.gap / self.panel,
            },
        )  # fmt: skip
        return figure, [axes for line in grid for axes in line]

    def caption(self, figure: Figure, text: str) -> None:
        """What the x axes mean, once, under all panels."""
        middle = (self.left + (self.width - self.left) / 2) / self.width
        figure.text(middle, 0.05 / self.height, text, ha="center", va="bottom", color=INK)


def inches(text: str) -> float:
    """About how wide a label is: a Chinese character is as wide as high, others a little over half."""
    return sum(1.0 if ord(char) > 0x2E7F else 0.58 for char in text) * SIZE / 72


def span(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return (min(found), max(found)) if found else (0.0, 1.0)


def round_values(low: float, high: float) -> list[float]:
    """Round numbers of each decade, as many as have room; only decades where there are many."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = [m * 10.0**d for d in decades for m in steps if low <= m * 10.0**d <= high]
        if len(ticks) <= 5:
            break
    return ticks


def ratio_values(low: float, high: float) -> list[float]:
    known = (0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 1.6, 2, 3, 5, 10, 20, 50, 100, 200)
    inside = [t for t in known if low <= t <= high]
    return inside if len(inside) <= 7 else [t for t in inside if t in (0.02, 0.1, 0.5, 1, 2, 10, 50, 200)]


def ticks(axes: Axes, places: Sequence[float]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(list(places)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def above(axes: Axes, x: float, text: str) -> None:
    axes.annotate(
        drawable(text), (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points",
        ha="center", va="bottom", fontsize=SMALL, color=MUTED,
    )  # fmt: skip


def bands(axes: Axes, spans: Sequence[tuple[float, float]], **look: Any) -> None:
    """Stretches of x from bottom to top, as one patch however many they are."""
    if spans:
        boxes = [Path([(a, 0), (b, 0), (b, 1), (a, 1), (a, 0)], closed=True) for a, b in spans]
        path = Path.make_compound_path(*boxes)
        axes.add_patch(PathPatch(path, transform=axes.get_xaxis_transform(), linewidth=0, **look))


def hatch(axes: Axes, spans: Sequence[tuple[float, float]], *, zorder: int) -> None:
    """Stretches of x for which something was not recorded."""
    bands(axes, spans, facecolor="none", edgecolor=_MISSING, hatch="xxxx", zorder=zorder)


def hatching(label: str) -> Patch:
    """What `hatch` draws, for a legend."""
    return Patch(facecolor="none", edgecolor=_MISSING, hatch="xxxx", linewidth=0, label=label)


def stack_key(stack: str, words: Words, *, marker: bool = False) -> Line2D:
    """How a stack is drawn, for a legend."""
    return Line2D(
        [], [], color=COLOUR[stack], linestyle=STYLE[stack], linewidth=1.4, marker=MARKER[stack] if marker else "",
        markersize=4, label=words(f"stack.{stack}"),
    )  # fmt: skip


def symbol(marker: str, edge: str, fill: str, label: str) -> Line2D:
    return Line2D([], [], marker=marker, color=edge, markerfacecolor=fill, linestyle="", markersize=5, label=label)


def legend(figure: Figure, keys: Sequence[Line2D | Patch]) -> None:
    figure.legend(
        handles=list(keys), loc="upper left", bbox_to_anchor=(0, 1), ncols=len(keys), fontsize=SIZE, handlelength=2.6,
        borderaxespad=0.2, borderpad=0.2,
    )  # fmt: skip
