"""The load pass arranged for the templates: verdicts per transaction first, then how they came about.

Which estimate stands where, which chart is drawn of what. Not here: wording (`words.toml`), the charts, any figure that
is not in the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from harness.load_result import GeneratorProcess
from harness.result import Distribution, Estimate, LoadBlock, Result, Series
from reports import charts, marks, view
from reports.diagrams.drawing import Drawing
from reports.diagrams.of_load import Charts
from reports.words import Words

QUANTILES = (50, 90, 95, 99)
_NUMBERS = re.compile(r"（[\d./% ]+）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One estimate of a table, with the quantiles of both sides where they are known."""

    estimate: Estimate
    standing: view.Standing
    whisker: Markup
    quantiles: tuple[tuple[float | None, ...], ...] = ()  # per quantile: one value per stack

    @property
    def known(self) -> bool:
        """Too few samples leave an estimate without a value."""
        return self.estimate.value > 0

    @property
    def adjusted(self) -> bool:
        return bool(self.estimate.low_adjusted or self.estimate.high_adjusted)


def arranged(result: Result, series: Series, words: Words, drawn: Charts) -> dict[str, Any]:
    """Everything that the section on performance shows."""
    performance = result.plan.get("performance")
    stated: Mapping[str, Any] = performance if isinstance(performance, Mapping) else {}
    main = view.main_metric(result.plan)
    own = [estimate for estimate in result.estimates if estimate.scope == view.TRANSACTION]
    groups: dict[tuple[str, str], list[Estimate]] = {}
    for estimate in own:
        groups.setdefault((estimate.metric, estimate.pack), []).append(estimate)
    keys = sorted(groups, key=lambda key: key[0] != main)  # the metric that is judged comes first
    forests = {drawing.pack: Markup(drawing.svg) for drawing in drawn.ratios}
    metrics = [_metric(result, series, groups[key], forests if key[0] == main else {}, words) for key in keys]
    return {
        "limit": view.limit_of(result.plan, main),
        "limit_source": str(stated.get("source", "")),
        "confidence": f"{float(stated.get('confidence', 0.95)) * 100:g}%",
        "main_metric_name": words.label("metric", main),
        "metrics": metrics,
        "distributions": _distributions(result, drawn),
        "quantiles": QUANTILES,
        "percentiles": _percentiles(result, series, main.removesuffix("_ratio"), words, drawn),
        "throughputs": _titled(result, drawn.throughputs),
        "heat_maps": _titled(result, drawn.heat_maps),
        "derived_levels": _derived(result),
        "blocks": sorted(result.load, key=lambda b: (b.position, b.attempt)),
        "methods": list(dict.fromkeys(e.method for e in own if e.method)),
    }


def doubts(result: Result) -> dict[str, Any]:
    """How many ratios were judged, and how many of them lie across their limit or beyond it."""
    main = view.main_metric(result.plan)
    limit = view.limit_of(result.plan, main)
    own = [e for e in result.estimates if e.scope == view.TRANSACTION and e.metric == main]
    standings = [view.limit_standing(e, limit) for e in own]
    return {
        "judged": sum(standing is not view.Standing.NONE for standing in standings),
        "doubtful": sum(standing in (view.Standing.ACROSS, view.Standing.BEYOND) for standing in standings),
    }


def capacities(result: Result, drawn: Charts) -> dict[str, Any]:
    """One chart per pack, and what each stack bears."""
    several = len({drawing.pack for drawing in drawn.capacities}) > 1
    return {
        "capacity_charts": [
            (view.pack_title(result, each.pack) if several else "", Markup(each.svg)) for each in drawn.capacities
        ]
    }


def generators(result: Result) -> dict[str, Any]:
    """Every generator process with the block it worked for."""
    rows: list[tuple[LoadBlock, GeneratorProcess]] = [
        (block, process) for block in sorted(result.load, key=lambda b: b.position) for process in block.generators
    ]
    return {"generator_rows": rows}


# --------------------------------------------------------------------------- estimates


