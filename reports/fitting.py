"""What fits on a page: of many transactions the worst. How many were left out is said; the ledger holds all.

Not here: what is drawn or printed of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from harness.result import Judgement, Result, Series
from reports import view

MOST = 80  # transactions of a pack
_WHOLE_MIX = "*"
_ORDER = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.PASS, Judgement.NOT_RUN, None)


def fitted(result: Result, series: Series, most: int = MOST) -> tuple[Result, Series, int]:
    """Both with at most so many transactions of each pack, and how many were left out: failed ones stay, then slow."""
    kept = _kept(result, series, most)
    if not kept:
        return result, series, 0
    left_out = {
        (e.pack, e.transaction)
        for e in result.estimates
        if e.scope == view.TRANSACTION and e.pack in kept and e.transaction not in kept[e.pack]
    }

    def stays(pack: str, name: str) -> bool:
        return name == _WHOLE_MIX or pack not in kept or name in kept[pack]

    shown = replace(
        result,
        estimates=tuple(e for e in result.estimates if e.scope != view.TRANSACTION or stays(e.pack, e.transaction)),
        costs=tuple(cost for cost in result.costs if stays(cost.pack, cost.transaction)),
    )
    drawn = replace(
        series,
        distributions=tuple(d for d in series.distributions if stays(d.pack, d.transaction)),
        percentiles=tuple(p for p in series.percentiles if stays(p.pack, p.transaction)),
    )
    return shown, drawn, len(left_out)


def _kept(result: Result, series: Series, most: int) -> Mapping[str, frozenset[str]]:
    """Pack → its transactions that stay, for packs that have too many."""
    metric = view.main_metric(result.plan)
    found: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for e in result.estimates:
        if e.scope == view.TRANSACTION and e.metric == metric and e.transaction != _WHOLE_MIX:
            rank = (_ORDER.index(e.verdict), -e.value)
            found[e.pack][e.transaction] = min(rank, found[e.pack].get(e.transaction, rank))
    for d in series.distributions:
        found[d.pack].setdefault(d.transaction, (len(_ORDER), 0.0))
    return {
        pack: frozenset(sorted(ranks, key=lambda name: ranks[name])[:most])
        for pack, ranks in found.items()
        if len(ranks) > most
    }
