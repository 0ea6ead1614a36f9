"""The search for the highest load that a stack bears: from the steps so far to the next one, and to the answer. Pure.

Up by a factor until a rate is refused, then between the highest sustained and the lowest refused rate, halving the
logarithm, to the plan's resolution. What is far within the limit is believed at once; near it, and beyond it, as many
like outcomes as the plan asks for decide: on a shared machine one bad moment must not. Because the next step follows
from the recorded ones alone, a resumed search goes on where it was, and `assess` comes to the same answer.
Not here: carrying out a step (`execute/capacity_pass.py`), measuring it (`capacity_step.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from harness.settings_load import CapacityPlan

CLEAR = 0.5  # of the limit: below it one run is enough
KEPT_UP = 0.95  # least share of what was offered that must be achieved
CALM = 3  # lowest rates that together show the time without load
MOST_DOWN = 6  # times that the start may be divided by the growth factor
_TITLES = {"p50": "P50", "p90": "P90", "p95": "P95", "p99": "P99"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One step as it was measured."""

    rate_per_s: float  # intended
    offered_per_s: float  # what the drawn workload came to
    achieved_per_s: float
    users: int
    seconds: float
    n: int  # response times
    milliseconds: Mapping[str, float]  # p50 p90 p95 p99
    errors: int
    answered: int
    not_run: int
    processes: int = 1
    gave_way: str = ""  # why the generator was no measure of the system
    late: str = ""  # how it came late …
    own_ms: float = 0.0  # … and by how much at most a response time may have grown by that
    broken: str = ""  # the invariants that no longer held afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The step to be carried out next."""

    rate_per_s: float
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a step must keep to be sustained."""

    plan: CapacityPlan
    error_rate: float
    most_processes: int = 1

    def limit_ms(self, history: Sequence[Seen]) -> float:
        """The absolute limit, or so many times the response time without load; infinite before the first step.

        What it is without load is the median over the lowest rates: one of them alone has few samples. A rate counts
        where the median time is not twice that of the lowest rate, or it would be load already.
        """
        if self.plan.limit_ms is not None:
            return self.plan.limit_ms
        whole = [seen for seen in history if not (seen.gave_way or seen.late) and seen.n]
        by_rate: dict[float, list[Seen]] = {}
        for seen in sorted(whole, key=lambda seen: seen.rate_per_s):
            by_rate.setdefault(seen.rate_per_s, []).append(seen)
        lowest = [_typical(runs, "p50") for runs in by_rate.values()][:CALM]
        calm = [
            _typical(runs, self.plan.metric)
            for runs, middle in zip(by_rate.values(), lowest, strict=False)
            if middle < 2 * lowest[0]
        ]
        return self.plan.limit_ratio * median(calm) if calm else math.inf

    def spoilt(self, seen: Seen, limit_ms: float) -> str:
        """Why a step says nothing of the system. A lateness that is far too small to be what broke the limit spoils
        nothing: on a shared host a system at its end takes the generator's CPU, too.
        """
        beyond = seen.milliseconds.get(self.plan.metric, 0.0) - seen.own_ms > limit_ms
        return seen.gave_way or ("" if beyond else seen.late)

    def why_refused(self, seen: Seen, limit_ms: float) -> str:
        """Why a step was not sustained, or nothing."""
        if seen.broken:
            return f"违反业务不变量：{seen.broken}"
        rate = seen.errors / max(1, seen.answered)
        if rate > self.error_rate:
            return f"失败率 {rate:.2%} 超过限值 {self.error_rate:.2%}"
        if seen.not_run:
            return f"积压：到结束时还有 {seen.not_run} 笔没有发出"
        if seen.achieved_per_s < KEPT_UP * seen.offered_per_s:
            return f"积压：每秒要求 {seen.offered_per_s:.1f} 笔，只完成 {seen.achieved_per_s:.1f} 笔"
        time_ms = seen.milliseconds.get(self.plan.metric, math.inf)
        if time_ms > limit_ms:
            return f"{_TITLES[self.plan.metric]} {time_ms:.1f} ms 超过限值 {limit_ms:.1f} ms"
        return ""


def _typical(runs: Sequence[Seen], metric: str) -> float:
    return median(seen.milliseconds[metric] for seen in runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the steps so far say."""

    sustained_per_s: float  # 0: nothing was sustained
    refused_per_s: float  # 0: nothing was refused
    limit_ms: float
    why: str  # what stands at the lowest refused rate
    generator_gave_way: str  # "" unless it ended the search


