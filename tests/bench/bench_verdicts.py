"""How often the performance verdict is wrong: whole runs simulated many times, judged by the real code.

Same system twice at a margin of 10 %: wrong FAIL at most once in a hundred. Its P95 a quarter longer: wrong PASS at
most once in a hundred and FAIL in nine of ten, within 6 blocks of 60 s at 50 samples/s of each transaction. A ratio on
the margin itself is shown, too: there either conclusion may be wrong as often as 1 − confidence.
Response times are log-normal with a Pareto tail, neighbouring seconds share a level (AR(1)), and every block has a
level of its own, common to all its transactions. Run: `python -m tests.bench.bench_verdicts [1000]`, runs per row.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads fight over the cores

import numpy as np

from harness.assess.blocks import Block
from harness.assess.estimating import PackLoad, of_level
from harness.assess.heat import strip
from harness.judge import Material, PackMaterial, judge
from harness.judge.performance import chance_of
from harness.result import Judgement, LoadBlock
from harness.settings import Plan, load_plan
from harness.stats import BlockSamples

PACK = "p"
SECONDS, PER_SECOND = 60, 50
MARGIN = 0.10
WRONG, DECIDED = 0.01, 0.90
WHOLE = 1000  # runs per row that the targets are meant for
NONE = np.zeros(0, dtype=np.int64)
PASS, FAIL = Judgement.PASS, Judgement.FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a simulated machine is like. All spreads are of the logarithm."""

    title: str
    second: float = 0.1  # from second to second
    carried: float = 0.6  # of it, to the next second
    block: float = 0.02  # from block to block
    drift: float = 0.0  # from the first block to the sixth
    stalls: float = 0.0  # per second; all that arrives meanwhile waits for the end
    stall_s: float = 0.3  # on average
    needed: bool = True  # the targets are meant for such a machine; beyond it only the errors are bounded


