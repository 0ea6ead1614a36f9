"""kill -9 of agents here and elsewhere, and links that break: what was read is kept, what was not is known."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.agent.local import LocalAgent
from harness.agent.reader import read_lines, read_readings
from harness.agent.reading import KIND
from harness.agent.remote import RemoteAgent
from harness.assess.gaps import Watched, agent_gaps
from harness.events import Note
from harness.execute.watching import Watch, watching
from harness.load_result import Gap
from harness.model import Host, Role, Stack
from tests.relay import relay

SERVE = """
import sys
from pathlib import Path
from harness.agent.serve import Options, serve
serve(Options(listen=f"127.0.0.1:{sys.argv[1]}", spool=Path(sys.argv[2]), interval_s=0.1))
"""


def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def count(path: Path) -> int:
    return len(list(read_readings(path))) if path.exists() else 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(port: int, spool: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An agent of another host, in a process of its own."""
    command = [sys.executable, "-c", SERVE, str(port), str(spool)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        until(lambda: answers(port))
        try:
            yield process
        finally:
            process.kill()


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def told(watch: Watch) -> list[str]:
    return [event.text for event in watch.told() if isinstance(event, Note)]


def gaps(path: Path) -> list[Gap]:
    readings = list(read_readings(path))
    return agent_gaps(Watched(stack="migrated", host=path.stem, readings=readings, blocks={}, epoch_ns=0))


def test_a_killed_agent_is_back_within_seconds_and_only_its_own_host_has_a_gap(tmp_path: Path) -> None:
    stack = Stack(role=Role.MIGRATED, title="", hosts=(Host(name="one"), Host(name="two")))
    one, two = (tmp_path / "readings" / f"migrated-{host.name}.jsonl" for host in stack.hosts)
    with watching(tmp_path, [(Role.MIGRATED, stack)]) as watch:
        until(lambda: count(one) >= 1 and count(two) >= 1)
        victim = watch.agents[0]
        assert isinstance(victim, LocalAgent)
        time.sleep(0.3)  # into the next second
        kept, first = one.read_bytes(), victim.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: victim.pid not in (0, first) and victim.alive(), 5.0)
        until(lambda: count(one) >= 3)
        notes = told(watch)
    assert one.read_bytes().startswith(kept)
    assert len(notes) == 1 and "主机 one 的探针中断过，已重新启动" in notes[0]
    assert len(gaps(one)) == 1 and gaps(two) == []
    assert gaps(one)[0].end_s - gaps(one)[0].start_s < 5


def test_what_cannot_be_revived_is_said_once_and_tried_again(tmp_path: Path) -> None:
    stack = Stack(role=Role.MIGRATED, title="", hosts=(Host(name="one"),))
    out = tmp_path / "readings" / "migrated-one.jsonl"
    with watching(tmp_path, [(Role.MIGRATED, stack)]) as watch:
        victim = watch.agents[0]
        assert isinstance(victim, LocalAgent)
        aside = out.rename(tmp_path / "aside")
        out.mkdir()  # nothing can be written there
        os.kill(victim.pid, signal.SIGKILL)
        notes: list[str] = []
        until(lambda: notes.extend(told(watch)) or notes)
        time.sleep(1.5)  # longer than the first pause before the next attempt
        assert told(watch) == [] and "没有恢复" in notes[0]
        out.rmdir()
        aside.rename(out)
        until(lambda: notes.extend(told(watch)) or len(notes) == 2)
    assert "已重新启动" in notes[1]


def test_neither_a_broken_link_nor_kill_9_on_the_other_host_loses_a_reading(tmp_path: Path) -> None:
    port, spool, out = free_port(), tmp_path / "spool", tmp_path / "r.jsonl"
    with served(port, spool) as first, relay(port) as door:
        agent = RemoteAgent(Host(name="db1", agent=f"http://127.0.0.1:{door}"), out, pull_every_s=0.1)
        agent.start()
        until(lambda: count(out) >= 3)
        hung_up = door
    # the link is gone and so is the agent; a new agent begins to read before the link is back
    assert first.returncode == -signal.SIGKILL
    with served(port, spool):
        until(lambda: len(written(spool)) > count(out) + 5)
        assert agent.alive()
        fetched = count(out)
        with relay(port, hung_up):
            until(lambda: count(out) > fetched + 5)
            agent.stop()
    theirs, ours = written(spool), [r.mono_ns for r in read_readings(out)]
    begin = next(n for n, moment in enumerate(theirs) if abs(moment - ours[0]) < 40_000_000)
    assert begin <= 3  # what was read before we came is not asked for
    pairs = list(zip(theirs[begin:], ours, strict=False))
    assert len(pairs) == len(ours) and all(abs(a - b) < 40_000_000 for a, b in pairs)
    assert sum(1 for line in read_lines(out) if line.get("kind") == KIND) == 2  # the restart shows


def written(spool: Path) -> list[int]:
    """The moments of all readings that the other host has."""
    return [
        json.loads(line)["mono_ns"]
        for path in sorted(spool.glob("readings-*"))
        for line in path.read_bytes().splitlines()
        if b"gap_s" in line and line.endswith(b"}")
    ]


def test_several_hosts_are_read_at_once(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with served(ports[0], tmp_path / "a"), served(ports[1], tmp_path / "b"):
        hosts = tuple(Host(name=f"db{n}", agent=f"http://127.0.0.1:{port}") for n, port in enumerate(ports))
        stack = Stack(role=Role.ORIGINAL, title="", hosts=(*hosts, Host(name="here")))
        with watching(tmp_path, [(Role.ORIGINAL, stack)]):
            time.sleep(1.2)
        counted = {path.stem: count(path) for path in (tmp_path / "readings").glob("*")}
    assert set(counted) == {"original-db0", "original-db1", "original-here"}
    assert counted["original-here"] >= 1 and min(counted["original-db0"], counted["original-db1"]) >= 5
