"""The process tree is read from real processes; /proc and psutil must agree on them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.agent.processes import ProcessTree, pid_in
from harness.agent.rates import reading_between
from harness.agent.reading import Counters, ProcessCount, TreeCount

# a server with two children, of which one has a child; each says that it is there, and ends with its stdin
SERVER = """
import os, sys
ready = sys.argv[1]
def child(deeper):
    if os.fork() == 0:
        if deeper:
            child(False)
        open(f"{ready}-{os.getpid()}", "w").close()
        sys.stdin.read()
        os._exit(0)
child(True); child(False)
open(f"{ready}-{os.getpid()}", "w").close()
sys.stdin.read()
"""
# a server that has each request served by a new child, as PostgreSQL does
FORKING = """
import os, sys, time
sys.stdin.readline()
for _ in range(4):
    if os.fork() == 0:
        until = time.process_time() + 0.15
        while time.process_time() < until: pass
        os._exit(0)
    os.wait()
print("done", flush=True)
sys.stdin.read()
"""
# a server that on a word starts a child, which waits, and on the next word ends it
ONE_CHILD = """
import os, signal, sys
sys.stdin.readline()
child = os.fork()
if not child:
    signal.pause()
print(child, flush=True)
sys.stdin.readline()
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print(child, flush=True)
sys.stdin.read()
"""


@contextmanager
def running(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def following(pid: int, folder: Path) -> ProcessTree:
    pid_file = folder / "server.pid"
    pid_file.write_text(f"{pid}\nsecond line\n")
    return ProcessTree(pid_file, lambda key, sentence: pytest.fail(f"{key}: {sentence}"))


def at(tree: TreeCount) -> Counters:
    return Counters(wall=time.time(), mono_ns=time.monotonic_ns(), agent_cpu_s=0.0, tree=tree)


def test_children_and_grandchildren_are_counted_and_others_are_not(tmp_path: Path) -> None:
    with running(SERVER, str(tmp_path / "ready")) as server, running("import sys; sys.stdin.read()"):
        until(lambda: len(list(tmp_path.glob("ready-*"))) == 4)
        expected = {int(p.name.removeprefix("ready-")) for p in tmp_path.glob("ready-*")}
        found = following(server.pid, tmp_path).read()
        assert found.root == server.pid
        assert set(found.processes) == expected
        assert all(p.threads == 1 and p.rss > p.shared > 0 and p.fds and p.fds >= 3 for p in found.processes.values())


def test_proc_and_psutil_agree(tmp_path: Path) -> None:
    with running(SERVER, str(tmp_path / "ready")) as server:
        until(lambda: len(list(tmp_path.glob("ready-*"))) == 4)
        tree = following(server.pid, tmp_path)
        ours, theirs = tree._linux(server.pid), tree._psutil(server.pid)
        assert set(ours) == set(theirs)

        def comparable(p: ProcessCount) -> tuple[object, ...]:
            return p.rss, p.shared, p.threads, round(p.cpu_s, 2), p.read_bytes, p.write_bytes

        assert {pid: comparable(p) for pid, p in ours.items()} == {pid: comparable(p) for pid, p in theirs.items()}


def test_the_time_of_children_that_came_and_went_is_counted(tmp_path: Path) -> None:
    with running(FORKING) as server:
        tree = following(server.pid, tmp_path)
        before = at(tree.read())
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write("go\n")
        server.stdin.flush()
        assert server.stdout.readline() == "done\n"
        after = at(tree.read())
        assert len(after.tree.processes) == 1 if after.tree else False
        found = reading_between(before, after).process
        assert found is not None and found.cpu is not None
        seconds = found.cpu / 100 * (after.mono_ns - before.mono_ns) / 1e9
        assert 0.55 < seconds < 0.9  # four children of 0.15 s, in ticks of 10 ms


def test_a_new_child_joins_and_an_ended_one_leaves(tmp_path: Path) -> None:
    with running(ONE_CHILD) as server:
        assert server.stdin is not None and server.stdout is not None
        tree = following(server.pid, tmp_path)
        assert set(tree.read().processes) == {server.pid}
        server.stdin.write("go\n")
        server.stdin.flush()
        child = int(server.stdout.readline())
        assert set(tree.read().processes) == {server.pid, child}
        server.stdin.write("go\n")
        server.stdin.flush()
        assert int(server.stdout.readline()) == child
        assert set(tree.read().processes) == {server.pid}


def test_a_child_that_waits_is_remembered_until_it_runs(tmp_path: Path) -> None:
    code = """
import sys
print("ready", flush=True)
for line in sys.stdin:
    sum(range(3_000_000))
    print("done", flush=True)
"""
    with running(code) as server:
        tree = following(server.pid, tmp_path)
        assert server.stdin is not None and server.stdout is not None
        server.stdout.readline()
        until(lambda: tree.read().processes[server.pid] is tree.read().processes[server.pid])
        first = tree.read().processes[server.pid]
        server.stdin.write("go\n")
        server.stdin.flush()
        server.stdout.readline()
        assert tree.read().processes[server.pid].cpu_s > first.cpu_s


def test_a_title_is_shown_and_a_command_line_is_not(tmp_path: Path) -> None:
    code = """
import ctypes, sys
ctypes.CDLL(None).prctl(15, sys.argv[1].encode())
print("ready", flush=True)
sys.stdin.read()
"""
    with running(code, "server", "--password=s3cret") as server:
        assert server.stdout is not None
        server.stdout.readline()
        assert following(server.pid, tmp_path).read().processes[server.pid].name == "server"


def test_a_restart_is_followed_and_counted(tmp_path: Path) -> None:
    with running("import sys; sys.stdin.read()") as first:
        tree = following(first.pid, tmp_path)
        assert (tree.read().root, tree.read().restarts) == (first.pid, 0)
    assert tree.read().root == 0
    with running("import sys; sys.stdin.read()") as second:
        following(second.pid, tmp_path)
        assert (tree.read().root, tree.read().restarts) == (second.pid, 1)


def test_a_dead_root_that_nobody_waited_for_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        until(lambda: b") Z " in Path(f"/proc/{child.pid}/stat").read_bytes())
        assert following(child.pid, tmp_path).read().root == 0


@pytest.mark.parametrize(
    ("text", "pid"), [("123\n/data\n", 123), ("-77\n", 77), ("", 0), ("abc\n", 0), ("9" * 40, 0), ("\x00", 0)]
)
def test_pid_files(tmp_path: Path, text: str, pid: int) -> None:
    (tmp_path / "f").write_text(text)
    assert pid_in(tmp_path / "f") == pid
    assert pid_in(tmp_path / "missing") == 0
