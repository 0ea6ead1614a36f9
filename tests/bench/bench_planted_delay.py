"""Real servers, the whole pipeline: is one transaction that became 15 % slower found, and nothing else accused?

Two PostgreSQL servers hold the same hospital. First the migrated one is left as it is, run after run: no transaction
may fail. Then a trigger keeps every new prescription waiting for 15 % of what 开处方 took on the original in the median
(or in the percentile asked for): that transaction must fail and every other pass. The trigger waits on the server's
clock, because `pg_sleep` only knows whole milliseconds. Where there is a disk in memory, the servers' files lie there,
for a shared machine's disk stalls for a second now and then. The stacks take turns of half a second, because such a
machine changes its speed by a third from second to second. Run on a quiet machine:
`python -m tests.bench.bench_planted_delay [--same 10] [--slow 3] [--metric p50]`
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import scenarios
from drivers.servers import server_for
from harness import pipeline
from harness.assess import assess
from harness.events import Loaded
from harness.model import Pack, Part, Role, Stack
from harness.result import Estimate, Judgement, Result
from harness.settings import CompatPlan, Plan, load_plan
from harness.settings_load import Metric
from harness.settings_plan import BatteryPlan, Level
from harness.stats import SHARES
from tests.e2e.running import TOOLS, stack_on, with_cursor

DELAYED = "prescribe"
MIX = {"find_patient": 14, "book": 14, "check_in": 11, "prescribe": 11, "charge": 10, "dispense": 10}
SHARE = 0.15
MARGIN = 0.07
RATE = 240.0  # a quarter of what such a server and the generator bear on two cores
MEMORY = Path("/dev/shm")

TRIGGER = """
CREATE OR REPLACE FUNCTION keep_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE until timestamptz := clock_timestamp() + interval '{microseconds} microseconds';
BEGIN
  WHILE clock_timestamp() < until LOOP END LOOP;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER keep_waiting BEFORE INSERT ON prescription FOR EACH ROW EXECUTE FUNCTION keep_waiting();
"""


def plan(metric: Metric) -> Plan:
    """One level, both stacks by turns, round after round until everything is decided."""
    smoke = load_plan("smoke")
    level = Level(name="典型", users=48, rate_per_s=RATE)
    return replace(
        smoke,
        functional=replace(smoke.functional, transactions=300),
        load=replace(
            smoke.load,
            order="ABBA",
            turn_seconds=0.5,
            seconds=22.0,
            warmup_seconds=2.0,
            levels=(level,),
            rounds=10,
            until_decided=True,
        ),
        performance=replace(smoke.performance, metric=metric, margin=MARGIN),
        compat=CompatPlan(),
        battery=BatteryPlan(),
    )


def pack() -> Pack:
    """The HIS with a load mix of its six most frequent transactions: a rare one would need hours to be decided."""
    his = scenarios.pack("his")
    return replace(his, transactions=tuple(replace(t, weight=MIX.get(t.name, 0)) for t in his.transactions))


def planted(microseconds: int, cursor: Any) -> None:
    cursor.execute(TRIGGER.format(microseconds=microseconds))


def one_run(
    run_dir: Path, stacks: Mapping[Role, Stack], metric: Metric, breaking: Callable[[Any], None] | None
) -> Result:
    parts = (Part.FUNCTIONAL, Part.LOAD)
    for event in pipeline.run(run_dir, plan=plan(metric), stacks=stacks, packs=[pack()], tools=TOOLS, parts=parts):
        if isinstance(event, Loaded) and event.stack == Role.MIGRATED.value and breaking is not None:
            with_cursor(stacks[Role.MIGRATED], breaking)
    return assess(run_dir)[0]


def judged(result: Result) -> dict[str, Estimate]:
    return {e.transaction: e for e in result.estimates if e.verdict is not None and e.scope == "transaction"}


def row(title: str, result: Result, seconds: float) -> dict[str, Any]:
    """Say what was concluded, a line per transaction, and how long it took."""
    found = judged(result)
    blocks = len(result.load)
    print(f"{title}：{blocks} 块，{seconds:.0f} 秒", file=sys.stderr)
    for name, e in found.items():
        print(
            f"  {result.titles.get(name, name):<8}{e.value:7.3f} ［{e.low_adjusted:.3f}, {e.high_adjusted:.3f}］"
            f" n={e.n} {e.verdict} {e.excluded}",
            file=sys.stderr,
        )
    return {
        "seconds": round(seconds), "blocks": blocks,
        "verdicts": {name: str(e.verdict) for name, e in found.items()},
        "ratios": {name: round(e.value, 3) for name, e in found.items()},
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--same", type=int, default=10, help="runs of the same system twice")
    parser.add_argument("--slow", type=int, default=3, help="runs with the delay")
    parser.add_argument("--metric", default="p50", choices=SHARES, help="the percentile that is judged")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="xinheng-planted-", dir=MEMORY if MEMORY.is_dir() else None))
    home.chmod(0o755)  # PostgreSQL runs as another user, who would otherwise be given a place on the disk
    rows: dict[str, list[dict[str, Any]]] = {"same": [], "slow": []}
    usual: list[float] = []  # what the transaction takes, in ms
    try:
        stacks = {role: stack_on(role, "postgresql", home / "servers") for role in Role}
        for number in range(options.same + options.slow):
            kind = "same" if number < options.same else "slow"
            delay = round(SHARE * statistics.median(usual) * 1000) if kind == "slow" else 0
            began = time.monotonic()
            run_dir = home / f"{number}-{kind}"
            result = one_run(run_dir, stacks, options.metric, partial(planted, delay) if delay else None)
            if kind == "same":
                usual.append(judged(result)[DELAYED].original)
            title = f"第 {number + 1} 次，开处方多等 {delay} 微秒" if delay else f"第 {number + 1} 次，两边相同"
            rows[kind].append(row(title, result, time.monotonic() - began))
            shutil.rmtree(run_dir)
    finally:
        for role in Role:
            server_for("postgresql", home / "servers" / "postgresql" / role.value).discard()
        shutil.rmtree(home, ignore_errors=True)
    accused = sum(Judgement.FAIL in each["verdicts"].values() for each in rows["same"])
    expected = {name: str(Judgement.FAIL if name == DELAYED else Judgement.PASS) for name in MIX}
    found = sum(each["verdicts"] == expected for each in rows["slow"])
    figures = {"same": len(rows["same"]), "accused": accused, "slow": len(rows["slow"]), "found": found}
    print(json.dumps({**figures, "runs": rows} if options.json else figures, ensure_ascii=False))
    return int(accused > 0 or found < len(rows["slow"]))


if __name__ == "__main__":
    sys.exit(main())
