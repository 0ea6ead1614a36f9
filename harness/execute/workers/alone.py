"""A block that one process carries out: it starts its own clock and keeps the books itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from harness.execute.block_spec import ANSWER_FILE, BEGUN_FILE
from harness.execute.workers.account import Begun, Went, account
from harness.execute.workers.share import Share
from harness.execute.workers.starting import epoch
from harness.recording import write_json


class Alone(Share):
    """All users of a block."""

    def around(self, tested: Mapping[str, Any], work: Callable[[], Went]) -> None:
        names = {name: list(words) for name, words in self.crowd.names.items()}
        begun = Begun(epoch_ns=epoch(self.spec), came=(self.came,), self_test=dict(tested), names=names)
        write_json(self.folder / BEGUN_FILE, asdict(begun))
        self.crowd.start(begun.epoch_ns)
        went = work()
        write_json(self.folder / ANSWER_FILE, account(self.spec, begun, {0: went}, time.monotonic_ns()))
        self.environment.runner.quit()  # type: ignore[union-attr]
