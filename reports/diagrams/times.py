"""The charts of response times as finished pictures: distributions, ratios against their limit, percentiles.

Not here: how they are drawn (`charts.py`, `load_charts.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.load_result import PercentileAtLoad
from harness.result import Estimate, Result, Series
from reports import charts, load_charts, view
from reports.diagrams.drawing import Drawing, captioned, table
from reports.numbers import ratio, significant
from reports.text import one_line
from reports.words import Words

_P95 = 0.95
_ENOUGH = 20  # samples: fewer have no P95 that the chart would mark
_PANELS, _ROWS = 20, 40  # on a printed page more could not be read; the CSV has all


def pack_name(result: Result, pack: str) -> str:
    """What a caption says of the pack: nothing where there is only one."""
    return view.pack_title(result, pack) if len(result.ledger) > 1 else ""


def distributions(result: Result, series: Series, words: Words) -> tuple[Drawing, ...]:
    """One picture per pack and level, in the order of the load."""
    users = {(b.pack, b.level): b.users for b in result.load}
    places = sorted(
        dict.fromkeys((d.pack, d.level) for d in series.distributions), key=lambda p: (p[0], users.get(p, 0))
    )
    return tuple(_distribution(result, series, place, f"times-{n}", words) for n, place in enumerate(places))


def _distribution(result: Result, series: Series, place: tuple[str, str], name: str, words: Words) -> Drawing:
    pack, level = place
    own = [d for d in series.distributions if (d.pack, d.level) == place]
    order = view.in_order([d.transaction for d in own], result.titles)
    own.sort(key=lambda d: order.index(d.transaction))
    grown = _grown((d.transaction, d.stack, view.at_quantile(d, _P95)) for d in own if d.n >= _ENOUGH)
    kept = _kept(order, [g.transaction for g in grown], _PANELS)
    said = words("diagram.times_alt", level=level, n=len(order))
    rows = (
        (d.transaction, result.titles.get(d.transaction, ""), words(f"stack.{d.stack}"), d.n, q, ms)
        for d in own
        for q, ms in zip(d.quantiles, d.milliseconds, strict=True)
    )
    heads = ("transaction", "name", "stack", "samples", "quantile", "ms")
    return Drawing(
        name=name, pack=pack, level=level,
        title=captioned(pack_name(result, pack), level, words("chart.response_title")),
        svg=charts.response_times([d for d in own if d.transaction in kept], result.titles, words, name=name),
        alt=one_line(said + _worst(grown, "P95", result, words) + _left_out(order, kept, words)),
        csv=table([words(f"diagram.{head}") for head in heads], rows),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Growth:
    """What both stacks took for a transaction, in ms."""

    transaction: str
    original: float
    migrated: float


def _grown(values: Iterable[tuple[str, str, float | None]]) -> list[_Growth]:
    """Transactions known on both stacks, those whose time grew most first; `values`: transaction, stack, ms."""
    known: dict[str, dict[str, float]] = {}
    for transaction, stack, ms in values:
        if ms is not None and ms > 0:
            known.setdefault(transaction, {})[stack] = ms
    first, second = view.STACKS
    pairs = [
        _Growth(transaction=name, original=at[first], migrated=at[second])
        for name, at in known.items()
        if len(at) == len(view.STACKS)
    ]
    return sorted(pairs, key=lambda pair: pair.migrated / pair.original, reverse=True)


def _kept(order: Sequence[str], worst_first: Iterable[str], most: int) -> frozenset[str]:
    """The transactions that are drawn: the worst ones where there are too many for a page."""
    return frozenset(list(dict.fromkeys([*worst_first, *order]))[:most])


def _worst(grown: Sequence[_Growth], metric: str, result: Result, words: Words) -> str:
    if not grown:
        return ""
    one = grown[0]
    return words(
        "diagram.times_worst", metric=metric, name=result.titles.get(one.transaction, one.transaction),
        original=significant(one.original), migrated=significant(one.migrated),
    )  # fmt: skip


def _left_out(order: Sequence[str], kept: frozenset[str], words: Words) -> str:
    return words("diagram.worst_shown", n=len(kept)) if len(kept) < len(order) else ""


# --------------------------------------------------------------------------- ratios


def ratios(result: Result, words: Words) -> tuple[Drawing, ...]:
    """The judged metric of every pack: its ratios with their intervals and the limit."""
    metric = view.main_metric(result.plan)
    own = [e for e in result.estimates if e.scope == view.TRANSACTION and e.metric == metric and e.value > 0]
    packs = dict.fromkeys(e.pack for e in own)
    return tuple(
        _ratio(result, [e for e in own if e.pack == pack], f"ratios-{n}", words) for n, pack in enumerate(packs)
    )


def _ratio(result: Result, own: list[Estimate], name: str, words: Words) -> Drawing:
    pack, metric = own[0].pack, own[0].metric
    limit = view.limit_of(result.plan, metric)
    order = {t: i for i, t in enumerate(view.in_order([e.transaction for e in own], result.titles))}
    own.sort(key=lambda e: order[e.transaction])
    users = {b.level: b.users for b in result.load if b.pack == pack}
    levels = tuple(sorted(dict.fromkeys(e.level for e in own), key=lambda level: users.get(level, 0)))
    worst_first = [e.transaction for e in sorted(own, key=lambda e: (bool(e.excluded), -e.value))]
    kept = _kept(list(order), worst_first, _ROWS)
    drawn = tuple(e for e in own if e.transaction in kept)
    shown = charts.Forest(estimates=drawn, levels=levels, limit=limit, titles=result.titles)
    said = _ratios_said(own, limit, result.titles, words) + _left_out(list(order), kept, words)
    return Drawing(
        name=name, pack=pack,
        title=captioned(pack_name(result, pack), words.label("metric", metric), words("chart.forest_title")),
        svg=charts.forest(shown, words, name=name), alt=one_line(said),
        csv=_ratio_table(own, limit, result.titles, words),
    )  # fmt: skip


def _ratios_said(own: Sequence[Estimate], limit: float | None, titles: Mapping[str, str], words: Words) -> str:
    standings = [view.limit_standing(e, limit) for e in own]
    n = {standing: standings.count(standing) for standing in view.Standing}
    said = words("diagram.ratios_alt", metric=words.label("metric", own[0].metric), n=len(own))
    if limit is not None:
        said += words(
            "diagram.ratios_limit", limit=f"{limit:g}", within=n[view.Standing.WITHIN],
            across=n[view.Standing.ACROSS], beyond=n[view.Standing.BEYOND],
        )  # fmt: skip
    worst = max((e for e in own if not e.excluded), key=lambda e: e.value, default=None)
    if worst is not None:
        low, high = view.judged_interval(worst)
        said += words(
            "diagram.ratios_worst", name=titles.get(worst.transaction, worst.transaction), level=worst.level,
            value=ratio(worst.value), low=ratio(low), high=ratio(high),
        )  # fmt: skip
    return said


def _ratio_table(own: Sequence[Estimate], limit: float | None, titles: Mapping[str, str], words: Words) -> str:
    heads = (
        "transaction", "name", "level", "ratio", "low", "high", "low_adjusted", "high_adjusted", "samples", "standing",
        "excluded",
    )  # fmt: skip
    rows = (
        (
            e.transaction, titles.get(e.transaction, ""), e.level, e.value, e.low, e.high, e.low_adjusted or None,
            e.high_adjusted or None, e.n, words(f"standing.{view.limit_standing(e, limit)}"), e.excluded,
        )
        for e in own
    )  # fmt: skip
    return table([words(f"diagram.{head}") for head in heads], rows)


# --------------------------------------------------------------------------- against load


def percentiles(result: Result, series: Series, words: Words) -> tuple[Drawing, ...]:
    """The judged percentile of every pack that met more than one load."""
    metric = view.main_metric(result.plan).removesuffix("_ratio")
    drawn = []
    for n, pack in enumerate(dict.fromkeys(p.pack for p in series.percentiles)):
        own = [p for p in series.percentiles if p.pack == pack and p.metric == metric]
        if len({p.rate_per_s for p in own}) > 1:
            drawn.append(_percentile(result, own, f"percentiles-{n}", words))
    return tuple(drawn)


def _percentile(result: Result, own: list[PercentileAtLoad], name: str, words: Words) -> Drawing:
    pack, metric = own[0].pack, own[0].metric.upper()
    order = view.in_order([p.transaction for p in own], result.titles)
    own.sort(key=lambda p: (order.index(p.transaction), p.rate_per_s))
    rates = [p.rate_per_s for p in own]
    grown = _grown((p.transaction, p.stack, p.milliseconds) for p in own if p.rate_per_s == max(rates))
    kept = _kept(order, [g.transaction for g in grown], _PANELS)
    rows = (
        (
            p.transaction, result.titles.get(p.transaction, ""), words(f"stack.{p.stack}"), p.level, p.rate_per_s,
            metric, p.milliseconds, p.low, p.high,
        )
        for p in own
    )  # fmt: skip
    heads = ("transaction", "name", "stack", "level", "rate", "percentile", "ms", "low", "high")
    said = words(
        "diagram.percentiles_alt", metric=metric, n=len(order), low=significant(min(rates)),
        high=significant(max(rates)),
    )  # fmt: skip
    return Drawing(
        name=name, pack=pack, title=captioned(pack_name(result, pack), metric, words("chart.percentiles_title")),
        svg=load_charts.percentiles([p for p in own if p.transaction in kept], result.titles, words, name=name),
        alt=one_line(said + _worst(grown, metric, result, words) + _left_out(order, kept, words)),
        csv=table([words(f"diagram.{head}") for head in heads], rows),
    )  # fmt: skip
