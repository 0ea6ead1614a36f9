"""The bytes of DICOM's upper layer and its commands: however they are cut, and whatever comes instead of them."""

from __future__ import annotations

import contextlib
import io
import random
import socket
import time
import weakref
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.filereader import read_dataset

from drivers.messages.dicom import negotiation, services, wire
from drivers.messages.dicom.association import Association
from drivers.messages.dicom.commands import NO_DATASET, SOME_DATASET, Field, Kind, decoded, encoded, number, text
from drivers.messages.dicom.incoming import Incoming, Messages
from drivers.messages.dicom.reading import Reading
from drivers.messages.dicom.services import COMMITMENT, EXPLICIT, IMPLICIT, STUDY_FIND, Context
from drivers.messages.dicom.statuses import meaning
from drivers.messages.dicom.wire import NotDicom, Units
from drivers.messages.line import Line
from harness.model import ErrorClass, ReplyKind
from tests.contract_messages.peers import Peer

COMMAND = {
    Field.AFFECTED_CLASS: STUDY_FIND,
    Field.COMMAND: int(Kind.C_FIND),
    Field.MESSAGE: 7,
    Field.PRIORITY: 0,
    Field.DATASET: SOME_DATASET,
}


def _received(stream: bytes, cuts: list[int]) -> list[Incoming]:
    units, messages, found, at = Units(), Messages(), [], 0
    for cut in (*cuts, len(stream)):
        for kind, body in units.feed(stream[at : at + cut]):
            assert kind == wire.DATA
            found += messages.take(body)
        at += cut
    assert units.pending == messages.pending == 0
    return found


@given(
    st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=300)), max_size=4),
    st.integers(7, 400),
    st.lists(st.integers(1, 90), max_size=60),
)
def test_messages_however_they_are_cut(sent: list[tuple[int, bytes]], longest: int, cuts: list[int]) -> None:
    """The longest unit cuts them once, the network again."""
    stream, expected = b"", []
    for context, dataset in sent:
        command = COMMAND | {Field.DATASET: SOME_DATASET if dataset else NO_DATASET}
        pieces = wire.carrying(context, encoded(command), dataset, longest)
        stream += b"".join(pieces)
        expected.append((context, command, dataset))
    assert [(each.context, each.command, each.dataset) for each in _received(stream, cuts)] == expected
    assert all(len(body) <= longest for _, body in Units().feed(stream))


def test_much_at_a_time() -> None:
    datasets = [random.Random(size).randbytes(size) for size in (200_000, 3, 2_500_000, 70_000)]
    stream = b"".join(b"".join(wire.carrying(1, encoded(COMMAND), each, 16384)) for each in datasets)
    with Peer(lambda line: line.sendall(stream)) as peer, socket.create_connection(("127.0.0.1", peer.port)) as line:
        association = Association(Line(line, 5.0))
        received = [association.receive(time.monotonic() + 5.0) for _ in datasets]
    assert [each.dataset for each in received] == datasets


def test_memory_is_read_into_again_once_nobody_holds_a_piece_of_it() -> None:
    reading = Reading()
    reading.room()[:7] = b"written"
    held = reading.read(7)
    del reading
    Reading().room()[:7] = b"another"
    assert held == b"written"
    del held
    assert Reading().room()[:7] == b"written"


def test_what_the_end_of_an_association_was_told_to_is_not_held() -> None:
    with Peer(lambda line: None) as peer, socket.create_connection(("127.0.0.1", peer.port)) as line:
        association = Association(Line(line, 5.0))

        def user() -> weakref.ref[memoryview]:
            image = memoryview(b"image")
            with pytest.raises(ConnectionError):
                association.receive(time.monotonic() + 5.0)
            return weakref.ref(image)

        assert user()() is None


