"""One transaction against one user's sessions: the `Conversation` that packs are written against, and how it ends.

The hot path of both passes: look up the rendered statement, order its parameters, execute, take the time, note the
step; a message is composed before the clock starts. What a step is noted as is the executor's business (`noted`), so
the two passes share every line here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from harness.execute.peers import Peers
from harness.message import Message, Outgoing
from harness.model import Params, Rendered, Reply, ReplyKind, Row, Statement, Transaction
from harness.ports import Session

COMMIT, ROLLBACK = "commit", "rollback"  # steps too

# (step, reply, sent, answered, message): clocks in monotonic ns; the message that was sent, where one was
Noted = Callable[[str, Reply, int, int, Outgoing | None], None]

Arrived = Callable[[int], int]  # when the answer to what was sent at a moment was there


def _now(sent_ns: int) -> int:
    return time.monotonic_ns()


# What a pack's own Python raises when a system answered something that the script cannot go on with.
SCRIPT = "业务脚本无法继续："
_SCRIPT_ERRORS = (TypeError, LookupError, ValueError, ArithmeticError, AttributeError)


class StepNotOk(Exception):
    """Leaves `act` when a step's reply is not ok."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.message)
        self.reply = reply


class Refusal(Exception):
    """Leaves `act` when the hospital's own rule says no."""


class Talk:
    """`harness.model.Conversation` over one user's sessions. One per user; reused for every transaction."""

    __slots__ = ("_arrived", "_noted", "_on_a_leg", "_peers", "_rendered", "_session", "_told")

    def __init__(
        self,
        session: Session,
        rendered: Mapping[str, Rendered],
        noted: Noted,
        peers: Peers | None = None,
        arrived: Arrived = _now,
    ) -> None:
        self._session = session
        self._rendered = rendered
        self._noted = noted
        self._arrived = arrived
        self._peers = peers or {}
        self._told = False  # whether the database was told anything that is neither committed nor rolled back
        self._on_a_leg = False

    def rows(self, statement: Statement, /, **params: Any) -> Sequence[Row]:
        return self._ask(statement, params, ReplyKind.OK).rows

    def row(self, statement: Statement, /, **params: Any) -> Row | None:
        rows = self._ask(statement, params, ReplyKind.OK).rows
        return rows[0] if rows else None

    def change(self, statement: Statement, /, **params: Any) -> int:
        return self._ask(statement, params, ReplyKind.OK).affected

    def send(self, message: Message, /, **params: Any) -> Reply:
        return self._post(message, params, ReplyKind.OK)

    def attempt(self, step: Statement | Message, /, **params: Any) -> Reply:
        if isinstance(step, Message):
            return self._post(step, params, ReplyKind.REFUSED)
        return self._ask(step, params, ReplyKind.REFUSED)

    def leg(self, name: str) -> None:
        if self._on_a_leg:
            reply = self.end(COMMIT)
            if reply.kind:
                raise StepNotOk(reply)
        self._on_a_leg = True

    def _post(self, message: Message, params: Params, worst: ReplyKind) -> Reply:
        """One message; a reply worse than `worst` ends the transaction."""
        peer = self._peers[message.interface]
        outgoing = message.compose(charset=peer.charset, **params)
        sent = time.monotonic_ns()
        reply = peer.session.send(outgoing)
        self._noted(message.name, reply, reply.sent_ns or sent, reply.arrived_ns or self._arrived(sent), outgoing)
        if reply.kind > worst:
            raise StepNotOk(reply)
        return reply

    def _ask(self, statement: Statement, params: Params, worst: ReplyKind) -> Reply:
        """One statement; a reply worse than `worst` ends the transaction."""
        rendered = self._rendered[statement.name]
        values = [params[name] for name in rendered.order]
        self._told = True
        sent = time.monotonic_ns()
        reply = self._session.execute(rendered, values)
        self._noted(rendered.name, reply, sent, self._arrived(sent), None)
        if reply.kind > worst:
            raise StepNotOk(reply)
        return reply

    def refuse(self, reason: str) -> NoReturn:
        raise Refusal(reason)

    def end(self, step: str, *, kind: ReplyKind | None = None) -> Reply:
        """Commit or roll back as a step of its own, though the server is only asked where it was told something;
        `kind` overrides an ok reply (a refusal's rollback)."""
        sent = time.monotonic_ns()
        if not self._told:
            reply = Reply(ReplyKind.OK)
        else:
            reply = self._session.commit() if step is COMMIT else self._session.rollback()
        answered = self._arrived(sent)
        self._told = False
        if kind is not None and reply.kind is ReplyKind.OK:
            reply.kind = kind
        self._noted(step, reply, sent, answered, None)
        return reply

    def ended(self) -> None:
        """The transaction is over, however it ended."""
        self._on_a_leg = False


def perform(transaction: Transaction, params: Params, talk: Talk) -> tuple[ReplyKind, str]:
    """Run one transaction to its end; its outcome and, where it was refused or stuck, the reason in words."""
    outcome, reason, _ = carry_out(transaction.act, params, talk)
    return outcome, reason


def carry_out(act: Callable[..., Any], params: Params, talk: Talk) -> tuple[ReplyKind, str, Any]:
    """`perform` for any piece of business; what it returned is handed on."""
    try:
        value = act(talk, **params)
        return talk.end(COMMIT).kind, "", value
    except StepNotOk as stopped:
        talk.end(ROLLBACK)
        return stopped.reply.kind, "", None
    except Refusal as refusal:
        talk.end(ROLLBACK, kind=ReplyKind.REFUSED)
        return ReplyKind.REFUSED, str(refusal), None
    except _SCRIPT_ERRORS as stuck:
        talk.end(ROLLBACK, kind=ReplyKind.FAILED)
        return ReplyKind.FAILED, f"{SCRIPT}{type(stuck).__name__}: {stuck}", None
    finally:
        talk.ended()


def lost(outcome: ReplyKind) -> bool:
    """Whether the session is gone and a new one is needed."""
    return outcome is ReplyKind.UNREACHABLE
