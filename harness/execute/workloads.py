"""The workload files of a run: drawn, digested and written in one go, never held in memory.

A resumed run draws again without writing: the same digest means that it still is the same work. Only what the parts of
a run need is drawn; the capacity search draws its steps itself. Not here: drawing (`workload.py`).
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.execute.site import Hospital, Job
from harness.model import Item, Part
from harness.recording import write_items
from harness.workload import functional, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was drawn."""

    digest: str
    planned: dict[str, dict[str, Any]] = field(default_factory=dict)  # pack → what `run.json` says of its workload


def functional_file(job: Job, hospital: Hospital) -> Path:
    return job.run_dir / "workload" / f"{hospital.pack.name}-functional.jsonl"


def load_files(job: Job, hospital: Hospital) -> list[Path]:
    """One for each level of a pack."""
    return [
        job.run_dir / "workload" / f"{hospital.pack.name}-load-{number}.jsonl"
        for number, _ in enumerate(job.plan.load.levels_of(hospital.pack.name), 1)
    ]


def draw_workloads(job: Job, *, write: bool) -> Written:
    """Draw everything that the passes of a run will do, and write it where it is not there already."""
    digest = hashlib.sha256()
    planned: dict[str, dict[str, Any]] = {}

    def kept(items: Iterable[Item], path: Path) -> int:
        noted = _noted(items, digest)
        if write:
            return write_items(path, noted)
        deque(noted, maxlen=0)
        return 0

    for hospital in job.hospitals:
        pack = hospital.pack
        digest.update(repr((pack.name, pack.version)).encode())
        first: list[Item] = []
        if Part.FUNCTIONAL in job.parts:
            count, seed = job.plan.functional.transactions, job.plan.data.seed
            first = functional(pack, hospital.world, count=count, seed=seed, endpoints=job.endpoints)
        planned[pack.name] = {"functional": kept(first, functional_file(job, hospital)), "load": []}
        if Part.LOAD in job.parts:
            planned[pack.name]["load"] = [
                {
                    "level": level.name,
                    "users": level.users,
                    "rate_per_s": level.rate_per_s,
                    "planned": kept(_drawn(job, hospital, number), path),
                }
                for number, (level, path) in enumerate(
                    zip(job.plan.load.levels_of(pack.name), load_files(job, hospital), strict=True)
                )
            ]
    for probe in job.probes:
        digest.update(repr((probe.id, probe.setup, probe.script)).encode())
    return Written(digest=digest.hexdigest(), planned=planned)


def _drawn(job: Job, hospital: Hospital, number: int) -> Iterator[Item]:
    level = job.plan.load.levels_of(hospital.pack.name)[number]
    return load(
        hospital.pack,
        hospital.world,
        level,
        seconds=job.plan.load.seconds_of(level),
        seed=f"{job.plan.data.seed}/{level.name}",
        endpoints=job.endpoints,
    )


def _noted(items: Iterable[Item], digest: Any) -> Iterator[Item]:
    for item in items:
        digest.update(repr(item).encode())
        yield item
