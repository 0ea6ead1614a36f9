"""Readings and load blocks made by hand, for what is concluded from both."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from harness.agent.reading import Consumer, Cpu, Disk, Memory, Network, Process, Reading
from harness.assess.blocks import NS, Block
from harness.assess.heat import strip
from harness.result import LoadBlock
from harness.stats import BlockSamples

GIB = 1 << 30


def reading(second: float, *, gap: float = 1.0, **values: object) -> Reading:
    """An idle host of two cores; `second` is when the reading was taken."""
    base = Reading(
        wall=second, mono_ns=int(second * NS), gap_s=gap, agent_cpu=0.1,
        cpu=Cpu(busy=10, user=8, system=2, iowait=0, steal=0, cores=(12, 8)),
        memory=Memory(total=8 * GIB, used=2 * GIB, available=6 * GIB, percent=25, swap_total=0, swap_used=0),
        disk=Disk(read=0, write=100, iops=1, busy=1, devices={}, read_await=None, write_await=2.0, queue=0.1),
        network=Network(recv=10, sent=20, packets=1, errors=0, loopback=None, interfaces={}),
        retransmits=0.0, load=(0, 0, 0), switches=100, process=process(), segments=500.0, swap_in=0.0, swap_out=0.0,
        open_files=100, open_files_limit=1000,
    )  # fmt: skip
    return dataclasses.replace(base, **values)  # type: ignore[arg-type]


def process(cpu: float = 5.0, *, top: Sequence[Consumer] = (), **values: object) -> Process:
    base = Process(
        root=7, gone=False, restarted=False, count=3, cpu=cpu, rss=GIB, memory=GIB, threads=9, fds=11, read=50.0,
        write=60.0, top=tuple(top),
    )  # fmt: skip
    return dataclasses.replace(base, **values)  # type: ignore[arg-type]


def cpu(busy: float, *cores: float) -> Cpu:
    return Cpu(busy=busy, user=busy, system=0, iowait=0, steal=0, cores=cores or (busy, busy))


def over(begin: float, end: float, of: Callable[[float], Reading] = reading) -> list[Reading]:
    """One reading per second of (begin, end]."""
    return [of(begin + second) for second in range(1, int(end - begin) + 1)]


def block(
    begin: float, *, seconds: int = 20, done: dict[str, Sequence[int]] | None = None, **more: object
) -> Block:  # fmt: skip
    """A block without warm-up that begins at a second; `done`: transaction → how many in each second."""
    counts = done if done is not None else {"charge": [10] * seconds}
    total = np.sum([np.array(each) for each in counts.values()], axis=0).astype(np.int64)
    known: dict[str, object] = {
        "stack": "migrated", "pack": "his", "level": "典型", "position": 1, "rate_per_s": float(total.mean()),
        "users": 4, "seconds": float(seconds), "planned": int(total.sum()), "done": int(total.sum()), "not_run": 0,
        "throughput_per_s": float(total.mean()), "errors": 0, "refused": 0, "lag_p99_ms": 0.1, "generator_cpu": 0.2,
        "valid": True,
    } | more  # fmt: skip
    start = int(begin * NS)
    due = np.concatenate([(second + (np.arange(n) + 0.5) / n) * NS for second, n in enumerate(total)]).astype(np.int64)
    return Block(
        folder=f"{known['position']:02}-{known['stack']}",
        summary=LoadBlock(**known),  # type: ignore[arg-type]
        window=(start, start + seconds * NS),
        completed={
            name: BlockSamples(
                value_ns=np.full(sum(each), 1000), chunk=np.repeat(np.arange(seconds), each), chunks=seconds
            )
            for name, each in counts.items()
        },
        throughput=total,
        chunk_s=1.0,
        strip=strip(
            stack=str(known["stack"]), block="", start_ns=start, seconds=seconds, due_ns=due,
            took_ns=np.full(len(due), 1000),
        ),
        self_test=True,
    )  # fmt: skip
