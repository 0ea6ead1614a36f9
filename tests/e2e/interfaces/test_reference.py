"""The reference application as a process on real databases: it answers, it goes wrong when told to, it ends cleanly."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from drivers.messages import driver_for as message_driver_for
from drivers.servers.program import ProgramServer
from drivers.sql import driver_for
from harness.errors import Fault
from harness.message import MessageEndpoint, Outgoing
from harness.model import Reply, ReplyKind, Stack
from scenarios.reference.faults import FAULTS
from scenarios.reference.faults.fault import ValueFault
from tests import tiny_hospital as tiny

pytestmark = pytest.mark.e2e

ROOT = Path(tiny.__file__).parents[1]
COMMAND = (sys.executable, "-m", "scenarios.reference", "--packs", "his,tests.tiny_hospital")
MESSAGES = {"tiny_hl7": tiny.hl7_message, "tiny_http": tiny.json_message, "tiny_soap": tiny.soap_message}
# What a message must bring where the usual note has nothing that the fault could spoil.
REMARKS = {"store_empty_for_null": None, "store_null_for_empty": "", "store_blanks_trimmed": " 随诊 "}
_numbers = itertools.count(1)


def number(prefix: str = "N") -> str:
    return f"{prefix}{next(_numbers):06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One that runs, and the database below it."""

    server: ProgramServer
    stack: Stack
    endpoints: dict[str, MessageEndpoint] = field(default_factory=dict)

    def ask(self, interface: str, body: bytes, **changed: Any) -> Reply:
        return self.replies(interface, body, **changed)[0]

    def replies(self, interface: str, *bodies: bytes, **changed: Any) -> list[Reply]:
        """To messages that are sent over one connection."""
        session = message_driver_for(replace(self.endpoints[interface], **changed)).connect()
        try:
            return [session.send(Outgoing(body=body)) for body in bodies]
        finally:
            session.close()

    def switch(self, *lines: str) -> None:
        (self.server.home / "faults.jsonl").unlink(missing_ok=True)
        (self.server.home / "faults").write_text("\n".join(lines), encoding="utf-8")

    def noted(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.server.home / "faults.jsonl").read_text("utf-8").splitlines()]

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """note_no → row, the last where there are several."""
        state = next(each for each in driver_for(self.stack.sql).state(tiny.metadata) if each.table == table)
        rows = (dict(zip(state.columns, row, strict=True)) for row in state.rows)
        return {row["note_no"]: row for row in rows}

    def logged(self, note_no: str) -> int:
        state = next(each for each in driver_for(self.stack.sql).state(tiny.metadata) if each.table == "tiny_log")
        return sum(note_no in row for row in state.rows)


def sql_of(stack: Stack) -> Mapping[str, str]:
    return {"url": stack.sql.url, "product": stack.sql.product}


@contextlib.contextmanager
def application_on(stack: Stack, home: Path) -> Iterator[Application]:
    driver_for(stack.sql).create(tiny.metadata, mark="xinheng:tiny")
    server = ProgramServer(home, COMMAND, roots=[ROOT])
    try:
        tables = server.start(sql_of(stack))
        endpoints = {name: MessageEndpoint(timeout_s=5, **table) for name, table in tables.items()}
        yield Application(server=server, stack=stack, endpoints=endpoints)
    finally:
        server.discard()


