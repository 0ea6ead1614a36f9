"""What a message carried against what is stored, and what its acknowledgement says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from harness.content.acknowledgement import hl7_ack, kind_of
from harness.content.differences import Change
from harness.content.reading import fields
from harness.content.stored import carried
from harness.model import ReplyKind
from harness.normalise import Kind
from tests.content_messages import HL7, JSON

MAPPING = {
    "PID.3[1].1": "patient_no",
    "PID.5.1": "name",
    "PID.8.1": "sex",
    "OBX[1].5": "result",
    "OBR.7": "sampled",
    "PID.7": "born",
    "PID.30": "dead",
}
NAME = "name"
ROW: dict[str, Any] = {
    "PATIENT_NO": "P100",
    "name": "张",
    "sex": "M",
    "result": Decimal("5.6000"),
    "sampled": dt.datetime.fromisoformat("2026-03-02T08:00:00"),
    "born": dt.date(1980, 1, 1),
    "dead": None,
}


def test_what_was_stored_as_it_was_sent() -> None:
    assert carried(fields(HL7.encode(), "hl7"), MAPPING, ROW) == ()


@pytest.mark.parametrize(
    ("column", "stored", "path", "change", "kind"),
    [
        ("name", "?", "PID.5.1", Change.DIFFERENT, Kind.CHARSET),
        ("name", None, "PID.5.1", Change.MISSING, None),
        ("name", "张 ", "PID.5.1", Change.DIFFERENT, Kind.PADDING),
        ("result", Decimal("5.61"), "OBX[1].5", Change.DIFFERENT, Kind.NUMBER),
        ("result", 5, "OBX[1].5", Change.DIFFERENT, Kind.NUMBER),
        ("result", 5.6, "OBX[1].5", None, None),
        ("sampled", dt.datetime.fromisoformat("2026-03-02T00:00:00"), "OBR.7", Change.DIFFERENT, Kind.TIME_ZONE),
        ("sampled", dt.date(2026, 3, 2), "OBR.7", None, None),
        ("sampled", dt.datetime.fromisoformat("2026-03-02T08:00:00+08:00"), "OBR.7", None, None),
        ("born", dt.datetime.fromisoformat("1980-01-01T00:00:00"), "PID.7", None, None),
        ("born", dt.date(1980, 1, 2), "PID.7", Change.DIFFERENT, Kind.TIME),
        ("sex", 1, "PID.8.1", Change.DIFFERENT, Kind.TYPE),
        ("dead", "N", "PID.30", Change.EXTRA, None),
    ],
)
def test_what_was_stored_otherwise(
    column: str, stored: Any, path: str, change: Change | None, kind: Kind | None
) -> None:
    found = carried(fields(HL7.encode(), "hl7"), MAPPING, ROW | {column: stored})
    assert [(d.path, d.change, d.kind) for d in found] == ([] if change is None else [(path, change, kind)])


def test_json_values_and_truth() -> None:
    document = fields(b'{"on": true, "note": "", "price": 12.50}', "json")
    mapping = {"$.on": "is_on", "$.note": "note", "$.price": "price"}
    assert carried(document, mapping, {"is_on": True, "note": "", "price": Decimal("12.5")}) == ()
    found = carried(document, mapping, {"is_on": False, "note": None, "price": Decimal("12.5")})
    assert [(d.path, d.change, d.kind) for d in found] == [
        ("$.on", Change.DIFFERENT, Kind.TEXT),
        ("$.note", Change.MISSING, Kind.EMPTY_NULL),
    ]
    assert carried(fields(JSON.encode(), "json"), {"$.items[2].price": "p"}, {"p": None}) == ()


@pytest.mark.parametrize(
    ("segments", "code", "text", "kind"),
    [
        ("MSA|AA|1", "AA", "", ReplyKind.OK),
        ("MSA|CA|1|收到", "CA", "", ReplyKind.OK),
        ("MSA|AE|1|库存\\T\\号源不足", "AE", "库存&号源不足", ReplyKind.REFUSED),
        ("MSA|AR|1\rERR|||207|E||||无此患者", "AR", "无此患者", ReplyKind.REFUSED),
        ("MSA|CE|1\rERR|||101", "CE", "101", ReplyKind.REFUSED),
        ("MSA|CR|1", "CR", "", ReplyKind.REFUSED),
        ("MSA|XX|1|?", "XX", "?", ReplyKind.FAILED),
        ("MSA|", "", "", ReplyKind.FAILED),
        ("PID|1", "", "", ReplyKind.FAILED),
    ],
)
@pytest.mark.parametrize("codec", ["UTF-8", "GBK"])
def test_acknowledgements(segments: str, code: str, text: str, kind: ReplyKind, codec: str) -> None:
    body = f"MSH|^~\\&|A|院|B|C|1||ACK|1|P|2.4||||||{codec}\r{segments}\r".encode(codec)
    assert hl7_ack(body) == (code, text)
    assert kind_of(code) is kind


def test_an_acknowledgement_with_other_delimiters_and_line_ends() -> None:
    assert hl7_ack(b"MSH#^~\\&#A\nMSA#AE#1#no\n") == ("AE", "no")
    assert hl7_ack(b"") == ("", "")
