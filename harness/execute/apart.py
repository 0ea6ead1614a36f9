"""Whether both stacks may be under load at once: each on machines of its own, and none of them the generator's.

What shares a machine shares its bottleneck: the busier stack slows the other one down, and their ratio moves towards 1,
which would let a slower system pass. So it has to be known, by an agent on every host, and is refused otherwise.
Containers of one machine are seen; virtual machines of one are not, each having a kernel of its own.
Not here: taking turns (`turns.py`), which is fair on one machine, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.agent.agents import agent_for
from harness.agent.collector import boot_id
from harness.errors import BadInput
from harness.execute.site import TITLES
from harness.model import Host, Role, Stack

_HINT = "请让两侧和压测机各在自己的机器上，每台主机都有探针；或从 [load] 删去 parallel，改为交错施压（turn_seconds）。"


def refuse_shared(stacks: Mapping[Role, Stack]) -> None:
    """Raise BadInput unless every host is known and no machine serves both sides, or one and the generator."""
    whose = {boot_id(): "压测机"}
    for role, stack in stacks.items():
        if not stack.hosts:
            raise BadInput(
                f"方案要求两侧同时施压（load.parallel），{TITLES[role]}没有配置主机（hosts），不能确认各在自己的机器上。",
                hint=_HINT,
            )
        machines = {machine_of(host): f"{TITLES[role]}的主机 {host.name}" for host in stack.hosts}
        for machine, named in machines.items():
            if not machine:
                raise BadInput(
                    f"方案要求两侧同时施压（load.parallel），不能确认{named}是哪一台机器（不是 Linux）。", hint=_HINT
                )
            if machine in whose:
                raise BadInput(
                    f"方案要求两侧同时施压（load.parallel），{named}与{whose[machine]}在同一台机器上，会互相拖慢。",
                    hint=_HINT,
                )
        whose |= machines


def machine_of(host: Host) -> str:
    """What every system on one machine has in common while it runs, containers included; "" where it is unknown."""
    return agent_for(host, Path()).machine()
