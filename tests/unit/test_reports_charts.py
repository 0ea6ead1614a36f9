"""Charts: the same figure gives the same text, every character is drawn, and black and white is enough."""

from __future__ import annotations

import dataclasses
import math
import re
import warnings
from xml.etree import ElementTree

import matplotlib
import pytest

from harness.result import Estimate, Series, Timeline
from reports import charts, marks, view
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
            return charts.throughput(fake_result.rich().load, ZH, name=name)
        case _:
            return charts.resources(SERIES, ZH, name=name)


NAMES = ("times", "forest", "load", "resources")


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


@pytest.mark.parametrize("name", ["times", "load", "resources"])
def test_the_stacks_differ_without_colour(name: str) -> None:
    paths = [e.attrib for e in ElementTree.fromstring(drawn(name)).iter("path") if e.attrib.get("fill") == "none"]
    dashes = {
        stack: {"stroke-dasharray" in p for p in paths if p.get("stroke") == charts.COLOUR[stack]}
        for stack in view.STACKS
    }
    if name == "resources":
        assert all(dashes.values()), "side by side, each under its own heading"
    else:
        assert dashes == {"original": {False}, "migrated": {True}}


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
    root = ElementTree.fromstring(charts.resources(series, ZH, name="r"))
    clips = {c.attrib["id"]: c[0].attrib for c in root.iter("clipPath")}
    lines = [
        p.attrib
        for p in root.iter("path")
        if p.attrib.get("stroke") in charts.COLOUR.values() and "clip-path" in p.attrib
    ]
    assert len(lines) == 2
    for line in lines:
        box = clips[line["clip-path"][5:-1]]
        top, height = float(box["y"]), float(box["height"])
        ys = [float(y) for y in re.findall(r"[ML] [-\d.]+ ([-\d.]+)", line["d"])]
        assert all(top - 0.1 <= y <= top + height + 0.1 for y in ys)


def test_without_readings_there_is_no_chart() -> None:
    assert charts.resources(Series(distributions=(), timelines=(), windows=()), ZH, name="r") == ""


def test_long_series_keep_their_peaks() -> None:
    t = [float(i) for i in range(20_000)]
    y = [0.0] * 20_000
    y[12_345], y[17_000] = 99.0, -3.0
    short_t, short_y = charts._thinned(t, y)
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
