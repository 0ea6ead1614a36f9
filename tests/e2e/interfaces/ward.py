"""A ward that takes in notes by HL7: one table, one message, one interface, and faults that can be switched on.

A tiny system of the tests' own, over a real socket and a real database, for what the packs are too big for.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert

from drivers.messages.mllp.listener import MllpListener
from drivers.sql import driver_for
from harness.content.battery import Knowledge
from harness.message import Interface, Message, MessageEndpoint, Outgoing
from harness.model import (
    Conversation,
    Drawing,
    Invariant,
    ReplyKind,
    Row,
    Rule,
    Scale,
    Stack,
    Statement,
    Transaction,
)

METADATA = MetaData()
NOTE = Table(
    "ward_note",
    METADATA,
    Column("note_no", String(32), primary_key=True),
    Column("copy", Integer, primary_key=True, autoincrement=False),
    Column("patient_id", String(32), nullable=False),
    Column("body", String(400)),
)
STORE = Statement(name="store_note", body=insert(NOTE).values({c.name: bindparam(c.name) for c in NOTE.columns}))
CODES = ("T", "P", "R")

HL7 = Interface(
    name="ward_hl7", title="护理记录", kind="mllp", peer="床旁设备", version="HL7 v2.5.1", battery=("note",)
)


def _composed(*, charset: str, number: str, patient_id: str, body: str) -> Outgoing:
    text = (
        f"MSH|^~\\&|BED|W|WARD|H|20260101080000||ORU^R01|{number}|P|2.5.1||||||UNICODE UTF-8\r"
        f"PID|1||{patient_id}\rOBX|1|TX|T||{body}\r"
    )
    return Outgoing(body=text.encode(charset))


MESSAGE = Message(
    name="note",
    title="护理记录上传",
    interface=HL7.name,
    content="hl7",
    compose=_composed,
    battery=Knowledge(mandatory=("PID.3", "OBX.3"), coded=("OBX.3",), free_text="OBX.5", identity="MSH.10"),
)


def _draw(drawing: Drawing) -> dict[str, Any]:
    patient = f"P{drawing.rng.randrange(10**6)}"
    return {"number": drawing.number("N"), "patient_id": patient, "body": "体温 36.5 度，神志清"}


def _send(tx: Conversation, **params: Any) -> None:
    tx.send(MESSAGE, **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """`harness.model.Pack`."""

    name: str = "ward"
    title: str = "病区"
    version: str = "1"
    metadata: Any = METADATA
    statements: Mapping[str, Statement] = field(default_factory=lambda: {STORE.name: STORE})
    interfaces: tuple[Interface, ...] = (HL7,)
    messages: Mapping[str, Message] = field(default_factory=lambda: {MESSAGE.name: MESSAGE})
    transactions: tuple[Transaction, ...] = (
        Transaction(name="note_down", title="记一笔", draw=_draw, act=_send, interfaces=(HL7.name,)),
    )
    invariants: tuple[Invariant, ...] = ()
    rules: tuple[Rule, ...] = ()
    archive: None = None

    def world(self, scale: Scale) -> Any:
        return scale

    def rows(self, world: Any) -> Iterable[tuple[str, Sequence[str], Iterable[Row]]]:
        yield "ward_note", ["note_no", "copy", "patient_id", "body"], [("N0", 0, "P0", "入院")]

    def pools(self, world: Any) -> Mapping[str, Sequence[Any]]:
        return {}


class Refused(Exception):
    """What the ward says no to."""


class Desk:
    """Takes notes in on one stack. `fault` is what it does wrong."""

    def __init__(self, stack: Stack, fault: str) -> None:
        self._driver = driver_for(stack.sql)
        self._session = self._driver.connect()
        self._store = self._driver.render(STORE)
        self._alone = threading.Lock()
        self._fault = fault
        self._offended = False
        self._halves = itertools.count()

    def close(self) -> None:
        self._session.close()

    def take(self, raw: bytes) -> bytes | None:
        with self._alone:
            if self._fault == "dies of it" and self._offended:
                raise ConnectionAbortedError
            number = ""
            try:
                segments = _segments(raw)
                number = segments["MSH"][9]
                self._note(segments, number)
            except Refused as refused:
                if self._fault == "hangs up":
                    raise ConnectionAbortedError from None
                if self._fault == "leaves half":
                    self._write(f"?{next(self._halves)}", "P0", "")
                self._offended = True
                return _answer("AE", number, str(refused))
            return _answer("AA", number, "")

    def _note(self, segments: Mapping[str, list[str]], number: str) -> None:
        if self._offended and self._fault == "takes offence":
            raise Refused("刚才的报文有误，不再接收")
        patient, (code, body) = segments["PID"][3], (segments["OBX"][3], segments["OBX"][5])
        if segments["MSH"][8] != "ORU^R01" or not number or not patient or code not in CODES or len(body) > 400:
            raise Refused("报文内容有误")
        if self._fault == "garbles":
            body = body.replace("\U00020bb7", "?")
        if self._fault != "forgets":
            self._write(number, patient, body)

    def _write(self, number: str, patient: str, body: str) -> None:
        copies = range(9) if self._fault == "stores again" else (0,)
        for copy in copies:
            row = {"note_no": number, "copy": copy, "patient_id": patient, "body": body}
            reply = self._session.execute(self._store, [row[name] for name in self._store.order])
            if reply.kind is ReplyKind.OK:
                self._session.commit()
                return
            self._session.rollback()
        raise Refused("已有此记录")


def _segments(raw: bytes) -> dict[str, list[str]]:
    """Segment → fields, padded. MSH-n stands at n - 1."""
    try:
        lines = raw.decode().rstrip("\r").split("\r")
    except UnicodeDecodeError:
        raise Refused("不是 UTF-8") from None
    if not raw.endswith(b"\r") or any(ord(c) < 32 for line in lines for c in line):
        raise Refused("报文不完整或含控制字符")
    found = {line[:3]: (line.split("|") + [""] * 20)[:20] for line in lines}
    if not {"MSH", "PID", "OBX"} <= set(found):
        raise Refused("缺少必需的段")
    head = found["MSH"]
    if head[1] != "^~\\&" or head[17] != "UNICODE UTF-8":
        raise Refused("MSH 有误")
    return found


def _answer(code: str, number: str, why: str) -> bytes:
    return f"MSH|^~\\&|WARD|H|BED|W|20260101||ACK|1|P|2.5.1\rMSA|{code}|{number}|{why}\r".encode()


@contextlib.contextmanager
def at_work(stack: Stack, fault: str = "") -> Iterator[Stack]:
    """The stack with a ward that answers for it."""
    desk = Desk(stack, fault)
    listener = MllpListener(desk.take)
    try:
        url = f"mllp://127.0.0.1:{listener.port}"
        yield replace(stack, endpoints={HL7.name: MessageEndpoint(kind="mllp", url=url)})
    finally:
        listener.close()
        desk.close()
