"""One transaction against one session: the `Conversation` that packs are written against, and how it ends.

The hot path of both passes: look up the rendered statement, order its parameters, execute, take the time, note the
step. What a step is noted as is the executor's business (`noted`), so the two passes share every line here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from harness.model import Params, Rendered, Reply, ReplyKind, Row, Statement, Transaction
from harness.ports import Session

COMMIT = Rendered(name="commit", sql="", order=(), returns_rows=False)
ROLLBACK = Rendered(name="rollback", sql="", order=(), returns_rows=False)

Noted = Callable[[Rendered, Reply, int, int], None]  # (statement, reply, sent, answered) in monotonic ns

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
    """`harness.model.Conversation` over one session. One per user; reused for every transaction."""

    __slots__ = ("_noted", "_rendered", "_session")

    def __init__(self, session: Session, rendered: Mapping[str, Rendered], noted: Noted) -> None:
        self._session = session
        self._rendered = rendered
        self._noted = noted

    def rows(self, statement: Statement, /, **params: Any) -> Sequence[Row]:
        return self._send(statement, params, ReplyKind.OK).rows

    def row(self, statement: Statement, /, **params: Any) -> Row | None:
        rows = self._send(statement, params, ReplyKind.OK).rows
        return rows[0] if rows else None

    def change(self, statement: Statement, /, **params: Any) -> int:
        return self._send(statement, params, ReplyKind.OK).affected

    def attempt(self, statement: Statement, /, **params: Any) -> Reply:
        return self._send(statement, params, ReplyKind.REFUSED)

    def _send(self, statement: Statement, params: Params, worst: ReplyKind) -> Reply:
        """One step; a reply worse than `worst` ends the transaction."""
        rendered = self._rendered[statement.name]
        values = [params[name] for name in rendered.order]
        sent = time.monotonic_ns()
        reply = self._session.execute(rendered, values)
        self._noted(rendered, reply, sent, time.monotonic_ns())
        if reply.kind > worst:
            raise StepNotOk(reply)
        return reply

    def refuse(self, reason: str) -> NoReturn:
        raise Refusal(reason)

    def end(self, statement: Rendered, *, kind: ReplyKind | None = None) -> Reply:
        """Commit or roll back as a step of its own; `kind` overrides an ok reply (a refusal's rollback)."""
        sent = time.monotonic_ns()
        reply = self._session.commit() if statement is COMMIT else self._session.rollback()
        answered = time.monotonic_ns()
        if kind is not None and reply.kind is ReplyKind.OK:
            reply.kind = kind
        self._noted(statement, reply, sent, answered)
        return reply


def perform(transaction: Transaction, params: Params, talk: Talk) -> tuple[ReplyKind, str]:
    """Run one transaction to its end; its outcome and, where it was refused or stuck, the reason in words."""
    try:
        transaction.act(talk, **params)
    except StepNotOk as stopped:
        talk.end(ROLLBACK)
        return stopped.reply.kind, ""
    except Refusal as refusal:
        talk.end(ROLLBACK, kind=ReplyKind.REFUSED)
        return ReplyKind.REFUSED, str(refusal)
    except _SCRIPT_ERRORS as stuck:
        talk.end(ROLLBACK, kind=ReplyKind.FAILED)
        return ReplyKind.FAILED, f"{SCRIPT}{type(stuck).__name__}: {stuck}"
    return talk.end(COMMIT).kind, ""


def lost(outcome: ReplyKind) -> bool:
    """Whether the session is gone and a new one is needed."""
    return outcome is ReplyKind.UNREACHABLE
