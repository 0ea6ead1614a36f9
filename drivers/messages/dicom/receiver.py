"""Our own receiving side: where an archive brings what a C-MOVE asked for, and its word on a storage commitment.

One for each address of ours in a process, open while a session uses it. A thread for each caller; where gevent has
patched the process, that is a greenlet. Not here: what is done with an object, which is its taker's affair.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from drivers.messages.dicom import datasets
from drivers.messages.dicom.association import Association
from drivers.messages.dicom.called import Called
from drivers.messages.dicom.commands import RESPONSE, Field, Kind, answer, number
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.negotiation import Offer
from drivers.messages.dicom.services import querying
from drivers.messages.dicom.wire import NotDicom
from harness.errors import BadInput

SUCCESS, PROCESSING_FAILURE, NOT_WAITED_FOR, NO_SUCH_OPERATION = 0x0000, 0x0110, 0x0124, 0x0211
_IDLE_S = 600.0  # a caller that says nothing for so long is hung up on
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Event:
    """What an N-EVENT-REPORT told."""

    kind: int  # 1: all of it, 2: with failures
    dataset: bytes
    syntax: str


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A retrieval that is under way."""

    identifier: bytes
    syntax: str
    take: Callable[[Fetched], None]
    studies: str | None = field(default=None)

    def of(self, study: str) -> bool:
        if self.studies is None:
            self.studies = datasets.value(datasets.read(self.identifier, self.syntax), "StudyInstanceUID")
        return study in self.studies.split("\\")


class Receiver:
    """Listens from when it is made until `close`."""

    def __init__(self, title: str, host: str, port: int) -> None:
        self.title = title
        self._retrievals: dict[int, _Waiting] = {}
        self._events: dict[str, Event | None] = {}
        self._called = Called(host, port, _accepted, self._converse, idle_s=_IDLE_S)
        self.port = self._called.port

    def close(self) -> None:
        """Stop listening and hang up."""
        self._called.close()

    @contextlib.contextmanager
    def retrieval(self, identifier: bytes, syntax: str, take: Callable[[Fetched], None]) -> Iterator[int]:
        """The message id under which a C-MOVE must be sent so that its objects are brought to `take`."""
        key = next(_numbers) % 0xFFFF + 1
        self._retrievals[key] = _Waiting(identifier=identifier, syntax=syntax, take=take)
        try:
            yield key
        finally:
            del self._retrievals[key]

    def expect(self, transaction: str) -> None:
        self._events[transaction] = None

    def event(self, transaction: str) -> Event | None:
        """What was reported about a transaction that is expected."""
        return self._events.get(transaction)

    def forget(self, transaction: str) -> None:
        self._events.pop(transaction, None)

    def _converse(self, association: Association) -> None:
        while True:
            self._answer(association, association.receive(time.monotonic() + _IDLE_S))

    def _answer(self, association: Association, incoming: Incoming) -> None:
        command = incoming.command
        kind = number(command, Field.COMMAND)
        if kind & RESPONSE or kind == Kind.C_CANCEL:
            return
        status = NO_SUCH_OPERATION
        if kind == Kind.C_ECHO:
            status = SUCCESS
        elif kind == Kind.C_STORE:
            status = self._stored(Fetched.of(association, incoming), number(command, Field.ORIGINATING_MESSAGE))
        elif kind == Kind.N_EVENT_REPORT:
            report = reported(association, incoming)
            if report is not None and report[0] in self._events:
                self._events[report[0]] = report[1]
            status = SUCCESS if report is not None else PROCESSING_FAILURE
        association.send(incoming.context, answer(command, status))

    def _stored(self, item: Fetched, asked_by: int) -> int:
        waiting = self._retrievals.get(asked_by) or self._by_study(item)
        if waiting is None:
            return NOT_WAITED_FOR
        waiting.take(item)
        return SUCCESS

    def _by_study(self, item: Fetched) -> _Waiting | None:
        """For an archive that does not say which message it was asked by."""
        all_of_them = tuple(self._retrievals.values())
        if len(all_of_them) == 1:
            return all_of_them[0]
        try:
            study = datasets.value(datasets.read(item.whole().dataset, item.transfer_syntax), "StudyInstanceUID")
            return next((each for each in all_of_them if each.of(study)), None)
        except NotDicom:
            return None


def reported(association: Association, incoming: Incoming) -> tuple[str, Event] | None:
    """The transaction that an N-EVENT-REPORT is about, and what it says; None where it cannot be read."""
    syntax = association.syntax(incoming.context)
    try:
        transaction = datasets.value(datasets.read(incoming.dataset, syntax), "TransactionUID")
    except NotDicom:
        return None
    return transaction, Event(number(incoming.command, Field.EVENT), incoming.dataset, syntax)


def _accepted(proposed: Offer) -> Mapping[int, str]:
    """Everything that can be brought, in the syntax that the peer names first: it is the one it has."""
    return {n: each.syntaxes[0] for n, each in proposed.contexts.items() if not querying(each.abstract)}


_open: dict[str, tuple[Receiver, int]] = {}
_opening = threading.Lock()


@functools.cache
def places(receive_at: str, calling: str) -> tuple[tuple[str, str, int], ...]:
    """The addresses of ours that the peer knows, with their AE titles: `10.0.0.9:11112`, or one for each process that
    may run at a time, `XH1@10.0.0.9:11112 XH2@10.0.0.9:11113`. Raises BadInput."""
    found = []
    for each in receive_at.split():
        title, _, address = each.rpartition("@")
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 0xFFFF:
            raise BadInput(
                f"receive_at 中的“{each}”不是接收地址。", hint="写法如 10.0.0.9:11112，或 AE标题@10.0.0.9:11112。"
            )
        found.append((title or calling, host.strip("[]"), int(port)))
    return tuple(found)


def opened(receive_at: str, calling: str) -> Receiver:
    """The receiver of this process at that address; whoever opened it must hand it back. Raises BadInput."""
    with _opening:
        receiver, users = _open.get(receive_at) or (_listening(receive_at, calling), 0)
        _open[receive_at] = (receiver, users + 1)
    return receiver


def hand_back(receive_at: str) -> None:
    """Close it if nobody else uses it."""
    with _opening:
        receiver, users = _open.pop(receive_at)
        if users > 1:
            _open[receive_at] = (receiver, users - 1)
            return
    receiver.close()


def _listening(receive_at: str, calling: str) -> Receiver:
    why = "没有写明地址"
    for title, host, port in places(receive_at, calling):
        try:
            return Receiver(title, host, port)
        except OSError as error:
            why = error.strerror or str(error)
    raise BadInput(
        f"不能在 {receive_at} 上接收影像：{why}。",
        hint="receive_at 应是本机空闲的端口；多个进程同时取影像时，请每个进程写一个“AE标题@主机:端口”，以空格分开。",
    )
