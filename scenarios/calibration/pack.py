"""Two packs without a hospital behind them: numbered questions in SQL, and the same over HTTP.

The reference server draws a time for each number and keeps how long it took. Not here: the server
(`drivers/calibration`), what is concluded (`harness/execute/calibration.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, MetaData, bindparam, select

from harness.execute.calibration_load import ASK, INTERFACE, QUESTION
from harness.message import Interface, Message, Outgoing
from harness.model import Conversation, Pack, Row, Scale, Statement, Transaction
from scenarios.system import System

_STATEMENT = Statement(name=ASK, body=select(bindparam("number", type_=Integer).label("step_number")))


def _composed(*, charset: str, number: int) -> Outgoing:
    return Outgoing(body=b"", method="GET", path=str(number))


_MESSAGE = Message(name=ASK, title="提问", interface=INTERFACE, content="json", compose=_composed)


def _ask_database(tx: Conversation, *, numbers: Sequence[int]) -> None:
    for number in numbers:
        tx.rows(_STATEMENT, number=number)


def _ask_interface(tx: Conversation, *, numbers: Sequence[int]) -> None:
    for number in numbers:
        tx.send(_MESSAGE, number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nothing:
    """A hospital without anything in it."""

    scale: Scale
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    pools: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def _pack(**parts: Any) -> System:
    return System(
        name="calibration",
        title="校准",
        version="1",
        build=lambda scale: _Nothing(scale=scale),
        metadata=MetaData(),
        invariants=(),
        rules=(),
        **parts,
    )


OVER_SQL: Pack = _pack(
    statements={ASK: _STATEMENT},
    transactions=(Transaction(name=QUESTION, title="连续提问", draw=lambda _: None, act=_ask_database),),
)
OVER_HTTP: Pack = _pack(
    statements={},
    transactions=(
        Transaction(name=QUESTION, title="连续提问", draw=lambda _: None, act=_ask_interface, interfaces=(INTERFACE,)),
    ),
    interfaces=(Interface(name=INTERFACE, title="参照服务", kind="http", peer="压测机", version="1"),),
    messages={ASK: _MESSAGE},
)
