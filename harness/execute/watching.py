"""All agents of a run: started together, revived when one dies, stopped together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.agent.agents import Agent, agent_for
from harness.errors import Fault
from harness.events import Event, Note
from harness.model import Role, Stack


class Watch:
    """The agents of some stacks, writing into the run folder's `readings/`."""

    def __init__(self, run_dir: Path, stacks: Iterable[tuple[Role, Stack]]) -> None:
        self.agents: list[Agent] = [
            agent_for(host, run_dir / "readings" / f"{role.value}-{host.name}.jsonl")
            for role, stack in stacks
            for host in stack.hosts
        ]

    def revive(self) -> Iterator[Event]:
        """Start again what died; the gap stays visible in the readings and in the log."""
        for agent in self.agents:
            if agent.alive():
                continue
            try:
                agent.start()
            except Fault as fault:  # the load goes on: a gap in the readings weakens one clause, not all of them
                yield Note(text=f"主机 {agent.host.name} 的探针没有恢复，暂无资源读数：{fault}")
            else:
                yield Note(text=f"主机 {agent.host.name} 的探针中断过，已重新启动；中断期间没有资源读数。")


@contextmanager
def watching(run_dir: Path, stacks: Iterable[tuple[Role, Stack]]) -> Iterator[Watch]:
    """Readings from here to the end of the block of code."""
    watch = Watch(run_dir, stacks)
    try:
        for agent in watch.agents:
            agent.start()
        yield watch
    finally:
        for agent in watch.agents:
            agent.stop()


def facts_of(stack: Stack) -> dict[str, str]:
    """Facts of the stack's first host, the database's by convention; empty where no host is named."""
    return agent_for(stack.hosts[0], Path()).facts() if stack.hosts else {}