def _metric(
    result: Result, series: Series, own: Sequence[Estimate], forests: Mapping[str, Markup], words: Words
) -> dict[str, Any]:
    """`forests`: pack → its picture, of the metric that is judged."""
    metric, pack, main = own[0].metric, own[0].pack, view.main_metric(result.plan)
    limit = view.limit_of(result.plan, metric) if metric == main else None
    order = {name: i for i, name in enumerate(view.in_order([e.transaction for e in own], result.titles))}
    own = sorted(own, key=lambda e: order[e.transaction])
    users = {b.level: b.users for b in result.load if b.pack == pack}
    levels = sorted(dict.fromkeys(e.level for e in own), key=lambda level: users.get(level, 0))
    times = {(d.transaction, d.level, d.stack): d for d in series.distributions if d.pack == pack}
    tables = []
    for level in levels:
        at_level = [e for e in own if e.level == level]
        bounds = charts.ratio_range(at_level, limit)
        rows = [
            Row(
                estimate=e, standing=view.limit_standing(e, limit), whisker=marks.whisker(e, limit, bounds),
                quantiles=_quantiles(times, e) if metric == main else (),
            )
            for e in at_level
        ]  # fmt: skip
        tables.append((level, users.get(level, 0), rows))
    several = len(result.ledger) > 1
    return {
        "metric": metric,
        "pack": view.pack_title(result, pack),
        "several_packs": several,
        "main": metric == main,
        "caption": f"{view.pack_title(result, pack)} · {words.label('metric', metric)}"
        if several
        else words.label("metric", metric),
        "overview": _overview([row for _, _, rows in tables for row in rows], levels) if metric == main else [],
        "forest": forests.get(pack, ""),
        "levels": tables,
        "left_out": _left_out(own, result.titles),
    }


def _derived(result: Result) -> list[tuple[str, str]]:
    """Levels whose load follows from what the plan says of the hospital, and how."""
    load = result.plan.get("load")
    levels = load.get("levels", ()) if isinstance(load, Mapping) else ()
    return [(str(level["name"]), str(level["derived"])) for level in levels if level.get("derived")]


def _left_out(own: Sequence[Estimate], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Why transactions count at no level, and which."""
    counted = {e.transaction for e in own if not e.excluded}
    reasons: dict[str, dict[str, None]] = {}
    for estimate in own:
        if estimate.transaction not in counted:
            reason = _NUMBERS.sub("", estimate.excluded)  # samples differ by level
            reasons.setdefault(reason, {})[titles.get(estimate.transaction, estimate.transaction)] = None
    return [(reason, "、".join(names)) for reason, names in reasons.items()]


def _overview(rows: Sequence[Row], levels: Sequence[str]) -> list[tuple[str, list[Row | None]]]:
    """A line per transaction that counts at some level, with its estimate at every level."""
    by = {(row.estimate.transaction, row.estimate.level): row for row in rows}
    counted = dict.fromkeys(name for (name, _), row in by.items() if not row.estimate.excluded)
    return [(name, [by.get((name, level)) for level in levels]) for name in counted]


def _quantiles(
    times: Mapping[tuple[str, str, str], Distribution], estimate: Estimate
) -> tuple[tuple[float | None, ...], ...]:
    sides = [times.get((estimate.transaction, estimate.level, stack)) for stack in view.STACKS]
    return tuple(tuple(view.at_quantile(side, q / 100) for side in sides) for q in QUANTILES)


# --------------------------------------------------------------------------- charts


def _distributions(result: Result, drawn: Charts) -> list[dict[str, Any]]:
    """One figure per pack and level; the highest level of each pack stands open."""
    highest = {drawing.pack: drawing.level for drawing in drawn.distributions}  # the last of each pack
    return [
        {
            "caption": f"{view.pack_title(result, each.pack)} · {each.level}" if len(result.ledger) > 1 else each.level,
            "open": highest[each.pack] == each.level,
            "svg": Markup(each.svg),
            "alt": each.alt,
        }
        for each in reversed(drawn.distributions)
    ]


def _percentiles(result: Result, series: Series, main: str, words: Words, drawn: Charts) -> list[dict[str, Any]]:
    """Per pack the judged metric as a chart, where there is more than one load, and all of them as a table."""
    found = []
    charts_of = {drawing.pack: Markup(drawing.svg) for drawing in drawn.percentiles}
    for pack in dict.fromkeys(p.pack for p in series.percentiles):
        own = [p for p in series.percentiles if p.pack == pack]
        order = view.in_order([p.transaction for p in own], result.titles)
        own.sort(key=lambda p: (order.index(p.transaction), p.rate_per_s))
        name = words("performance.percentile_name", metric=main.upper())
        by = {(p.transaction, p.level, p.metric, p.stack): p for p in own}
        metrics = sorted({p.metric for p in own})
        found.append(
            {
                "pack": view.pack_title(result, pack) if len(result.ledger) > 1 else "",
                "caption": f"{view.pack_title(result, pack)} · {name}" if len(result.ledger) > 1 else name,
                "svg": charts_of.get(pack, ""),
                "metrics": metrics,
                "rows": [
                    (place, [[by.get((place[0], place[1], metric, s)) for s in view.STACKS] for metric in metrics])
                    for place in dict.fromkeys((p.transaction, p.level, p.rate_per_s) for p in own)
                ],
            }
        )
    return found


def _titled(result: Result, drawn: Sequence[Drawing]) -> list[tuple[str, Markup]]:
    """Each with its pack, where there are several."""
    several = len(result.ledger) > 1
    return [(view.pack_title(result, each.pack) if several else "", Markup(each.svg)) for each in drawn]
