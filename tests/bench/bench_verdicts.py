"""How often the performance verdict is wrong: whole runs simulated many times, judged by the real code.

The same system twice must not fail, a system half as slow again must not pass; each at most once in a hundred.
Response times are log-normal with a heavy tail, neighbouring seconds share a level, and every block has a level of its
own, common to all its transactions. Run: python -m tests.bench.bench_verdicts [runs per row]
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads fight over a shared machine's cores

import numpy as np

from harness.judge import Material, PackMaterial, judge
from harness.result import Estimate, Judgement, LoadBlock
from harness.settings import Plan, load_plan
from harness.stats import BlockSamples, Interval, Question, percentile_ratios

TRANSACTIONS = 12
PER_SECOND = 40  # of each transaction
SECONDS = 30
WRONG = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a simulated machine is like. All spreads are of the logarithm."""

    title: str
    slower: float
    second: float = 0.1  # from second to second, half of it carried on to the next
    block: float = 0.03  # from block to block
    each: int = 4  # blocks per stack
    forbidden: Judgement


def block(rng: np.random.Generator, world: World, scale: float) -> dict[str, BlockSamples]:
    """One block of all transactions."""
    shared = np.zeros(SECONDS)
    for second in range(1, SECONDS):
        shared[second] = 0.5 * shared[second - 1] + rng.normal(0, world.second * np.sqrt(0.75))
    shared += rng.normal(0, world.block)
    found = {}
    for transaction in range(TRANSACTIONS):
        n = PER_SECOND * SECONDS
        chunk = rng.integers(0, SECONDS, n)
        values = np.exp(rng.normal(0, 0.45, n) + shared[chunk]) * scale * (2 + transaction)
        far = rng.random(n) < 0.02
        values[far] *= 4 * (1 + rng.pareto(2.5, int(far.sum())))
        found[str(transaction)] = BlockSamples(value_ns=(values * 1e6).astype(np.int64), chunk=chunk, chunks=SECONDS)
    return found


def run(world: World, plan: Plan, number: int) -> Judgement:
    """One run with one load level, judged."""
    rng = np.random.default_rng((number, int(world.slower * 100), int(world.block * 1000)))
    level = plan.load.levels[0]
    sides = {
        stack: [block(rng, world, scale) for _ in range(world.each)]
        for stack, scale in (("original", 1.0), ("migrated", world.slower))
    }
    names = [str(t) for t in range(TRANSACTIONS)]
    question = Question(
        quantiles=(0.95,), confidence=plan.performance.confidence, comparisons=TRANSACTIONS,
        min_samples=plan.performance.min_samples, seed=str(number),
    )  # fmt: skip
    answers = percentile_ratios(
        {t: ([b[t] for b in sides["original"]], [b[t] for b in sides["migrated"]]) for t in names}, question
    )
    estimates = []
    for name, answer in answers.items():
        assert not hasattr(answer, "needed")
        interval: Interval = answer[0.95]
        estimates.append(
            Estimate(
                pack="p", transaction=name, level=level.name, metric="p95_ratio", value=interval.value,
                low=interval.low, high=interval.high, n=interval.n, method="", low_adjusted=interval.low_adjusted,
                high_adjusted=interval.high_adjusted,
            )
        )  # fmt: skip
    known = PackMaterial(title="p", loaded=tuple(names), bulk=frozenset(), titles={})
    material = Material(plan=plan, stacks={}, packs={"p": known}, load=_load(plan, world), estimates=tuple(estimates))
    return next(v.verdict for v in judge(material) if v.clause == "PV-PERF-1")


def _load(plan: Plan, world: World) -> tuple[LoadBlock, ...]:
    return tuple(
        LoadBlock(
            stack=stack, pack="p", level=plan.load.levels[0].name, position=n, users=8, seconds=SECONDS, planned=9,
            done=9, not_run=0, throughput_per_s=1.0, errors=0, refused=0, lag_p99_ms=0.0, generator_cpu=0.0, valid=True,
        )
        for stack in ("original", "migrated")
        for n in range(world.each)
    )  # fmt: skip


def one_level(plan: Plan) -> Plan:
    """The plan with one load level, in as many blocks as the worlds have."""
    return replace(plan, load=replace(plan.load, levels=plan.load.levels[:1], order="AB"))


def main(runs: int) -> int:
    plan = one_level(load_plan("smoke"))
    worlds = [
        World(title="同一系统，安静的机器", slower=1.0, block=0.0, forbidden=Judgement.FAIL),
        World(title="同一系统，块间相差 3 %", slower=1.0, forbidden=Judgement.FAIL),
        World(title="同一系统，块间相差 10 %", slower=1.0, block=0.1, forbidden=Judgement.FAIL),
        World(title="慢 50 %，安静的机器", slower=1.5, block=0.0, forbidden=Judgement.PASS),
        World(title="慢 50 %，块间相差 3 %", slower=1.5, forbidden=Judgement.PASS),
        World(title="慢 50 %，块间相差 10 %", slower=1.5, block=0.1, forbidden=Judgement.PASS),
        World(title="慢 50 %，每边两块，相差 10 %", slower=1.5, block=0.1, each=2, forbidden=Judgement.PASS),
    ]
    print(f"界限 {1 + plan.performance.margin:.2f}，{TRANSACTIONS} 项交易，每行 {runs} 次运行")
    print(f"{'':<34}{'通过':>7}{'不通过':>7}{'无法判定':>7}   不应出现")
    worst = 0.0
    began = time.perf_counter()
    for world in worlds:
        found = Counter(run(world, plan, number) for number in range(runs))
        shares = {verdict: found[verdict] / runs for verdict in Judgement}
        wrong = shares[world.forbidden]
        worst = max(worst, wrong)
        print(
            f"{world.title:<28}{shares[Judgement.PASS]:>9.1%}{shares[Judgement.FAIL]:>9.1%}"
            f"{shares[Judgement.INCONCLUSIVE]:>9.1%}   {world.forbidden} {wrong:.1%}"
        )
    print(f"最坏的错判率 {worst:.1%}（上限 {WRONG:.0%}），用时 {time.perf_counter() - began:.0f} 秒")
    return int(worst > WRONG)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