def next_step(history: Sequence[Seen], bounds: Bounds) -> Ask | None:
    """The next step, or None when the search has ended."""
    plan = bounds.plan
    processes = max((seen.processes for seen in history), default=1)
    if history and bounds.spoilt(history[-1], bounds.limit_ms(history)):
        return _after_giving_way(history, bounds)
    if len(history) >= plan.most_steps:
        return None
    open_rate = _undecided(history, bounds)
    if open_rate:
        return Ask(rate_per_s=open_rate, processes=processes)
    found = conclude(history, bounds)
    rate = _next_rate(found, history, plan) or _unconfirmed(found, history, bounds)
    return Ask(rate_per_s=rate, processes=processes) if rate else None


def _unconfirmed(found: Found, history: Sequence[Seen], bounds: Bounds) -> float:
    """The answer itself, where it was believed after one run; 0 where it is confirmed."""
    sound = [seen for seen in history if not bounds.spoilt(seen, bounds.limit_ms(history))]
    runs = sum(1 for seen in sound if seen.rate_per_s == found.sustained_per_s)
    return found.sustained_per_s if runs < bounds.plan.repeats else 0.0


def _next_rate(found: Found, history: Sequence[Seen], plan: CapacityPlan) -> float:
    if not history:
        return plan.start_per_s
    low, high = found.sustained_per_s, found.refused_per_s
    if not low:
        down = high / plan.growth
        return down if down >= plan.start_per_s / plan.growth**MOST_DOWN * (1 - 1e-9) else 0.0
    if not high:
        return low * plan.growth
    return math.sqrt(low * high) if high / low > 1 + plan.resolution else 0.0


def _after_giving_way(history: Sequence[Seen], bounds: Bounds) -> Ask | None:
    """The same rate with more processes; once more with the most, since a busy moment passes."""
    last = history[-1]
    if last.processes < bounds.most_processes:
        return Ask(rate_per_s=last.rate_per_s, processes=min(2 * last.processes, bounds.most_processes))
    before = [seen for seen in history if seen.rate_per_s == last.rate_per_s and seen.processes == last.processes]
    limit = bounds.limit_ms(history)
    again = sum(1 for seen in before if bounds.spoilt(seen, limit)) < bounds.plan.repeats
    return Ask(rate_per_s=last.rate_per_s, processes=last.processes) if again else None


def _outcomes(history: Sequence[Seen], bounds: Bounds) -> dict[float, bool | None]:
    """Every rate that was tried with a sound generator → sustained, refused, or not decided."""
    limit = bounds.limit_ms(history)
    tried: dict[float, list[Seen]] = {}
    for seen in history:
        if not bounds.spoilt(seen, limit):
            tried.setdefault(seen.rate_per_s, []).append(seen)
    needed, lowest = bounds.plan.repeats, min(tried, default=0.0)
    outcomes: dict[float, bool | None] = {}
    for rate, runs in tried.items():
        sustained = [not bounds.why_refused(seen, limit) for seen in runs]
        first_ms = runs[0].milliseconds.get(bounds.plan.metric, math.inf)
        sets_limit = rate == lowest and bounds.plan.limit_ms is None
        clearly = len(runs) == 1 and sustained[0] and first_ms <= CLEAR * limit and not sets_limit
        if clearly or sum(sustained) >= needed:
            outcomes[rate] = True
        elif len(runs) - sum(sustained) >= needed:
            outcomes[rate] = False
        else:
            outcomes[rate] = None
    return outcomes


def _undecided(history: Sequence[Seen], bounds: Bounds) -> float:
    """A rate that must be run again, the lowest first; 0 where there is none below what was refused."""
    outcomes = _outcomes(history, bounds)
    refused = min((rate for rate, outcome in outcomes.items() if outcome is False), default=math.inf)
    return min((rate for rate, outcome in outcomes.items() if outcome is None and rate < refused), default=0.0)


def conclude(history: Sequence[Seen], bounds: Bounds) -> Found:
    """The answer as far as it is known."""
    outcomes, limit = _outcomes(history, bounds), bounds.limit_ms(history)
    refused = min((rate for rate, outcome in outcomes.items() if outcome is False), default=0.0)
    sustained = max(
        (rate for rate, outcome in outcomes.items() if outcome and (not refused or rate < refused)), default=0.0
    )
    runs = [seen for seen in history if seen.rate_per_s == refused and not bounds.spoilt(seen, limit)]
    whys = [bounds.why_refused(seen, limit) for seen in runs]
    return Found(
        sustained_per_s=sustained,
        refused_per_s=refused,
        limit_ms=limit if math.isfinite(limit) else 0.0,
        why=next((why for why in whys if why), ""),
        generator_gave_way=bounds.spoilt(history[-1], limit) if history else "",
    )
