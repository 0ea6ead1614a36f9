"""Looks at both sides at once: databases through their drivers, hosts through their agents, this machine by itself.

Nothing here raises for what is wrong with a side; it becomes a `Problem` of that side, and the rest is looked at.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from harness.agent.link import look
from harness.agent.local import start_local
from harness.doctor.examined import Examined, Here, Machine, Problem
from harness.errors import Fault
from harness.facts import free_mib, host_facts, own_version
from harness.model import Host, SqlEndpoint, Stack
from harness.ports import Driver
from harness.result import Examination
from harness.settings_stacks import without_secrets

SPEAK_AFTER_S = 2.0

DriverFor = Callable[[SqlEndpoint], Driver]


def examine(
    stacks: Mapping[str, Stack],
    driver_for: DriverFor,
    *,
    problems: Mapping[str, Sequence[Problem]],
    waiting_for: Callable[[Sequence[str]], None],
) -> tuple[Examined, ...]:
    """All sides at the same time. A database whose settings have `problems` is not connected to; `waiting_for` hears
    which sides are not done after two seconds, and again when one of them is."""
    with ThreadPoolExecutor(max_workers=len(stacks)) as pool:
        work = {
            pool.submit(_side, side, stack, driver_for, tuple(problems.get(side, ()))): side
            for side, stack in stacks.items()
        }
        _, pending = wait(work, timeout=SPEAK_AFTER_S)
        while pending:
            waiting_for([work[future] for future in work if future in pending])
            _, pending = wait(pending, return_when=FIRST_COMPLETED)
        return tuple(future.result() for future in work)


def _side(side: str, stack: Stack, driver_for: DriverFor, problems: tuple[Problem, ...]) -> Examined:
    with ThreadPoolExecutor(max_workers=1 + len(stack.hosts)) as pool:
        database = pool.submit(_database, stack.sql, driver_for) if stack.sql.url and not problems else None
        machines = list(pool.map(_machine, stack.hosts))
    examination, problem, seconds = database.result() if database else (None, None, 0.0)
    return Examined(
        side=side,
        title=stack.title,
        url=without_secrets(stack.sql.url),
        jdbc=stack.sql.jdbc or stack.sql.url.startswith("jdbc:"),
        production=stack.production,
        seconds=seconds,
        found=examination,
        problems=(*problems, *([problem] if problem else [])),
        machines=tuple(_with_disk(machine, examination) for machine in machines),
    )


def _database(endpoint: SqlEndpoint, driver_for: DriverFor) -> tuple[Examination | None, Problem | None, float]:
    began = time.monotonic()
    try:
        return driver_for(endpoint).examine(), None, time.monotonic() - began
    except Fault as fault:
        return None, Problem(says=fault.message, todo=fault.hint), time.monotonic() - began


def _machine(host: Host) -> Machine:
    try:
        return _local(host) if host.agent == "local" else _remote(host)
    except Fault as fault:
        return Machine(name=host.name, agent=host.agent, problem=Problem(says=fault.message, todo=fault.hint))


def _local(host: Host) -> Machine:
    """The agent of this machine is started for once, as a run would start it."""
    with tempfile.TemporaryDirectory(prefix="xinheng-doctor-") as folder:
        start_local(host, Path(folder) / "readings.jsonl").stop()
    lost = host.pid_file if host.pid_file and not Path(host.pid_file).exists() else ""
    return Machine(name=host.name, agent="local", version=own_version(), facts=host_facts(), pid_file_missing=lost)


def _remote(host: Host) -> Machine:
    state, clock = look(host)
    failure = state.get("failure", "")
    return Machine(
        name=host.name,
        agent=host.agent,
        problem=Problem(says=f"主机 {host.name} 的探针已停止记录：{failure}", todo="请在该主机上重新启动探针")
        if failure
        else None,
        version=state.get("version", ""),
        facts=dict(state["facts"]),
        clock_offset_s=-clock.wall_s,
        disk_free_mib=state.get("disk_free_mib"),
    )


def _with_disk(machine: Machine, found: Examination | None) -> Machine:
    """On this machine, free space is asked for where the database says that its files lie."""
    if machine.agent != "local":
        return machine
    folder = found.common.get("data_directory", "") if found else ""
    return replace(machine, disk_free_mib=free_mib(folder if Path(folder).is_absolute() else "/"))


def this_machine(folder: Path, *, users: int) -> Here:
    """Where a run would record, and who would run it."""
    return Here(version=own_version(), folder=str(folder), disk_free_mib=free_mib(str(folder)), users=users)
