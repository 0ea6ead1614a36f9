"""When a block's clock starts: at once, or, where two blocks run together, when the runner says so to both."""

from __future__ import annotations

import time
from pathlib import Path

import gevent

from harness.execute.block_spec import READY_FILE, START_FILE, BlockSpec
from harness.recording import read_json, write_json

_EVERY_S = 0.01


def epoch(spec: BlockSpec, *, ahead_ns: int = 0) -> int:
    """The monotonic nanosecond that is the block's zero. Called when all users stand ready."""
    if not spec.at_once:
        return time.monotonic_ns() + ahead_ns
    folder = Path(spec.folder)
    write_json(folder / READY_FILE, {})
    while not (folder / START_FILE).exists():
        gevent.sleep(_EVERY_S)
    moment: int = read_json(folder / START_FILE)["epoch_ns"]
    return moment