WORLDS = (
    World(title="安静的机器", block=0.0),
    World(title="块间相差 2 %"),
    World(title="块间 2 %，每分钟停顿一次", stalls=1 / 60, needed=False),
    World(title="块间 2 %，全程慢慢变慢 5 %", drift=0.05, needed=False),
    World(title="块间相差 5 %", block=0.05, needed=False),
    World(title="块间相差 10 %", block=0.1, needed=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: a world, how much slower the migrated system is, how it is looked at."""

    world: World
    slower: float
    transactions: int
    slow: int  # how many of them are slower
    rounds: int  # 1: six blocks and one look; more: rounds of ABBA until decided

    @property
    def title(self) -> str:
        what = "同一系统" if self.slower == 1 else f"慢 {self.slower - 1:.0%}"
        which = f"{self.slow}/{self.transactions} 项" if self.slower != 1 else f"{self.transactions} 项"
        return f"{what} {which}，{self.world.title}{f'，逐轮查看 ≤{self.rounds} 轮' if self.rounds > 1 else ''}"

    @property
    def plan(self) -> Plan:
        return _plan(self.rounds)


@cache
def _plan(rounds: int) -> Plan:
    smoke = load_plan("smoke")
    load = replace(
        smoke.load, levels=(replace(smoke.load.levels[0], packs=()),), order="ABBAAB" if rounds == 1 else "ABBA",
        rounds=rounds, until_decided=rounds > 1, seconds=float(SECONDS), warmup_seconds=0.0,
    )  # fmt: skip
    return replace(smoke, load=load, performance=replace(smoke.performance, margin=MARGIN, min_samples=200))


def samples(rng: np.random.Generator, case: Case, position: int, stack: str) -> dict[str, BlockSamples]:
    """One block of all transactions."""
    world = case.world
    level = np.zeros(SECONDS)
    steps = rng.normal(0, world.second, SECONDS)
    for second in range(SECONDS):
        before = level[second - 1] if second else rng.normal(0, world.second)
        level[second] = world.carried * before + np.sqrt(1 - world.carried**2) * steps[second]
    level += rng.normal(0, world.block) + world.drift * (position - 1) / 5
    begins = np.sort(rng.uniform(0, SECONDS, rng.poisson(world.stalls * SECONDS)))
    ends = begins + rng.exponential(world.stall_s, len(begins))
    found = {}
    for transaction in range(case.transactions):
        n = rng.poisson(PER_SECOND * SECONDS)
        due = rng.uniform(0, SECONDS, n)
        chunk = due.astype(np.int64)
        values = np.exp(rng.normal(0, 0.45, n) + level[chunk]) * (2 + transaction) * 1e-3
        far = np.flatnonzero(rng.random(n) < 0.02)
        values[far] *= 4 * (1 + rng.pareto(2.5, len(far)))
        for begin, end in zip(begins, ends, strict=True):
            caught = (due >= begin) & (due < end)
            values[caught] += end - due[caught]
        if stack == "migrated" and transaction < case.slow:
            values *= case.slower
        found[f"t{transaction}"] = BlockSamples(
            value_ns=(values * 1e9).astype(np.int64), chunk=chunk, chunks=SECONDS, pair=(position - 1) // 2
        )
    return found


def block(rng: np.random.Generator, case: Case, position: int, stack: str) -> Block:
    summary = LoadBlock(
        stack=stack, pack=PACK, level=case.plan.load.levels[0].name, position=position, users=8, seconds=SECONDS,
        planned=9, done=9, not_run=0, throughput_per_s=1.0, errors=0, refused=0, lag_p99_ms=0.0, generator_cpu=0.0,
        valid=True,
    )  # fmt: skip
    return Block(
        folder=f"{position:02d}-{stack}", summary=summary, window=(0, 0), self_test=True,
        completed=samples(rng, case, position, stack), throughput=np.full(SECONDS, PER_SECOND),
        chunk_s=1.0, strip=strip(stack=stack, block="", start_ns=0, seconds=0.0, due_ns=NONE, took_ns=NONE),
    )  # fmt: skip


def run(case: Case, number: int) -> tuple[Judgement, int]:
    """One run with one load level: its verdict, and after how many blocks."""
    rng = np.random.default_rng(number)
    load = case.plan.load
    names = tuple(f"t{n}" for n in range(case.transactions))
    blocks: list[Block] = []
    for turn in range(1, load.rounds + 1):
        for letter in load.order:
            blocks.append(block(rng, case, len(blocks) + 1, "original" if letter == "A" else "migrated"))
        known = PackLoad(
            pack=PACK, blocks=blocks, loaded=names, agreed=frozenset(names), compared=True, comparisons=len(names)
        )
        estimates, turns = tuple(of_level(known, case.plan, load.levels[0])), turn
        if all(e.verdict is not Judgement.INCONCLUSIVE for e in estimates):
            break
    material = Material(
        plan=case.plan, stacks={}, estimates=estimates, load=tuple(b.summary for b in blocks),
        packs={PACK: PackMaterial(title=PACK, loaded=names, bulk=frozenset(), titles={})},
        stopped={(PACK, load.levels[0].name): turns},
    )  # fmt: skip
    return next(v.verdict for v in judge(material) if v.clause == "PV-PERF-1"), len(blocks)


def cases() -> Iterator[Case]:
    def both(world: World, transactions: int, rounds: int) -> Iterator[Case]:
        for slower in (1.0, 1.25):
            yield Case(world=world, slower=slower, transactions=transactions, slow=transactions, rounds=rounds)

    for world in WORLDS:
        yield from both(world, 1, 1)
        yield from both(world, 12, 1)
    for world in WORLDS[1:3]:
        yield from both(world, 1, 4)
        yield from both(world, 12, 4)
    for rounds in (1, 4):
        yield Case(world=WORLDS[1], slower=1.25, transactions=12, slow=1, rounds=rounds)
        yield Case(world=WORLDS[1], slower=1 + MARGIN, transactions=1, slow=1, rounds=rounds)
    yield Case(world=WORLDS[1], slower=1 + MARGIN, transactions=12, slow=12, rounds=1)


def allowed(case: Case) -> tuple[Judgement, float]:
    """What must not be said, and how often it may be said all the same."""
    return (FAIL, WRONG) if case.slower == 1 else (PASS, WRONG if case.slower > 1 + MARGIN else 1.0)


def _more(share: float, most: float, runs: int) -> bool:
    """Whether a share is too large: of a thousand runs as it stands, of fewer only where chance hardly explains it."""
    if share <= most or runs >= WHOLE:
        return share > most
    return chance_of(round(share * runs), expected=most * runs) < WRONG


def main(runs: int) -> int:
    print(f"界限 {1 + MARGIN:.2f}，块 {SECONDS} 秒，每项交易每秒 {PER_SECOND} 笔，每行 {runs} 次运行")
    print("   通过  不通过    未定  块数  情形")
    broken = []
    began = time.perf_counter()
    with ProcessPoolExecutor() as pool:
        for case in cases():
            found = list(pool.map(partial(run, case), range(runs), chunksize=max(1, runs // 32)))
            shares = {verdict: n / runs for verdict, n in Counter(verdict for verdict, _ in found).items()}
            blocks = np.mean([n for _, n in found])
            told = [shares.get(verdict, 0.0) for verdict in (PASS, FAIL, Judgement.INCONCLUSIVE)]
            print("".join(f"{share:7.1%}" for share in told) + f"{blocks:6.1f}  {case.title}", flush=True)
            forbidden, most = allowed(case)
            if _more(shares.get(forbidden, 0.0), most, runs):
                broken.append(f"{case.title}：误判为“{forbidden}” {shares[forbidden]:.1%}")
            if (
                case.slower > 1 + MARGIN
                and case.slow == case.transactions
                and case.world.needed
                and _more(1 - shares.get(FAIL, 0.0), 1 - DECIDED, runs)
            ):
                broken.append(f"{case.title}：只有 {shares.get(FAIL, 0.0):.1%} 判为不通过")
    print(f"误判上限 {WRONG:.0%}，慢 25 % 须判出 {DECIDED:.0%}；用时 {time.perf_counter() - began:.0f} 秒")
    for sentence in broken:
        print(f"未达到：{sentence}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 12))