@pytest.fixture(scope="module")
def on_postgresql(original: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application_on(original, tmp_path_factory.mktemp("application")) as running:
        yield running


@pytest.fixture(scope="module")
def on_seekdb(seekdb: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application_on(seekdb, tmp_path_factory.mktemp("application")) as running:
        yield running


@pytest.fixture
def application(on_postgresql: Application) -> Iterator[Application]:
    yield on_postgresql
    on_postgresql.switch()


@pytest.fixture(params=["on_postgresql", "on_seekdb"])
def either(request: pytest.FixtureRequest) -> Iterator[Application]:
    running: Application = request.getfixturevalue(request.param)
    yield running
    running.switch()


def test_every_interface_answers_and_stores(either: Application) -> None:
    for interface, message in MESSAGES.items():
        note_no = number()
        assert either.ask(interface, message(note_no)).kind is ReplyKind.OK
        row = either.rows("tiny_note")[note_no]
        assert (row["title"], row["noted_at"]) == ("乙型肝炎表面抗原（HBsAg）", tiny.AT)


def test_refusals_and_broken_handlers_are_answered(either: Application) -> None:
    for interface, message in MESSAGES.items():
        refused = either.ask(interface, message(number("REFUSED")))
        broken = either.ask(interface, message("BROKEN"))
        assert refused.kind is ReplyKind.REFUSED
        assert "KeyError" in broken.body.decode()
        assert broken.kind is (ReplyKind.REFUSED if interface == "tiny_hl7" else ReplyKind.FAILED)
        assert either.ask(interface, message(number())).kind is ReplyKind.OK
    assert "the handler itself is broken" in (either.server.home / "application.log").read_text("utf-8")


def test_what_the_database_refuses_is_told_without_its_words(either: Application) -> None:
    note_no = number()
    replies = [either.ask("tiny_http", tiny.json_message(note_no)) for _ in range(2)]
    assert json.loads(replies[1].body)["title"] == "数据库没有完成这笔业务（unique）"


def test_the_request_arrives_as_it_was_sent(application: Application) -> None:
    session = message_driver_for(application.endpoints["tiny_http"]).connect()
    reply = session.send(Outgoing(body=b"", path="/reports/NEUT%25/页?name=%E7%8E%8B&empty=", method="GET"))
    session.close()
    told = json.loads(reply.body)
    assert told == {"path": "reports/NEUT%/页", "query": {"name": "王", "empty": ""}, "agent": "xinheng"}


def test_the_interface_document_names_this_very_address(application: Application) -> None:
    endpoint = application.endpoints["tiny_soap"]
    with urllib.request.urlopen(f"{endpoint.url}?wsdl", timeout=5) as answer:
        served = answer.read()
    assert f'location="{endpoint.url}"'.encode() in served
    assert Path(endpoint.wsdl).read_bytes() == served


@pytest.mark.parametrize("fault", [f for f in FAULTS.values() if isinstance(f, ValueFault)], ids=lambda f: f.name)
def test_a_fault_of_a_stored_value_shows_in_its_column_only(either: Application, fault: ValueFault) -> None:
    numbers = number(), number()
    for note_no, lines in zip(numbers, ((), (fault.name,)), strict=True):
        either.switch(*lines)
        message = tiny.json_message(note_no, remark=REMARKS.get(fault.name, "随诊"))
        assert either.ask("tiny_http", message).kind is ReplyKind.OK
    rows = either.rows("tiny_note")
    good, bad = (rows[note_no] for note_no in numbers)
    differing = [f"tiny_note.{name}" for name in good if name != "note_no" and good[name] != bad[name]]
    assert differing == [line["where"] for line in either.noted()]
    assert len(differing) == 1


def test_nothing_twice_and_half(either: Application) -> None:
    kept: dict[str, int] = {}
    for fault, prefix in (("store_nothing", "LOG"), ("store_twice", "LOG"), ("store_half", "HALF"), ("", "HALF")):
        either.switch(fault)
        note_no = number(prefix)
        reply = either.ask("tiny_hl7", tiny.hl7_message(note_no))
        assert reply.kind is (ReplyKind.REFUSED if prefix == "HALF" else ReplyKind.OK)
        kept[fault] = either.logged(note_no)
    assert kept == {"store_nothing": 0, "store_twice": 2, "store_half": 1, "": 0}


@pytest.mark.parametrize("interface", MESSAGES)
def test_faults_of_the_transport(application: Application, interface: str) -> None:
    message = MESSAGES[interface]

    def sent(fault: str, prefix: str = "N", **changed: Any) -> tuple[Reply, str, float]:
        application.switch(fault)
        note_no, began = number(prefix), time.monotonic()
        reply = application.ask(interface, message(note_no), **changed)
        return reply, note_no, time.monotonic() - began

    silent, kept, _ = sent("wire_silent", timeout_s=0.3)
    closed, kept_too, _ = sent("wire_closed")
    lost, not_kept, _ = sent("wire_lost")
    assert [reply.kind for reply in (silent, closed, lost)] == [
        ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE, ReplyKind.UNREACHABLE,
    ]  # fmt: skip
    assert {kept, kept_too} <= set(application.rows("tiny_note"))
    assert not_kept not in application.rows("tiny_note")
    slow, _, took = sent(f"wire_slow ms=150 interface={interface}")
    assert slow.kind is ReplyKind.OK and took >= 0.15
    twice, note_no, _ = sent("wire_delivered_twice", "LOG")
    assert application.logged(note_no) == 2
    application.switch("wire_answered_twice")
    answered = application.replies(interface, message(number()), message(number()))
    assert {twice.kind, *(reply.kind for reply in answered)} == {ReplyKind.OK}
    assert any("多余" in reply.message for reply in answered)


def test_a_fault_for_one_interface_leaves_the_others_alone(application: Application) -> None:
    application.switch("reply_number_rounded interface=tiny_hl7 at=OBX[2].5")
    spoilt = application.ask("tiny_hl7", tiny.hl7_message(number()))
    whole = application.ask("tiny_http", tiny.json_message(number()))
    assert b"|1.50|" in spoilt.body and b"|2.50|" not in spoilt.body
    assert b"2.50" in whole.body
    assert [line["where"] for line in application.noted()] == ["OBX[2].5"]


def test_sixteen_are_served_at_once(application: Application) -> None:
    application.switch("wire_slow ms=1000")
    kinds: list[ReplyKind] = []

    def one(interface: str) -> None:
        kinds.append(application.ask(interface, MESSAGES[interface](number())).kind)

    began = time.monotonic()
    threads = [threading.Thread(target=one, args=(name,)) for name in itertools.islice(itertools.cycle(MESSAGES), 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kinds == [ReplyKind.OK] * 16
    assert time.monotonic() - began < 16 / 2  # one after the other they take 16 seconds


def test_sessions_that_the_database_ended_are_opened_again(either: Application) -> None:
    either.ask("tiny_http", tiny.json_message(number()))
    session = driver_for(either.stack.sql).connect()
    connection: Any = session._connection
    with connection.cursor() as cursor:
        if either.stack.sql.product == "postgresql":
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        else:
            cursor.execute("SELECT connection_id()")
            ours = cursor.fetchone()[0]
            cursor.execute("SHOW PROCESSLIST")
            for row in cursor.fetchall():
                if row[0] != ours and row[1] == "root":
                    cursor.execute(f"KILL {row[0]}")
    session.close()
    kinds = [either.ask("tiny_http", tiny.json_message(number())).kind for _ in range(2)]
    assert kinds[1] is ReplyKind.OK


def test_it_is_found_again_and_keeps_its_ports(original: Stack, tmp_path: Path) -> None:
    driver_for(original.sql).create(tiny.metadata, mark="xinheng:tiny")
    server = ProgramServer(tmp_path / "home", COMMAND, roots=[ROOT])
    try:
        endpoints = server.start(sql_of(original))
        pid = server.pid_file.read_text()
        again = ProgramServer(tmp_path / "home", COMMAND, roots=[ROOT])
        assert again.running()
        assert (again.start(sql_of(original)), server.pid_file.read_text()) == (endpoints, pid)
        os.kill(int(pid), signal.SIGKILL)
        while again.running():
            time.sleep(0.01)
        assert again.start(sql_of(original)) == endpoints
        assert server.pid_file.read_text() != pid
        other = ProgramServer(tmp_path / "home", (*COMMAND, "--charset", "GBK"), roots=[ROOT])
        assert {table["charset"] for table in other.start(sql_of(original)).values()} == {"GBK"}
    finally:
        server.discard()
    assert not server.running()
    assert not (tmp_path / "home").exists()


def test_one_that_cannot_start_says_why(original: Stack, tmp_path: Path) -> None:
    command = (*COMMAND[:-1], "nosuch")
    server = ProgramServer(tmp_path / "home", command, roots=[ROOT])
    with pytest.raises(Fault, match="nosuch"):
        server.start(sql_of(original))
    server.discard()


@pytest.mark.parametrize("how", ["SIGTERM", "standard input"])
def test_it_ends_cleanly(original: Stack, tmp_path: Path, how: str) -> None:
    told = ["--home", str(tmp_path), "--sql-url", original.sql.url, "--product", "postgresql"]
    with subprocess.Popen([*COMMAND, *told], stdin=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        while not (tmp_path / "endpoints.json").exists():
            assert process.poll() is None
            time.sleep(0.01)
        if how == "SIGTERM":
            process.terminate()
        else:
            process.stdin.close()
        assert process.wait(10) == 0
