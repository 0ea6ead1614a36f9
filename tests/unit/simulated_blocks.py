"""Load blocks of two runs, drawn from seeded chance: what every block, stack and run has in common is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.assess.between_runs.times import Asked, Measured
from harness.assess.blocks import Block
from harness.assess.heat import Strip
from harness.result import LoadBlock
from harness.settings import Level
from harness.stats import BlockSamples, Ints, Question

LEVEL = Level(name="高峰", users=8, rate_per_s=100.0)
NAMES = ("charge", "find")
CHUNKS, SECONDS = 8, 1.0
BETWEEN = 0.03  # by how much blocks of a stack differ, as a standard deviation of the logarithm


def asked(*, limit: float = 1.2, comparisons: int = len(NAMES), corrects: bool = True) -> Asked:
    question = Question(
        quantiles=(0.95, 0.5), confidence=0.95, comparisons=comparisons, min_samples=50, seed="", limit=limit
    )
    return Asked(question=question, metrics=("p95", "p50"), corrects=corrects)


def run(
    rng: np.random.Generator, *, own: float = 1.0, day: float = 1.0, n: int = 250, blocks: int = 4,
    slower: Mapping[str, float] | None = None,
) -> Measured:  # fmt: skip
    """`own` is how slow the compared stack is, `day` how slow the machine was for both, `slower` by transaction."""
    made: dict[str, list[Block]] = {"original": [], "migrated": []}
    for position in range(blocks):
        for stack, speed in (("original", 1.0), ("migrated", 1.1 * own)):
            moved = float(np.exp(rng.normal(0, BETWEEN)))
            factors = dict.fromkeys(NAMES, day * speed * moved)
            if stack == "migrated":
                factors |= {name: factors[name] * factor for name, factor in (slower or {}).items()}
            made[stack].append(_block(rng, stack, position, {name: _samples(rng, n, factors[name]) for name in NAMES}))
    return Measured(own=made["migrated"], other=made["original"])


def _samples(rng: np.random.Generator, n: int, factor: float) -> BlockSamples:
    values = np.exp(rng.normal(0, 0.4, n)) * 5e6 * factor
    return BlockSamples(value_ns=values.astype(np.int64), chunk=np.sort(rng.integers(0, CHUNKS, n)), chunks=CHUNKS)


def _block(rng: np.random.Generator, stack: str, position: int, completed: dict[str, BlockSamples]) -> Block:
    done = sum(len(samples.value_ns) for samples in completed.values())
    return Block(
        folder=f"{position:02d}-{stack}",
        summary=LoadBlock(
            stack=stack, pack="his", level=LEVEL.name, position=position + 1, users=8, seconds=CHUNKS * SECONDS,
            planned=done, done=done, not_run=0, throughput_per_s=done / CHUNKS, errors=0, refused=0, lag_p99_ms=1.0,
            generator_cpu=0.1, valid=True,
        ),
        window=(0, 1), completed=completed, throughput=_completed(rng, done), chunk_s=SECONDS, strip=_NO_STRIP,
        self_test=True,
    )  # fmt: skip


def _completed(rng: np.random.Generator, done: int) -> Ints:
    return rng.multinomial(done, np.full(CHUNKS, 1 / CHUNKS)).astype(np.int64)


_NO_STRIP = Strip(stack="", block="", start_ns=0, width_ns=1, counts=np.zeros((1, 1), dtype=np.int64))
