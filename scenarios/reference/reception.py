"""One interface of the application: a message comes in, its handler is asked, and faults that are on have their way.

Not here: sockets (`doors.py`), the handlers (the packs).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness.errors import Fault
from harness.message import Interface
from scenarios.reference.faults.careless import CarelessDesk
from scenarios.reference.faults.fault import ReplyFault, TransportFault
from scenarios.reference.faults.message import spoken
from scenarios.reference.faults.switches import Switched, Switches
from scenarios.reference.log import Log
from scenarios.reference.service import Answer, Desk, Handler, Request

# What a handler's own Python raises when it did not expect a message; SyntaxError is what unreadable XML raises.
STUMBLES = (
    *(ValueError, LookupError, TypeError, ArithmeticError, AttributeError, AssertionError, RuntimeError, SyntaxError),
    Fault,
)
IMAGING_KINDS = ("dicom", "dicomweb")
_CONTENTS = {"hl7", "json", "xml", "soap"}
Apology = Callable[[Request, str], Answer]  # what an interface says where its handler stumbled


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What goes back for one message."""

    answer: Answer | None  # None: silence
    times: int = 1
    hangs_up: bool = False  # instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """One interface that answers."""

    interface: Interface
    charset: str
    handler: Handler
    desk: Desk
    apologise: Apology
    switches: Switches
    log: Log

    def take(self, request: Request) -> Delivery:
        on = self.on()
        if not on:
            return Delivery(answer=self._handled(request, self.desk))
        ways = [(each, each.fault) for each in on if isinstance(each.fault, TransportFault)]
        for each, _ in ways:
            self.switches.note(each, "", "", "")
        desk = CarelessDesk(self.desk, on, self.switches.note)
        answer: Answer | None = None
        for _ in range(_agreed(way.deliveries for _, way in ways)):
            answer = self._spoilt(self._handled(request, desk), on)
        time.sleep(sum(each.milliseconds or way.milliseconds for each, way in ways) / 1000)
        times = _agreed(way.answers for _, way in ways)
        hangs_up = any(way.hangs_up for _, way in ways)
        return Delivery(answer=answer if times else None, times=times, hangs_up=hangs_up)

    def on(self) -> Sequence[Switched]:
        """The faults that are on here."""
        spoken_here = {"dicom"} if self.interface.kind in IMAGING_KINDS else _CONTENTS
        switched = self.switches.on(self.interface.name)
        return [each for each in switched if spoken_here.intersection(each.fault.contents)]

    def _handled(self, request: Request, desk: Desk) -> Answer:
        try:
            return self.handler(request, desk)
        except STUMBLES as error:
            kind = type(error).__name__
            self.log.say(f"{self.interface.name}：处理报文时出错：{kind}: {error}")
            # Without the words of the error: they may be a product's own, and replies are compared.
            return self.apologise(request, f"应用处理报文时出错（{kind}）")

    def _spoilt(self, answer: Answer, on: Sequence[Switched]) -> Answer:
        if not any(isinstance(each.fault, ReplyFault) for each in on):
            return answer
        said = spoken(answer, self.charset)
        for each in on:
            if isinstance(each.fault, ReplyFault) and said.content in each.fault.contents:
                edited = each.fault.edit(said, each.at)
                if edited is not None:
                    said, where = edited
                    self.switches.note(each, where, "", "")
        return said.answer


def _agreed(numbers: Iterable[int]) -> int:
    """How often, where several faults have a say: never wins, else the most."""
    wanted = [1, *numbers]
    return 0 if 0 in wanted else max(wanted)
