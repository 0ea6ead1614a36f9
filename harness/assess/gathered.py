"""One load block's samples, read once from end to end: what is kept of them until its measured part is known.

A few bytes per transaction, nothing per step but for messages and legs. Not here: what a block concludes (`blocks.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from harness.assess.piles import Pile
from harness.assess.steps import COMMIT, Legs, MessageSteps
from harness.folding import Folding
from harness.model import ReplyKind
from harness.samples import read_batches
from harness.turns import Turns

_OTHER = "other"


class Gathered:
    """The transactions of a block as columns, and how its errors divide into classes."""

    def __init__(self, folder: Path, facts: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        steps = list(facts["steps"])
        self._commit = steps.index(COMMIT) if COMMIT in steps else -1
        self._pile = Pile()
        self.turns = msgspec.convert(facts["turns"], Turns) if facts.get("turns") else None
        self._errors = np.zeros(0, dtype=np.int64)
        self.messages = MessageSteps(facts, known.get("messages", ()))
        self.legs = Legs(facts, {t["name"]: list(t["legs"]) for t in known.get("transactions", ()) if t.get("legs")})
        self.n = 0
        folding = Folding(steps)
        for samples in read_batches(folder):
            whole = folding.fold(samples)
            self.messages.take(samples, whole, self.n)
            self.legs.take(samples, whole, self.n)
            self._count_errors(samples["error"][samples["reply"] > int(ReplyKind.REFUSED)])
            # A transaction that handled a refusal itself and went on is complete although one of its steps was refused.
            done = (samples["step"][whole.last] == self._commit) & (samples["reply"][whole.last] == int(ReplyKind.OK))
            due = self.turns.owns(whole.due) if self.turns else whole.due
            self._pile.add(
                transaction=whole.transaction, due=due, response=whole.response_ns, done=done,
                reply=whole.reply, lag=whole.lag.astype(np.float32),
            )  # fmt: skip
            self.n += len(done)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """transaction, due (own time), response (ns), done (its last step is a confirmed commit), reply, lag."""
        return self._pile[name] if self._pile else np.empty(0, dtype=_NOTHING[name])

    def lag_p99_ms(self) -> float:
        return float(np.quantile(np.maximum(self["lag"], 0), 0.99)) / 1e6 if self.n else 0.0

    def classes(self, names: list[str]) -> dict[str, int]:
        """Errors by class: failed, timed-out and unreachable steps; a refusal is a business outcome."""
        counted = enumerate(self._errors[: len(names)])
        return {names[n] or _OTHER: int(count) for n, count in counted if count}

    def _count_errors(self, errors: npt.NDArray[Any]) -> None:
        counted = np.bincount(errors, minlength=len(self._errors))
        counted[: len(self._errors)] += self._errors
        self._errors = counted


_NOTHING = {"transaction": np.uint16, "due": np.int64, "response": np.int64, "done": np.bool_, "reply": np.uint8}
_NOTHING |= {"lag": np.float32}
