"""Runs for the end-to-end tests: real servers, a small plan, and a hand that may break the migrated database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import scenarios
from drivers import messages
from drivers.servers import server_for
from drivers.sql import driver_for
from harness import pipeline
from harness.assess import assess
from harness.events import Loaded, Sealed
from harness.execute.site import Tools
from harness.model import Part, Role, SqlEndpoint, Stack
from harness.result import Finding, Result
from harness.settings import CompatPlan, Plan, load_plan

TOOLS = Tools(driver_for=driver_for, message_driver_for=messages.driver_for, locustfile=scenarios.locustfile)


def small_plan() -> Plan:
    """The smoke plan, shrunk: a smaller hospital, fewer transactions, one short load level, no compatibility suite."""
    plan = load_plan("smoke")
    level = replace(plan.load.levels[0], users=4, rate_per_s=20.0)
    return replace(
        plan,
        data=replace(plan.data, outpatients_per_day=120, days=3),
        functional=replace(plan.functional, transactions=250),
        load=replace(
            plan.load, order="AB", seconds=2.0, warmup_seconds=0.5, levels=(level,), calibrate=False, repeats=0
        ),
        compat=CompatPlan(),
    )


def borne(plan: Plan) -> Plan:
    """The plan with limits for the generator that no busy machine passes: for tests of something else than them."""
    lag, cpu = plan.limits.lag_p99_ms, plan.limits.generator_cpu
    limits = replace(plan.limits, lag_p99_ms=replace(lag, value=86_400_000.0), generator_cpu=replace(cpu, value=1.0))
    return replace(plan, limits=limits)


def stack_on(role: Role, product: str, home: Path) -> Stack:
    """A stack on a server started (or found) below `home`."""
    known = server_for(product, home / product / role.value).start()
    return Stack(role=role, title=product, sql=SqlEndpoint(url=known["url"], product=known["product"]))


def run(
    run_dir: Path,
    stacks: Mapping[Role, Stack],
    *,
    plan: Plan | None = None,
    broken_by: Callable[[Any], None] | None = None,
    mended_by: Callable[[Any], None] | None = None,
    parts: Sequence[Part] = (),
) -> Result:
    """A run of these parts, or a whole one. `broken_by(cursor)` is let loose on the migrated database before the
    functional pass, and `mended_by(cursor)` after it; what is not mended stays broken under load."""
    packs = [scenarios.pack("his")]
    chosen = plan or small_plan()
    for event in pipeline.run(run_dir, plan=chosen, stacks=stacks, packs=packs, tools=TOOLS, parts=parts):
        match event:
            case Loaded(purpose="migrated-1") if broken_by is not None:
                with_cursor(stacks[Role.MIGRATED], broken_by)
            case Sealed(folder=folder) if mended_by is not None and folder.name == "migrated-1":
                with_cursor(stacks[Role.MIGRATED], mended_by)
    return assess(run_dir)[0]


def with_cursor(stack: Stack, act: Callable[[Any], None]) -> None:
    """One committed piece of work on a raw cursor of the stack's client library."""
    session: Any = driver_for(stack.sql).connect()
    connection = session._connection
    try:
        with connection.cursor() as cursor:
            act(cursor)
        connection.commit()
    finally:
        connection.close()


def roots(result: Result) -> list[Finding]:
    """What the report would call a difference: unexplained and not the consequence of another."""
    return [f for f in result.findings if not f.explained_by and not f.consequence_of]


def xinheng(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """The command line in a process of its own, as a person would start it."""
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
