"""The messages of the LIS without a database: what is composed is what is understood, it is as its document says, and
what a handler cannot take it declines in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.content import hl7 as content_hl7
from harness.content.acknowledgement import hl7_ack
from harness.content.battery import Expect, battery
from harness.content.reading import fields
from harness.documents import Exchange, read_document
from harness.message import Interface, Message, Outgoing
from harness.model import Item, ReplyKind, Scale
from harness.workload import functional
from scenarios import hl7, hl7_received, rest, soap
from scenarios.lis import PACK
from scenarios.lis.catalogue import ANALYTES
from scenarios.lis.service import SERVICE, limits
from scenarios.lis.service.refusals import SORTS
from scenarios.reference.service import Outcome, Request
from tests.arch.sources import functions, python_files
from tests.packs.answering import sent_by

CHARSETS = ("UTF-8", "GB18030", "GBK")
WORLD = PACK.world(Scale(outpatients_per_day=40, days=2, seed=7))
TRANSACTIONS = {t.name: t for t in PACK.transactions}
INTERFACES = {interface.name: interface for interface in PACK.interfaces}
ITEMS = [
    item
    for item in functional(PACK, WORLD, count=300, seed=7, endpoints=list(INTERFACES))
    if TRANSACTIONS[item.transaction].interfaces and not TRANSACTIONS[item.transaction].probe
]
# Any text that an interface takes: no control characters beside line ends, no halves of characters.
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\r\n|^&~\\\"'<>"))


@dataclass
class Clerk:
    """A desk that does no business and keeps what it was asked to do."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    kind: ReplyKind = ReplyKind.REFUSED  # so that no handler looks for what would have been returned
    reason: str = ""

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        self.asked.append((act.__name__, params))
        return Outcome(kind=self.kind, reason=self.reason)


def every_message() -> Iterator[tuple[Item, Message, dict[str, Any]]]:
    yield from ((item, message, params) for item in ITEMS for message, params in sent_by(PACK, item))


def asked_of(interface: str, outgoing: Outgoing, charset: str) -> tuple[Clerk, bytes, int]:
    clerk = Clerk()
    path, _, query = outgoing.path.partition("?")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    request = Request(body=outgoing.body, charset=charset, method=outgoing.method, path=unquote(path), query=asked)
    answer = SERVICE.handlers[interface](request, clerk)
    return clerk, answer.body, answer.status


# --------------------------------------------------------------------------- what is sent is what is understood


def meant(item: Item, params: dict[str, Any]) -> dict[str, Any]:
    """What the business function must be told, by what the transaction drew."""
    if item.transaction in ("upload_by_hl7", "burst_by_hl7"):
        return {"upload": params["upload"], "operator_id": params["operator_id"], "tubes": (params["tube"],)}
    only_on_the_way = {"message_id"} | ({"at"} if item.transaction == "results_by_hl7" else set())
    return {name: value for name, value in params.items() if name not in only_on_the_way}


def without_lost_names(told: dict[str, Any], charset: str) -> dict[str, Any]:
    """A name may hold characters that a charset lacks; then it arrives with question marks."""
    if charset == "GBK" and "patient_name" in told:
        return {**told, "patient_name": told["patient_name"].encode("gbk", "replace").decode("gbk")}
    return told


@pytest.mark.parametrize("charset", CHARSETS)
def test_the_handler_understands_what_was_composed(charset: str) -> None:
    seen = set()
    for item, message, params in every_message():
        clerk, body, _ = asked_of(message.interface, message.compose(charset=charset, **params), charset)
        assert len(clerk.asked) == 1, (item, body.decode(charset, "replace"))
        told, wanted = clerk.asked[0][1], without_lost_names(meant(item, params), charset)
        if charset != "GBK" or "culture" not in wanted:  # its signatures hold characters that GBK lacks
            assert told == wanted, item
        seen.add(message.name)
    assert seen == set(PACK.messages)


def test_below_the_detection_limit_is_told_from_other_texts() -> None:
    values = [v for a in ANALYTES.values() for v in (*a.normal, *a.abnormal)]
    assert values
    assert not [value for value in values if limits.BEYOND.match(value)]
    assert limits.BEYOND.match("<0.50")


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(CHARSETS[:2]))
def test_any_text_survives_hl7(text: str, charset: str) -> None:
    head = hl7.header(("ORU", "R01"), charset=charset, fields={10: "1"})
    body = hl7.message(head, hl7.segment("OBX", {5: text}), charset=charset)
    received = hl7_received.received(body, charset, longest=1 << 20)
    kept = None if not text.strip() or text == '""' else text  # blanks are no value, and "" is how HL7 takes one away
    assert received.first("OBX").plain("5", longest=0) == kept
    assert content_hl7.declared_charset(body) == hl7.charset_name(charset)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-99999, max_value=99999))
