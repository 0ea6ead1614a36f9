"""One conversation with an application entity: associations come and go, each message gets its reply.

Persistent: one association for all messages, proposed anew when a class or syntax is asked for that it does not cover.
Otherwise one for each study that is stored, as modalities do, and one for each other message. Not here: bytes
(`association.py`), one request and its responses (`exchange.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from drivers.messages import replies
from drivers.messages.dicom import answers, commitment, receiver, services, statuses
from drivers.messages.dicom.asked import Asked, asked
from drivers.messages.dicom.association import Association, Rejected
from drivers.messages.dicom.commands import Field, Kind, number
from drivers.messages.dicom.exchange import Exchange
from drivers.messages.dicom.negotiation import offer
from drivers.messages.dicom.proposal import Proposal
from drivers.messages.dicom.receiver import Receiver
from drivers.messages.dicom.removal import remove
from drivers.messages.dicom.wire import NotDicom
from drivers.messages.line import Line
from harness.errors import Fault
from harness.message import MessageEndpoint, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind

_LOOK_S = 0.005  # between two looks at what has come on other associations


class DicomSession:
    """Asks one thing after another."""

    def __init__(self, endpoint: MessageEndpoint, opener: Callable[[], Line]) -> None:
        """Raises what `opener` and `Association.called` raise."""
        self._endpoint = endpoint
        self._open = opener
        self._proposal = Proposal(services.usual())
        self._study = ""  # of which the objects go over the association
        self._receiver: Receiver | None = None
        self._leaving: Association | None = None
        self._association: Association | None = None
        try:
            self._association = self._associated()
        except Rejected as rejected:
            if not rejected.transient:  # one that is merely busy is told so when it is asked for something
                raise
        if not endpoint.persistent:
            self._leave()

    def send(self, message: Outgoing, /) -> Reply:
        wanted = asked(message)
        try:
            if message.method == "REMOVE":
                return remove(self._endpoint, message.headers.get("study", ""))
            if wanted is None:
                return replies.unsendable(f"不认识的 DICOM 服务 {message.method}")
            reply = self._asked(wanted, message.headers)
        except Fault as fault:
            reply = replies.unopened(fault.message)
        except Rejected as rejected:
            reply = rejection(rejected)
        except TimeoutError:
            reply = replies.timed_out(self._endpoint.timeout_s)
        except NotDicom as error:
            reply = replies.no_answer(str(error))
        except OSError as error:
            reply = replies.lost(error)
        if reply.kind > ReplyKind.REFUSED:
            self._give_up()
        elif not self._endpoint.persistent and not self._study:
            self._leave()
        return reply

    def close(self) -> None:
        self._leave()
        self._part()
        if self._receiver is not None:
            self._receiver = None
            receiver.hand_back(self._endpoint.receive_at)

    def prepare(self, contexts: tuple[services.Context, ...]) -> Association:
        """An association that proposed these. Raises like the constructor."""
        self._proposal.add(contexts)
        association = self._association
        if association is not None and association.alive():
            if set(contexts) <= set(association.offer.contexts.values()):
                return association
            self._leave()
        self._association = self._associated()
        return self._association

    def receiving(self) -> Receiver:
        """Where the peer finds us. Raises BadInput."""
        if self._receiver is None:
            self._receiver = receiver.opened(self._endpoint.receive_at, self._endpoint.calling)
        return self._receiver

    def _asked(self, wanted: Asked, headers: Mapping[str, str]) -> Reply:
        if not self._endpoint.persistent:
            study = headers.get("study", "") if wanted.kind is Kind.C_STORE else ""
            if study != self._study or not study:
                self._leave()
                self._proposal = Proposal()
            self._study = study
        returned = services.returning() if wanted.kind is Kind.C_GET else ()
        association = self.prepare((wanted.context, *returned))
        if wanted.kind is Kind.C_MOVE:
            return self._moved(association, wanted, headers.get("destination", ""))
        exchange = Exchange(association, wanted)
        if wanted.kind is Kind.N_ACTION:
            # The receiver must listen before the archive can want to report to it.
            elsewhere = self.receiving() if self._endpoint.receive_at else None
            return commitment.asked(association, wanted, exchange, elsewhere)
        return exchange.reply()

    def _moved(self, association: Association, wanted: Asked, destination: str) -> Reply:
        """To us, where the message names no other destination."""
        exchange = Exchange(association, wanted)
        if destination:
            return exchange.reply(destination=destination)
        if not self._endpoint.receive_at:
            return replies.unsendable("C-MOVE 没有目的地，该端点没有写 receive_at")
        ours = self.receiving()
        with ours.retrieval(wanted.dataset, wanted.syntax, exchange.collected.add) as key:
            reply = exchange.reply(key, ours.title)
            if exchange.final is not None:
                due = number(exchange.final, Field.COMPLETED)
                until = association.due()
                # Some archives say that all is done before it is.
                while exchange.collected.count < due and time.monotonic() < until:
                    time.sleep(_LOOK_S)
        return reply

    def _associated(self) -> Association:
        self._part()
        endpoint = self._endpoint
        return Association.called(self._open(), offer(endpoint.called, endpoint.calling, self._proposal.contexts))

    def _leave(self) -> None:
        """Release without waiting: that time is nobody's."""
        if self._association is not None:
            self._part()
            self._association.leave()
            self._leaving, self._association = self._association, None

    def _part(self) -> None:
        if self._leaving is not None:
            self._leaving.part()
            self._leaving = None

    def _give_up(self) -> None:
        if self._association is not None:
            self._association.abort()
            self._association = None


def rejection(rejected: Rejected) -> Reply:
    """The peer declined the association: busy, or it does not know us."""
    if rejected.transient:
        return answers.of(ReplyKind.FAILED, ErrorClass.RESOURCES, str(rejected), statuses.REJECTED)
    return answers.of(ReplyKind.REFUSED, ErrorClass.PRIVILEGE, str(rejected), statuses.REJECTED)
