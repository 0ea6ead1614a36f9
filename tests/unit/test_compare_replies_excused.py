"""What excuses a difference in a reply, and what does not: noise, declared rules, charsets that the stacks write in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.compare.functional import Recordings, compare_pack
from harness.model import Rule
from tests.content_messages import GOOD
from tests.unit.test_compare_replies import ITEMS, MESSAGES, N, compare, edited, observe, places, roots, spoken, stamped

# --------------------------------------------------------------------------- noise


def test_noise_of_a_reply_excuses_neither_loss_nor_another_field() -> None:
    gone = compare(observe(3, lambda name, seq: {"body": GOOD["json"].encode()} if name == "json" else {}))
    assert {f.column for f in roots(gone)} == {"$.trace", "$.page"}
    changed = compare(observe(3, edited("json", ('"trace": "t3-', '"trace": 1, "other": "'))))
    assert {(f.column, f.kind) for f in roots(changed)} == {("$.trace", "type"), ("$.other", "field_extra")}


def test_what_came_and_went_twice_does_not_excuse_three() -> None:
    def items(n: int) -> Callable[[str, int], Mapping[str, Any]]:
        body = json.dumps({"items": [{"id": f"A{i}"} for i in range(n)]}).encode()
        return lambda name, seq: {"body": body} if name == "json" else {}

    def run(n: int) -> list[str]:
        recordings = Recordings(
            original_1=observe(1, items(2)), original_2=observe(2, items(4)), migrated=observe(3, items(n))
        )
        return places(roots(compare_pack("lis", ITEMS, recordings, messages=MESSAGES)))

    assert run(4) == [] == run(3)
    assert run(5) == ["json $.items[*]:field_extra"]


# --------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("where", "explains"),
    [
        ("ask_hl7.hl7.OBX[*].5", True),
        ("ask_hl7.hl7.OBX.5", True),
        ("*.hl7.OBX[*].5", True),
        ("ask_hl7.*.OBX[*].?", True),
        ("ask_hl7.hl7.OBX[*].6", False),
        ("ask_hl7.hl7.OBX[5].5", False),
        ("ask_json.*", False),
    ],
)
def test_a_rule_names_a_path(where: str, *, explains: bool) -> None:
    rule = Rule(id="R1", kind="decimal_scale", where=where, reason="x", source="x")
    found = compare(observe(3, edited("hl7", ("|5.60|", "|5.6|"))), rule)
    assert (roots(found) == []) is explains
    assert found.rule_counts == {"R1": N if explains else 0}
    assert found.exchanges["hl7"] == (N, N if explains else 0)


def test_brackets_of_a_code_are_themselves() -> None:
    rule = Rule(id="R1", kind="number", where="*.section[8716-3]/*", reason="x", source="x")
    wrong = observe(3, edited("cda", ("value='120'", "value='121'")))
    assert roots(compare(wrong, rule)) == []
    assert len(roots(compare(wrong, replace(rule, where="*.section[8716]/*")))) == 1


# --------------------------------------------------------------------------- charsets


def gbk(name: str, seq: int) -> Mapping[str, Any]:
    text = stamped(name, seq, 3).replace("||UTF-8\r", "||GBK\r").replace('encoding="UTF-8"', 'encoding="GBK"')
    return {"body": text.encode("gbk")}


def test_each_body_is_read_by_its_own_stacks_charset() -> None:
    other = {name: spoken(name, charsets=("UTF-8", "GB18030")) for name in GOOD}

    def written(name: str, seq: int) -> Mapping[str, Any]:
        body = gbk(name, seq)["body"]
        return {"body": body.replace(b"||GBK", b"||GB18030") if name == "hl7" else body}

    assert roots(compare(observe(3, written), messages=other)) == []
    wrong = compare(observe(3, gbk), messages=MESSAGES)  # both are said to write UTF-8
    assert {f.step for f in roots(wrong)} == set(GOOD) - {"xml"}  # XML declares what it is written in
    assert any(f.column == "MSH.18" for f in wrong.findings)


@pytest.mark.parametrize(
    ("name", "edit", "place"),
    [
        ("hl7", ("|5.60|", "|6.50|"), "OBX[*].5:number"),
        ("json", ('"price": 8', '"price": "8"'), "$.items[*].price:type"),
        ("text", ("第二行", "第二"), "line[*]:text"),
    ],
)
def test_another_charset_hides_no_other_difference(name: str, edit: tuple[str, str], place: str) -> None:
    other = {each: spoken(each, charsets=("UTF-8", "GB18030")) for each in GOOD}
    change = edited(name, edit)

    def written(message: str, seq: int) -> Mapping[str, Any]:
        body = dict(change(message, seq)).get("body", stamped(message, seq, 3).encode()).decode()
        declared = body.replace("||UTF-8\r", "||GB18030\r").replace('encoding="UTF-8"', 'encoding="GB18030"')
        return {"body": declared.encode("gb18030")}

    assert places(roots(compare(observe(3, written), messages=other))) == [f"{name} {place}"]


def test_only_where_a_charset_is_declared_its_name_may_differ() -> None:
    other = {**MESSAGES, "hl7": spoken("hl7", charsets=("UTF-8", "GB18030"))}

    def written(charset: str) -> Callable[[str, int], Mapping[str, Any]]:
        def body(name: str, seq: int) -> Mapping[str, Any]:
            text = stamped(name, seq, 3).replace("|5.60|", f"|{charset}|").replace("||UTF-8\r", f"||{charset}\r")
            return {"body": text.encode(charset)} if name == "hl7" else {}

        return body

    recordings = Recordings(
        original_1=observe(1, written("UTF-8")),
        original_2=observe(2, written("UTF-8")),
        migrated=observe(3, written("GB18030")),
    )
    found = compare_pack("lis", ITEMS, recordings, messages=other)
    assert places(roots(found)) == ["hl7 OBX[*].5:text"]


def test_a_charset_that_is_declared_but_not_configured_is_a_difference() -> None:
    other = {**MESSAGES, "hl7": spoken("hl7", charsets=("UTF-8", "GB18030"))}
    found = compare(observe(3, lambda name, seq: gbk(name, seq) if name == "hl7" else {}), messages=other)
    assert [f.column for f in roots(found)] == ["MSH.18"]


def test_garbled_characters_are_one_root_for_the_message() -> None:
    def garbled(name: str, seq: int) -> Mapping[str, Any]:
        text = stamped("hl7", seq, 3)
        return {"body": text.encode("gbk", "replace").decode("utf-8", "replace").encode()} if name == "hl7" else {}

    found = compare(observe(3, garbled))
    assert [f.step for f in roots(found)] == ["hl7"] and roots(found)[0].kind == "charset"
    assert len([f for f in found.findings if f.consequence_of]) > 2


def test_a_reply_found_garbled_makes_its_differing_text_garbled() -> None:
    """A character that was lost for good leaves text that nobody can take back to what it was."""
    lossy = "王国庆，白细胞计数".encode().decode("gb18030", "replace").replace("\ufffd", "?")

    def garbled(name: str, seq: int) -> Mapping[str, Any]:
        text = stamped("json", seq, 3).replace("成功", lossy)
        return {"body": text.encode()} if name == "json" else {}

    (root,) = roots(compare(observe(3, garbled)))
    assert (root.column, root.kind) == ("$.message", "charset")

    def short_first(name: str, seq: int) -> Mapping[str, Any]:
        """Too short to be told from other text in the first replies: still one root for the field."""
        return edited("json", ("成功", "鍏?"))(name, seq) if seq < len(GOOD) else garbled(name, seq)

    assert [(f.column, f.kind) for f in roots(compare(observe(3, short_first)))] == [("$.message", "text")]
