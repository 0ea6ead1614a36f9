"""One request on an association and what comes until its final response, as a reply. Not here: associations coming and
going (`session.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.messages import replies
from drivers.messages.dicom import answers, statuses
from drivers.messages.dicom.answers import Collected, DicomReply
from drivers.messages.dicom.asked import Asked
from drivers.messages.dicom.association import Association
from drivers.messages.dicom.commands import NO_DATASET, RESPONSE, Command, Field, Kind, answer, number
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.receiver import Event, reported
from drivers.messages.dicom.wire import NotDicom
from harness.model import ErrorClass, Reply, ReplyKind

_SUCCESS, _NO_SUCH_OPERATION = 0x0000, 0x0211
_TAKEN = (Kind.C_STORE, Kind.C_ECHO, Kind.N_EVENT_REPORT)
_RETRIEVING = (Kind.C_GET, Kind.C_MOVE)
_WITH_DATASETS = (Kind.C_FIND, Kind.N_CREATE, Kind.N_SET)


def converse(
    association: Association, context: int, command: Command, dataset: bytes, progress: Callable[[], int] = lambda: 0
) -> Iterator[Incoming]:
    """What the peer says to a request until its final response, and what it asks meanwhile.

    A request of its own is answered when the next message is wanted. `progress`: what changes while the peer works
    elsewhere for us, so that its silence here is no silence.
    """
    deadline = association.send(context, command, dataset)
    asked, reached = number(command, Field.MESSAGE), progress()
    while True:
        try:
            incoming = association.receive(deadline)
        except TimeoutError:
            if progress() == reached:
                raise
            reached, deadline = progress(), association.due()
            continue
        kind = number(incoming.command, Field.COMMAND)
        if not kind & RESPONSE:
            yield incoming
            serve(association, incoming)
        elif number(incoming.command, Field.ANSWERED) == asked:
            yield incoming
            if number(incoming.command, Field.STATUS) not in statuses.PENDING:
                return
        deadline = association.due()


def serve(association: Association, incoming: Incoming) -> None:
    """Answer a request of the peer's."""
    kind = number(incoming.command, Field.COMMAND)
    if kind != Kind.C_CANCEL:
        status = _SUCCESS if kind in _TAKEN else _NO_SUCH_OPERATION
        association.send(incoming.context, answer(incoming.command, status))


class Exchange:
    """One request and what it brought."""

    __slots__ = ("_asked", "_association", "_matches", "collected", "events", "final")

    def __init__(self, association: Association, asked: Asked) -> None:
        self._association = association
        self._asked = asked
        self._matches: list[tuple[bytes, str]] = []
        self.collected = Collected()
        self.events: dict[str, Event] = {}  # by transaction
        self.final: Command | None = None

    def reply(self, message: int = 0, destination: str = "") -> Reply:
        """Ask and wait. `message`: the id under which to ask, where that matters."""
        association, asked = self._association, self._asked
        context = association.contexts.get((asked.abstract, asked.syntax))
        if context is None:
            return not_accepted(association, asked)
        try:
            command = asked.command(message or association.number(), destination)
            for incoming in converse(association, context, command, asked.dataset, lambda: self.collected.count):
                self._take(incoming)
        except TimeoutError:
            return self._partly(replies.timed_out(association.timeout_s, association.pending))
        except NotDicom as error:
            return self._partly(replies.no_answer(str(error)))
        except OSError as error:
            return self._partly(replies.lost(error, association.pending))
        assert self.final is not None
        return answers.answered(self.final, asked.kind, self._body(self.final))

    def _take(self, incoming: Incoming) -> None:
        command = incoming.command
        kind = number(command, Field.COMMAND)
        if kind & RESPONSE:
            if command[Field.DATASET] != NO_DATASET:
                self._matches.append((incoming.dataset, self._association.syntax(incoming.context)))
            if number(command, Field.STATUS) not in statuses.PENDING:
                self.final = command
        elif kind == Kind.C_STORE:
            self.collected.add(Fetched.of(self._association, incoming))
        elif kind == Kind.N_EVENT_REPORT and (report := reported(self._association, incoming)) is not None:
            self.events[report[0]] = report[1]

    def _body(self, final: Command) -> Callable[[], bytes] | None:
        if self._asked.kind in _RETRIEVING:
            return lambda: self.collected.body(final)
        if self._asked.kind in _WITH_DATASETS:
            return lambda: answers.as_json(self._matches)
        return None

    def _partly(self, reply: Reply) -> Reply:
        """A reply of which some came, but not its end."""
        if self._matches or self.collected.count:
            reply.status = statuses.PENDING_LOST
        return reply


def event_reply(event: Event) -> Reply:
    """What an archive answers to a storage commitment in the end."""
    said = (event.dataset, event.syntax)
    told = statuses.COMMITTED if event.kind == 1 else statuses.NOT_COMMITTED
    return DicomReply(told, told.text, lambda: answers.as_json([said]))


def not_accepted(association: Association, asked: Asked) -> Reply:
    """The peer took no presentation context for it."""
    numbers = [n for n, each in association.offer.contexts.items() if each == asked.context]
    why = next(filter(None, map(association.agreement.declined.get, numbers)), "对端没有接受")
    told = f"{why}：{asked.abstract}，传输语法 {asked.syntax}"
    return answers.of(ReplyKind.REFUSED, ErrorClass.UNKNOWN_OBJECT, told, statuses.NOT_ACCEPTED)
