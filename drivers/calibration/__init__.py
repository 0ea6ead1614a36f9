"""A server of known service times, to hold the load generator against: `reference_server("postgresql")`.

It answers each request after a drawn time, and keeps how long it really took. It speaks a little of three protocols, so
that real clients talk to it; it is no database and stores nothing. On the loopback interface only.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drivers.calibration.dialect import Dialect
from drivers.calibration.http import Http
from drivers.calibration.mysql import Mysql
from drivers.calibration.postgresql import Postgresql

DIALECTS: Mapping[str, Callable[[], Dialect]] = {"http": Http, "postgresql": Postgresql, "mysql": Mysql}
_URLS = {
    "http": "http://127.0.0.1:{port}",
    "postgresql": "postgresql+psycopg2://reference@127.0.0.1:{port}/reference",
    "mysql": "mysql+pymysql://reference@127.0.0.1:{port}/reference",
}
_ROOT = Path(__file__).parents[2]
MEDIAN_MS, SIGMA = 8.0, 0.6


class ReferenceServer:
    """One such server, in a process of its own that ends with this one."""

    def __init__(self, family: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._to, self._from = process, process.stdin, process.stdout
        self.family = family
        self.pid = process.pid
        self.port = int(self._from.readline())
        self.url = _URLS[family].format(port=self.port)

    def freeze(self, moment_ns: int, seconds: float) -> None:
        """From a moment of the monotonic clock on, answer nothing for so long."""
        self._to.write(b"freeze %d %d\n" % (moment_ns, int(seconds * 1e9)))
        self._to.flush()

    def records(self) -> npt.NDArray[np.int64]:
        """(number, received, answered) of everything answered since this was last called; monotonic nanoseconds."""
        self._to.write(b"records\n")
        self._to.flush()
        told = self._from.read(int(self._from.readline()))
        return np.frombuffer(told, dtype=np.int64).reshape(-1, 3)


@contextlib.contextmanager
def reference_server(
    family: str, median_ms: float = MEDIAN_MS, *, sigma: float = SIGMA, seed: int = 1
) -> Iterator[ReferenceServer]:
    """A server that speaks `family` (a key of `DIALECTS`); service times lognormal, constant where `sigma` is 0."""
    command = [sys.executable, "-m", "drivers.calibration", family, f"{median_ms:g}", f"{sigma:g}", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT) as process:
        try:
            yield ReferenceServer(family, process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
