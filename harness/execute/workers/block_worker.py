"""A worker's side of a block: takes its share of the users, starts when the master says, reports what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.runners import WorkerRunner

from harness.execute.block_spec import BlockSpec
from harness.execute.workers.account import Went
from harness.execute.workers.messages import ALIVE, HERE, READY, START, WENT, hear, tell
from harness.execute.workers.share import DriversFor, Share
from harness.model import Pack

ALIVE_EVERY_S = 1.0


class BlockWorker(Share):
    """The users of a block whose number is ours modulo the number of processes."""

    def __init__(self, spec: BlockSpec, number: int, pack: Pack, drivers_for: DriversFor, runner: WorkerRunner) -> None:
        super().__init__(spec, number, pack, drivers_for, runner.environment)
        self._runner = runner
        self._epoch: AsyncResult[int] = AsyncResult()
        hear(runner, START, lambda _, content: self._epoch.set(int(content["epoch_ns"])))
        tell(runner, HERE, asdict(self.came))
        gevent.spawn(self._be_alive)

    def around(self, tested: Mapping[str, Any], work: Callable[[], Went]) -> None:
        names = {name: list(words) for name, words in self.crowd.names.items()}
        tell(self._runner, READY, {"number": self.number, "self_test": dict(tested), "names": names})
        self.crowd.start(self._epoch.get())
        went = work()
        tell(self._runner, WENT, {"number": self.number, **asdict(went)})

    def _be_alive(self) -> None:
        while True:
            tell(self._runner, ALIVE, {"number": self.number})
            gevent.sleep(ALIVE_EVERY_S)
