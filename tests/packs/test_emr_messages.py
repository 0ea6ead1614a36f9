"""The messages of the EMR without a database: what is composed is what is understood, it is as its document says, and
what a handler cannot take it declines in order. On databases: `test_emr_messages_answered.py`.
"""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.content.battery import Bad, Expect, battery
from harness.content.reading import fields
from harness.documents import Exchange, read_document
from harness.message import Interface, Message, Outgoing
from harness.model import Item, ReplyKind, Scale
from harness.workload import functional
from scenarios.emr import PACK, catalogue
from scenarios.emr.cda import codes
from scenarios.emr.cda.document import Encounter, Measured, Named, SharedDocument, Subject
from scenarios.emr.cda.reading import read
from scenarios.emr.cda.writing import written
from scenarios.emr.messages.shared_document import text_of
from scenarios.emr.service import SERVICE
from scenarios.emr.service.refusals import SORTS
from scenarios.soap import Unfit
from tests.arch.sources import functions, python_files
from tests.packs.answering import sent_by
from tests.packs.handling import Clerk, answered, declined

CHARSETS = ("UTF-8", "GB18030", "GBK")
WORLD = PACK.world(Scale(outpatients_per_day=20, days=1, seed=7))
TRANSACTIONS = {t.name: t for t in PACK.transactions}
ITEMS = [
    item
    for item in functional(PACK, WORLD, count=150, seed=7, endpoints=[i.name for i in PACK.interfaces])
    if TRANSACTIONS[item.transaction].interfaces and not TRANSACTIONS[item.transaction].probe
]
# Any text that XML may hold: no control characters beside line ends, no halves of characters.
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\r\n|^&~\\\"'<>]")
)
AT = dt.datetime(2026, 3, 2, 9, 30)


def every_message() -> Iterator[tuple[Item, Message, dict[str, Any]]]:
    yield from ((item, message, params) for item in ITEMS for message, params in sent_by(PACK, item))


# --------------------------------------------------------------------------- shared documents


def shared_document(text: str, name: str = "张三", code: str = "10164-2") -> SharedDocument:
    return SharedDocument(
        document_id="C1",
        type_code="C0034",
        title="入院记录",
        record_id="E1",
        version_no=2,
        written_at=AT,
        subject=Subject(
            patient_id="P1",
            resident_id="320599199005010011",
            name=name,
            gender_code="1",
            birth_date=dt.date(1990, 3, 3),
        ),
        encounter=Encounter(visit_no="V1", visit_class="I", department=Named("D1", "内科"), began_at=AT),
        organisation=Named("H1", "医院"),
        author=Named("S1", "李𠮷"),
        signer=Named("S2", "王五"),
        signed_at=AT,
        sections=((code, text), (codes.DIAGNOSIS, "1. 肺炎")),
        diagnoses=(Named("J18.900", "肺炎"), Named("I10.x00", "高血压")),
        results=(
            Measured("WBC", "白细胞", "13.20", "10^9/L", "H", AT),
            Measured("GLU-U", "尿糖", "阴性(-)", None, None, AT),
        ),
    )


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_survives_a_shared_document(text: str, name: str) -> None:
    document = fields(written(shared_document(text, name)).encode(), "cda")
    assert not document.unreadable
    values = {field.path: field.value for field in document.fields()}
    assert values["recordTarget/patientRole/patient/name"] == name
    assert values["section[10164-2]/text"] == text
    assert values.get("section[10164-2]/entry[DE02.10.071.00]/value", "") == text


def test_a_shared_document_is_read_by_section_and_code() -> None:
    values = {f.path: f.value for f in fields(written(shared_document("咳嗽")).encode(), "cda").fields()}
    assert values["templateId/@root"] == "2.16.156.10011.2.1.1.54"
    assert values["recordTarget/patientRole/patient/age/@value"] == "35"  # a day before the birthday
    diagnoses = "section[29548-5]/entry[DE05.01.024.00]"
    assert [values[f"{diagnoses}[{n}]/value/@code"] for n in (1, 2)] == ["J18.900", "I10.x00"]
    results = "section[30954-2]/entry[DE04.30.010.00]"
    assert values[f"{results}/component[WBC]/value/@value"] == "13.20"
    assert values[f"{results}/component[WBC]/value/@xsi:type"] == "PQ"
    assert values[f"{results}/component[WBC]/interpretationCode/@code"] == "H"
    assert values[f"{results}/component[GLU-U]/value"] == "阴性(-)"


