"""One load block as the runner sees it: a specification, Locust in processes of its own, and what they left.

Importing Locust patches the interpreter, so the runner never does; it starts `locust -f <pack's locustfile>` and
holds its standard input open. When the runner dies, however, that pipe closes and the process ends by itself. With
several processes the one started here is Locust's master, which does the same for its workers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import psutil

from harness.errors import Fault
from harness.execute.block_spec import ANSWER_FILE, BEGUN_FILE, ERROR_FILE, SPEC_FILE, BlockSpec
from harness.execute.workers.account import Begun, account
from harness.recording import read_json, write_json

_PATIENCE_S = 90.0  # connecting, a statement that runs into its time-out, Locust's own start and end


def run_block(spec: BlockSpec, *, locustfile: Path) -> Iterator[float]:
    """Run one block to its end; yields the seconds gone by, often. Raises the processes' own fault."""
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
        began = time.monotonic()
        limit = spec.seconds + spec.grace_s + _PATIENCE_S
        try:
            while process.poll() is None:
                time.sleep(0.1 if time.monotonic() - began < spec.seconds else 0.02)
                gone = time.monotonic() - began
                if gone > limit:
                    raise Fault(
                        f"负载进程在 {limit:.0f} 秒后仍未结束（{spec.stack}，{spec.level}）。",
                        hint=f"请查看 {folder / 'locust.log'}；被测系统可能挂起。",
                    )
                yield gone
        finally:
            _end(process)
    _take_stock(spec, process.returncode)


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


def _take_stock(spec: BlockSpec, code: int) -> None:
    """Raise what the processes gave up for; where the one that keeps the books was killed, do them in its stead."""
    folder = Path(spec.folder)
    if (folder / ERROR_FILE).exists():
        told = read_json(folder / ERROR_FILE)
        raise Fault(told["message"], hint=told["hint"])
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
