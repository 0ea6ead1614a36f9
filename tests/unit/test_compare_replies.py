"""Replies of interfaces in the comparison: found by path, excused by noise and rules, roots apart from what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.compare.differences import Messages
from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.compare.kinds import KINDS
from harness.compare.replies import Spoken, named
from harness.content.how import How, usual
from harness.model import Item, ReplyKind, Rule, StepRecord, TableState, TransactionRecord
from harness.normalise import Kind
from harness.result import Finding
from tests.content_messages import GOOD

OK, REFUSED = ReplyKind.OK, ReplyKind.REFUSED
N = 12


def spoken(content: str, **more: Any) -> Spoken:
    return Spoken(content=content, how=more.pop("how", usual(content)), **more)


MESSAGES: Messages = {name: spoken(name) for name in GOOD}
ITEMS = [
    Item(seq=n, transaction=f"ask_{name}", params={"order_id": f"ORD{n:05d}"})
    for n, name in enumerate([name for _ in range(N) for name in GOOD])
]


def reply(body: str | bytes, **more: Any) -> dict[str, Any]:
    return {"body": body if isinstance(body, bytes) else body.encode(), "status": "200 x/y"} | more


def stamped(name: str, n: int, run: int) -> str:
    """The reply of one run: HL7 replies carry their own time and number, JSON ones a trace that nobody declared."""
    text = GOOD[name].replace("M0001", f"M{run}{n:04d}").replace("20260302083000", f"202603020830{run:02d}")
    return text.replace('"page": {}', f'"trace": "t{run}-{n}"')


def observe(run: int, change: Callable[[str, int], Mapping[str, Any]] | None = None) -> Observed:
    """One recording; `change` gives what other replies of a message look like."""
    records = []
    for item in ITEMS:
        name = item.transaction.removeprefix("ask_")
        known = reply(stamped(name, item.seq, run)) | dict(change(name, item.seq) if change else {})
        kind = known.pop("kind", OK)
        asked = StepRecord(statement=name, kind=kind, error_class="", affected=-1, sent=b"x", **known)
        end = StepRecord(statement="commit", kind=kind, error_class="", affected=-1)
        records.append(
            TransactionRecord(
                seq=item.seq, transaction=item.transaction, outcome=kind, reason="", steps=(asked, end)
            )
        )  # fmt: skip
    return Observed(transactions=tuple(records))


def edited(name: str, *edits: tuple[str, str], only: int = -1) -> Callable[[str, int], Mapping[str, Any]]:
    """The third run with some text of one message replaced, in all its replies or in that of one item."""

    def change(message: str, seq: int) -> Mapping[str, Any]:
        if message != name or only not in (-1, seq):
            return {}
        text = stamped(name, seq, 3)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        return {"body": text.encode()}

    return change


def compare(migrated: Observed, *rules: Rule, messages: Messages = MESSAGES) -> Comparison:
    recordings = Recordings(original_1=observe(1), original_2=observe(2), migrated=migrated)
    return compare_pack("lis", ITEMS, recordings, rules, lambda rule: True, messages)


def roots(found: Comparison) -> list[Finding]:
    return [f for f in found.findings if not f.explained_by and not f.consequence_of]


def places(findings: Sequence[Finding]) -> list[str]:
    return [f"{f.step} {f.column}:{f.kind}" for f in findings]


# --------------------------------------------------------------------------- nothing invented


def test_what_moves_by_itself_is_no_finding() -> None:
    found = compare(observe(3))
    assert roots(found) == []
    assert [(f.step, f.column, f.explained_by) for f in found.findings] == [("json", "$.trace", "noise")]
    assert found.noise == (f"ask_json.json.$.trace：文字不同（{N} 处）",)
    assert found.ledger.equal_by_rule == N and found.ledger.different == 0
    assert found.exchanges == dict.fromkeys(GOOD, (N, N))


def test_equal_bytes_are_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    same = observe(1)

    def unread(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("harness.content.bodies.fields", unread)
    found = compare_pack("lis", ITEMS, Recordings(original_1=same, original_2=same, migrated=same), messages=MESSAGES)
    assert found.findings == () and found.ledger.equal == len(ITEMS)


# --------------------------------------------------------------------------- each fault is one root with its path

FAULTS: list[tuple[str, tuple[str, str], str]] = [
    ("hl7", ("|5.60|", "|5.6|"), "OBX[*].5:decimal_scale"),
    ("hl7", ("|5.60|", "|6.50|"), "OBX[*].5:number"),
    ("hl7", ("|131|", "||"), "OBX[*].5:field_missing"),
    ("hl7", ("NTE|1||复查\r", ""), "NTE:field_missing"),
    ("hl7", ("ZPX|", "ZZZ|1\rZPX|"), "ZZZ:field_extra"),
    ("hl7", ("白细胞", "???"), "OBX[*].3.2:charset"),
    ("hl7", ("|20260302080000", "|20260302000000"), "OBR.7:time_zone"),
    ("json", ('"price": 12.5', '"price": 12.50'), "$.items[*].price:decimal_scale"),
    ("json", ('"price": 8', '"price": "8"'), "$.items[*].price:type"),
    ("json", ('"price": 8', '"price": null'), "$.items[*].price:null"),
    ("json", (', "price": 8', ""), "$.items[*].price:field_missing"),
    ("json", ("成功", "成功 "), "$.message:padding"),
    ("json", ("{", "<html>"), "!:unreadable"),
    ("xml", ("<o:remark/>", ""), "order/remark:field_missing"),
    ("xml", ('kind="lab"', 'kind="LAB"'), "order/@kind:case"),
    ("xml", ("8.00", "8.01"), "order/item[*]/price:number"),
    ("soap", ("<code>0</code>", "<code>1</code>"), "GetReportResponse/return/xml()/report/code:number"),
    ("cda", ("value='120'", "value='121'"), "section[8716-3]/entry['100']/component[8480-6]/value/@value:number"),
    ("text", ("第二行", "第二"), "line[*]:text"),
]


@pytest.mark.parametrize(("name", "edit", "place"), FAULTS)
def test_a_fault_in_every_reply_is_one_root(name: str, edit: tuple[str, str], place: str) -> None:
    found = compare(observe(3, edited(name, edit)))
    assert places(roots(found)) == [f"{name} {place}"]
    (root,) = roots(found)
    assert root.count == N and len(root.examples) == 3
    assert root.meaning == KINDS[Kind(root.kind)].effect + KINDS[Kind(root.kind)].look_at
    assert found.exchanges[name] == (N, 0)
    assert found.ledger.different == N and found.ledger.balanced
    assert f"ask_{name}" not in found.agreed


def test_another_order_is_one_root() -> None:
    lines = GOOD["hl7"].split("\r")
    lines[3], lines[4] = lines[4], lines[3]
    body = "\r".join(lines).encode()
    found = compare(observe(3, lambda name, seq: {"body": body} if name == "hl7" else {}))
    assert places(roots(found)) == ["hl7 OBX[*]:field_order"]
    free = {**MESSAGES, "hl7": spoken("hl7", how=How(volatile=usual("hl7").volatile, unordered=("OBX",)))}
    assert roots(compare(observe(3, lambda name, seq: {"body": body} if name == "hl7" else {}), messages=free)) == []


def test_an_example_shows_the_place_itself() -> None:
    (root,) = roots(compare(observe(3, edited("hl7", ("|131|", "|133|")))))
    assert (root.examples[0].original, root.examples[0].migrated) == ("131", "133")
    assert root.examples[0].key.startswith("OBX[2].5；order_id='ORD0000")
    (root,) = roots(compare(observe(3, edited("json", (', "price": 8', "")))))
    assert (root.examples[0].original, root.examples[0].migrated) == ("8", "（无）")
    (root,) = roots(compare(observe(3, edited("json", ("成功", "成功 ")))))
    assert root.examples[0].migrated == '"成功 "'


def test_one_field_wrong_in_several_ways_is_one_root_however_long_the_list_is() -> None:
    def change(name: str, seq: int) -> Mapping[str, Any]:
        if name != "hl7":
            return {}
        if seq < len(GOOD):
            return edited("hl7", ("OBX|1|NM|WBC^白细胞||5.60|", "OBX|1|NM|WBC^白细胞||5.6|"))(name, seq)
        return edited("hl7", ("|5.60|", "|6.60|"))(name, seq)

    found = compare(observe(3, change))
    assert places(roots(found)) == ["hl7 OBX[*].5:decimal_scale"]
    assert [f.kind for f in found.findings if f.consequence_of] == ["number"]


def test_the_path_is_the_same_with_one_item_and_with_many() -> None:
    """OBX.5 in a reply with one OBX, OBX[2].5 in one with several: one place, shown as a list."""

    def one(seq: int, value: str) -> bytes:
        text = stamped("hl7", seq, 3).replace("|5.60|", f"|{value}|")
        return ("\r".join(line for line in text.split("\r") if not line.startswith(("OBX|2", "OBX|3")))).encode()

    def other(value: str) -> Callable[[str, int], Mapping[str, Any]]:
        return lambda name, seq: {"body": one(seq, value)} if name == "hl7" and seq < len(GOOD) else {}

    def wrong(name: str, seq: int) -> Mapping[str, Any]:
        if seq >= len(GOOD):
            return edited("hl7", ("|5.60|", "|9.99|"))(name, seq)
        return other("9.99")(name, seq)

    recordings = Recordings(
        original_1=observe(1, other("5.60")), original_2=observe(2, other("5.60")), migrated=observe(3, wrong)
    )
    found = compare_pack("lis", ITEMS, recordings, messages=MESSAGES)
    assert places(roots(found)) == ["hl7 OBX[*].5:number"]
    assert roots(found)[0].count == N


# --------------------------------------------------------------------------- refusals, statuses, ends


def test_a_refusal_is_compared_like_an_acceptance() -> None:
    def refused(text: str) -> Callable[[str, int], Mapping[str, Any]]:
        return lambda name, seq: (
            {"kind": REFUSED, "body": json.dumps({"title": text}).encode()} if name == "json" else {}
        )

    recordings = Recordings(
        original_1=observe(1, refused("重复申请")),
        original_2=observe(2, refused("重复申请")),
        migrated=observe(3, refused("ORA-00001")),
    )
    found = compare_pack("lis", ITEMS, recordings, messages=MESSAGES)
    assert places(roots(found)) == ["json $.title:text"]
    same = replace(recordings, migrated=observe(3, refused("重复申请")))
    assert roots(compare_pack("lis", ITEMS, same, messages=MESSAGES)) == []


def test_another_status_is_a_difference_of_its_own() -> None:
    found = compare(observe(3, lambda name, seq: {"status": "201 x/y"} if name == "xml" else {}))
    assert places(roots(found)) == ["xml status:status"]
    assert (roots(found)[0].examples[0].original, roots(found)[0].examples[0].migrated) == ("'200 x/y'", "'201 x/y'")


def test_accepted_here_and_declined_there_is_an_outcome_of_the_message() -> None:
    found = compare(observe(3, lambda name, seq: {"kind": REFUSED} if name == "soap" and seq < 20 else {}))
    (root,) = roots(found)
    assert (root.step, root.column, root.kind) == ("soap", "", "outcome")
    assert found.exchanges["soap"] == (N, N - root.count)


def test_several_messages_and_commits_in_one_transaction() -> None:
    """A journey: what comes behind a step that took another turn was not looked at, and is not called equal."""
    names = ["hl7", "commit", "json", "commit", "xml", "commit"]

    def journey(wrong: str = "", declined: str = "") -> Observed:
        steps = tuple(
            StepRecord(statement=n, kind=OK, error_class="", affected=-1)
            if n == "commit"
            else StepRecord(
                statement=n, kind=REFUSED if n == declined else OK, error_class="", affected=-1, sent=b"x",
                body=b"?" if n == wrong else GOOD[n].encode(),
            )
            for n in names
        )  # fmt: skip
        return Observed(
            transactions=(TransactionRecord(seq=1, transaction="journey", outcome=OK, reason="", steps=steps),)
        )

    items = [Item(seq=1, transaction="journey", params={"order_id": "ORD00001"})]

    def run(migrated: Observed) -> Comparison:
        both = journey()
        recordings = Recordings(original_1=both, original_2=both, migrated=migrated)
        return compare_pack("lis", items, recordings, messages=MESSAGES)

    assert run(journey()).exchanges == {"hl7": (1, 1), "json": (1, 1), "xml": (1, 1)}
    found = run(journey(wrong="json"))
    assert places(roots(found)) == ["json !:unreadable"]
    assert found.exchanges == {"hl7": (1, 1), "json": (1, 0), "xml": (1, 1)}
    assert run(journey(declined="json")).exchanges == {"hl7": (1, 1), "json": (1, 0), "xml": (1, 0)}


# --------------------------------------------------------------------------- what follows from what


def test_a_wrong_stored_value_is_one_root_however_many_replies_show_it() -> None:
    """Stored wrong by the first transaction, shown by every later one that names the case, and in the table."""
    items = [Item(seq=n, transaction=t, params={"order_id": "ORD00001"}) for n, t in enumerate(("give", "ask", "ask2"))]

    def run(price: str) -> Observed:
        def answered(seq: int, name: str, body: Mapping[str, Any]) -> TransactionRecord:
            step = StepRecord(
                statement=name, kind=OK, error_class="", affected=-1, sent=b"x", body=json.dumps(body).encode()
            )
            return TransactionRecord(seq=seq, transaction=items[seq].transaction, outcome=OK, reason="", steps=(step,))

        stored = TableState(
            table="lis_order", columns=("order_id", "price"), key=("order_id",), rows=(("ORD00001", price),)
        )
        return Observed(
            transactions=(
                answered(0, "give", {"code": 0}),
                answered(1, "price_of", {"price": price}),
                answered(2, "bill_of", {"lines": [{"price": price}], "total": price}),
            ),
            before={"lis_order": replace(stored, rows=())},
            after={"lis_order": stored},
        )

    messages = {name: spoken("json") for name in ("give", "price_of", "bill_of")}
    good = run("12.00")
    found = compare_pack(
        "lis", items, Recordings(original_1=good, original_2=good, migrated=run("21.00")), messages=messages
    )
    assert places(roots(found)) == ["price_of $.price:number"]
    assert {f.consequence_of for f in found.findings if f.consequence_of} == {"F1"}
    assert len(found.findings) == 4


def test_amounts_and_moments_name_no_case() -> None:
    assert [type(v).__name__ for v in named('id=WBC price=12.50 at=20260302083000 no=4711 code="690123456789"')] == [
        "str", "str", "str", "Decimal", "str", "datetime", "str", "Decimal", "str", "str",
    ]  # fmt: skip
    assert named(None) == ()


def test_what_stands_beside_a_field_tells_whose_it_is() -> None:
    """A price was wrong before anything happened; a bill that names only the patient shows it beside its code."""

    def run(price: str) -> Observed:
        lines = [{"code": "D0002", "price": "8.00"}, {"code": "D0003", "price": price}]
        step = StepRecord(
            statement="bill_of", kind=OK, error_class="", affected=-1, sent=b"x",
            body=json.dumps({"lines": lines}).encode(),
        )  # fmt: skip
        price_list = TableState(
            table="price", columns=("code", "price"), key=("code",), rows=(("D0002", "8.00"), ("D0003", price))
        )
        return Observed(
            transactions=(TransactionRecord(seq=1, transaction="bill", outcome=OK, reason="", steps=(step,)),),
            before={"price": price_list},
            after={"price": price_list},
        )

    items = [Item(seq=1, transaction="bill", params={"patient_id": "P00000007"})]
    good = run("12.00")
    recordings = Recordings(original_1=good, original_2=good, migrated=run("21.00"))
    found = compare_pack("lis", items, recordings, messages={"bill_of": spoken("json")})
    assert [f.transaction for f in roots(found)] == ["table:price"]
    assert [(f.column, f.consequence_of) for f in found.findings[1:]] == [("$.lines[*].price", "F1"), ("price", "F1")]
