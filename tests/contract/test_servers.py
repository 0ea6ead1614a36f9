"""Servers of the simulation environment survive what happens on other people's machines."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from drivers.servers import SERVERS, process, server_for
from drivers.sql import driver_for
from harness.errors import BadInput
from harness.model import Rendered, SqlEndpoint
from harness.ports import Server
from tests.contract.targets import WAYS

_START = """
import sys
from pathlib import Path
from drivers.servers import server_for
server_for(sys.argv[1], Path(sys.argv[2])).start()
"""
Make = Callable[[Path], Server]


@pytest.fixture(params=[pytest.param(name, marks=WAYS[f"{name}-native"]) for name in SERVERS])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    made: list[Server] = []

    def maker(home: Path) -> Server:
        made.append(server_for(request.param, home))
        return made[-1]

    yield maker
    for server in made:
        server.discard()


def _pid(facts: dict[str, str]) -> int:
    pid = process.read_pid(Path(facts["pid_file"]))
    assert pid is not None
    return pid


def _answers(facts: dict[str, str]) -> bool:
    session = driver_for(SqlEndpoint(url=facts["url"], product=facts["product"])).connect()
    reply = session.execute(Rendered(name="one", sql="SELECT 1", order=(), returns_rows=True), ())
    session.close()
    return bool(reply.rows[0][0] == 1)


def test_life_of_a_server(make: Make, tmp_path: Path) -> None:
    home = tmp_path / ("很长的路径" * 8)  # its socket does not fit into 107 bytes
    server = make(home)
    assert not server.running()
    # Another process starts it; the server outlives that process and is found again.
    subprocess.run([sys.executable, "-c", _START, server.product_id, str(home)], check=True, timeout=60)
    assert server.running()
    facts = dict(server.start())
    pid = _pid(facts)
    assert _answers(facts)

    # Nothing is exposed: no TCP port, and a socket that only its owner may reach.
    listening = [c for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert listening == []
    assert _private(Path(facts["pid_file"]))

    # Another object: the same server.
    again = make(home)
    assert again.running()
    assert dict(again.start()) == facts
    assert _pid(facts) == pid

    # kill -9, a pid file left behind whose number now belongs to somebody else: starts again, harms nobody.
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(10)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pid_file = Path(facts["pid_file"])
        lines = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]))
        assert not server.running()
        server.stop()
        assert bystander.poll() is None
        facts = dict(server.start())
        assert _answers(facts)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()

    pid = _pid(facts)
    again.stop()
    assert not server.running()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    server.stop()


def _private(file: Path) -> bool:
    return any(not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) for folder in file.parents)


def test_a_start_that_was_killed_in_the_middle(make: Make, tmp_path: Path) -> None:
    server = make(tmp_path)
    starter = subprocess.Popen([sys.executable, "-c", _START, server.product_id, str(tmp_path)], start_new_session=True)
    time.sleep(0.6)
    starter.kill()
    starter.wait()
    _kill_all_in(tmp_path)
    facts = dict(server.start())
    assert _answers(facts)


def _kill_all_in(home: Path) -> None:
    """Everything that was started for this home, by the path in its command line."""
    tag = str(home)
    elsewhere = home / "location"
    tags = {tag, elsewhere.read_text().strip()} if elsewhere.exists() else {tag}
    for running in psutil.process_iter(["cmdline"]):
        if any(part in word for word in running.info["cmdline"] or () for part in tags):
            with contextlib.suppress(psutil.NoSuchProcess):
                running.kill()
    time.sleep(0.2)


def test_two_of_a_kind_side_by_side(tmp_path: Path) -> None:
    one, two = server_for("postgresql", tmp_path / "a"), server_for("postgresql", tmp_path / "b")
    try:
        first, second = dict(one.start()), dict(two.start())
        assert first["url"] != second["url"]
        assert _pid(first) != _pid(second)
        two.stop()
        assert one.running()
    finally:
        one.discard()
        two.discard()


def test_no_secret_of_ours_reaches_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINAL_DB_PASSWORD", "x")
    environment = process.quiet_environment()
    assert "ORIGINAL_DB_PASSWORD" not in environment
    assert environment["TELEMETRY_ENABLED"] == "false"
    assert environment["https_proxy"] == "http://127.0.0.1:9"


def test_unknown_server() -> None:
    with pytest.raises(BadInput, match="postgresql"):
        server_for("oracle", Path())
