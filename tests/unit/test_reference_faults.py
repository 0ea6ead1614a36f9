"""Every fault of an answer shows in the comparison, at the place it names and nowhere else, in every content it is for.

The answers are those of the tiny hospital, its database stood in for by a desk that only says yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from harness.content.bodies import of_bodies
from harness.content.how import usual
from harness.content.path import pattern
from harness.model import ReplyKind
from scenarios.reference.faults import FAULTS, values
from scenarios.reference.faults.careless import CarelessDesk, written_columns
from scenarios.reference.faults.fault import ReplyFault
from scenarios.reference.faults.message import spoken
from scenarios.reference.faults.switches import Switched, Switches
from scenarios.reference.service import Answer, Outcome, Request
from tests import tiny_hospital as tiny

README = Path(tiny.__file__).parents[1] / "scenarios" / "reference" / "README.md"
REPLY_FAULTS = [fault for fault in FAULTS.values() if isinstance(fault, ReplyFault)]
CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <id extension="D-2026-1"/><code code="C0001"/><title>病历概要（一）</title><effectiveTime value="20260302083000"/>
  <acknowledgement typeCode="AA"/>
  <component><structuredBody>
    <component><section><code code="11450-4"/><text>头痛 &amp; 发热</text><entry><observation>
      <code code="DE04.10.174.00"/><value xsi:type="PQ" value="37.50" unit="Cel"/></observation></entry></section>
    </component><component><section><code code="10164-2"/><text>三天前起病</text></section></component>
  </structuredBody></component>
</ClinicalDocument>"""


class FakeDesk:
    """Says no to numbers that begin with R, and yes to all others."""

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        if params["note_no"].startswith("R"):
            return Outcome(kind=ReplyKind.REFUSED, reason="号码不合规定")
        return Outcome(kind=ReplyKind.OK, value=params["note_no"])


def answers(content: str) -> list[Answer]:
    """A good one and a refusal."""
    if content == "xml":
        return [Answer(body=CDA.encode()), Answer(body=CDA.encode(), status=422)]
    handler, message = {
        "hl7": (tiny.hl7_handler, tiny.hl7_message),
        "json": (tiny.http_handler, tiny.json_message),
        "soap": (tiny.soap_handler, tiny.soap_message),
    }[content]
    requests = [Request(body=message(number), charset="UTF-8", method="POST") for number in ("N1", "REFUSED")]
    found = [handler(request, FakeDesk()) for request in requests]
    return found if content != "soap" else [*found, Answer(body=found[0].body, status=500)]


@pytest.mark.parametrize(
    ("fault", "content"), [(fault, content) for fault in REPLY_FAULTS for content in fault.contents],
    ids=lambda each: each if isinstance(each, str) else each.name,
)  # fmt: skip
def test_a_fault_of_an_answer_shows_where_it_says(fault: ReplyFault, content: str) -> None:
    shown = 0
    for good in answers(content):
        edited = fault.edit(spoken(good, "UTF-8"), "")
        if edited is None:
            continue
        bad, where = edited[0].answer, edited[1]
        assert bad != good
        if where == "!status":
            assert (bad.status, bad.content_type) != (good.status, good.content_type)
        else:
            found = of_bodies(good.body, bad.body, content, "UTF-8", usual(content))
            strange = [each.path for each in found if not pattern(where, "!charset").covers(each.path)]
            assert found
            assert not strange or fault.name == "reply_item_doubled"  # the second one has a number of its own
        shown += 1
    assert shown


def test_an_edit_keeps_to_the_place_that_was_asked_for() -> None:
    said = spoken(answers("hl7")[0], "UTF-8")
    fault = FAULTS["reply_number_rounded"]
    assert isinstance(fault, ReplyFault)
    edited = fault.edit(said, "OBX[2].5")
    assert edited is not None
    assert edited[1] == "OBX[2].5"
    assert b"|1.50|" in edited[0].answer.body
    assert fault.edit(said, "ZZZ") is None


