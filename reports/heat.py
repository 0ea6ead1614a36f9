"""Response times over time as a heat map: how many transactions of a pack took how long, the stacks side by side.

The cells are drawn in their own coordinates, a run of equal cells as one rectangle, because a page that forbids itself
every image can hold no bitmap. Shades go from light to dark only, so that a black-and-white print keeps their order.
Not here: counting.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from harness.load_result import Gap, HeatMap
from reports.axes import SMALL, Frame, above, hatch, hatching, legend, round_values
from reports.svg import MUTED, PAGE_INCHES, drawing, inline
from reports.view import STACKS
from reports.words import Words

SHADES = ("#dde6ec", "#a9bfce", "#6f93ad", "#3a6482", "#12293c")
_MOST_COLUMNS = 240  # per map: about one for each point of its width
_POINTS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """A map with few enough columns to be drawn; column i belongs to `blocks[i]` and begins at second `t[i]`."""

    counts: tuple[tuple[int, ...], ...]
    blocks: tuple[str, ...]
    t: tuple[float, ...]


def heat_maps(
    maps: Sequence[HeatMap], levels: Mapping[str, str], words: Words, *, name: str, gaps: Sequence[Gap] = ()
) -> str:
    """Up to one map per stack on one scale of milliseconds; `levels` names the level of a block's folder.

    Where a load process was lost the map is hatched to the end of its `gaps`.
    """
    shown = sorted((m for m in maps if m.counts and m.milliseconds), key=lambda m: STACKS.index(m.stack))
    if not shown:
        return ""
    drawn = [_narrowed(m) for m in shown]
    bounds = _bounds(max(n for cells in drawn for column in cells.counts for n in column))
    low, high = _extent(shown)
    frame = Frame(width=PAGE_INCHES, rows=1, columns=len(shown), panel=2.3, left=0.6, between=0.25, above=0.86)
    with drawing():
        figure, panels = frame.drawn(sharey=True)
        layers, holes = [], [_holes(m.pack, cells, gaps) for m, cells in zip(shown, drawn, strict=True)]
        for axes, one, cells in zip(panels, shown, drawn, strict=True):
            axes.set_title(words(f"stack.{one.stack}"), pad=13)
            _axis(axes, cells, levels)
            edges = [math.log10(ms) for ms in one.milliseconds]
            layers.append(_layer(axes, frame, cells, edges, bounds))
        for axes, spans in zip(panels, holes, strict=True):
            hatch(axes, spans, zorder=3)
        _scale(panels[0], low, high)
        panels[0].set_ylabel(words("chart.ms_axis"))
        frame.caption(figure, words("chart.blocks_in_order"))
        keys = [
            Patch(facecolor=shade, edgecolor=MUTED, linewidth=0.3, label=label)
            for shade, label in zip(SHADES, _labels(bounds), strict=False)
        ]
        if any(holes):
            keys.append(hatching(words("chart.part_missing")))
        legend(figure, keys)
        return inline(figure, name=name, title=words("chart.heat_title"), under=_placed(layers, low, high))


def _narrowed(one: HeatMap) -> _Cells:
    """Neighbouring columns of a block counted together where there are more than can be told apart."""
    blocks = one.blocks or ("",) * len(one.counts)
    wide = math.ceil(len(one.counts) / _MOST_COLUMNS)
    counts, kept, begins = [], [], []
    for block, own in itertools.groupby(range(len(one.counts)), key=blocks.__getitem__):
        columns = list(own)
        for start in range(0, len(columns), wide):
            together = [one.counts[i] for i in columns[start : start + wide]]
            counts.append(tuple(map(sum, zip(*together, strict=True))))
            kept.append(block)
            begins.append(one.t[columns[start]])
    return _Cells(counts=tuple(counts), blocks=tuple(kept), t=tuple(begins))


def _holes(pack: str, cells: _Cells, gaps: Sequence[Gap]) -> list[tuple[float, float]]:
    """From which column to which each gap of a block reaches; its seconds count from the block's first column."""
    found: list[tuple[float, float]] = []
    for gap in gaps:
        own = [i for i, block in enumerate(cells.blocks) if f"{pack}/{block}" == gap.block]
        touched = [i for i in own if cells.t[i] - cells.t[own[0]] < gap.end_s]
        if touched:
            before = [i for i in touched if cells.t[i] - cells.t[own[0]] <= gap.start_s]
            found.append((max(before, default=touched[0]), touched[-1] + 1))
    return found


def _bounds(most: int) -> list[int]:
    """The least count of each shade: 1, then in equal ratios up to the most."""
    steps = [max(1, round(most ** (i / len(SHADES)))) for i in range(len(SHADES))]
    return sorted(set(steps))


