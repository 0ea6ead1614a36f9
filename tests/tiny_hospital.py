"""A tiny pack for tests of the reference application and of the simulation environment: one table, one interface of
each kind, each storing a note and answering with it. No hospital; the real packs are in scenarios."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    bindparam,
    insert,
    select,
)
from sqlalchemy.dialects import mysql

from harness.content import hl7
from harness.message import Interface, Message
from harness.model import Conversation, Invariant, Row, Rule, Scale, Statement, Transaction
from scenarios.hl7 import message, segment, written
from scenarios.hl7_received import UNKNOWN, Declined, acknowledged, answer, declined
from scenarios.reference.service import Answer, Desk, Outcome, Request, Service

metadata = MetaData()
note = Table(
    "tiny_note",
    metadata,
    Column("note_no", String(24), primary_key=True),
    Column("title", String(40), nullable=False),
    Column("kind", String(2), nullable=False),
    Column("amount", Numeric(10, 2), nullable=False),
    Column("remark", String(40)),
    Column("noted_at", DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
    CheckConstraint("amount < 100000", name="ck_tiny_note_amount"),
)
log = Table(
    "tiny_log",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("note_no", String(24), nullable=False),
)
ADD = Statement(name="add_note", body=insert(note).values({c.name: bindparam(c.name) for c in note.columns}))
ADD_LOG = Statement(name="add_log", body=insert(log).values(note_no=bindparam("note_no")))
ALL = Statement(name="all_notes", body=select(note).order_by(note.c.note_no))
WSDL = Path(__file__).with_name("contract_messages") / "lis.wsdl"
_ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
AT = dt.datetime(2026, 3, 2, 8, 30, 15, 250000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiny:
    """`harness.model.Pack`."""

    name: str = "tiny"
    title: str = "测试用"
    version: str = "1.0"
    metadata: Any = field(default_factory=lambda: metadata)
    statements: Mapping[str, Statement] = field(default_factory=lambda: {s.name: s for s in (ADD, ADD_LOG, ALL)})
    interfaces: tuple[Interface, ...] = (
        Interface(name="tiny_hl7", title="消息", kind="mllp", peer="HIS", version="HL7 v2.5.1"),
        Interface(name="tiny_http", title="服务", kind="http", peer="HIS", version="REST 1.0"),
        Interface(name="tiny_soap", title="平台服务", kind="soap", peer="HIS", version="WS/T 501", document=WSDL),
    )
    messages: Mapping[str, Message] = field(default_factory=dict)
    archive: None = None
    transactions: tuple[Transaction, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    rules: tuple[Rule, ...] = ()

    def world(self, scale: Scale) -> Any:
        return None

    def rows(self, world: Any) -> Iterable[tuple[str, Sequence[str], Iterable[Row]]]:
        return ()

    def pools(self, world: Any) -> Mapping[str, Sequence[Any]]:
        return {}


def keep(tx: Conversation, *, note_no: str, remark: str | None) -> str:
    """Store one note; every value but its number and remark is fixed. LOG…: only a line of the log, which takes any
    number of them. HALF…: the line, and then a refusal."""
    if note_no.startswith("REFUSED"):
        tx.refuse("号码不合规定")
    if note_no.startswith(("LOG", "HALF")):
        tx.change(ADD_LOG, note_no=note_no)
        if note_no.startswith("HALF"):
            tx.refuse("只做了一半")
        return note_no
    tx.change(
        ADD, note_no=note_no, title="乙型肝炎表面抗原（HBsAg）", kind="H", amount=Decimal("12.50"), remark=remark,
        noted_at=AT,
    )  # fmt: skip
    return note_no


def _kept(desk: Desk, note_no: str, remark: str | None = "随诊") -> Outcome:
    if note_no == "BROKEN":
        raise KeyError("the handler itself is broken")
    return desk.carry_out(keep, note_no=note_no, remark=remark)


def hl7_handler(request: Request, desk: Desk) -> Answer:
    text = request.body.decode(request.charset)
    fields = hl7.lines_of(text)[1].split("|")
    outcome = _kept(desk, fields[2])
    if outcome.kind:
        why = Declined(outcome.reason, condition=UNKNOWN)
        segments = declined(request.body, why, request.charset)
        return Answer(body=answer(request.body, *segments, kind=("ACK",), charset=request.charset))
    results = (
        segment("OBX", {1: n, 2: "NM", 3: (f"A{n}", "乙肝&丙肝"), 5: f"{n}.50", 8: "H", 14: AT}) for n in (1, 2, 3)
    )
    taken = acknowledged(request.body, request.charset)
    kind = ("ORU", "R01")
    return Answer(body=answer(request.body, taken, *results, kind=kind, charset=request.charset))


def http_handler(request: Request, desk: Desk) -> Answer:
    if request.method == "GET":
        found = {"path": request.path, "query": request.query, "agent": request.headers.get("user-agent")}
        return Answer(body=json.dumps(found, ensure_ascii=False).encode())
    asked = json.loads(request.body)
    outcome = _kept(desk, asked["note_no"], asked.get("remark", "随诊"))
    if outcome.kind:
        return Answer(body=json.dumps({"title": outcome.reason}, ensure_ascii=False).encode(), status=422)
    items = ",".join(f'{{"code":"A{n}","value":{n}.50}}' for n in (1, 2, 3))
    title = '"title":"乙型肝炎（\\"表面\\"抗原）"'
    told = f'{{"note_no":"{outcome.value}",{title},"at":"{AT.isoformat()}","items":[{items}]}}'
    return Answer(body=told.encode(), status=201)


def soap_handler(request: Request, desk: Desk) -> Answer:
    root = ElementTree.fromstring(request.body)
    number = next(each.text or "" for each in root.iter() if each.tag.endswith("message"))
    outcome = _kept(desk, number)
    code = "AE" if outcome.kind else "AA"
    items = "".join(f'<item code="A{n}"><value>{n}.50</value></item>' for n in (1, 2, 3))
    report = (
        f'<report xmlns="urn:tiny"><acknowledgement typeCode="{code}"/><title>乙型肝炎 &amp; 丙型肝炎</title>'
        f"<at>{AT.isoformat()}</at>{items}</report>"
    )
    payload = f'<r:Response xmlns:r="urn:hl7-org:v3"><r:payload>{escape(report)}</r:payload></r:Response>'
    body = f'<?xml version="1.0" encoding="UTF-8"?>{_ENVELOPE}{payload}</e:Body></e:Envelope>'
    return Answer(body=body.encode(), content_type="text/xml; charset=UTF-8")


SERVICE = Service(pack=Tiny(), handlers={"tiny_hl7": hl7_handler, "tiny_http": http_handler, "tiny_soap": soap_handler})


# --------------------------------------------------------------------------- what the other side sends


def hl7_message(number: str) -> bytes:
    control = written(f"M-{number}")
    head = f"MSH|^~\\&|HIS|H|TINY|T|20260302083000||ORU^R01|{control}|P|2.5.1||||||UNICODE UTF-8"
    return message(head, f"ZNT|1|{number}", charset="UTF-8")


def json_message(number: str, **more: Any) -> bytes:
    return json.dumps({"note_no": number, **more}).encode()


def soap_message(number: str) -> bytes:
    parameters = f"<s:action>keep</s:action><s:message>{number}</s:message>"
    call = f'<s:HIPMessageServer xmlns:s="urn:hl7-org:v3">{parameters}</s:HIPMessageServer>'
    return f"{_ENVELOPE}{call}</e:Body></e:Envelope>".encode()
