"""One step of a capacity search, measured from its recording: what was offered, what was achieved, how long it took.

The same figures while the search goes on and when it is assessed. A step is one short block, read at once.
Not here: whether it was sustained, or what follows (`seeking.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.folding import fold
from harness.model import ReplyKind
from harness.pacer import NS
from harness.recording import Recording, read_json
from harness.samples import read_samples
from harness.seeking import Seen
from harness.settings_plan import LimitsPlan

INVARIANTS = "invariants.json"
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def steps_of(folder: Path) -> Iterator[Recording]:
    """The sealed steps of one stack in the order in which they were carried out."""
    for path in sorted(each for each in folder.glob("*") if each.is_dir() and each.name.isdecimal()):
        if Recording(path).sealed:
            yield Recording(path)


def measured(recording: Recording, limits: LimitsPlan) -> Seen:
    """What a sealed step says. The warm-up is left out; response times are of what was answered well."""
    facts = recording.facts()
    samples = read_samples(recording.folder)
    whole = fold(samples, facts["steps"])
    begin, end = int(float(facts["warmup_s"]) * NS), int(float(facts["seconds"]) * NS)
    window_s = (end - begin) / NS
    not_run = max(0, int(facts["planned"]) - len(whole.due))
    well = whole.reply <= int(ReplyKind.REFUSED)
    times = whole.response_ns[(whole.reply == int(ReplyKind.OK)) & (whole.due >= begin)]
    achieved = int((well & (whole.answered >= begin) & (whole.answered < end)).sum())
    lag_ms = float(np.quantile(np.maximum(whole.lag, 0), 0.99)) / 1e6 if len(whole.lag) else 0.0
    return Seen(
        rate_per_s=float(facts["rate_per_s"]),
        offered_per_s=(int((whole.due >= begin).sum()) + not_run) / window_s,
        achieved_per_s=achieved / window_s,
        users=int(facts["users"]),
        seconds=float(facts["seconds"]),
        n=len(times),
        milliseconds={name: float(np.quantile(times, q)) / 1e6 for name, q in _QUANTILES.items()} if len(times) else {},
        errors=int((~well).sum()),
        answered=len(whole.due),
        not_run=not_run,
        processes=int(facts.get("processes", 1)),
        gave_way=_gave_way(facts, limits),
        late=_late(lag_ms, limits),
        own_ms=lag_ms + len(samples) / max(1, len(whole.due)) * float(facts["generator"].get("loop_delay_p99_ms", 0.0)),
        broken="、".join(each["title"] for each in read_json(recording.folder / INVARIANTS) if not each["holds"]),
    )


def _gave_way(facts: Mapping[str, Any], limits: LimitsPlan) -> str:
    cpu = float(facts["generator"]["cpu"])
    if facts.get("gaps"):
        return "压测进程中途消失"
    if cpu > limits.generator_cpu.value:
        return f"压测进程占用 CPU {cpu:.0%} 超过限值 {limits.generator_cpu.value:.0%}"
    return ""


def _late(lag_ms: float, limits: LimitsPlan) -> str:
    if lag_ms > limits.lag_p99_ms.value:
        return f"压测机滞后 P99 {lag_ms:.1f} ms 超过限值 {limits.lag_p99_ms.value:g} ms"
    return ""