def test_any_text_and_number_survive_json_and_xml(text: str, number: Decimal) -> None:
    for charset in CHARSETS:
        body = rest.read(rest.written({"text": text, "number": number}, charset), charset, longest=1 << 20)
        assert body.maybe("text", longest=1 << 20) == text
        assert str(body.number("number")) == str(number)
        document = soap.element("root", (soap.element("text", text), soap.element("number", number, of=text)))
        root = soap.read(soap.call("Action", document, charset=charset).body, charset, longest=1 << 20).root
        assert root.maybe("text") == (text if text.strip() else None)
        assert root.number("number") == number


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
                message=message.name, sends=message.sends or message.content, content=message.content, charset=charset,
                address=address, sent=outgoing.body or address.encode(), status="", body=b"",
            )  # fmt: skip
            assert document.request(exchange) == (), (message.name, outgoing.body.decode(charset, "replace"))
            spoken_of.add(message.name)
    assert spoken_of == {m.name for m in PACK.messages.values() if m.interface == interface.name}


# --------------------------------------------------------------------------- what will not do


def battery_cases() -> Iterator[Any]:
    for name in (name for interface in PACK.interfaces for name in interface.battery):
        message, params = next((m, p) for _, m, p in every_message() if m.name == name)
        outgoing = message.compose(charset="UTF-8", **params)
        for bad in battery(outgoing.body, message.sends or message.content, "UTF-8", message.battery):
            yield pytest.param(message, outgoing, bad, id=f"{name}-{bad.name}")


def refused(message: Message, body: bytes, status: int) -> bool:
    if message.content == "hl7":
        return hl7_ack(body)[0] in ("AE", "AR")
    if message.content == "soap":
        return b"Fault" in body or b'typeCode="AE"' in body
    return 400 <= status < 500


@pytest.mark.parametrize(("message", "good", "bad"), [*battery_cases()])
def test_every_bad_message_gets_an_orderly_answer(message: Message, good: Outgoing, bad: Any) -> None:
    """What the handler lets through to the business is left to the database: here it refuses everything."""
    for body in bad.bodies:
        outgoing = Outgoing(body=body, path=good.path, method=good.method, headers=good.headers)
        clerk, answer, status = asked_of(message.interface, outgoing, "UTF-8")
        assert not fields(answer, message.content).unreadable
        assert refused(message, answer, status) or clerk.asked
        if bad.expect is Expect.DECLINED and not bad.name.startswith("unknown_code:"):
            assert clerk.asked == []


@pytest.mark.parametrize("kind", [ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE])
def test_what_goes_wrong_inside_is_told_without_its_words(kind: ReplyKind) -> None:
    for interface in PACK.interfaces:
        message, params = next((m, p) for _, m, p in every_message() if m.interface == interface.name)
        outgoing = message.compose(charset="UTF-8", **params)
        request = Request(
            body=outgoing.body, charset="UTF-8", method=outgoing.method, path=outgoing.path.partition("?")[0]
        )
        answer = SERVICE.handlers[interface.name](request, Clerk(kind=kind, reason="ORA-00600: internal error"))
        assert b"ORA-" not in answer.body
        if message.content == "hl7":
            assert hl7_ack(answer.body)[0] == "AE"
        else:
            assert answer.status in (500, 503)


def test_every_refusal_of_the_business_is_told_in_its_own_words() -> None:
    """Reasons that the transactions give, beside those of probes, stand in the table of sorts."""
    import ast

    known = {reason for reasons in SORTS.values() for reason in reasons}
    found = set()
    for path in python_files("scenarios"):
        if path.match("scenarios/lis/transactions/*.py") and "probes" not in path.name:
            for function in functions(path):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tx.refuse", "register"):
                        found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    assert len(found) > 20
    assert found - {"孔位已占用"} <= known


def test_moments_are_exact() -> None:
    at = dt.datetime(2026, 3, 2, 8, 30, 5, 120)
    assert hl7.moment(at) == "20260302083005.000120"
    assert rest.written({"at": at}) == b'{"at":"2026-03-02T08:30:05.000120"}'
