"""The cases of one pack on one stack, carried out while its transactions run: before a good message leaves, a bad one
made of it does; then the good one goes its ordinary way and shows that the system can go on.

So every case meets the system in the middle of real business, and the business goes on as if nothing had been.
Not here: which case comes next (`battery_cases.py`), which transactions run (`battery_items.py`).
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.errors import Fault
from harness.execute.battery_cases import NONE_SENT, Case, Course
from harness.execute.battery_rows import RowCounts, Rows, growth
from harness.execute.conversation import Noted, StepNotOk, Talk
from harness.execute.peers import MessageDriverFor, Peers
from harness.message import Message, Outgoing
from harness.model import CaseRecord, Item, Pack, Params, Rendered, Reply, ReplyKind, Statement
from harness.ports import MessageDriver, Session

PATIENCE_S = 3.0  # for the answer to what may rightly get none
SLOWER = 10.0  # than the answer to a good message: so long at least
_NO_ITEM = Item(seq=0, transaction="", params={})


def wanted(pack: Pack, endpoints: frozenset[str]) -> list[Message]:
    """The messages that the pack's interfaces want tested, as far as they are in use."""
    return [
        pack.messages[name]
        for interface in pack.interfaces
        for name in interface.battery
        if interface.name in endpoints
    ]


@dataclass(slots=True)
class _Went:
    """What was sent beside the good message, and what came of it."""

    rows: Rows  # after the last thing
    replies: list[Reply] = field(default_factory=list)
    left: list[dict[str, int]] = field(default_factory=list)


class Trials:
    """All courses of a pack on one stack."""

    def __init__(
        self,
        messages: Sequence[Message],
        drivers: Mapping[str, MessageDriver],
        driver_for: MessageDriverFor,
        counts: RowCounts,
        note: Callable[[CaseRecord], object],
    ) -> None:
        # What a connection suffers is the interface's affair: one of its messages is enough to show it.
        first = {message.interface: message.name for message in reversed(messages)}
        ways = {name: drivers[interface].misbehaviours for interface, name in first.items()}
        self.courses = {message.name: Course(message, ways.get(message.name, ())) for message in messages}
        self.senders: defaultdict[str, set[str]] = defaultdict(set)  # transaction → messages of ours that it sends
        self.item = _NO_ITEM  # which is being carried out
        self._drivers, self._driver_for = drivers, driver_for
        self._counts, self._note = counts, note
        self._impatient: dict[str, MessageDriver] = {}
        self._rows: Rows | None = None  # as last counted; None: something else may have changed them since

    def open(self) -> frozenset[str]:
        """The messages that have cases left."""
        return frozenset(name for name, course in self.courses.items() if course.open)

    def of(self, message: Message) -> Course | None:
        course = self.courses.get(message.name)
        if course is None:
            return None
        self.senders[self.item.transaction].add(message.name)
        return course if course.open else None

    def moved(self) -> None:
        """Something beside the trials may have changed rows."""
        self._rows = None

    def tried(self, course: Course, good: Outgoing, post: Callable[[], Reply]) -> Reply:
        """The reply to the good message, after all that its case does before, and before all that it does after."""
        case = course.next(good, self._drivers[course.message.interface].endpoint.charset)
        if case is None:
            self.moved()
            return post()
        if case.waits:
            course.hold(good)
            return Reply(ReplyKind.TIMED_OUT, message="这份报文留到后一份之后再发")  # ends its transaction
        went = self._before(course, case, good)
        self._rows = None
        sent = time.monotonic()
        reply = post()
        self._learn(course.message.interface, time.monotonic() - sent)
        rows = self._after(reply, went.rows)
        good_left, went.rows = growth(went.rows, rows), rows
        self._say(went, course, case.after)
        self._rows = went.rows
        took = any(went.left) or any(each.kind is ReplyKind.OK for each in went.replies)
        course.done(case, good, accepted=reply.kind is ReplyKind.OK, took=took)
        record = _record(self.item, course, case)
        self._note(
            replace(
                record,
                replies=tuple(each.kind.label for each in went.replies),
                said=tuple(each.message for each in went.replies),
                left=tuple(went.left),
                good=reply.kind.label,
                good_left=good_left,
            )
        )
        return reply

    def give_up(self) -> None:
        """What no message was left for is said, too."""
        for course in self.courses.values():
            for case in course.left if course.sent else (NONE_SENT,):
                self._note(_record(_NO_ITEM, course, case))

    def _before(self, course: Course, case: Case, good: Outgoing) -> _Went:
        went = _Went(rows=self._counts.now() if self._rows is None else self._rows)
        if case.how is not None:
            answers = self._impatient_driver(course).misbehave(case.how, good)
            heard = bool(answers) and answers[-1].kind < ReplyKind.TIMED_OUT
            rows = self._counts.now() if heard else self._counts.settled(went.rows)
            went.replies, went.left, went.rows = list(answers), [growth(went.rows, rows)], rows
        self._say(went, course, case.before)
        return went

    def _say(self, went: _Went, course: Course, messages: Sequence[Outgoing]) -> None:
        """Send messages one after another over a connection of their own."""
        if not messages:
            return
        with contextlib.ExitStack() as opened:
            try:
                session = self._impatient_driver(course).connect()
            except Fault as fault:
                went.replies.append(Reply(ReplyKind.UNREACHABLE, message=fault.message))
                return
            opened.callback(session.close)
            for message in messages:
                reply = session.send(message)
                rows = self._after(reply, went.rows)
                went.replies.append(reply)
                went.left.append(growth(went.rows, rows))
                went.rows = rows

    def _after(self, reply: Reply, before: Rows) -> Rows:
        return self._counts.now() if reply.kind < ReplyKind.TIMED_OUT else self._counts.settled(before)

    def _impatient_driver(self, course: Course) -> MessageDriver:
        return self._impatient[course.message.interface]

    def _learn(self, interface: str, seconds: float) -> None:
        """How long to wait for answers of this interface, by the first that was good."""
        if interface not in self._impatient:
            endpoint = self._drivers[interface].endpoint
            patience_s = min(endpoint.timeout_s, max(PATIENCE_S, SLOWER * seconds))
            self._impatient[interface] = self._driver_for(replace(endpoint, timeout_s=patience_s))


def _record(item: Item, course: Course, case: Case) -> CaseRecord:
    return CaseRecord(
        seq=item.seq,
        transaction=item.transaction,
        interface=course.message.interface,
        message=course.message.name,
        case=case.name,
        title=case.title,
        expected=case.expected,
        expect=case.expect.value,
    )


class TalkOnTrial(Talk):
    """A conversation whose messages are tried before they leave."""

    __slots__ = ("_trials",)

    def __init__(
        self, session: Session, rendered: Mapping[str, Rendered], noted: Noted, peers: Peers, trials: Trials
    ) -> None:
        super().__init__(session, rendered, noted, peers)
        self._trials = trials

    def _ask(self, statement: Statement, params: Params, worst: ReplyKind) -> Reply:
        self._trials.moved()
        return super()._ask(statement, params, worst)

    def _post(self, message: Message, params: Params, worst: ReplyKind) -> Reply:
        course = self._trials.of(message)
        if course is None:
            self._trials.moved()
            return super()._post(message, params, worst)
        good = message.compose(charset=self._peers[message.interface].charset, **params)
        reply = self._trials.tried(
            course, good, lambda: super(TalkOnTrial, self)._post(message, params, ReplyKind.UNREACHABLE)
        )
        if reply.kind > worst:
            raise StepNotOk(reply)
        return reply
