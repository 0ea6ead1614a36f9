"""What differs between two messages: the right path, the right change, and nothing that is declared to be the same."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from harness.content.bodies import of_bodies
from harness.content.differences import Change, FieldDifference, differences
from harness.content.groups import grouped
from harness.content.how import How, Keyed, Within, usual
from harness.content.noise import noise
from harness.content.reading import fields
from harness.normalise import Kind
from tests.content_messages import CDA, HL7, JSON, SOAP, XML


def found(a: str, b: str, content: str, how: How | None = None) -> list[tuple[str, str]]:
    some = of_bodies(a.encode(), b.encode(), content, "UTF-8", usual(content) if how is None else how)
    return [(d.path, str(d.change)) for d in some]


def one(a: Any, b: Any, how: How = How()) -> list[FieldDifference]:  # noqa: B008
    return list(of_bodies(json.dumps(a).encode(), json.dumps(b).encode(), "json", "UTF-8", how))


# Every way in which a stack was switched to go wrong, and the path that has to be named.
PLANTED: list[tuple[str, str, str, str, str, str]] = [
    ("hl7", HL7, "5.60|", "5.6|", "OBX[1].5", "different"),
    ("hl7", HL7, "HGB^血红", "HGB^白", "OBX[2].3.2", "different"),
    ("hl7", HL7, "~P200^^^B", "", "PID.3[2]", "missing"),
    ("hl7", HL7, "OBX|2|NM|HGB^血红蛋白||131|g/L|115-150|N|||F\r", "", "OBX[2]", "missing"),
    ("hl7", HL7, "ZPX|内部|1\r", "", "ZPX", "missing"),
    ("hl7", HL7, "NTE|1||复查\r", "NTE|1||复查\rNTE|2||x\r", "NTE[2]", "extra"),
    ("hl7", HL7, "张^三", "张三", "PID.5.1", "different"),
    ("hl7", HL7, "|M\r", "|\r", "PID.8", "missing"),
    ("hl7", HL7, "MSH|^~\\&|LIS", "MSH|^~\\&|lis", "MSH.3", "different"),
    ("hl7", HL7, "|20260302083000||ORU", "|||ORU", "MSH.7", "missing"),
    ("hl7", HL7, "\\T\\", "\\S\\", "OBX[3].5", "different"),
    ("json", JSON, '"price": 12.5', '"price": 12.51', "$.items[0].price", "different"),
    ("json", JSON, '"price": 8', '"price": "8"', "$.items[1].price", "different"),
    ("json", JSON, '"price": null', '"price": ""', "$.items[2].price", "different"),
    ("json", JSON, ', "price": null', "", "$.items[2].price", "missing"),
    ("json", JSON, '"page": {}', '"page": []', "$.page", "different"),
    ("json", JSON, '{"id": 2, "name": "血红蛋白", "price": 8}, ', "", "$.items[1]", "missing"),
    ("json", JSON, '"page": {}', '"page": {}, "page": {}', "$.page!2", "extra"),
    ("xml", XML, "<o:remark/>", "", "order/remark", "missing"),
    ("xml", XML, 'id="7"', 'id="8"', "order/@id", "different"),
    ("xml", XML, "urn:order", "urn:orders", "order/@xmlns", "different"),
    ("xml", XML, "<o:code>HGB</o:code><o:price>", "<o:price>", "order/item[2]/code", "missing"),
    ("cda", CDA, "J18.9", "J18.0", "section[11450-4]/entry[DE05.01.024.00]/value/@code", "different"),
    (
        "cda",
        CDA,
        "value='120'",
        "value='12'",
        "section[8716-3]/entry['100']/component[8480-6]/value/@value",
        "different",
    ),
    ("soap", SOAP, "<item>乙</item>", "<item>丙</item>", "GetReportResponse/return/xml()/report/item[2]", "different"),
    ("soap", SOAP, "<item>乙</item>", "", "GetReportResponse/return/xml()/report/item[2]", "missing"),
]


@pytest.mark.parametrize(("content", "good", "old", "new", "path", "change"), PLANTED)
def test_one_planted_difference_is_found_in_its_place(
    content: str, good: str, old: str, new: str, path: str, change: str
) -> None:
    assert good.count(old) == 1
    bad = good.replace(old, new)
    expected = [(path, change), ("PID.5.2", "missing")] if new == "张三" else [(path, change)]
    assert found(good, bad, content) == expected
    turned = {"missing": "extra", "extra": "missing"}
    assert found(bad, good, content) == [(p, turned.get(c, c)) for p, c in expected]


def test_stamps_move_but_must_be_there() -> None:
    later = HL7.replace("20260302083000", "20260302083511").replace("M0001", "M0999")
    assert found(HL7, later, "hl7") == []
    assert found(HL7, later, "hl7", How()) == [("MSH.7", "different"), ("MSH.10", "different")]


def test_a_segment_elsewhere_is_one_difference_of_order() -> None:
    lines = HL7.rstrip("\r").split("\r")
    lines[4], lines[6] = lines[6], lines[4]
    assert found(HL7, "\r".join(lines) + "\r", "hl7") == [("OBX[2]", "order")]
    lines = HL7.rstrip("\r").split("\r")
    lines[3], lines[5] = lines[5], lines[3]
    swapped = "\r".join(lines) + "\r"
    assert [change for _, change in found(HL7, swapped, "hl7")] == ["order"]
    assert found(HL7, swapped, "hl7", How(unordered=("OBX",))) == []


def test_a_missing_item_does_not_shift_the_rest() -> None:
    a = [{"id": n, "name": f"n{n}", "flag": n % 3} for n in range(200)]
    b = [row | {"flag": 9} if row["id"] == 150 else row for row in a if row["id"] != 3]
    assert [(d.path, d.change) for d in one(a, b)] == [("$[3]", Change.MISSING), ("$[150].flag", Change.DIFFERENT)]


def test_equal_items_stay_where_they_are() -> None:
    assert [(d.path, d.change) for d in one([0, 0, 1, 0, 0], [0, 2, 1, 0, 0])] == [("$[1]", Change.DIFFERENT)]
    assert [(d.path, d.change) for d in one([9, 0, 0, 1, 0, 8], [7, 0, 2, 1, 0, 6])] == [
        (f"$[{n}]", Change.DIFFERENT) for n in (0, 2, 5)
    ]
    assert [(d.path, d.change) for d in one([0, 0, 1], [0, 1])] == [("$[1]", Change.MISSING)]


def test_long_lists_without_anything_equal_are_known_by_a_field() -> None:
    a = [{"id": n, "day": "2026-03-02"} for n in range(200)]
    b = [{"id": n, "day": "2026/03/02"} for n in range(200) if n != 7]
    result = one(a, b)
    assert [d.path for d in result if d.change is Change.MISSING] == ["$[7]"]
    assert {d.general for d in result} == {"$[*]", "$[*].day"}
    assert len(result) == 200


def test_lists_by_key_and_as_multisets() -> None:
    a = {"rows": [{"id": 1, "v": "x"}, {"id": 2, "v": "y"}, {"id": 2, "v": "y"}]}
    b = {"rows": [{"id": 2, "v": "y"}, {"id": 1, "v": "z"}]}
    free = How(unordered=("$.rows",))
    assert [(d.path, d.change) for d in one(a, b, free)] == [
        ("$.rows[0].v", Change.DIFFERENT),
        ("$.rows[2]", Change.MISSING),
    ]
    keyed = How(keyed=(Keyed(items="$.rows", key=".id"),))
    assert [(d.path, str(d.change)) for d in one(a, b, keyed)] == [
        ("$.rows[0].v", "different"),
        ("$.rows[2]", "missing"),
        ("$.rows[0]", "order"),
    ]
    assert one({"rows": [1, 2, 2]}, {"rows": [2, 1, 2]}, free) == []
    assert len(one({"rows": [1, 2, 2]}, {"rows": [2, 1, 1]}, free)) == 1
    by_test = How(keyed=(Keyed(items="OBX", key=".3.1"),), unordered=("OBX",))
    renamed = HL7.replace("OBX|1|NM|WBC^白细胞||5.60", "OBX|1|NM|WBC^白细胞||6.60")
    assert found(HL7, renamed, "hl7", by_test) == [("OBX[1].5", "different")]


def test_tolerances_hold_where_they_are_declared() -> None:
    how = How(
        numbers=(Within(where="$.price", most=Decimal("0.01")),), seconds=(Within(where="$.at", most=Decimal(60)),)
    )
    a = {"price": 1.50, "other": 1.50, "at": "2026-03-02T08:00:00"}
    assert one(a, {"price": 1.51, "other": 1.50, "at": "2026-03-02T08:01:00"}, how) == []
    worse = one(a, {"price": 1.52, "other": 1.51, "at": "2026-03-02T08:01:01"}, how)
    assert [d.path for d in worse] == ["$.price", "$.other", "$.at"]
    assert one({"price": 1}, {"price": "1"}, how)[0].kind is Kind.TYPE
    in_hl7 = How(numbers=(Within(where="OBX.5", most=Decimal("0.1")),))
    assert found(HL7, HL7.replace("5.60", "5.7"), "hl7", in_hl7) == []


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("5.60", "5.6", Kind.DECIMAL_SCALE),
        ("5.60", "5.61", Kind.NUMBER),
        ("20260302083000", "20260302003000", Kind.TIME_ZONE),
        ("20260302083000", "20260302083001", Kind.TIME),
        ("2026-03-02 08:30:00", "2026-03-02 08:30:00.5", Kind.TIME_PRECISION),
        ("王𠮷", "王?", Kind.CHARSET),
        ("abc", "ABC", Kind.CASE),
        ("abc ", "abc", Kind.PADDING),
        ("abc", "abd", Kind.TEXT),
        ("", "abc", Kind.TEXT),
        (None, "", Kind.EMPTY_NULL),
        (None, "x", Kind.NULL),
        (True, "true", Kind.TYPE),
        (1, "1", Kind.TYPE),
        ({}, "x", Kind.TYPE),
    ],
)
def test_how_two_values_differ_has_a_name(a: Any, b: Any, kind: Kind) -> None:
    (d,) = one({"v": a}, {"v": b})
    assert (d.path, d.kind) == ("$.v", kind)


def test_a_reply_that_is_garbled_or_unreadable_is_its_own_change() -> None:
    a, b = fields(HL7.encode(), "hl7"), fields(HL7.encode("gb18030"), "hl7")
    (d,) = differences(a, b, How())
    assert (d.path, d.change, d.b) == ("!charset", Change.CHARSET, "声明为 UTF-8，实为 GB18030")
    (d,) = differences(a, fields(b"<html>", "hl7"), How())
    assert (d.path, d.change) == ("!", Change.UNREADABLE)
    assert differences(fields(b"<html>", "hl7"), fields(b"<HTML>", "hl7"), How()) == ()


def test_the_short_cut_is_taken_for_chinese_headers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("read whole")

    monkeypatch.setattr("harness.content.bodies.fields", never)
    for declared, codec in (("UTF-8", "utf-8"), ("GBK", "gbk")):
        text = HL7.replace("UTF-8", declared).replace("检验科", "阒检验科")
        later = text.replace("20260302083000", "20260302083511")
        assert of_bodies(text.encode(codec), later.encode(codec), "hl7", "UTF-8", usual("hl7")) == ()


# --------------------------------------------------------------------------- noise, groups


def test_noise_excuses_what_the_original_does_to_itself_and_no_more() -> None:
    def reply(token: str, at: str, rows: int, name: str = "张三") -> Any:
        made = {"token": token, "at": at, "log": [f"l{n}" for n in range(rows)], "name": name}
        return fields(json.dumps(made).encode(), "json")

    first = reply("a1", "2026-03-02T08:00:00", 2)
    learned = noise(first, reply("b2", "2026-03-02T08:00:03", 3), How())
    assert learned.paths == {"$.token", "$.at", "$.log[*]"}

    def left(other: Any) -> list[str]:
        return [d.path for d in learned.left(differences(first, other, How()))]

    assert left(reply("c3", "2026-03-02T08:20:00", 1)) == []
    assert left(reply("", "2026-03-02T08:20:00", 2)) == []
    assert left(reply("c3", "2026-03-02T16:00:00", 2)) == ["$.at"]
    assert left(reply("c3", "2026-03-02T08:00:00", 6)) == ["$.log[2]", "$.log[3]", "$.log[4]", "$.log[5]"]
    assert left(reply("c3", "2026-03-02T08:00:00", 2, "李四")) == ["$.name"]
    both = learned.and_also(noise(first, reply("a1", "2026-03-02T08:00:00", 6, "李四"), How()))
    assert both.paths == {"$.token", "$.at", "$.log[*]", "$.name"}
    assert both.left(differences(first, reply("c3", "2026-03-02T08:00:00", 6, "王五"), How())) == ()


def test_groups_count_and_keep_three_examples() -> None:
    pairs = [({"rows": [{"p": n}] * (1 + n % 2)}, {"rows": [{"p": n + 1}] * (1 + n % 2)}) for n in range(6)]
    some = [(seq, d) for seq, (a, b) in enumerate(pairs) for d in one(a, b)]
    (group,) = grouped([*some, *((9, d) for d in one({"x": 1}, {"x": 1}))])
    assert (group.path, group.change, group.kind, group.count) == ("$.rows[*].p", Change.DIFFERENT, Kind.NUMBER, 9)
    assert [seq for seq, _ in group.examples] == [0, 1, 1]
    single = of_bodies(HL7.encode(), HL7.replace("5.60", "5.61").encode(), "hl7", "UTF-8", How())
    alone = "MSH|^~\\&|A\rOBX|1|NM|W||5.60\r"
    alone_too = of_bodies(alone.encode(), alone.replace("5.60", "5.61").encode(), "hl7", "UTF-8", How())
    (group,) = grouped([(1, alone_too[0]), (2, single[0])])
    assert (group.path, group.count) == ("OBX[*].5", 2)