def test_what_held_nothing_else_is_where_a_dropped_value_shows() -> None:
    good = Answer(body="<a><b><c>文字</c></b></a>".encode())
    for name, where in (("reply_field_dropped", "a/b"), ("reply_item_dropped", "a")):
        fault = FAULTS[name]
        assert isinstance(fault, ReplyFault)
        edited = fault.edit(spoken(good, "UTF-8"), "")
        assert edited is not None
        found = of_bodies(good.body, edited[0].answer.body, "xml", "UTF-8", usual("xml"))
        assert [each.path for each in found] == [where] == [edited[1]]


def test_what_an_answer_cannot_be_spoilt_by_leaves_it_alone() -> None:
    fault = FAULTS["reply_field_dropped"]
    assert isinstance(fault, ReplyFault)
    for body in (b"", b"plain text", b"{broken", b"<a><b></a>"):
        assert fault.edit(spoken(Answer(body=body), "UTF-8"), "") is None


def test_the_readme_lists_every_fault() -> None:
    rows = [line.split("|")[1:-1] for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    shown = {cells[0].strip(" `"): (cells[1].strip(), cells[2].strip()) for cells in rows}
    assert shown == {fault.name: (fault.title, fault.shows.value) for fault in FAULTS.values()}
    assert len(shown) >= 28


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (values.rounded_text, "1.58", "1.6"),
        (values.rounded_text, "5.60", "6"),
        (values.without_zeros, "1.50", "1.5"),
        (values.negated, "-2.5", "2.5"),
        (values.shifted, "20260302203015.250000", "20260303043015.250000"),
        (values.shifted, "2026-03-02T08:30:15+08:00", "2026-03-02T16:30:15+08:00"),
        (values.shifted, "202603022030", "202603030430"),
        (values.other_format, "20260302", "2026-03-02"),
        (values.other_format, "2026-03-02T08:30:15", "20260302083015"),
        (values.other_format, "20260302083015", "2026-03-02 08:30:15"),
        (values.other_code, "M", "F"),
        (values.other_code, "GLU", "GLX"),
        (values.other_width, "（HBsAg）", "(HBsAg)"),
        (values.other_width, "乙肝&丙肝", "乙肝＆丙肝"),
    ],
)
def test_how_a_value_goes_wrong(change: Callable[[str], str], before: str, after: str) -> None:
    assert change(before) == after


def test_rounding_always_changes_what_has_a_fraction() -> None:
    for text in ("0.5", "12.50", "-3.1415", "99.99"):
        assert values.rounded(Decimal(text)) != Decimal(text)


def test_the_columns_that_a_statement_writes_are_known() -> None:
    assert set(written_columns(tiny.ADD.body)) == set(tiny.note.columns.keys())
    assert written_columns(tiny.ALL.body) == {}
    moved = update(tiny.note).values(remark=bindparam("why"), kind="X").where(tiny.note.c.note_no == bindparam("no"))
    assert {name: column.name for name, column in written_columns(moved).items()} == {"why": "remark"}


def test_switches_are_read_again_when_the_file_changes(tmp_path: Path) -> None:
    complaints: list[str] = []
    switches = Switches(tmp_path, FAULTS, complaints.append)
    assert switches.on("lis_hl7") == ()
    file = tmp_path / "faults"
    file.write_text(
        "# a remark\nwire_slow ms=5\nreply_code_wrong interface=lis_hl7 at=OBX.3\nnosuch\nwire_slow colour=red\n"
    )
    assert [(each.fault.name, each.at, each.milliseconds) for each in switches.on("lis_hl7")] == [
        ("wire_slow", "", 5), ("reply_code_wrong", "OBX.3", 0),
    ]  # fmt: skip
    assert [each.fault.name for each in switches.on("lis_http")] == ["wire_slow"]
    assert len(complaints) == 2
    file.write_text("")
    assert switches.on("lis_hl7") == ()


def test_a_careless_desk_without_faults_of_its_stage_is_the_desk_itself() -> None:
    slow = Switched(fault=FAULTS["wire_slow"])
    outcome = CarelessDesk(FakeDesk(), [slow], lambda *_: None).carry_out(tiny.keep, note_no="N1", remark=None)
    assert outcome.value == "N1"
