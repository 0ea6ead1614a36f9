"""Recordings of the capacity search → how much each stack bears, and what stopped it. From the run folder alone.

Not here: how a step is measured (`capacity_step.py`), when a rate counts as sustained (`seeking.py`), the knee
(`knee.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.agent.reader import read_readings
from harness.assess.blocks import read_blocks
from harness.assess.bottleneck import Scene, bottlenecks
from harness.capacity_step import measured, steps_of
from harness.hospital_day import visits_per_day
from harness.knee import Point, knee
from harness.load_result import Capacity, CapacityStep
from harness.seeking import KEPT_UP, Bounds, Found, Seen, conclude
from harness.settings_plan import Plan


def capacities(run_dir: Path, run: Mapping[str, Any], plan: Plan) -> tuple[Capacity, ...]:
    """One for each pack and stack on which a search was begun."""
    return tuple(_capacities(run_dir, run, plan))


def _capacities(run_dir: Path, run: Mapping[str, Any], plan: Plan) -> Iterator[Capacity]:
    bounds = Bounds(plan=plan.capacity, error_rate=plan.limits.error_rate.value)
    for pack, known in run["packs"].items():
        for stack in plan.capacity.stacks:
            folder = run_dir / "recordings" / pack / "capacity" / stack
            history = [measured(recording, plan.limits) for recording in steps_of(folder)]
            if not history:
                continue
            found = conclude(history, bounds)
            yield Capacity(
                pack=pack,
                stack=stack,
                metric=plan.capacity.metric,
                limit_ms=found.limit_ms,
                sustained_per_s=found.sustained_per_s,
                refused_per_s=found.refused_per_s,
                knee_per_s=_knee(history, found, bounds),
                users=plan.capacity.users,
                steps=tuple(_step(seen, bounds, found.limit_ms) for seen in history),
                limited_by=limited_by(found) + _resource(run_dir, run, plan, folder),
                outpatients_per_day=visits_per_day(
                    found.sustained_per_s, plan.load.day, per_visit=float(known.get("transactions_per_visit", 0.0))
                ),
            )


def _knee(history: Sequence[Seen], found: Found, bounds: Bounds) -> float:
    """Not where the generator ended the search: what rises there may be its own."""
    sound = [seen for seen in history if seen.n and not bounds.spoilt(seen, found.limit_ms)]
    return 0.0 if found.generator_gave_way else knee([_point(seen, bounds) for seen in sound])


def _point(seen: Seen, bounds: Bounds) -> Point:
    kept_up = not seen.not_run and seen.achieved_per_s >= KEPT_UP * seen.offered_per_s
    return Point(rate_per_s=seen.rate_per_s, milliseconds=seen.milliseconds[bounds.plan.metric], carried=kept_up)


def _step(seen: Seen, bounds: Bounds, limit_ms: float) -> CapacityStep:
    refused, spoilt = bounds.why_refused(seen, limit_ms), bounds.spoilt(seen, limit_ms)
    return CapacityStep(
        rate_per_s=seen.rate_per_s,
        achieved_per_s=seen.achieved_per_s,
        users=seen.users,
        seconds=seen.seconds,
        n=seen.n,
        p50_ms=seen.milliseconds.get("p50", 0.0),
        p95_ms=seen.milliseconds.get("p95", 0.0),
        p99_ms=seen.milliseconds.get("p99", 0.0),
        errors=seen.errors,
        not_run=seen.not_run,
        sustained=not refused and not spoilt,
        valid=not spoilt,
        reason=spoilt or refused,
    )


def limited_by(found: Found) -> str:
    """One sentence: which limit ended the search."""
    if found.generator_gave_way:
        return f"搜索止于压测机自身的极限（{found.generator_gave_way}），这不是被测系统的容量，真实容量不低于所列数值。"
    if found.refused_per_s:
        return f"每秒 {found.refused_per_s:.1f} 笔时{found.why}。"
    return "搜索没有到达任何限值。"


def _resource(run_dir: Path, run: Mapping[str, Any], plan: Plan, folder: Path) -> str:
    """What was used up first as the rate grew, in one sentence; nothing where no host was watched."""
    stack, pack = folder.name, folder.parent.parent.name
    paths = {
        host["name"]: run_dir / "readings" / f"{stack}-{host['name']}.jsonl"
        for host in run.get("stacks", {}).get(stack, {}).get("hosts", ())
    }
    hosts = {name: list(read_readings(path)) for name, path in paths.items() if path.exists()}
    if not hosts:
        return ""
    blocks, _ = read_blocks(folder, plan.limits, run["packs"][pack])
    rates = sorted({block.summary.rate_per_s for block in blocks})
    by_rate = [
        replace(b, summary=replace(b.summary, level=f"第 {rates.index(b.summary.rate_per_s) + 1} 档")) for b in blocks
    ]
    scene = Scene(
        stack=stack,
        hosts=hosts,
        shared=run.get("shared_host") is not False,
        limits=plan.limits,
        epoch_ns=int(run["epoch"]["mono_ns"]),
    )
    return "".join(found.evidence for found in bottlenecks(by_rate, scene))
