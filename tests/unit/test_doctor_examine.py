"""Looking at hosts: agents that work, that refuse, that are gone. Real agents; the database is one that says no."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.agent.serve import AgentServer, Options
from harness.doctor import examine as looking
from harness.doctor.examine import examine, this_machine
from harness.doctor.examined import Examined, Problem
from harness.errors import StackUnreachable
from harness.model import Host, Role, SqlEndpoint, Stack
from harness.ports import Driver

TOKEN = "correct-horse-battery"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    server = AgentServer(Options(listen="127.0.0.1:0", token=TOKEN, spool=tmp_path / "spool", interval_s=0.1))
    server.start()
    yield server.port
    server.stop()


def no_database(endpoint: SqlEndpoint) -> Driver:
    raise StackUnreachable(f"连接不到 {endpoint.url}。", hint="请确认。")


def stack(*hosts: Host, url: str = "postgresql://u@127.0.0.1/his") -> Stack:
    return Stack(role=Role.ORIGINAL, title="原 HIS", sql=SqlEndpoint(url=url), hosts=hosts)


def looked_at(*hosts: Host) -> Examined:
    (found,) = examine({"original": stack(*hosts)}, no_database, problems={}, waiting_for=lambda _: None)
    return found


def test_a_working_remote_agent(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", TOKEN)
    (machine,) = looked_at(Host(name="db1", agent=f"http://127.0.0.1:{port}", token_env="T")).machines
    assert machine.problem is None
    assert {"cpu", "os_id", "hostname", "page_size"} <= set(machine.facts)
    assert machine.clock_offset_s is not None
    assert abs(machine.clock_offset_s) < 0.05  # it is this machine's clock
    assert machine.disk_free_mib is not None
    assert machine.disk_free_mib > 0


def test_agents_that_do_not_work_are_all_told(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", "wrong-wrong-wrong-wrong")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    found = looked_at(
        Host(name="db1", agent=f"http://127.0.0.1:{port}", token_env="T"),
        Host(name="db2", agent=f"http://127.0.0.1:{nobody}"),
        Host(name="db3", agent=f"http://127.0.0.1:{port}", token_env="NOT_SET_ANYWHERE"),
    )
    said = [machine.problem.says if machine.problem else "" for machine in found.machines]
    assert "令牌" in said[0]
    assert "没有应答" in said[1]
    assert "NOT_SET_ANYWHERE" in said[2]
    assert [problem.says for problem in found.problems] == ["连接不到 postgresql://u@127.0.0.1/his。"]
    assert found.found is None


def test_the_local_agent_is_tried_and_a_missing_pid_file_told(tmp_path: Path) -> None:
    (machine,) = looked_at(Host(name="here", pid_file=str(tmp_path / "no.pid"))).machines
    assert machine.problem is None
    assert machine.pid_file_missing == str(tmp_path / "no.pid")
    assert machine.clock_offset_s is None
    assert machine.facts["cores"]
    assert machine.disk_free_mib


def test_a_database_with_wrong_settings_is_not_connected_to() -> None:
    wrong = Problem(says="地址里写有密码")
    (found,) = examine(
        {"original": stack(url="postgresql://u:secret@h/d")},
        no_database,
        problems={"original": [wrong]},
        waiting_for=lambda _: None,
    )
    assert found.problems == (wrong,)
    assert "secret" not in found.url


def test_one_slow_side_is_named_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SPEAK_AFTER_S", 0.05)
    goes_on = threading.Event()

    def slow_on_migrated(endpoint: SqlEndpoint) -> Driver:
        if "slow" in endpoint.url:
            assert goes_on.wait(10)
        raise StackUnreachable("没有应答")

    heard: list[list[str]] = []

    def hear(sides: object) -> None:
        heard.append(list(sides))  # type: ignore[call-overload]
        goes_on.set()

    stacks = {"original": stack(), "migrated": stack(url="mysql://u@slow/d")}
    examine(stacks, slow_on_migrated, problems={}, waiting_for=hear)
    assert heard == [["migrated"]]


def test_this_machine(tmp_path: Path) -> None:
    here = this_machine(tmp_path, users=20)
    assert here.disk_free_mib
    assert (here.folder, here.users) == (str(tmp_path), 20)
