"""Recorded traffic against the documents of a run folder, and what the deviations mean for PV-INTF-5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase
from types import SimpleNamespace
from typing import Any

import pytest

from harness.assess.documents import check_documents
from harness.execute.sequential import execute
from harness.interface_result import DocumentCheck, DocumentDeviation, InterfaceUse, MessageUse
from harness.judge import Material
from harness.judge.documents import intf_5
from harness.message import Message, MessageEndpoint, Outgoing
from harness.model import Item, Reply, ReplyKind, StepRecord, Transaction, TransactionRecord
from harness.recording import Recording, read_transactions, transaction_line
from harness.result import Judgement
from tests.unit.fakes import FakeSession
from tests.unit.test_judge import FAIL, INCONCLUSIVE, NOT_RUN, PASS, perfect

TABLE = """字段,类型,必填,代码集,报文
MSH,any,,,
PID.3,ST,是,,OML^O21
PID.8,IS,,M;F,OML^O21
MSA.1,ID,是,AA;AE,ORL
MSA.2,ST,是,,ORL
"""
OPENAPI = """
openapi: 3.0.3
paths:
  /orders/{id}:
    get:
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/order'}}}}
order: {required: [id], properties: {id: {type: string}}}
"""
SENT = "MSH|^~\\&|HIS|A|LIS|B|1||OML^O21|{n}|P|2.5.1|||||||UNICODE UTF-8\rPID|||P1|||||{sex}\r"
ANSWER = "MSH|^~\\&|LIS|B|HIS|A|1||ORL^O22|{n}|P|2.5.1\rMSA|{code}|{n}\r"


def run(*, probe: bool = False, **more: Any) -> dict[str, Any]:
    interfaces = [
        {"name": "lis_hl7", "document": "lis_hl7.csv", "used": True},
        {"name": "lis_http", "document": "lis_http.yaml", "used": True},
        {"name": "lis_soap", "document": "lis_soap.wsdl", "used": False},
    ]
    messages = {
        "order_oml": {"interface": "lis_hl7", "sends": "hl7", "content": "hl7"},
        "order_get": {"interface": "lis_http", "sends": "json", "content": "json"},
    }
    endpoints = {name: {"charset": "UTF-8"} for name in ("lis_hl7", "lis_http")}
    pack = {"interfaces": interfaces, "messages": messages, "transactions": [{"name": "order", "probe": probe}]} | more
    return {"packs": {"lis": pack}, "stacks": {s: {"endpoints": endpoints} for s in ("original", "migrated")}}


def asked(number: int, *, sex: str = "M", code: str = "AA") -> TransactionRecord:
    text = {"n": number, "sex": sex, "code": code}
    return record(number, "order_oml", SENT.format(**text).encode(), ANSWER.format(**text).encode())


def got(
    number: int, body: bytes = b'{"id": "1"}', status: str = "200 application/json", path: str = "/orders/1"
) -> TransactionRecord:
    address = f"GET {path}"
    return record(number, "order_get", address.encode(), body, status=status, address=address)


def record(number: int, message: str, sent: bytes, body: bytes, **more: str) -> TransactionRecord:
    steps = (
        StepRecord(statement="insert", kind=ReplyKind.OK, error_class="", affected=1),
        StepRecord(statement=message, kind=ReplyKind.OK, error_class="", affected=-1, sent=sent, body=body, **more),  # type: ignore[arg-type]
    )
    return TransactionRecord(seq=number, transaction="order", outcome=ReplyKind.OK, reason="", steps=steps)


def written(folder: Path, **traffic: list[TransactionRecord]) -> Path:
    documents = folder / "interfaces/lis"
    documents.mkdir(parents=True)
    (documents / "lis_hl7.csv").write_text(TABLE, encoding="utf-8")
    (documents / "lis_http.yaml").write_text(OPENAPI, encoding="utf-8")
    for stack in ("original", "migrated"):
        recording = Recording(folder / f"recordings/lis/functional/{stack}-1")
        recording.begin()
        lines = map(transaction_line, traffic.get(stack, [asked(1), got(2)]))
        (recording.folder / "transactions.jsonl").write_bytes(b"".join(lines))
        recording.seal({})
    return folder


def checks(folder: Path, **more: Any) -> dict[str, DocumentCheck]:
    return {check.interface: check for check in check_documents(folder, run(**more))}


def test_traffic_that_agrees(tmp_path: Path) -> None:
    found = checks(written(tmp_path))
    assert set(found) == {"lis_hl7", "lis_http"}  # the third has no endpoints
    for check in found.values():
        assert (check.checked, check.unchecked, check.deviations, check.trouble) == (4, 0, (), "")
    assert found["lis_hl7"].document == "lis/lis_hl7.csv"


def test_deviations_are_counted_by_stack_and_show_one_example(tmp_path: Path) -> None:
    original = [asked(n, sex="X" if n < 3 else "M") for n in range(5)]
    migrated = [asked(n, sex="X" if n < 3 else "M", code="OK") for n in range(5)] + [got(9, b'{"id": 7}')]
    found = checks(written(tmp_path, original=original, migrated=migrated))
    assert found["lis_hl7"].deviations == (
        DocumentDeviation(
            pack="lis", interface="lis_hl7", message="order_oml", part="reply", path="MSA.1", breach="unknown_code",
            asked="应为 AA、AE 之一", original=0, migrated=5, example="MSA.1：OK",
        ),
        DocumentDeviation(
            pack="lis", interface="lis_hl7", message="order_oml", part="request", path="PID.8", breach="unknown_code",
            asked="应为 F、M 之一", original=3, migrated=3, example="PID.8：X",
        ),
    )  # fmt: skip
    (wrong,) = found["lis_http"].deviations
    assert (wrong.part, wrong.path, wrong.breach) == ("reply", "$.id", "wrong_type")
    assert (wrong.original, wrong.migrated) == (0, 1)


def test_what_a_probe_sends_is_meant_to_be_wrong(tmp_path: Path) -> None:
    traffic = [asked(1, sex="X", code="OK")]
    found = checks(written(tmp_path, original=traffic, migrated=traffic), probe=True)
    assert [d.part for d in found["lis_hl7"].deviations] == ["reply"]


def test_what_the_document_does_not_speak_of_is_not_checked(tmp_path: Path) -> None:
    traffic = [got(1, path="/elsewhere"), got(2, b"", "")]
    found = checks(written(tmp_path, original=traffic, migrated=traffic))
    assert (found["lis_http"].checked, found["lis_http"].unchecked) == (2, 4)
    assert (found["lis_hl7"].checked, found["lis_hl7"].unchecked) == (0, 0)


def test_a_document_that_cannot_be_used_does_not_stop_the_assessment(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "interfaces/lis/lis_hl7.csv").write_text("类型\nST\n", encoding="utf-8")
    (folder / "interfaces/lis/lis_http.yaml").unlink()
    found = checks(folder)
    assert "第 1 行没有“字段”列" in found["lis_hl7"].trouble
    assert "没有接口文档 lis_http.yaml" in found["lis_http"].trouble
    assert [(c.checked, c.unchecked) for c in found.values()] == [(0, 4), (0, 4)]


def test_a_hostile_answer_does_not_make_the_result_grow(tmp_path: Path) -> None:
    lines = [asked(n) for n in range(3)]
    strange = "".join(f"Z{a}{b}|x|y|z\r" for a in ascii_uppercase for b in ascii_uppercase)
    body = (ANSWER.format(n=1, code="AA") + strange).encode()
    lines.append(record(9, "order_oml", SENT.format(n=1, sex="M").encode(), body))
    found = checks(written(tmp_path, original=lines, migrated=lines))
    assert len(found["lis_hl7"].deviations) == 501
    assert found["lis_hl7"].deviations[-1].path == "…"


def test_a_run_without_messages_has_nothing_to_check(tmp_path: Path) -> None:
    assert check_documents(tmp_path, {"packs": {"his": {"transactions": []}}, "stacks": {}}) == ()


def test_an_address_is_recorded_where_a_message_has_one(tmp_path: Path) -> None:
    sent = {
        "save": Outgoing(body=b"{}", path="/orders/1?page=2", method="PUT"),
        "get": Outgoing(body=b"", path="/orders/1", method="GET"),
        "oml": Outgoing(body=b"MSH|"),
    }
    session = SimpleNamespace(send=lambda message: Reply(ReplyKind.OK, body=b"!"), close=lambda: None)
    interface = SimpleNamespace(connect=lambda: session, endpoint=MessageEndpoint(kind="http", url="http://x"))
    messages = {
        name: Message(name=name, title=name, interface="desk", content="json", compose=lambda one=out, **_: one)
        for name, out in sent.items()
    }
    acts = [
        Transaction(name=n, title=n, draw=lambda drawing: {}, act=lambda tx, m=m: tx.send(m))
        for n, m in messages.items()
    ]
    pack = SimpleNamespace(name="p", statements={}, transactions=acts)
    driver = SimpleNamespace(connect=FakeSession)
    items = [Item(seq=n, transaction=name, params={}) for n, name in enumerate(sent)]
    path = tmp_path / "transactions.jsonl"
    done: Any = execute(pack, items, driver, path, trusted=True, interfaces={"desk": interface})  # type: ignore[arg-type, dict-item]
    assert len(list(done)) == 3
    steps = [record.steps[0] for record in read_transactions(path)]
    assert [(step.address, step.sent) for step in steps] == [
        ("PUT /orders/1?page=2", b"{}"),
        ("GET /orders/1", b"GET /orders/1"),
        ("", b"MSH|"),
    ]


# --------------------------------------------------------------------------- the verdict


def deviation(original: int, migrated: int) -> DocumentDeviation:
    return DocumentDeviation(
        pack="his", interface="lis_hl7", message="order_oml", part="reply", path="MSA.1", breach="unknown_code",
        asked="应为 AA", original=original, migrated=migrated,
    )  # fmt: skip


def good() -> Material:
    message = MessageUse(name="order_oml", title="检验申请", sent=9, equal=9, original={}, migrated={})
    use = InterfaceUse(
        pack="his", name="lis_hl7", title="检验申请与结果", kind="mllp", peer="HIS", version="", used=True,
        document="his/lis_hl7.csv", messages=(message,),
    )  # fmt: skip
    check = DocumentCheck(pack="his", interface="lis_hl7", document="his/lis_hl7.csv", checked=18, unchecked=0)
    return replace(perfect(), interfaces=(use,), documents=(check,))


def checked(**more: Any) -> Callable[[Material], Material]:
    return lambda m: replace(m, documents=(replace(m.documents[0], **more),))


@pytest.mark.parametrize(
    ("change", "expected", "said"),
    [
        (lambda m: m, PASS, "1 个接口的 18 个请求与应答都与接口文档一致"),
        (checked(deviations=(deviation(0, 3),)), FAIL,
         "只有迁移后系统的报文与接口文档不符：检验申请应答 MSA.1（代码不在值域内，3 个）"),
        (checked(deviations=(deviation(2, 3),)), FAIL, "应更正文档"),
        (checked(deviations=(deviation(2, 0),)), PASS, "只有原系统的报文与文档不符"),
        (checked(unchecked=2), INCONCLUSIVE, "2 个请求或应答是文档没有写到的"),
        (checked(document="", checked=0, unchecked=18), INCONCLUSIVE, "检验申请与结果没有接口文档"),
        (checked(trouble="不是 YAML。", checked=0, unchecked=18), INCONCLUSIVE, "检验申请与结果：不是 YAML"),
        (checked(checked=0), NOT_RUN, "没有可核对的内容"),
        (lambda m: replace(m, documents=()), NOT_RUN, "没有可核对的内容"),
        (lambda m: replace(m, interfaces=()), NOT_RUN, "没有声明接口"),
        (lambda m: replace(m, interfaces=(*m.interfaces, replace(m.interfaces[0], name="b", title="乙"))), INCONCLUSIVE,
         "乙没有接口文档"),
        (lambda m: replace(m, interfaces=(*m.interfaces, replace(m.interfaces[0], name="b", title="乙", used=False))),
         INCONCLUSIVE, "乙没有在两边都配置端点"),
    ],
)  # fmt: skip
def test_agreement_with_the_documents(change: Callable[[Material], Material], expected: Judgement, said: str) -> None:
    opinion = intf_5(change(good()))
    assert opinion.verdict is expected, opinion.reason
    assert said in opinion.reason
    assert opinion.reason.endswith("。")
