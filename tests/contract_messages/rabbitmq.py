"""A RabbitMQ of our own: Debian's programs, a folder of ours, ports of 127.0.0.1. `discard` leaves nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # not the one on PATH, which becomes another user
_PATIENCE_S = 60.0
_SETTINGS = """
listeners.tcp.1 = 127.0.0.1:{port}
log.console = false
disk_free_limit.absolute = 1MB
vm_memory_high_watermark.absolute = 300MB
"""
_TLS = """
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.cacertfile = {ca}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
"""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class RabbitMq:
    """Started when made; `port` and `tls_port` answer then, to guest with the password guest."""

    def __init__(self, home: Path, *, ca: Path, certificate: Path, key: Path) -> None:
        self.port, self.tls_port, self._epmd, distribution = (_free_port() for _ in range(4))
        settings = _SETTINGS.format(port=self.port)
        settings += _TLS.format(tls_port=self.tls_port, ca=ca, certificate=certificate, key=key)
        (home / "rabbitmq.conf").write_text(settings, encoding="ascii")
        for empty in ("env", "plugins", "advanced.config"):
            (home / empty).write_text("[].\n" if empty != "env" else "", encoding="ascii")
        environment = {
            "PATH": os.defpath,
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
            "RABBITMQ_CONF_ENV_FILE": str(home / "env"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_NODENAME": f"xinheng{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
        }
        self._home = home
        with (home / "out").open("wb") as out:
            self._process = subprocess.Popen(
                [str(PROGRAM)],
                env=environment,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        """Until it answers on both ports; it opens them last."""
        deadline = time.monotonic() + _PATIENCE_S
        for port in (self.port, self.tls_port):
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self._home / "out").read_text(errors="replace")
                    self.discard()
                    raise RuntimeError(f"RabbitMQ did not start: {said[-2000:]}")
                time.sleep(0.1)

    def discard(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=20)
        for process in psutil.process_iter():
            # Erlang's port mapper leaves its parents; ours is the one that was told our port.
            with contextlib.suppress(psutil.Error):
                if process.name() == "epmd" and process.environ().get("ERL_EPMD_PORT") == str(self._epmd):
                    process.kill()