def test_the_header_of_a_shared_document_is_understood() -> None:
    found = read(written(shared_document("咳嗽")))
    assert (found.document_id, found.type_code, found.title, found.record_id) == ("C1", "C0034", "入院记录", "E1")
    assert (found.patient_id, found.visit_no, found.author_id, found.written_at) == ("P1", "V1", "S1", AT)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<ClinicalDocument ", "<!DOCTYPE ClinicalDocument [<!ENTITY a 'b'>]><ClinicalDocument "),
        ("ClinicalDocument", "Document"),
        ("urn:hl7-org:v3", "urn:hl7-org:v2"),
        ("POCD_MT000040", "POCD_MT000041"),
        ('code="C0034"', 'code="C0037"'),
        (codes.PATIENT_ID, codes.AUTHOR_ID),
        ('extension="V1"', 'extension=""'),
        ("component>", "nothing>"),
        ("20260302093000", "2026-02-30"),
        ("</realmCode>", ""),
    ],
)
def test_what_is_no_shared_document_is_declined(right: str, wrong: str) -> None:
    text = written(shared_document("咳嗽"))
    assert right in text
    with pytest.raises(Unfit):
        read(text.replace(right, wrong))


def test_every_section_and_type_of_the_hospital_has_its_code() -> None:
    assert set(catalogue.SECTIONS) == set(codes.SECTIONS)
    assert all(codes.template_of(code).endswith(str(int(code[1:]) + 20)) for code in catalogue.TYPES)


# --------------------------------------------------------------------------- what is sent is what is understood


def understood(item: Item, told: dict[str, Any]) -> dict[str, Any]:
    """What the business function was told, by the names of what the transaction drew."""
    if item.transaction == "http_create_record":
        return {**told["record"], "content": told["content"]}
    if item.transaction == "http_search":
        return {"q": told["term"], "since": told["since"]}
    if item.transaction == "mllp_document":
        return {"message_id": told.pop("access_no"), **{name: told[name] for name in ("requester", "at", "document")}}
    return told


def meant(item: Item, params: dict[str, Any]) -> dict[str, Any]:
    """What it must be told."""
    if "document" in params:
        drawn, content = params["document"], text_of(params["document"])
        from_here = item.transaction == "soap_register"
        document = {
            "document_id": drawn["document_id"],
            "visit_no": drawn["visit_no"],
            "patient_id": drawn["subject"]["patient_id"],
            "record_id": drawn["record_id"] if from_here else None,
            "type_code": drawn["type_code"],
            "title": drawn["title"],
            "content": content,
        }
        return {**params, "document": document}
    left_out = {"mllp_result_copy": {"message_id", "at"}, "http_sign": {"role"}, "http_countersign": {"role"}}
    return {name: value for name, value in params.items() if name not in left_out.get(item.transaction, set())}


@pytest.mark.parametrize("charset", CHARSETS[:2])
def test_the_handler_understands_what_was_composed(charset: str) -> None:
    seen = set()
    for item, message, params in every_message():
        clerk = Clerk()
        outgoing = message.compose(charset=charset, **params)
        answer = answered(SERVICE, message.interface, outgoing, clerk, charset)
        assert len(clerk.asked) == 1, (item, answer.body.decode(charset, "replace"))
        assert understood(item, clerk.asked[0][1]) == meant(item, params), item
        seen.add(message.name)
    assert seen == set(PACK.messages)


# --------------------------------------------------------------------------- interface documents


