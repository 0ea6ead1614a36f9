"""Which cases one message has, and which comes next: the error-handling battery's list for a message on one stack.

Bad messages come from `harness.content.battery`, bad connections from the driver; repeating and swapping are here,
because they need more than one message. Not here: carrying a case out (`battery_trials.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from harness.content.battery import Bad, Expect, Knowledge, battery
from harness.content.dicom.bad_messages import bad_messages, carries_images
from harness.errors import Fault
from harness.message import Message, Misbehaviour, Outgoing

GOOD, REPLAY, OUT_OF_ORDER = "good", "replay", "out_of_order"
_BIG = frozenset({"oversized", "rare_characters"})  # what is made of the free text
_PROOFS = 3  # good messages in a row that are not accepted, the case's own among them
_LOST = 8  # good messages in a row that are not accepted: this one takes no more
_VAIN = 12  # good messages in a row that have nothing for the cases that are left
_ACCEPTED, _UNNUMBERED = "应接受", "报文没有编号，重复无从识别；两侧应答类别相同即可"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, ready to be sent."""

    name: str
    title: str
    expect: Expect
    expected: str
    before: tuple[Outgoing, ...] = ()  # sent before the good message, over one connection
    how: Misbehaviour | None = None
    waits: bool = False  # the good message itself is held back until the next one was sent
    after: tuple[Outgoing, ...] = ()  # sent after the good message


NONE_SENT = Case(name="", title="全部用例", expect=Expect.ALIKE, expected=Expect.ALIKE.label)


class Course:
    """One message on its way through its cases. Each case uses up one good message of the workload."""

    def __init__(self, message: Message, ways: Collection[Misbehaviour]) -> None:
        self.message = message
        self._ways = ways
        self._known: Knowledge = message.battery or Knowledge()
        self._open: dict[str, Case] = {}  # seen in some good message and not done
        self._done: set[str] = set()
        self._to_prove = True  # the next good message goes alone: first of all, and after one that was not accepted
        self._held: Outgoing | None = None
        self._last: Outgoing | None = None
        self._refused = 0  # good messages in a row
        self._again: set[str] = set()  # had its message; the next one is the last
        self._vain = 0
        self.sent = False

    @property
    def open(self) -> bool:
        waiting = self._to_prove or self._held is not None or bool(self._open)
        return waiting and self._vain < _VAIN and self._refused < _LOST

    @property
    def left(self) -> tuple[Case, ...]:
        """What could have been done with another message."""
        return tuple(self._open.values())

    def next(self, good: Outgoing, charset: str) -> Case | None:
        """What is to be done with this message; None: send it and nothing else."""
        self.sent = True
        if self._held is not None:
            return self._swapped(self._held)
        first = GOOD not in self._done
        if self._to_prove and not first:
            return self._alone()
        fitting = self._undone(self._of_connections())
        if first or not fitting:  # as late as may be: some of the bad messages are big
            fitting |= self._undone(self._of_bodies(good, charset))
        self._open.update(fitting)
        if first:
            return self._alone()
        case = next(iter(fitting.values()), None)
        self._vain = 0 if case else self._vain + 1
        return case

    def _undone(self, cases: Iterator[Case]) -> dict[str, Case]:
        return {case.name: case for case in cases if case.name not in self._done}

    def hold(self, good: Outgoing) -> None:
        self._held = good

    def done(self, case: Case, good: Outgoing, *, accepted: bool, took: bool) -> None:
        """The case was carried out; whether the good message was accepted, and whether something was taken before it.

        A message that is not accepted although nothing stood in its way may be one that business itself forbids: the
        case gets another one, once.
        """
        self._held = None
        self._refused = 0 if accepted else self._refused + 1
        self._to_prove = 0 < self._refused < _PROOFS  # else nobody would believe in another
        if accepted:
            self._last = good
        if accepted or took or case.name in self._again:
            self._done.add(case.name)
            self._open.pop(case.name, None)
        self._again.add(case.name)
        if not _BIG & set(self._open):
            self._known = replace(self._known, free_text="")  # a megabyte per message, for what is done

    def _of_connections(self) -> Iterator[Case]:
        for way in self._ways:
            yield self._case(way.value, way.label, Expect.ONCE, way.expected, how=way)
        if self._last is not None:
            again = (self._last,)
            yield self._case(REPLAY, "较早的报文再次到达", Expect.ONCE, Expect.ONCE.label, before=again)
        title = "乱序：后一份先到，前一份后到"
        yield Case(name=OUT_OF_ORDER, title=title, expect=Expect.ALIKE, expected=Expect.ALIKE.label, waits=True)

    def _of_bodies(self, good: Outgoing, charset: str) -> Iterator[Case]:
        if carries_images(good):
            for each in bad_messages(good):
                yield self._case(each.name, each.title, each.expect, each.expect.label, before=each.messages)
            return
        made = self._bad(good.body, charset) if good.body else ()
        for bad in sorted(made, key=lambda bad: bad.name not in _BIG):
            bodies = tuple(replace(good, body=body) for body in bad.bodies)
            yield self._case(bad.name, bad.title, bad.expect, bad.expect.label, before=bodies)

    def _bad(self, good: bytes, charset: str) -> tuple[Bad, ...]:
        content = self.message.sends or self.message.content
        try:
            return battery(good, content, charset, self._known)
        except (ValueError, SyntaxError) as error:  # of a JSON text; of XML
            raise Fault(
                f"报文 {self.message.name} 自身读不成 {content}（{charset}）：{error}",
                hint="这是场景包的错误：请核对该报文的 content、sends 和 compose。",
            ) from None

    def _case(self, name: str, title: str, expect: Expect, expected: str, **more: object) -> Case:
        """Only what carries a number of its own can be known again."""
        if expect is Expect.ONCE and not self._known.identity:
            once = Expect.ONCE.label in expected
            expect, expected = Expect.ALIKE, _UNNUMBERED if once else expected
        return Case(name=name, title=title, expect=expect, expected=expected, **more)  # type: ignore[arg-type]

    def _swapped(self, held: Outgoing) -> Case:
        return replace(self._open[OUT_OF_ORDER], waits=False, after=(held,))

    @staticmethod
    def _alone() -> Case:
        return Case(name=GOOD, title="正常报文", expect=Expect.ALIKE, expected=_ACCEPTED)
