"""Load blocks as the runner sees them: a specification, Locust in processes of its own, and what they left.

Importing Locust patches the interpreter, so the runner never does; it starts `locust -f <pack's locustfile>` and
holds its standard input open. When the runner dies, however, that pipe closes and the process ends by itself. With
several processes the one started here is Locust's master, which does the same for its workers. Two blocks that run
together, by turns or in parallel, start their clocks at the same moment, when both stand ready.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil

from harness.errors import Fault
from harness.execute.block_spec import (
    ANSWER_FILE,
    BEGUN_FILE,
    ERROR_FILE,
    READY_FILE,
    SPEC_FILE,
    START_FILE,
    BlockSpec,
)
from harness.execute.workers.account import Begun, account
from harness.recording import read_json, write_json

_START_AHEAD_NS = 300_000_000
_PATIENCE_S = 90.0  # connecting, a statement that runs into its time-out, Locust's own start and end


def run_block(spec: BlockSpec, *, locustfile: Path) -> Iterator[float]:
    """Run one block to its end; yields the seconds gone by, often. Raises the processes' own fault."""
    yield from run_blocks([spec], locustfile=locustfile)


def run_blocks(specs: Sequence[BlockSpec], *, locustfile: Path) -> Iterator[float]:
    """`run_block` for one block, or for two that run at the same time."""
    waiting = [spec for spec in specs if spec.at_once]
    longest = max(spec.wall_s for spec in specs)
    limit = longest + max(spec.grace_s for spec in specs) + _PATIENCE_S
    with ExitStack() as ending:
        processes = [ending.enter_context(_started(spec, locustfile)) for spec in specs]
        began = time.monotonic()
        while any(process.poll() is None for process in processes):
            if waiting and any(process.poll() is not None for process in processes):
                break  # it gave up before it began; the other would wait for ever
            if waiting and all((Path(spec.folder) / READY_FILE).exists() for spec in waiting):
                _start(waiting)
                waiting, began = [], time.monotonic()
            time.sleep(0.1 if time.monotonic() - began < longest and not waiting else 0.02)
            gone = time.monotonic() - began
            if gone > limit:
                raise Fault(
                    f"负载进程在 {limit:.0f} 秒后仍未结束（{specs[0].stack}，{specs[0].level}）。",
                    hint=f"请查看 {Path(specs[0].folder) / 'locust.log'}；被测系统可能挂起。",
                )
            yield 0.0 if waiting else gone
    for spec in specs:
        _raise_told(Path(spec.folder))
    for spec, process in zip(specs, processes, strict=True):
        _take_stock(spec, process.returncode)


@contextmanager
def _started(spec: BlockSpec, locustfile: Path) -> Iterator[subprocess.Popen[bytes]]:
    folder = Path(spec.folder)
    write_json(folder / SPEC_FILE, asdict(spec))
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(
            _command(spec, locustfile),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield process
        finally:
            _end(process)


def _start(specs: Iterable[BlockSpec]) -> None:
    """One moment for all of them, late enough to reach each."""
    epoch_ns = time.monotonic_ns() + _START_AHEAD_NS
    for spec in specs:
        write_json(Path(spec.folder) / START_FILE, {"epoch_ns": epoch_ns})


def _command(spec: BlockSpec, locustfile: Path) -> list[str]:
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "-L", "WARNING",
        "-u", str(spec.hatched), "-r", str(spec.hatched), "--block", str(Path(spec.folder) / SPEC_FILE),
    ]  # fmt: skip
    if spec.processes > 1:
        command += ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", "0"]
        command += ["--expect-workers", str(spec.processes)]
    return command


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _raise_told(folder: Path) -> None:
    """What the processes gave up for."""
    if (folder / ERROR_FILE).exists():
        told = read_json(folder / ERROR_FILE)
        raise Fault(told["message"], hint=told["hint"])


def _take_stock(spec: BlockSpec, code: int) -> None:
    """Where the process that keeps the books was killed, do them in its stead."""
    folder = Path(spec.folder)
    if (folder / ANSWER_FILE).exists():
        return
    if code < 0 and (folder / BEGUN_FILE).exists():
        begun = Begun.from_json(read_json(folder / BEGUN_FILE))
        _wait_for(each.pid for each in begun.came)
        write_json(folder / ANSWER_FILE, account(spec, begun, {}, time.monotonic_ns()))
        return
    raise Fault(f"负载进程没有留下记录（退出码 {code}）。", hint=f"请查看 {folder / 'locust.log'}。")


def _wait_for(pids: Iterable[int]) -> None:
    """Until processes that end by themselves have ended."""
    for pid in pids:
        try:
            psutil.Process(pid).wait(5)
        except (psutil.NoSuchProcess, psutil.TimeoutExpired):
            continue
