"""The charts over time as finished pictures: response times as heat maps, resources of the hosts.

Not here: how they are drawn (`heat.py`, `resource_charts.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from harness.load_result import HeatMap
from harness.result import Result, Series, Timeline
from reports import heat, resource_charts, view
from reports.diagrams.drawing import Drawing, Value, captioned, table
from reports.diagrams.times import pack_name
from reports.numbers import count, measured, significant
from reports.text import one_line
from reports.words import Words


def heat_maps(result: Result, series: Series, words: Words) -> tuple[Drawing, ...]:
    """One picture per pack, the stacks side by side."""
    drawn = []
    for n, pack in enumerate(dict.fromkeys(m.pack for m in series.heat_maps)):
        name = f"heat-{n}"
        levels = {view.block_folder(b): b.level for b in result.load if b.pack == pack}
        own = [m for m in series.heat_maps if m.pack == pack]
        if svg := heat.heat_maps(own, levels, words, name=name, gaps=result.gaps):
            heads = ("stack", "block", "second", "from_ms", "transactions")
            drawn.append(
                Drawing(
                    name=name, pack=pack, title=captioned(pack_name(result, pack), words("chart.heat_title")), svg=svg,
                    alt=one_line(_heat_said(own, words)),
                    csv=table([words(f"diagram.{head}") for head in heads], _cells(own, words)),
                )
            )  # fmt: skip
    return tuple(drawn)


def _cells(own: Sequence[HeatMap], words: Words) -> Iterator[tuple[Value, ...]]:
    """Every cell in which anything was counted."""
    for one in own:
        blocks = one.blocks or ("",) * len(one.t)
        for t, block, column in zip(one.t, blocks, one.counts, strict=True):
            for ms, n in zip(one.milliseconds, column, strict=True):
                if n:
                    yield words(f"stack.{one.stack}"), block, t, ms, n


def _heat_said(own: Sequence[HeatMap], words: Words) -> str:
    said = words("diagram.heat_alt")
    for one in own:
        filled = [ms for column in one.counts for ms, n in zip(one.milliseconds, column, strict=True) if n]
        if filled:
            said += words(
                "diagram.heat_of", stack=words(f"stack.{one.stack}"), n=count(sum(map(sum, one.counts))),
                slowest=significant(max(filled)),
            )  # fmt: skip
    return said


# --------------------------------------------------------------------------- resources


def resources(result: Result, series: Series, words: Words) -> tuple[Drawing, ...]:
    """The first host of each stack side by side, then the second of each, and so on."""
    hosts = [[line for line in series.timelines if line.stack == stack] for stack in view.STACKS]
    drawn = []
    for n, pair in enumerate(itertools.zip_longest(*hosts)):
        lines, name = [line for line in pair if line is not None], f"resources-{n}"
        if svg := resource_charts.resources(lines, series, result.gaps, words, name=name):
            names = " / ".join(dict.fromkeys(line.host for line in lines if line.host))
            drawn.append(
                Drawing(
                    name=name, title=captioned(words("chart.resources_title"), names), svg=svg,
                    alt=one_line(_resources_said(result, lines, words)), csv=_readings(lines, words),
                )
            )  # fmt: skip
    return tuple(drawn)


def _resources_said(result: Result, lines: Sequence[Timeline], words: Words) -> str:
    """Processor and memory as the result sums them up."""
    said = words("diagram.resources_alt")
    for line in lines:
        by_host = result.host_readings.get(line.stack, {})
        summaries = by_host.get(line.host) or result.readings.get(line.stack, {})
        known = [(key, summaries[key]) for key in ("cpu", "memory") if key in summaries]
        figures = [
            words("diagram.reading", what=words(f"panel.{key}").removesuffix(" %"), mean=measured(r.mean, r.unit),
                  most=measured(r.maximum, r.unit))
            for key, r in known
        ]  # fmt: skip
        where = " ".join(filter(None, (words(f"stack.{line.stack}"), line.host)))
        said += f"{where}{words('doc.colon')}{words('doc.list_sep').join(figures) or '–'}{words('doc.stop')}"
    return said


def _readings(lines: Sequence[Timeline], words: Words) -> str:
    keys = list(dict.fromkeys(key for line in lines for key in line.values))
    rows: list[tuple[Value, ...]] = []
    for line in lines:
        unknown = (None,) * len(line.t)
        columns = [line.values.get(key, unknown) for key in keys]
        stack = words(f"stack.{line.stack}")
        rows += [(stack, line.host, *values) for values in zip(line.t, *columns, strict=True)]
    heads = [words("diagram.stack"), words("diagram.host_name"), words("diagram.second"), *keys]
    return table(heads, rows)
