"""The charts as finished pictures: the same picture as on the page, all of its figures, a sentence that holds."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import re

import pytest

from reports import load_charts
from reports.diagrams import loads, over_time, times
from reports.diagrams.drawing import Drawing
from reports.words import LANGUAGES, Words
from tests.golden import fake_result

ZH = Words("zh")


@functools.cache
def every(lang: str = "zh") -> tuple[Drawing, ...]:
    result, series, words = fake_result.small(), fake_result.small_series(), Words(lang)
    return (
        *times.distributions(result, series, words), *times.ratios(result, words),
        *times.percentiles(result, series, words), *loads.throughputs(result, words), *loads.capacities(result, words),
        *over_time.heat_maps(result, series, words), *over_time.resources(result, series, words),
    )  # fmt: skip


def of(name: str) -> Drawing:
    (found,) = [made for made in every() if made.name.startswith(f"{name}-0")]
    return found


def rows_of(made: Drawing) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.csv.removeprefix("\ufeff"))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_has_a_name_a_caption_a_sentence_and_figures(lang: str) -> None:
    made = every(lang)
    kinds = {one.name.split("-")[0] for one in made}
    assert kinds == {"times", "ratios", "percentiles", "throughput", "capacity", "heat", "resources"}
    assert len({one.name for one in made}) == len(made)
    for one in made:
        assert one.title and one.alt.strip() and one.svg.startswith("<svg ")
        assert f'id="{one.name}-title"' in one.svg
        table = rows_of(one)
        assert len(table) > 1 and len({len(row) for row in table}) == 1
        assert "{" not in one.alt + one.title


def test_a_png_is_the_picture() -> None:
    assert of("capacity").png().startswith(b"\x89PNG")


def test_a_chart_is_the_one_on_the_page() -> None:
    result = fake_result.small()
    assert of("capacity").svg == load_charts.capacity(result.capacities, ZH, name="capacity-0")


def test_the_figures_are_all_there() -> None:
    series, result = fake_result.small_series(), fake_result.small()
    shown = [d for d in series.distributions if d.level == "典型"]
    assert len(rows_of(of("times"))) == 1 + sum(len(d.quantiles) for d in shown)
    counted = sum(int(row[-1]) for row in rows_of(of("heat"))[1:])
    assert counted == sum(n for m in series.heat_maps for column in m.counts for n in column)
    assert len(rows_of(of("capacity"))) == 1 + sum(len(c.steps) for c in result.capacities)
    lines = [next(line for line in series.timelines if line.stack == stack) for stack in ("original", "migrated")]
    assert len(rows_of(of("resources"))) == 1 + sum(len(line.t) for line in lines)


def test_sentences_name_the_deciding_figures() -> None:
    assert "可持续 350 笔/秒" in of("capacity").alt and "200 ms" in of("capacity").alt
    result = fake_result.small()
    worst = max((e for e in result.estimates if e.metric == "p95_ratio" and not e.excluded), key=lambda e: e.value)
    assert f"{worst.value:.3f}" in of("ratios").alt and result.titles[worst.transaction] in of("ratios").alt
    assert re.search(r"db1：主机 CPU 平均 \d", of("resources").alt)


def test_too_few_samples_decide_nothing() -> None:
    result, series = fake_result.small(), fake_result.small_series()
    own = [d for d in series.distributions if d.transaction == "charge"]
    slow = tuple(
        dataclasses.replace(
            d, transaction="rare", n=19,
            milliseconds=tuple(v * (900 if d.stack == "migrated" else 1) for v in d.milliseconds),
        )
        for d in own
    )  # fmt: skip
    with_rare = dataclasses.replace(series, distributions=(*own, *slow))
    assert "rare" not in times.distributions(result, with_rare, ZH)[0].alt
    enough = tuple(dataclasses.replace(d, n=20) for d in slow)
    with_known = dataclasses.replace(series, distributions=(*own, *enough))
    assert "最大的是rare" in times.distributions(result, with_known, ZH)[0].alt


def test_of_too_many_transactions_the_worst_are_drawn_and_all_listed() -> None:
    result, series = fake_result.small(), fake_result.small_series()
    own = [d for d in series.distributions if d.transaction == "charge" and d.level == "典型"]
    many = tuple(
        dataclasses.replace(
            d, transaction=f"t{i:02d}",
            milliseconds=tuple(v * (1 + i if d.stack == "migrated" else 1) for v in d.milliseconds),
        )
        for i in range(22)
        for d in own
    )  # fmt: skip
    (made,) = times.distributions(result, dataclasses.replace(series, distributions=many), ZH)
    assert "图中只画比值最大的 20 项" in made.alt and "最大的是t21" in made.alt
    assert {row[0] for row in rows_of(made)[1:]} == {f"t{i:02d}" for i in range(22)}


def test_without_figures_there_are_no_pictures() -> None:
    result = dataclasses.replace(fake_result.small(), load=(), estimates=(), capacities=())
    series = dataclasses.replace(
        fake_result.small_series(), distributions=(), percentiles=(), heat_maps=(), timelines=()
    )
    assert times.distributions(result, series, ZH) == times.ratios(result, ZH) == ()
    assert times.percentiles(result, series, ZH) == loads.throughputs(result, ZH) == loads.capacities(result, ZH) == ()
    assert over_time.heat_maps(result, series, ZH) == over_time.resources(result, series, ZH) == ()


def test_hostile_names_are_inert_in_every_file() -> None:
    result, series = fake_result.hostile(), fake_result.hostile_series()
    made = (
        *times.distributions(result, series, ZH), *times.ratios(result, ZH), *loads.throughputs(result, ZH),
        *over_time.resources(result, series, ZH),
    )  # fmt: skip
    for one in made:
        (one.alt + one.title + one.csv).encode("utf-8")
        assert "<script" not in one.svg and "\x1b" not in one.alt + one.title + one.csv