def test_a_data_set_is_not_copied_to_be_sent() -> None:
    dataset = bytes(1 << 20)
    pieces = wire.carrying(1, encoded(COMMAND), dataset, 16384)
    assert sum(isinstance(each, memoryview) and each.obj is dataset for each in pieces) == -(-len(dataset) // 16378)


@given(st.binary(max_size=400), st.integers(0, 3))
def test_noise_is_no_dicom_and_nothing_worse(noise: bytes, kind: int) -> None:
    takers: list[Callable[[bytes], object]] = [
        Units().feed,
        lambda data: Messages().take(memoryview(data)),
        decoded,
        negotiation.agreed,
        negotiation.offered,
    ]
    for taker in takers:
        with contextlib.suppress(NotDicom):
            taker(noise)
        with contextlib.suppress(NotDicom):
            taker(bytes([kind, 0, 0, 0, 0, len(noise) % 250]) + noise)


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_an_offer_with_a_wrong_byte(at: int, byte: int) -> None:
    body = bytearray(negotiation.request(_offer())[6:])
    body[at % len(body)] = byte
    with contextlib.suppress(NotDicom):
        negotiation.offered(bytes(body))


def _offer() -> negotiation.Offer:
    contexts = (Context(STUDY_FIND, (IMPLICIT,)), Context(services.COMMITMENT, (EXPLICIT, IMPLICIT), returned=True))
    return negotiation.offer("PACS", "XINHENG", contexts)


def test_both_sides_understand_what_is_agreed_on() -> None:
    ((kind, request),) = Units().feed(negotiation.request(_offer()))
    told = negotiation.offered(bytes(request))
    assert (kind, told.called, told.calling) == (wire.REQUEST, "PACS", "XINHENG")
    assert [(each.abstract, each.syntaxes) for each in told.contexts.values()] == [
        (each.abstract, each.syntaxes) for each in _offer().contexts.values()
    ]
    assert told.providing == {COMMITMENT}
    ((kind, answer),) = Units().feed(negotiation.acceptance(told, {3: IMPLICIT}))
    agreement = negotiation.agreed(bytes(answer))
    assert (kind, agreement.accepted, list(agreement.declined)) == (wire.ACCEPT, {3: IMPLICIT}, [1])
    assert agreement.longest == wire.RECEIVED


def test_what_everything_is_proposed_for_fits() -> None:
    assert len(services.usual()) + len(services.returning()) <= services.LIMIT
    for count in (1, 3, 50, 200):
        classes = frozenset(f"1.2.{n}" for n in range(count))
        assert len(services.returning_classes(classes, services.LIMIT)) <= services.LIMIT


def test_a_command_is_what_others_read() -> None:
    read = read_dataset(io.BytesIO(encoded(COMMAND)), is_implicit_VR=True, is_little_endian=True)
    assert read.CommandGroupLength == len(encoded(COMMAND)) - 12
    assert (read.AffectedSOPClassUID, read.CommandField, read.MessageID) == (STUDY_FIND, 0x20, 7)
    again = decoded(encoded(COMMAND))
    assert (text(again, Field.AFFECTED_CLASS), number(again, Field.MESSAGE)) == (STUDY_FIND, 7)


@pytest.mark.parametrize(
    ("code", "service", "word", "kind", "error_class"),
    [
        (0x0000, Kind.C_STORE, "success", ReplyKind.OK, ErrorClass.NONE),
        (0xB006, Kind.C_STORE, "warning", ReplyKind.OK, ErrorClass.NONE),
        (0x0111, Kind.N_CREATE, "failure", ReplyKind.REFUSED, ErrorClass.UNIQUE),
        (0x0112, Kind.N_SET, "failure", ReplyKind.REFUSED, ErrorClass.FOREIGN_KEY),
        (0x0110, Kind.N_CREATE, "failure", ReplyKind.FAILED, ErrorClass.OTHER),
        (0x0110, Kind.N_SET, "failure", ReplyKind.REFUSED, ErrorClass.OTHER),  # the step has ended
        (0xA700, Kind.C_STORE, "failure", ReplyKind.FAILED, ErrorClass.RESOURCES),
        (0xA900, Kind.C_STORE, "failure", ReplyKind.REFUSED, ErrorClass.BAD_VALUE),
        (0xA801, Kind.C_MOVE, "failure", ReplyKind.REFUSED, ErrorClass.UNKNOWN_OBJECT),
        (0xC123, Kind.C_STORE, "failure", ReplyKind.REFUSED, ErrorClass.SYNTAX),
        (0xFE00, Kind.C_FIND, "cancel", ReplyKind.REFUSED, ErrorClass.ABORTED),
        (0x4242, Kind.C_FIND, "failure", ReplyKind.FAILED, ErrorClass.OTHER),
    ],
)
def test_what_a_status_means(code: int, service: Kind, word: str, kind: ReplyKind, error_class: ErrorClass) -> None:
    told = meaning(code, service)
    assert (told.word, told.kind, told.error_class) == (word, kind, error_class)
