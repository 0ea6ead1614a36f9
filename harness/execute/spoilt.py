"""Whether the generator itself spoilt a block: it came late, was too busy, or lost a worker. Then it is repeated.

The same limits decide afterwards whether the block counts (`assess/`). Not here: the limits, or repeating anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.folding import Folding
from harness.samples import read_batches
from harness.settings_plan import LimitsPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """Why a block is no measurement; empty where it is one."""

    reasons: tuple[str, ...]
    too_busy: bool  # more processes would help


def spoilt(folder: Path, facts: Mapping[str, Any], limits: LimitsPlan) -> Spoilt:
    """What a block's folder and `block.json` say."""
    return judged(facts, lag_p99_ms(folder), limits)


def judged(facts: Mapping[str, Any], lag_ms: float, limits: LimitsPlan) -> Spoilt:
    """The one rule, for the run and for every later assessment."""
    cpu = float(facts["generator"]["cpu"])
    busy = []
    if lag_ms > limits.lag_p99_ms.value:
        busy.append(f"压测机滞后 P99 {lag_ms:.1f} ms 超过限值 {limits.lag_p99_ms.value:g} ms")
    if cpu > limits.generator_cpu.value:
        busy.append(f"压测进程占用 CPU {cpu:.0%} 超过限值 {limits.generator_cpu.value:.0%}")
    lost = [str(gap["lost"]) for gap in facts.get("gaps", ())]
    return Spoilt(reasons=(*busy, *lost), too_busy=bool(busy))


def lag_p99_ms(folder: Path) -> float:
    """Our own lateness in a block that may be larger than memory."""
    folding = Folding()
    lags = [np.maximum(folding.fold(batch).lag, 0) for batch in read_batches(folder)]
    return float(np.quantile(np.concatenate(lags), 0.99)) / 1e6 if lags else 0.0
