"""Responders that nobody here wrote, as stacks: configured, not programmed.

`hl7_stacks`: the MLLP server of the package `hl7`. `openapi_server`: connexion, which answers with the examples of an
OpenAPI document and refuses what the document does not allow.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_SERVE = """
import sys, uvicorn
from pathlib import Path
from connexion import AsyncApp
from connexion.mock import MockResolver
application = AsyncApp("mock")
application.add_api(Path(sys.argv[1]), resolver=MockResolver(mock_all=True))
uvicorn.run(application, port=int(sys.argv[2]), log_level="warning")
"""
PATIENCE_S = 20.0


@contextlib.contextmanager
def openapi_server(document: Path) -> Iterator[int]:
    """The port of a server that answers as the document says."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = document.with_suffix(".log")
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(document), str(port)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _await(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_S)


def _await(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def stacks_file(path: Path, interface: str, urls: Mapping[str, str]) -> Path:
    """A stacks file without any database."""
    tables = [f'[stacks.{role}.endpoints.{interface}]\nurl = "{url}"\n' for role, url in urls.items()]
    path.write_text("\n".join(tables), encoding="utf-8")
    return path
