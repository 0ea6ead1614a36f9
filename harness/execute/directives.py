"""What a session is asked to do for one line of a script: SQL, or what the line's directive means.

Everything here runs in the session's own thread (`speaker.py`). Not here: when, and how long to wait (`play.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from harness.errors import Fault, StackRefused
from harness.execute.scratch import say
from harness.execute.script import Directive, Line
from harness.execute.speaker import Speaker, Work
from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import Session

if TYPE_CHECKING:
    from harness.execute.lab import Lab

# Statements whose number of affected rows belongs to the answer; of any other it is an accident of the client library.
CHANGES = re.compile(r"(insert|update|delete|merge|replace|upsert|with)\b", re.IGNORECASE)
OPENS_NOTHING = frozenset({Directive.CONNECT, Directive.CLOSE, Directive.IDLE, Directive.POOL})


def work(lab: Lab, line: Line, sql: str, speaker: Speaker, target: str, params: Mapping[str, Any]) -> Work:
    """The work of a line. `target` is what the server calls the session that KILL ends."""
    session = speaker.session
    match line.directive:
        case Directive.CONNECT:
            return lambda: _tried(lambda: lab.open(speaker, plain=line.argument == "PLAIN"))
        case Directive.CLOSE:
            return speaker.close
        case Directive.IDLE:
            return lambda: _idle(lab, float(line.argument))
        case Directive.POOL:
            return lambda: _tried(lambda: _pool(lab, int(line.argument)))
    assert session is not None
    match line.directive:
        case Directive.COMMIT:
            return session.commit
        case Directive.ROLLBACK:
            return session.rollback
        case Directive.KILL:
            return lambda: _kill(lab, session, target)
    return lambda: say(lab.driver, session, sql, params)


def _tried(connecting: Callable[[], Reply]) -> Reply:
    """A connection that is not granted is an answer like any other."""
    try:
        return connecting()
    except StackRefused as refusal:
        return Reply(ReplyKind.REFUSED, (), (), -1, ErrorClass.RESOURCES, str(refusal))
    except Fault as fault:
        return Reply(ReplyKind.UNREACHABLE, (), (), -1, ErrorClass.CONNECTION_LOST, str(fault))


def _idle(lab: Lab, seconds: float) -> Reply:
    lab.stop.wait(seconds)
    return Reply(ReplyKind.OK)


def _kill(lab: Lab, session: Session, target: str) -> Reply:
    """Whether it was done; what the server says to it (true, nothing, a number) is no behaviour of a database."""
    if not lab.kill or not target:
        return Reply(ReplyKind.FAILED, (), (), -1, ErrorClass.SYNTAX, "the product has no words for ending a session")
    reply = say(lab.driver, session, lab.kill.format(id=target))
    return Reply(reply.kind, (), (), -1, reply.error_class, reply.message)


def _pool(lab: Lab, size: int) -> Reply:
    """So many sessions open at once, each answering; the first that does not is the reply."""
    speakers = [Speaker(f"pool {n}") for n in range(size)]

    def one(speaker: Speaker) -> Reply:
        lab.open(speaker)
        assert speaker.session is not None
        return say(lab.driver, speaker.session, f"SELECT 1{lab.driver.words().get('dual', '')}")

    try:
        with ThreadPoolExecutor(max_workers=size) as opening:
            replies = list(opening.map(one, speakers))
    finally:
        for speaker in speakers:
            speaker.leave()
    failed = [reply for reply in replies if reply.kind is not ReplyKind.OK]
    return failed[0] if failed else Reply(ReplyKind.OK)
