"""One estimate with its verdict in one line, for a build server and a terminal: what got slower, by how much.

Not here: which estimates are worth a line (`view.judged_estimates`).
"""

from __future__ import annotations

from harness.result import Estimate, Result
from reports import view
from reports.numbers import ratio, significant
from reports.words import Words


def place(estimate: Estimate, result: Result, words: Words) -> str:
    """收费结算（高峰）P95 响应时间"""
    name = result.titles.get(estimate.transaction, estimate.transaction)
    level = estimate.level or "–"
    return words("slower.place", name=name, level=level, metric=words.label("metric", estimate.metric))


def figures(estimate: Estimate, result: Result, words: Words) -> str:
    """The ratio with the interval it was judged by, the limit, both sides, and what would decide it."""
    if estimate.value <= 0:
        return estimate.excluded
    low, high = view.judged_interval(estimate)
    limit = view.limit_of(result.plan, estimate.metric)
    told = [words("slower.ratio", value=ratio(estimate.value), low=ratio(low), high=ratio(high))]
    if limit is not None:
        told.append(words("slower.limit", limit=f"{limit:g}"))
    unit = words("slower.per_second") if estimate.metric.startswith("throughput") else words("slower.ms")
    sides = (significant(estimate.original), significant(estimate.migrated))
    told.append(words("slower.sides", original=sides[0], migrated=sides[1], unit=unit))
    if estimate.blocks_needed and not estimate.excluded:
        told.append(words("performance.blocks_needed", n=estimate.blocks_needed))
    if estimate.excluded:
        told.append(estimate.excluded)
    return words("slower.sep").join(told)
