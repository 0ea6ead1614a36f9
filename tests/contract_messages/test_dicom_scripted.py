"""The DICOM driver against peers that follow a script: silence, noise, answers to something else, lists without an end.

Not here: application entities that nobody here wrote (`test_dicom.py`).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pydicom.dataset import Dataset

from drivers.messages.dicom import receiver, services, statuses, wire
from drivers.messages.dicom.association import Association
from drivers.messages.dicom.commands import SOME_DATASET, Field, Kind, answer
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.services import PERFORMED_STEP
from drivers.messages.line import Line
from harness.errors import BadInput, StackUnreachable
from harness.model import ErrorClass, ReplyKind
from tests.contract_messages.dicom_peers import ct, encoded, free_port, query
from tests.contract_messages.peers import Peer
from tests.contract_messages.test_dicom import ECHO, driver


def test_a_peer_that_is_busy_says_so_to_whoever_asks() -> None:
    """So many associations are a limit that a load meets: an answer to be counted, and no end of the run."""
    busy = b"\x03\0\0\0\0\x04" + bytes((0, 2, 3, 2))  # A-ASSOCIATE-RJ: for now, the local limit is exceeded
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reject() -> None:
            for _ in range(2):
                line, _ = listening.accept()
                with line:
                    line.recv(1 << 16)
                    line.sendall(busy)
                    line.recv(1)

        threading.Thread(target=reject, daemon=True).start()
        session = driver(listening.getsockname()[1]).connect()
        reply = session.send(ECHO)
        session.close()
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.RESOURCES)
    assert "暂时拒绝关联" in reply.message and reply.status == statuses.REJECTED


# ------------------------------------------------------------------ scripted peers


@contextlib.contextmanager
def _answering(script: Callable[[Association, Incoming], None]) -> Iterator[int]:
    """A peer that takes everything that is proposed and treats each message so."""

    def serve(line: socket.socket) -> None:
        association = Association.answered(
            Line(line, 5.0), lambda proposed: {n: each.syntaxes[0] for n, each in proposed.contexts.items()}
        )
        while True:
            script(association, association.receive(time.monotonic() + 5.0))

    with Peer(serve) as peer:
        yield peer.port


def _success(association: Association, incoming: Incoming) -> None:
    association.send(incoming.context, answer(incoming.command, 0))


def test_nobody_there() -> None:
    with pytest.raises(StackUnreachable):
        driver(free_port()).connect()


@pytest.mark.parametrize("noise", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", wire.aborting(2, 1)])
def test_somebody_else_there(noise: bytes) -> None:
    with Peer(lambda line: line.sendall(noise)) as peer, pytest.raises(StackUnreachable):
        driver(peer.port).connect()


def test_a_peer_that_is_silent() -> None:
    with Peer(lambda line: time.sleep(1)) as peer, pytest.raises(StackUnreachable, match="没有应答关联"):
        driver(peer.port, timeout_s=0.3).connect()
    silent = threading.Event()
    with _answering(lambda association, incoming: None if silent.is_set() else _success(association, incoming)) as port:
        session = driver(port, timeout_s=0.3).connect()
        assert session.send(ECHO).kind is ReplyKind.OK
        silent.set()
        assert session.send(ECHO).kind is ReplyKind.TIMED_OUT
        silent.clear()
        assert session.send(ECHO).kind is ReplyKind.OK
        session.close()


def test_an_answer_to_something_else_is_not_taken() -> None:
    def script(association: Association, incoming: Incoming) -> None:
        association.send(incoming.context, answer({**incoming.command, Field.MESSAGE: 999}, 0x0110))
        _success(association, incoming)

    with _answering(script) as port, contextlib.closing(driver(port).connect()) as session:
        assert session.send(ECHO).status == "success"


def test_a_refused_object_leaves_the_association() -> None:
    callers: set[Association] = set()

    def script(association: Association, incoming: Incoming) -> None:
        callers.add(association)
        code = {1: 0xA900, 2: 0xB000, 3: 0xA700}[int(str(incoming.command[Field.AFFECTED_INSTANCE])[-1])]
        association.send(incoming.context, {**answer(incoming.command, code), Field.COMMENT: "检查号不符".encode()})

    with _answering(script) as port, contextlib.closing(driver(port).connect()) as session:
        refused, warned = session.send(ct(1)), session.send(ct(2))
        assert (refused.kind, refused.status, refused.error_class) == (
            ReplyKind.REFUSED,
            "failure",
            ErrorClass.BAD_VALUE,
        )
        assert refused.message.startswith("A900H") and "检查号不符" in refused.message
        assert (warned.kind, warned.status) == (ReplyKind.OK, "warning")
        assert len(callers) == 1
        assert session.send(ct(3)).kind is ReplyKind.FAILED
        session.send(ct(1))
        assert len(callers) == 2, "after a failure it begins anew"


def test_matches_without_an_end() -> None:
    def script(association: Association, incoming: Incoming) -> None:
        pending = {**answer(incoming.command, 0xFF00), Field.DATASET: SOME_DATASET}
        association.send(incoming.context, pending, encoded(_step("")))
        association.abort()
        raise ConnectionAbortedError

    with _answering(script) as port, contextlib.closing(driver(port).connect()) as session:
        reply = session.send(query(StudyInstanceUID=""))
    assert (reply.kind, reply.status) == (ReplyKind.UNREACHABLE, statuses.PENDING_LOST)


def test_studies_are_handed_out_as_they_come() -> None:
    """Between two of them the same archive may be asked for other things."""
    taken = threading.Event()

    def script(association: Association, incoming: Incoming) -> None:
        pending = {**answer(incoming.command, 0xFF00), Field.DATASET: SOME_DATASET}
        for number in (1, 2) if b"STUDY" in incoming.dataset else ():
            match = Dataset()
            match.StudyInstanceUID = f"2.25.{number}"
            association.send(incoming.context, pending, encoded(match))
            assert taken.wait(5)
        _success(association, incoming)

    with _answering(script) as port, contextlib.closing(driver(port).archive()) as archive:
        studies = archive.studies()
        first = next(studies)
        assert list(archive.instances(first.study)) == []
        taken.set()
        assert [first.study, *(each.study for each in studies)] == ["2.25.1", "2.25.2"]
        next(archive.studies())  # given up half way
        assert len(list(archive.studies())) == 2


def test_a_performed_step() -> None:
    heard: list[Incoming] = []

    def script(association: Association, incoming: Incoming) -> None:
        heard.append(incoming)
        told = {**answer(incoming.command, 0), Field.DATASET: SOME_DATASET}
        association.send(incoming.context, told, encoded(_step("COMPLETED")))

    message = query("N-SET", PERFORMED_STEP, {"sop": "2.25.9"}, PerformedProcedureStepStatus="COMPLETED")
    with _answering(script) as port, contextlib.closing(driver(port).connect()) as session:
        reply = session.send(message)
    assert heard[0].command[Field.REQUESTED_INSTANCE] == "2.25.9"
    assert heard[0].command[Field.COMMAND] == Kind.N_SET
    assert heard[0].dataset == message.body
    assert reply.body == b'[{"00400252":{"vr":"CS","Value":["COMPLETED"]}}]'


def _step(status: str) -> Dataset:
    step = Dataset()
    step.PerformedProcedureStepStatus = status
    return step


def test_commitment_on_the_same_association() -> None:
    reported = Dataset()
    reported.TransactionUID = "2.25.77"

    def script(association: Association, incoming: Incoming) -> None:
        _success(association, incoming)
        if incoming.command[Field.COMMAND] == Kind.N_ACTION:
            event = {
                Field.AFFECTED_CLASS: services.COMMITMENT,
                Field.AFFECTED_INSTANCE: services.COMMITMENT_INSTANCE,
                Field.COMMAND: int(Kind.N_EVENT_REPORT),
                Field.MESSAGE: 1,
                Field.DATASET: SOME_DATASET,
                Field.EVENT: 1,
            }
            association.send(incoming.context, event, encoded(reported))
            association.receive(time.monotonic() + 5)  # that it was heard

    with _answering(script) as port, contextlib.closing(driver(port).connect()) as session:
        reply = session.send(query("N-ACTION", TransactionUID="2.25.77"))
        assert (reply.kind, reply.status) == (ReplyKind.OK, "success")
        assert b"2.25.77" in reply.body
        assert session.send(ECHO).kind is ReplyKind.OK


def test_where_images_are_to_be_brought() -> None:
    assert receiver.places("A@10.0.0.9:11112 10.0.0.9:11113", "XINHENG") == (
        ("A", "10.0.0.9", 11112),
        ("XINHENG", "10.0.0.9", 11113),
    )
    with pytest.raises(BadInput, match="不是接收地址"):
        driver(104, receive_at="nowhere")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port, free = taken.getsockname()[1], free_port()
        with pytest.raises(BadInput, match="不能在"):
            receiver.opened(f"127.0.0.1:{port}", "XINHENG")
        both = f"XH1@127.0.0.1:{port} XH2@127.0.0.1:{free}"
        assert (receiver.opened(both, "XINHENG").title, receiver.opened(both, "XINHENG").port) == ("XH2", free)
        for _ in range(2):
            receiver.hand_back(both)