@pytest.mark.parametrize("interface", PACK.interfaces, ids=lambda i: i.name)
@pytest.mark.parametrize("charset", CHARSETS)
def test_every_message_is_as_its_interface_document_says(interface: Interface, charset: str) -> None:
    assert interface.document is not None
    document = read_document(interface.document.name, interface.document.read_bytes())
    spoken_of = set()
    for _, message, params in every_message():
        if message.interface == interface.name:
            outgoing = message.compose(charset=charset, **params)
            address = f"{outgoing.method} {outgoing.path}"
            exchange = Exchange(
                message=message.name,
                sends=message.content,
                content=message.content,
                charset=charset,
                address=address,
                sent=outgoing.body or address.encode(),
            )
            assert document.request(exchange) == (), (message.name, outgoing.body.decode(charset, "replace"))
            spoken_of.add(message.name)
    assert spoken_of == {m.name for m in PACK.messages.values() if m.interface == interface.name}


# --------------------------------------------------------------------------- what will not do


def battery_cases() -> Iterator[Any]:
    for name in (name for interface in PACK.interfaces for name in interface.battery):
        message, params = next((m, p) for _, m, p in every_message() if m.name == name)
        outgoing = message.compose(charset="UTF-8", **params)
        for bad in battery(outgoing.body, message.content, "UTF-8", message.battery):
            yield pytest.param(message, outgoing, bad, id=f"{name}-{bad.name}")


@pytest.mark.parametrize(("message", "good", "bad"), [*battery_cases()])
def test_every_bad_message_gets_an_orderly_answer(message: Message, good: Outgoing, bad: Bad) -> None:
    """What the handler lets through to the business is left to the database: here it refuses everything."""
    for body in bad.bodies:
        clerk = Clerk()
        outgoing = Outgoing(body=body, path=good.path, method=good.method, headers=good.headers)
        answer = answered(SERVICE, message.interface, outgoing, clerk)
        assert not fields(answer.body, message.content).unreadable
        assert declined(message, answer)
        if bad.expect is Expect.DECLINED and not bad.name.startswith("unknown_code:"):
            assert clerk.asked == []


@pytest.mark.parametrize("kind", [ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE])
def test_what_goes_wrong_inside_is_told_without_its_words(kind: ReplyKind) -> None:
    for interface in PACK.interfaces:
        message, params = next((m, p) for _, m, p in every_message() if m.interface == interface.name)
        clerk = Clerk(kind=kind, reason="ORA-00600: internal error")
        answer = answered(SERVICE, interface.name, message.compose(charset="UTF-8", **params), clerk)
        assert b"ORA-" not in answer.body
        assert b"|AE|" in answer.body if message.content == "hl7" else answer.status in (500, 503)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere", 404),
        ("GET", "records/E1/drafts", 404),
        ("GET", f"records/{'E' * 25}/versions", 404),
        ("DELETE", "records", 405),
        ("POST", "records/E1/draft", 405),
        ("GET", "records/E1/versions/first", 422),
        ("GET", "records", 422),
        ("GET", "patients/P1/overview?at=yesterday", 422),
    ],
)
def test_what_nobody_answers_for_is_said(method: str, path: str, status: int) -> None:
    clerk = Clerk()
    answer = answered(SERVICE, "emr_http", Outgoing(body=b"", method=method, path=path), clerk)
    assert (answer.status, clerk.asked) == (status, [])


def test_the_path_and_the_body_must_agree() -> None:
    draft = b'{"record_id":"E2","author_id":"S1","content":"x","saved_at":"2026-03-02T09:30:00"}'
    clerk = Clerk()
    outgoing = Outgoing(body=draft, method="PUT", path="records/E1/draft")
    assert (answered(SERVICE, "emr_http", outgoing, clerk).status, clerk.asked) == (422, [])


def test_every_refusal_of_the_business_is_told_in_its_own_words() -> None:
    """Reasons that the transactions give, beside those of probes, stand in the table of sorts."""
    found = set()
    for path in python_files("scenarios"):
        if path.match("scenarios/emr/transactions/*.py") or path.match("scenarios/emr/service/business.py"):
            for function in () if "probes" in path.name else functions(path):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tx.refuse", "refuse_if_refused"):
                        found |= {a.value for a in ast.walk(node) if isinstance(a, ast.Constant) and a.value}
    reasons = {text for text in found if isinstance(text, str)}
    assert len(reasons) > 30
    assert reasons <= set(SORTS)
