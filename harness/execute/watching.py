"""All agents of a run: started together, revived at once when one dies, stopped together.

A thread looks after them, so that an agent killed in the middle of a block comes back within a second, whatever the
run is doing. What it lost meanwhile shows in the readings (`assess/gaps.py`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from harness.agent.agents import Agent, agent_for
from harness.errors import Fault
from harness.events import Event, Note
from harness.model import Host, Role, Stack

LOOK_EVERY_S = 0.3
RETRY_FIRST_S, RETRY_MOST_S = 1.0, 30.0  # what does not come back is not asked all the time


class Watch:
    """The agents of some stacks, writing into the run folder's `readings/`."""

    def __init__(self, run_dir: Path, stacks: Iterable[tuple[Role, Stack]]) -> None:
        self.agents: list[Agent] = [
            agent_for(host, run_dir / "readings" / f"{role.value}-{host.name}.jsonl")
            for role, stack in stacks
            for host in stack.hosts
        ]
        self._notes: SimpleQueue[str] = SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="agents", daemon=True)
        self._patience = dict.fromkeys(range(len(self.agents)), (0.0, 0.0))  # not before, and how long after that

    def start(self) -> None:
        """All of them, one after the other; what cannot start stops the run before it has begun."""
        for agent in self.agents:
            agent.start()
        self._thread.start()

    def stop(self) -> None:
        """All of them, with what they still have."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        for agent in self.agents:
            agent.stop()

    def told(self) -> Iterator[Event]:
        """What happened to the agents since it was last asked."""
        while True:
            try:
                yield Note(text=self._notes.get_nowait())
            except Empty:
                return

    def _look_after(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            for number, agent in enumerate(self.agents):
                if not agent.alive():
                    self._revive(number, agent)

    def _revive(self, number: int, agent: Agent) -> None:
        not_before, patience = self._patience[number]
        if time.monotonic() < not_before:
            return
        try:
            agent.start()
        except Fault as fault:  # the load goes on: a gap in the readings weakens one clause, not all of them
            if not patience:
                self._notes.put(f"{_whose(agent.host)}没有恢复，暂无资源读数，将继续尝试：{fault}")
            patience = min(RETRY_MOST_S, max(RETRY_FIRST_S, 2 * patience))
            self._patience[number] = time.monotonic() + patience, patience
        else:
            self._notes.put(f"{_whose(agent.host)}中断过，已重新启动；中断期间没有资源读数。")
            self._patience[number] = 0.0, 0.0


def _whose(host: Host) -> str:
    return f"主机 {host.name} 的探针"


@contextmanager
def watching(run_dir: Path, stacks: Iterable[tuple[Role, Stack]]) -> Iterator[Watch]:
    """Readings from here to the end of the block of code."""
    watch = Watch(run_dir, stacks)
    try:
        watch.start()
        yield watch
    finally:
        watch.stop()


def facts_of(stack: Stack) -> dict[str, str]:
    """Facts of the stack's first host, the database's by convention; empty where no host is named."""
    return agent_for(stack.hosts[0], Path()).facts() if stack.hosts else {}
