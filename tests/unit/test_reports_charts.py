"""Charts: the same figure gives the same text, every character is drawn, and black and white is enough."""

from __future__ import annotations

import dataclasses
import math
import re
import warnings
from xml.etree import ElementTree

import matplotlib
import pytest

from harness.load_result import HeatMap
from harness.result import Distribution, Estimate, Series, Timeline
from reports import axes, charts, heat, load_charts, marks, resource_charts, view
from reports.charts import Forest
from reports.svg import drawable, drawing
from reports.words import Words
from tests.golden import fake_result

ZH = Words("zh")
RESULT, SERIES = fake_result.small(), fake_result.small_series()


def drawn(name: str) -> str:
    own = tuple(e for e in RESULT.estimates if e.metric == "p95_ratio")
    match name:
        case "times":
            return charts.response_times(SERIES.distributions, RESULT.titles, ZH, name=name)
        case "forest":
            shown = Forest(estimates=own, levels=("典型",), limit=1.2, titles=RESULT.titles)
            return charts.forest(shown, ZH, name=name)
        case "load":
            return load_charts.against_load(fake_result.rich().load, ZH, name=name)
        case "percentiles":
            return load_charts.percentiles(SERIES.percentiles, RESULT.titles, ZH, name=name)
        case "capacity":
            return load_charts.capacity(fake_result.rich().capacities, ZH, name=name)
        case "heat":
            return heat.heat_maps(SERIES.heat_maps, {"01-original": "低谷"}, ZH, name=name)
        case _:
            return resource_charts.resources(SERIES.timelines[:2], SERIES, fake_result.rich().gaps, ZH, name=name)