def _labels(bounds: Sequence[int]) -> list[str]:
    ends = [b - 1 for b in bounds[1:]]
    ranges = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(bounds, ends, strict=False)]
    return [*ranges, f"≥ {bounds[-1]}"]


def _extent(shown: Sequence[HeatMap]) -> tuple[float, float]:
    """Logarithms of the milliseconds between which anything was counted."""
    filled = [
        (math.log10(one.milliseconds[j]), math.log10(_upper(one, j)))
        for one in shown
        for column in one.counts
        for j, n in enumerate(column)
        if n
    ]
    if not filled:
        return 0.0, 1.0
    return min(a for a, _ in filled), max(b for _, b in filled)


def _upper(one: HeatMap, j: int) -> float:
    """The upper edge of a row; the last is as high as the one before."""
    edges = one.milliseconds
    if j + 1 < len(edges):
        return edges[j + 1]
    return edges[j] * (edges[j] / edges[j - 1] if j else 10.0)


def _axis(axes: Axes, cells: _Cells, levels: Mapping[str, str]) -> None:
    """Blocks stand one after the other, a line between them, the level above its blocks."""
    axes.set_xlim(0, len(cells.counts))
    axes.grid(visible=False)
    starts = [i for i, block in enumerate(cells.blocks) if i == 0 or block != cells.blocks[i - 1]]
    for start in starts[1:]:
        axes.axvline(start, color=MUTED, linewidth=0.4)
    middles, labels = [], []
    for start, end in itertools.pairwise([*starts, len(cells.blocks)]):
        middles.append((start + end) / 2)
        labels.append(cells.blocks[start].split("-")[0].lstrip("0"))
    axes.xaxis.set_major_locator(FixedLocator(middles))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels(labels if all(label.isdigit() for label in labels) else [""] * len(labels))
    axes.tick_params(axis="x", length=0, labelsize=SMALL)
    at = 0
    for level, own in itertools.groupby(cells.blocks, key=lambda block: levels.get(block, "")):
        n = len(list(own))
        above(axes, at + n / 2, level)
        at += n


def _scale(axes: Axes, low: float, high: float) -> None:
    axes.set_ylim(low, high)
    places = round_values(10**low, 10**high)
    axes.yaxis.set_major_locator(FixedLocator([math.log10(p) for p in places]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{10**y:g}"))


# --------------------------------------------------------------------------- cells


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One map's rectangles in cell coordinates, and where its panel lies on the figure, in points from the top left."""

    box: tuple[float, float, float, float]
    columns: int
    edges: tuple[float, ...]  # logarithms of the rows' lower edges
    paths: tuple[tuple[str, str], ...]  # shade, path data


def _layer(axes: Axes, frame: Frame, cells: _Cells, edges: Sequence[float], bounds: Sequence[int]) -> _Layer:
    place = axes.get_position()
    width, height = frame.width * _POINTS, frame.height * _POINTS
    box = (place.x0 * width, (1 - place.y1) * height, place.width * width, place.height * height)
    shades: dict[int, list[str]] = {}
    for shade, x, y, n in _runs(cells, bounds):
        shades.setdefault(shade, []).append(f"M{x} {y}h{n}v1h-{n}z")
    paths = tuple((SHADES[shade], "".join(parts)) for shade, parts in sorted(shades.items()))
    return _Layer(box=box, columns=len(cells.counts), edges=tuple(edges), paths=paths)


def _runs(cells: _Cells, bounds: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """(shade, column, row, length) of every run of equally shaded cells along a row."""
    for y, row in enumerate(zip(*cells.counts, strict=True)):
        shaded = [sum(n >= bound for bound in bounds) for n in row]
        at = 0
        for shade, own in itertools.groupby(shaded):
            n = len(list(own))
            if shade:
                yield shade - 1, at, y, n
            at += n


def _placed(layers: Sequence[_Layer], low: float, high: float) -> list[Element]:
    """The layers as SVG groups: row 0 at its milliseconds, higher rows further up."""
    groups = []
    for layer in layers:
        x, y, width, height = layer.box
        row = (layer.edges[-1] - layer.edges[0]) / (len(layer.edges) - 1) if len(layer.edges) > 1 else 1.0
        per_log = height / (high - low)
        base = y + height - (layer.edges[0] - low) * per_log
        scale = f"{width / layer.columns:.5f} {-row * per_log:.5f}"
        group = Element("g", {"transform": f"translate({x:.2f} {base:.2f}) scale({scale})"})
        group.set("shape-rendering", "crispEdges")
        for shade, data in layer.paths:
            group.append(Element("path", {"fill": shade, "d": data}))
        groups.append(group)
    return groups
