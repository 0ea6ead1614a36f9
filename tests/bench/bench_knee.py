"""How well the capacity search repeats itself: two searches on one PostgreSQL, step by step by turns.

By turns, because a shared machine is a third faster in one quarter of an hour than in the next, and so is a system on
it: that is true of the machine and says nothing of the search. Target: both knees, and both sustained rates, within
15 % of each other. Run on a quiet machine: `python -m tests.bench.bench_knee [--json]`
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import scenarios
from drivers.servers import server_for
from harness import pipeline
from harness.assess import assess
from harness.events import Event, Said, Sealed
from harness.load_result import Capacity
from harness.model import Part, Role
from harness.settings import load_plan
from tests.e2e.running import TOOLS, stack_on

SEARCHES = 2
MOST_APART = 0.15
MEMORY = Path("/dev/shm")


def searching(run_dir: Path, servers: Path) -> Iterator[Event]:
    plan = load_plan("smoke")
    plan = replace(plan, capacity=replace(plan.capacity, run=True, stacks=("original",)))
    stacks = {role: stack_on(role, "postgresql", servers) for role in Role}
    return pipeline.run(
        run_dir, plan=plan, stacks=stacks, packs=[scenarios.pack("his")], tools=TOOLS, parts=(Part.CAPACITY,)
    )


def step(search: Iterator[Event], number: int) -> bool:
    """One step of a search; False where it has ended."""
    for event in search:
        if isinstance(event, Said):
            print(f"[{number + 1}] {event.text}", file=sys.stderr)
        if isinstance(event, Sealed):
            return True
    return False


def found(run_dir: Path) -> Capacity:
    (capacity,) = assess(run_dir)[0].capacities
    return capacity


def apart(one: float, other: float) -> float:
    return abs(one - other) / min(one, other) if min(one, other) else float("inf")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="xinheng-knee-", dir=MEMORY if MEMORY.is_dir() else None))
    home.chmod(0o755)  # PostgreSQL runs as another user, who would otherwise be given a place on the disk
    try:
        runs = [home / str(number) for number in range(SEARCHES)]
        searches = [searching(run, home / "servers") for run in runs]
        going = list(range(SEARCHES))
        while going:
            going = [number for number in going if step(searches[number], number)]
        capacities = [found(run) for run in runs]
    finally:
        for role in Role:
            server_for("postgresql", home / "servers" / "postgresql" / role.value).discard()
        shutil.rmtree(home, ignore_errors=True)
    figures = {
        "knee_per_s": [round(c.knee_per_s, 1) for c in capacities],
        "sustained_per_s": [round(c.sustained_per_s, 1) for c in capacities],
        "knees_apart": round(apart(*(c.knee_per_s for c in capacities)), 3),
        "sustained_apart": round(apart(*(c.sustained_per_s for c in capacities)), 3),
    }
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
    return int(
        max(apart(*(c.knee_per_s for c in capacities)), apart(*(c.sustained_per_s for c in capacities))) > MOST_APART
    )


if __name__ == "__main__":
    sys.exit(main())