NAMES = ("times", "forest", "load", "percentiles", "capacity", "heat", "resources")


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_the_same_every_time(name: str) -> None:
    assert drawn(name) == drawn(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_may_stand_in_a_page_with_a_strict_policy(name: str) -> None:
    svg = drawn(name)
    root = ElementTree.fromstring(svg)
    assert "style" not in svg
    assert "http" not in svg
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert all(i.startswith(f"{name}-") for i in ids)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used <= set(ids)
    assert not [e.tag for e in root.iter() if e.tag == "text"], "glyphs are outlines"
    title = root.find("title")
    assert title is not None and title.text


@pytest.mark.parametrize("name", ["times", "load", "percentiles", "capacity", "resources"])
def test_the_stacks_differ_without_colour(name: str) -> None:
    paths = [e.attrib for e in ElementTree.fromstring(drawn(name)).iter("path") if e.attrib.get("fill") == "none"]
    dashes = {
        stack: {"stroke-dasharray" in p for p in paths if p.get("stroke") == axes.COLOUR[stack]}
        for stack in view.STACKS
    }
    if name == "resources":
        assert all(dashes.values()), "side by side, each under its own heading"
    else:
        assert dashes["original"] == {False}
        assert True in dashes["migrated"]
        assert dashes["migrated"] == {True} or name == "percentiles", "whiskers are too short to be dashed"


def test_no_reading_is_drawn_outside_its_panel() -> None:
    low, high = (tuple(float(i) for i in range(100)), tuple(float(i) * 9 for i in range(100)))
    t = tuple(float(i) for i in range(100))
    series = Series(
        distributions=(),
        windows=(),
        timelines=(
            Timeline(stack="original", t=t, values={"process_memory": low}),
            Timeline(stack="migrated", t=t, values={"process_memory": high}),
        ),
    )
    root = ElementTree.fromstring(resource_charts.resources(series.timelines, series, (), ZH, name="r"))
    clips = {c.attrib["id"]: c[0].attrib for c in root.iter("clipPath")}
    lines = [
        p.attrib
        for p in root.iter("path")
        if p.attrib.get("stroke") in axes.COLOUR.values() and "clip-path" in p.attrib
    ]
    assert len(lines) == 2
    for line in lines:
        box = clips[line["clip-path"][5:-1]]
        top, height = float(box["y"]), float(box["height"])
        ys = [float(y) for y in line["d"].removeprefix("M ").split()[1::2]]
        assert all(top - 0.1 <= y <= top + height + 0.1 for y in ys)


def test_without_readings_there_is_no_chart() -> None:
    assert resource_charts.resources((), Series(distributions=(), timelines=(), windows=()), (), ZH, name="r") == ""


def test_long_series_keep_their_peaks() -> None:
    t = [float(i) for i in range(20_000)]
    y = [0.0] * 20_000
    y[12_345], y[17_000] = 99.0, -3.0
    short_t, short_y = resource_charts._thinned(t, y)
    assert len(short_t) <= 600
    assert (max(short_y), min(short_y)) == (99.0, -3.0)
    assert short_t == sorted(short_t)
    assert short_t[short_y.index(99.0)] == 12_345.0


def test_every_word_of_the_catalogue_can_be_drawn() -> None:
    from reports.words import catalogue

    lost = {
        key
        for key, pair in catalogue().items()
        for text in pair
        if key.split(".")[0] in ("chart", "panel", "value", "stack", "standing")
        and drawable(text.replace("\n", "")) != text.replace("\n", "")
    }
    assert lost == set()


def test_a_character_without_a_glyph_is_marked_and_no_warning_is_lost() -> None:
    assert drawable("张𠮷生") == "张〓生"
    titles = {"book": "𠮷$x^2$号", "charge": "收", "prescribe": "开"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.response_times(SERIES.distributions, titles, ZH, name="t")


def test_a_missing_glyph_would_be_an_error() -> None:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure()
        figure.text(0.5, 0.5, "\U00020bb7")
        with pytest.warns(UserWarning, match="missing from font"):
            FigureCanvasSVG(figure).draw()


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    drawn("load")
    assert dict(matplotlib.rcParams) == before


def test_ratios_of_any_size_have_an_axis() -> None:
    base = RESULT.estimates[0]
    for value in (0.001, 0.5, 1.0, 40.0, 5_000.0):
        estimate = dataclasses.replace(
            base, value=value, low=value / 2, high=value * 2, low_adjusted=0.0, high_adjusted=0.0
        )
        shown = Forest(estimates=(estimate,), levels=(base.level,), limit=1.2, titles={})
        low, high = charts.ratio_range(shown.estimates, shown.limit)
        assert 0 < low < 1 < high
        assert math.isfinite(high)
        charts.forest(shown, ZH, name="f")


def test_an_interval_that_goes_on_beyond_the_axis_ends_in_arrows() -> None:
    base = dataclasses.replace(
        RESULT.estimates[0], value=1.4, low=0.05, high=90.0, low_adjusted=0.0001, high_adjusted=1e6
    )
    low, high = charts.ratio_range([base], 1.2)
    assert (round(low * 1.08, 3), round(high / 1.08, 3)) == (0.1, 10.0)
    within = dataclasses.replace(base, low=1.2, high=1.6, low_adjusted=1.1, high_adjusted=1.8)

    def arrows(estimate: Estimate) -> int:
        return str(marks.whisker(estimate, 1.2, (low, high))).count("l4 3") + str(
            marks.whisker(estimate, 1.2, (low, high))
        ).count("l-4 3")

    assert arrows(base) > arrows(within) == 0


def test_a_heat_map_shades_every_cell_that_counted_and_no_other() -> None:
    counts = ((0, 3, 0), (0, 3, 1), (40, 0, 1), (0, 0, 0))
    one = HeatMap(
        pack="his", stack="original", t=(0.0, 1.0, 2.0, 3.0), milliseconds=(1.0, 10.0, 100.0), counts=counts,
        blocks=("01-original",) * 4,
    )  # fmt: skip
    svg = heat.heat_maps([one], {"01-original": "低谷"}, ZH, name="h")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg)
    cells = {(int(x) + i, int(y)) for x, y, n in runs for i in range(int(n))}
    assert cells == {(i, j) for i, column in enumerate(counts) for j, n in enumerate(column) if n}
    assert len(runs) == 3, "neighbours of one shade are one rectangle"
    assert heat.heat_maps([dataclasses.replace(one, counts=())], {}, ZH, name="h") == ""


def test_long_heat_maps_are_counted_together_within_a_block() -> None:
    n = 1000
    one = HeatMap(
        pack="his", stack="original", t=tuple(map(float, range(n))), milliseconds=(1.0, 10.0), counts=((1, 2),) * n,
        blocks=("01-original",) * 501 + ("04-original",) * 499,
    )  # fmt: skip
    cells = heat._narrowed(one)
    assert len(cells.counts) <= 240
    assert [sum(column) for column in zip(*cells.counts, strict=True)] == [n, 2 * n]
    first = cells.blocks.count("01-original")
    assert sum(map(sum, cells.counts[:first])) == 3 * 501


def test_a_distribution_ends_where_its_samples_do() -> None:
    """With 40 samples nothing is known of the slowest thousandth."""
    few = dataclasses.replace(SERIES.distributions[0], n=40)

    def drawn_points(one: Distribution) -> int:
        svg = charts.response_times([one], RESULT.titles, ZH, name="t")
        paths = [
            p.attrib for p in ElementTree.fromstring(svg).iter("path") if p.get("stroke") == axes.COLOUR["original"]
        ]
        return max(len(p["d"].split()) for p in paths)

    assert drawn_points(few) < drawn_points(dataclasses.replace(few, n=100_000))


def test_a_heat_map_shows_where_samples_are_missing_and_for_no_other_pack() -> None:
    series, gaps = fake_result.rich_series(), fake_result.rich().gaps
    (gap,) = (gap for gap in gaps if gap.block)
    [own] = (m for m in series.heat_maps if m.stack == gap.stack)
    whole = heat.heat_maps(series.heat_maps, {}, ZH, name="heat")
    marked = heat.heat_maps(series.heat_maps, {}, ZH, name="heat", gaps=gaps)
    assert "<pattern" not in whole and "<pattern" in marked
    others = [dataclasses.replace(gap, block=gap.block.replace(own.pack, "another"))]
    assert heat.heat_maps(series.heat_maps, {}, ZH, name="heat", gaps=others) == whole
    cells = heat._narrowed(own)
    [(begin, end)] = heat._holes(own.pack, cells, gaps)
    folder = gap.block.partition("/")[2]
    first = cells.blocks.index(folder)
    seconds = [t - cells.t[first] for t in cells.t]
    assert {cells.blocks[i] for i in range(int(begin), int(end))} == {folder}
    assert seconds[int(begin)] <= gap.start_s < seconds[int(begin) + 1] and seconds[int(end) - 1] < gap.end_s
    assert cells.blocks[int(end)] != folder, "it lasts to the end of its block"
