"""What a running block has shown so far, for people who watch: the runner reads behind what the processes append.

Percentiles are good to 0.8 % and kept nowhere: what counts is computed from the sealed samples (`assess/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.events import Live
from harness.execute.block_spec import BlockSpec
from harness.folding import Folding, Transactions, beginnings
from harness.histogram import Histogram
from harness.model import ReplyKind
from harness.samples import SAMPLE

EVERY_S = 1.0


class Tail:
    """Reads what a block's processes appended since the last look."""

    def __init__(self, spec: BlockSpec) -> None:
        self._spec = spec
        self._folder = Path(spec.folder)
        self._read: dict[Path, int] = {}  # records
        self._folding: dict[Path, Folding] = {}
        self._response, self._lag = Histogram(), Histogram()
        self._looked = 0.0
        self._done = self._errors = 0

    def look(self, gone: float) -> Iterator[Live]:
        """Once in a while the figures so far; `gone` are the seconds since the block began."""
        if gone - self._looked < EVERY_S:
            return
        before = self._done
        for path in sorted(self._folder.glob("samples-*.bin")):
            self._take(path)
        since, self._looked = gone - self._looked, gone
        if self._done:
            yield Live(
                pack=self._spec.pack,
                level=self._spec.level,
                stack=self._spec.stack,
                position=self._spec.position,
                done=self._done,
                per_s=(self._done - before) / since,
                p95_ms=self._response.quantile_ns(0.95) / 1e6,
                lag_p99_ms=self._lag.quantile_ns(0.99) / 1e6,
                errors=self._errors,
            )

    def _take(self, path: Path) -> None:
        begin = self._read.get(path, 0)
        rows = np.fromfile(path, dtype=SAMPLE, offset=begin * SAMPLE.itemsize)
        starts = np.flatnonzero(beginnings(rows)) if len(rows) else rows
        if len(starts) < 2:
            return
        whole = rows[: starts[-1]]  # the last transaction may go on
        self._read[path] = begin + len(whole)
        columns = {name: whole[name] for name in SAMPLE.names or ()} | {
            "process": np.zeros(len(whole), dtype=np.uint16)
        }
        self._count(self._folding.setdefault(path, Folding()).fold(columns))

    def _count(self, ended: Transactions) -> None:
        self._done += len(ended.due)
        self._errors += int(np.count_nonzero(ended.reply > ReplyKind.REFUSED))
        self._response.add(ended.response_ns)
        self._lag.add(ended.lag)
