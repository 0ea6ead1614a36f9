"""The serving side of DICOM: associations are accepted, what they ask goes to a counter, and its answers go back.

A thread for each association; where gevent has patched the process, that is a greenlet, and one that waits costs
nothing. Not here: what is answered, which is the counter's affair.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from drivers.messages.dicom.association import Association
from drivers.messages.dicom.called import Called
from drivers.messages.dicom.commands import RESPONSE, SOME_DATASET, Command, Field, Kind, answer, number, text
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.handing_out import Brought, hand_back, move
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.negotiation import Offer
from drivers.messages.dicom.services import EXPLICIT, IMPLICIT, LIMIT
from harness.errors import BadInput
from harness.imaging import DicomObject

SUCCESS, PENDING, PROCESSING_FAILURE, NOT_UNDERSTOOD, NO_SUCH_OPERATION = 0x0000, 0xFF00, 0x0110, 0xC000, 0x0211
NO_DESTINATION = 0xA801
_METHODS = {
    Kind.C_FIND: "C-FIND",
    Kind.N_CREATE: "N-CREATE",
    Kind.N_SET: "N-SET",
    Kind.N_ACTION: "N-ACTION",
}
_IDLE_S = 3600.0  # an association that nobody uses for so long is given up
_numbers = itertools.count(1)

Model = Mapping[str, Any]  # a data set as DICOM JSON


class Counter(Protocol):
    """What answers. Whoever raises ConnectionAbortedError wants the association aborted."""

    def serves(self, abstract: str) -> bool:
        """Whether it accepts presentation contexts of an abstract syntax."""

    def ask(self, method: str, sop_class: str, instance: str, model: Model) -> tuple[int, Sequence[Model]] | None:
        """C-FIND, N-CREATE, N-SET, N-ACTION: status and data sets; None to stay silent."""

    def report(self, model: Model) -> tuple[int, Model] | None:
        """What is reported on an N-ACTION that succeeded: event type and attributes."""

    def store(self, item: DicomObject, sender: str) -> int: ...

    def retrieve(self, model: Model) -> tuple[int, Sequence[tuple[str, str, str]]]:
        """Status, and the objects that are to be handed out: SOP instance, SOP class, transfer syntax."""

    def objects(self, instances: Sequence[str]) -> Iterator[DicomObject | None]: ...


class DicomProvider:
    """Listens from when it is made until `close`. Accepts any AE title. C-MOVE brings objects to the `destinations`:
    AE title → host:port, "*" for any other title."""

    def __init__(
        self, counter: Counter, *, port: int = 0, charset: str = "UTF-8", destinations: Mapping[str, str] | None = None
    ) -> None:
        self._counter = counter
        self._charset = charset
        self._destinations = destinations or {}
        try:
            self._called = Called("127.0.0.1", port, self._accepted, self._converse, idle_s=_IDLE_S)
        except OSError as error:
            raise BadInput(
                f"不能在 127.0.0.1:{port} 上提供 DICOM 服务：{error.strerror}。", hint="请换一个空闲的端口。"
            ) from None
        self.port = self._called.port

    def close(self) -> None:
        """Stop listening and hang up."""
        self._called.close()

    def _accepted(self, proposed: Offer) -> Mapping[int, str]:
        """Each context in the syntax that the peer names first among those that there are."""
        accepted = {}
        for context, each in itertools.islice(proposed.contexts.items(), LIMIT):
            if self._counter.serves(each.abstract):
                syntax = next(filter(_is_syntax, each.syntaxes), "")
                if syntax:
                    accepted[context] = syntax
        return accepted

    def _converse(self, association: Association) -> None:
        sender = f"{association.offer.calling}/{next(_numbers)}"
        while True:
            try:
                self._answer(association, association.receive(time.monotonic() + _IDLE_S), sender)
            except ConnectionAbortedError:
                association.abort()
                return

    def _answer(self, association: Association, incoming: Incoming, sender: str) -> None:
        command = incoming.command
        kind = number(command, Field.COMMAND)
        if kind & RESPONSE or kind == Kind.C_CANCEL:
            return
        if kind == Kind.C_STORE:
            status = self._counter.store(Fetched.of(association, incoming).whole(), sender)
            association.send(incoming.context, answer(command, status))
        elif kind in _METHODS:
            self._ask(association, incoming, _METHODS[Kind(kind)])
        elif kind in (Kind.C_GET, Kind.C_MOVE):
            self._retrieve(association, incoming)
        else:
            status = SUCCESS if kind == Kind.C_ECHO else NO_SUCH_OPERATION
            association.send(incoming.context, answer(command, status))

    def _ask(self, association: Association, incoming: Incoming, method: str) -> None:
        command, syntax = incoming.command, association.syntax(incoming.context)
        sop_class = text(command, Field.AFFECTED_CLASS) or text(command, Field.REQUESTED_CLASS)
        instance = text(command, Field.AFFECTED_INSTANCE) or text(command, Field.REQUESTED_INSTANCE)
        model = _model(incoming.dataset, syntax)
        if model is None:
            association.send(incoming.context, _told(command, NOT_UNDERSTOOD))
            return
        answered = self._counter.ask(method, sop_class, instance, model)
        if answered is None:
            return
        status, found = answered
        try:
            datasets = [_encoded(each, self._charset, syntax) for each in found]
        except ValueError:  # what is no DICOM JSON
            status, datasets = PROCESSING_FAILURE, []
        if method == "C-FIND":
            for each in datasets:
                association.send(incoming.context, _told(command, PENDING, each), each)
            association.send(incoming.context, _told(command, status))
            return
        attributes = datasets[0] if datasets else b""
        association.send(incoming.context, _told(command, status, attributes), attributes)
        if method == "N-ACTION" and status == SUCCESS:
            self._report(association, incoming, model)

    def _report(self, association: Association, incoming: Incoming, model: Model) -> None:
        """The word on a storage commitment, over the association that it was asked on."""
        reported = self._counter.report(model)
        if reported is None:
            return
        event, told = reported
        dataset = _encoded(told, self._charset, association.syntax(incoming.context))
        command: dict[Field, str | int | bytes] = {
            Field.AFFECTED_CLASS: text(incoming.command, Field.REQUESTED_CLASS),
            Field.AFFECTED_INSTANCE: text(incoming.command, Field.REQUESTED_INSTANCE),
            Field.COMMAND: Kind.N_EVENT_REPORT,
            Field.MESSAGE: association.number(),
            Field.EVENT: event,
            Field.DATASET: SOME_DATASET,
        }
        association.send(incoming.context, command, dataset)

    def _retrieve(self, association: Association, incoming: Incoming) -> None:
        command, syntax = incoming.command, association.syntax(incoming.context)
        model = _model(incoming.dataset, syntax)
        status, wanted = (NOT_UNDERSTOOD, ()) if model is None else self._counter.retrieve(model)
        titled = text(command, Field.DESTINATION)
        destination = self._destinations.get(titled) or self._destinations.get("*", "")
        moving = number(command, Field.COMMAND) == Kind.C_MOVE
        if status == SUCCESS and moving and not destination:
            status = NO_DESTINATION
        if status != SUCCESS:
            association.send(incoming.context, _told(command, status))
            return
        objects = self._counter.objects([instance for instance, _, _ in wanted])
        pairs = list(dict.fromkeys((sop_class, syntax) for _, sop_class, syntax in wanted))
        brought = Brought([instance for instance, _, _ in wanted])
        outcomes = (
            move(objects, pairs, f"{titled}@{destination}", association.offer.called, number(command, Field.MESSAGE))
            if moving
            else hand_back(objects, association)
        )
        for outcome in outcomes:
            brought.count(outcome)
            association.send(incoming.context, _told(command, PENDING) | brought.told(ended=False))
        failed = brought.failures(syntax)
        final = _told(command, brought.status, failed) | brought.told(ended=True)
        association.send(incoming.context, final, failed)


def _told(request: Command, status: int, dataset: bytes = b"") -> dict[Field, str | int | bytes]:
    told = answer(request, status)
    for asked, here in (
        (Field.REQUESTED_CLASS, Field.AFFECTED_CLASS),
        (Field.REQUESTED_INSTANCE, Field.AFFECTED_INSTANCE),
    ):
        if asked in request:
            told[here] = request[asked]
    return told | {Field.DATASET: SOME_DATASET} if dataset else told


def _model(dataset: bytes, syntax: str) -> Model | None:
    """None where it cannot be read."""
    from harness.content.dicom import dataset_to_json

    try:
        model: Model = dataset_to_json(dataset, syntax)
    except (ValueError, LookupError):
        return None
    return model


def _encoded(model: Model, charset: str, syntax: str) -> bytes:
    from harness.content.dicom import json_to_dataset

    dataset: bytes = json_to_dataset(model, charset=charset, syntax=syntax)
    return dataset


def _is_syntax(uid: str) -> bool:
    """Whether the standard has such a transfer syntax."""
    from pydicom.uid import UID

    found = UID(uid)
    return uid in (EXPLICIT, IMPLICIT) or (not found.is_private and found.type == "Transfer Syntax")
