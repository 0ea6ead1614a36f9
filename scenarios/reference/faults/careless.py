"""A desk at which the stage "store" goes wrong: it stands before the real one. Not here: which faults there are."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import Column
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import BindParameter

from harness.content.path import pattern
from harness.message import Message
from harness.model import Conversation, Reply, ReplyKind, Row, Statement
from scenarios.reference.faults.fault import RefusalFault, ValueFault, WorkFault
from scenarios.reference.faults.switches import Applied, Switched
from scenarios.reference.service import Desk, Outcome

_UNDONE = "（故障开关：做完而不入库）"


class CarelessDesk:
    """`Desk` with faults."""

    def __init__(self, desk: Desk, faults: Sequence[Switched], applied: Applied) -> None:
        self._desk = desk
        self._inside = [each for each in faults if isinstance(each.fault, ValueFault | RefusalFault)]
        self._works = [each for each in faults if isinstance(each.fault, WorkFault)]
        self._applied = applied

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        carry = functools.partial(self._carried, act, params)
        if not self._works:
            return carry(True)
        switched = self._works[0]
        assert isinstance(switched.fault, WorkFault)
        self._applied(switched, getattr(act, "__name__", ""), "", "")
        return switched.fault.how(carry)

    def _carried(self, act: Callable[..., Any], params: Mapping[str, Any], keep: bool) -> Outcome:
        returned: list[Any] = []

        def careless(conversation: Conversation, **params: Any) -> Any:
            returned.append(act(_Careless(conversation, self._inside, self._applied), **params))
            if not keep:
                conversation.refuse(_UNDONE)
            return returned[-1]

        outcome = self._desk.carry_out(careless, **params)
        if not keep and outcome.kind is ReplyKind.REFUSED and outcome.reason == _UNDONE:
            return Outcome(kind=ReplyKind.OK, value=returned[-1])
        return outcome


class _Careless:
    """`Conversation` that hands wrong values on. One column of each row, so that it is known which."""

    def __init__(self, conversation: Conversation, faults: Sequence[Switched], applied: Applied) -> None:
        self._conversation = conversation
        self._values = [(each, each.fault) for each in faults if isinstance(each.fault, ValueFault)]
        self._halves = [each for each in faults if isinstance(each.fault, RefusalFault)]
        self._applied = applied
        if self._halves:
            conversation.leg("")  # so that the next one keeps what was done

    def rows(self, statement: Statement, /, **params: Any) -> Sequence[Row]:
        return self._conversation.rows(statement, **params)

    def row(self, statement: Statement, /, **params: Any) -> Row | None:
        return self._conversation.row(statement, **params)

    def change(self, statement: Statement, /, **params: Any) -> int:
        return self._conversation.change(statement, **self._spoilt(statement, params))

    def send(self, message: Message, /, **params: Any) -> Reply:
        return self._conversation.send(message, **params)

    def attempt(self, step: Statement | Message, /, **params: Any) -> Reply:
        if isinstance(step, Message):
            return self._conversation.attempt(step, **params)
        return self._conversation.attempt(step, **self._spoilt(step, params))

    def leg(self, name: str) -> None:
        self._conversation.leg(name)

    def refuse(self, reason: str) -> NoReturn:
        if self._halves:
            self._conversation.leg("")
            self._applied(self._halves[0], "", "", reason)
        self._conversation.refuse(reason)

    def _spoilt(self, statement: Statement, params: dict[str, Any]) -> dict[str, Any]:
        columns = written_columns(statement.body)
        for switched, fault in self._values:
            for name, column in columns.items():
                where = f"{column.table.name}.{column.name}"
                wanted = not switched.at or pattern(switched.at).covers(where)
                if name in params and wanted and fault.fits(column, params[name]):
                    before, params = params[name], params | {name: fault.change(column, params[name])}
                    self._applied(switched, where, before, params[name])
                    break
        return params


def written_columns(body: Any) -> dict[str, Column[Any]]:
    """Parameter → the column that a statement writes it into."""
    if not isinstance(body, Insert | Update):
        return {}
    written: Mapping[Any, Any] = body._values or {}  # columns, or their names where the statement was given names
    columns: Any = body.table.c
    return {
        bind.key: columns[column] if isinstance(column, str) else column
        for column, bind in written.items()
        if isinstance(bind, BindParameter) and bind.required
    }
