"""`python -m harness.agent`: the agent of this machine, started by the pipeline and ending with it.

Its stdin is a lifeline: the pipeline holds the other end and never writes. When the pipeline ends, however it ends, the
pipe closes and so does the agent. SIGTERM ends it too; Ctrl-C of a terminal is left to the pipeline.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import time
from pathlib import Path

from harness.agent.collector import FileSink, collect


class Ending:
    """Waits for a deadline, the lifeline or a signal, whichever comes first."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._bell, ring = os.pipe()
        os.set_blocking(ring, False)
        signal.set_wakeup_fd(ring)
        signal.signal(signal.SIGTERM, lambda *_: None)  # the bell rings through the wake-up pipe
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait(self, seconds: float) -> bool:
        """True when the agent is to end."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready = select.select([sys.stdin, self._bell], [], [], left)[0]
            if self._bell in ready or (sys.stdin in ready and not os.read(sys.stdin.fileno(), 4096)):
                return True
        return os.getppid() != self._parent  # a fork of the pipeline may keep the pipe open after its death


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m harness.agent", description="本机探针：每秒写一行读数")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--interval", type=float, default=1.0)
    parser.add_argument("--pid-file", default="")
    parser.add_argument("--name", default="")
    options = parser.parse_args()
    if not 0.1 <= options.interval <= 3600:
        parser.error("--interval 必须在 0.1 到 3600 秒之间")
    ending = Ending()
    try:
        sink = FileSink(options.out)
        collect(sink, name=options.name, interval_s=options.interval, pid_file=options.pid_file, wait=ending.wait)
        sink.close()
    except OSError as error:
        print(f"探针无法写入 {options.out}：{error.strerror}。", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
