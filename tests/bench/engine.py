"""A block of ours at full speed: the real Locust process, users, clocks and samples, everything due at once.

Not here: what it is compared with (`bench_generator.py`, `bench_http.py`).
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np

from harness.execute.block import run_block
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.model import Item, ReplyKind, Stack
from harness.recording import read_json, write_items
from harness.samples import read_samples
from tests.bench.simple_packs import SimplePack, params

USERS = 50
WARM_UP_S = 1.0
_LOCUSTFILES = Path(__file__).with_name("locustfiles")
NS = 1_000_000_000


def at_full_speed(
    pack: SimplePack, transaction: str, stack: Stack, *, seconds: float, most_per_s: int, users: int = USERS
) -> dict[str, float]:
    """{per_s: transactions per second after the warm-up, cpu_us: of the generator process for one of them}

    `most_per_s`: more than it can reach; so much work is laid out."""
    rng = random.Random(1)
    seconds += WARM_UP_S
    items = (
        Item(seq=n, user=n % users, transaction=transaction, params=params(transaction, rng))
        for n in range(int(most_per_s * seconds))
    )
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        workload = Path(folder) / "items"
        write_items(workload, items)
        spec = BlockSpec(
            pack=pack.name,
            known_as=pack.name,
            stack=stack.role.value,
            **endpoints_of(stack, used=stack.endpoints),
            level="full",
            level_number=1,
            position=1,
            users=users,
            seconds=seconds,
            warmup_s=WARM_UP_S,
            grace_s=0.0,
            workload=str(workload),
            folder=folder,
        )
        for _ in run_block(spec, locustfile=_LOCUSTFILES / f"{pack.name}.py"):
            pass
        answer = read_json(Path(folder) / ANSWER_FILE)
        samples = read_samples(Path(folder))
    assert answer["not_sent"], "the work ran out before the time: lay out more"
    assert not np.any(samples["reply"] != ReplyKind.OK)
    ended = samples[samples["step"] == answer["steps"].index("commit")]["answered"]
    counted = np.count_nonzero((ended >= WARM_UP_S * NS) & (ended < seconds * NS))
    wall = (answer["end_mono_ns"] - answer["start_mono_ns"]) / NS
    return {"per_s": counted / (seconds - WARM_UP_S), "cpu_us": answer["generator"]["cpu"] * wall / len(ended) * 1e6}
