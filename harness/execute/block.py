"""One load block as the runner sees it: a specification, a Locust process of its own, and what that process left.

Importing Locust patches the interpreter, so the runner never does; it starts `locust -f <pack's locustfile>` and
holds its standard input open. When the runner dies, however, that pipe closes and the process ends by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import Fault
from harness.message import MessageEndpoint
from harness.model import SqlEndpoint, Stack
from harness.recording import read_json, write_json

GRACE_S = 3.0  # how long the backlog of a finished block is still sent
ANSWER_FILE = "block.json"
ERROR_FILE = "block-error.json"
_PATIENCE_S = 90.0  # connecting, a statement that runs into its time-out, Locust's own start and end


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """All that the load process needs to know; passed as a file. Secrets stay in the environment."""

    pack: str
    known_as: str  # what finds the pack: its name, or the folder of one that is described by files
    stack: str
    endpoint: dict[str, Any]
    endpoints: dict[str, dict[str, Any]]  # interface → where it answers
    level: str
    level_number: int
    position: int
    users: int
    seconds: float
    warmup_s: float
    workload: str  # path of the items file
    folder: str  # where samples go
    grace_s: float = GRACE_S

    @property
    def sql(self) -> SqlEndpoint:
        return SqlEndpoint(**self.endpoint)

    @property
    def message_endpoints(self) -> dict[str, MessageEndpoint]:
        return {name: MessageEndpoint(**endpoint) for name, endpoint in self.endpoints.items()}


def endpoints_of(stack: Stack, *, used: Collection[str] = ()) -> dict[str, Any]:
    """The two fields of a specification that say where a stack answers."""
    return {
        "endpoint": asdict(stack.sql),
        "endpoints": {name: asdict(endpoint) for name, endpoint in stack.endpoints.items() if name in used},
    }


def read_spec(path: Path) -> BlockSpec:
    return BlockSpec(**read_json(path))


def run_block(spec: BlockSpec, *, locustfile: Path) -> Iterator[float]:
    """Run one block to its end; yields the seconds gone by, often. Raises the process's own fault."""
    folder = Path(spec.folder)
    spec_path = folder / "spec.json"
    write_json(spec_path, asdict(spec))
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "-L", "WARNING",
        "-u", str(spec.users), "-r", str(spec.users), "--block", str(spec_path),
    ]  # fmt: skip
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(
            command,
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
    _raise_error(folder, process.returncode)


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


def _raise_error(folder: Path, code: int) -> None:
    error = folder / ERROR_FILE
    if error.exists():
        told = json.loads(error.read_text(encoding="utf-8"))
        raise Fault(told["message"], hint=told["hint"])
    if not (folder / ANSWER_FILE).exists():
        raise Fault(f"负载进程没有留下记录（退出码 {code}）。", hint=f"请查看 {folder / 'locust.log'}。")
