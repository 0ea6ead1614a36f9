"""What the laboratory shows over HTTP: tubes, reports, trends, critical values, control charts as JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from harness.model import Row
from scenarios.lis.service import reports
from scenarios.lis.service.refusals import done
from scenarios.lis.service.reports import Named, named
from scenarios.lis.transactions.critical import critical_board
from scenarios.lis.transactions.requests import track_specimen
from scenarios.lis.transactions.review import Report, result_trend, view_report
from scenarios.reference.service import Desk
from scenarios.rest import Body, Problem

AVERAGE = Decimal("0.01")  # the places of an average are each product's own; two are everybody's


class Asked(NamedTuple):
    """A GET: the last step of its path, and its query."""

    key: str
    query: Mapping[str, str]

    def number(self) -> str:
        """The business number in the path."""
        if not 0 < len(self.key) <= 24 or "/" in self.key:
            raise Problem(404, "没有这个地址")
        return self.key

    def fields(self) -> Body:
        if self.key:
            raise Problem(404, "没有这个地址")
        return Body(self.query, "?")


# --------------------------------------------------------------------------- rows as objects

_LABEL = (
    "specimen_id", "status", "specimen_type", "container", "patient_name", "gender", "birth_date", "priority",
    "collected_at",
)  # fmt: skip
_TRACE = (
    "specimen_id", "status", "replaces_id", "volume_ml", "printed_at", "collected_at", "received_at", "serial_no",
    "reason", "remark", "place_id", "archived_at",
)  # fmt: skip
_TEST = (
    "filler_no", "panel_name", "status", "review_kind", "reviewed_at", "report_no", "published_at",
    "turnaround_minutes",
)  # fmt: skip
_RUN = ("run_no", "value_text", "value_number", "result_status", "note")
_POINT = (
    "run_no", "measured_at", "value_text", "value_number", "off_mean", "rule_1_2s", "rule_1_3s", "rule_2_2s", "status",
    "violated", "correction",
)  # fmt: skip
_TREND = (
    "observed_at", "value_text", "value_number", "abnormal_flag", "previous_number", "delta_flag", "filler_no",
)  # fmt: skip
_CRITICAL = (
    "critical_id", "status", "patient_name", "analyte_name", "value_text", "abnormal_flag", "detected_at", "notify_by",
    "acknowledged_at",
)  # fmt: skip


def label(row: Row) -> Named:
    """What a scanned barcode shows; some products pad the code of the sex."""
    found = named(_LABEL, row)
    return {**found, "gender": found["gender"].strip()}


def run(row: Row) -> Named:
    return named(_RUN, row)


def point(row: Row) -> Named:
    """One point of a Levey-Jennings chart."""
    found = named(_POINT, row)
    return {**found, **{rule: bool(found[rule]) for rule in ("rule_1_2s", "rule_1_3s", "rule_2_2s")}}


# --------------------------------------------------------------------------- views


def _specimen(asked: Asked, desk: Desk) -> Named:
    trace, tests = done(desk.carry_out(track_specimen, specimen_id=asked.number()))
    return {**named(_TRACE, trace), "tests": [named(_TEST, row) for row in tests]}


def _report(asked: Asked, desk: Desk) -> Named:
    filler_no = asked.number()
    report: Report = done(desk.carry_out(view_report, filler_no=filler_no))
    return {
        "filler_no": filler_no,
        **reports.head(report),
        "results": reports.lines(report),
        "culture": reports.culture(report),
        "susceptibilities": reports.susceptibilities(report),
    }


def _trend(asked: Asked, desk: Desk) -> Named:
    fields = asked.fields()
    which = {"patient_id": fields.text("patient_id"), "analyte_code": fields.text("analyte_code")}
    points, summary = done(desk.carry_out(result_trend, **which))
    runs, lowest, highest, average = summary or (0, None, None, None)
    rounded = None if average is None else Decimal(average).quantize(AVERAGE, ROUND_HALF_UP)
    return {
        **which,
        "runs": runs,
        "lowest": lowest,
        "highest": highest,
        "average": rounded,
        "points": [named(_TREND, row) for row in points],
    }


def _criticals(asked: Asked, desk: Desk) -> Named:
    fields = asked.fields()
    dept_id, since = fields.text("dept_id"), fields.moment("since")
    rows = done(desk.carry_out(critical_board, dept_id=dept_id, since=since))
    return {"dept_id": dept_id, "since": since, "criticals": [named(_CRITICAL, row) for row in rows]}


VIEWS: Mapping[str, Callable[[Asked, Desk], Named]] = {
    "specimens": _specimen,
    "reports": _report,
    "trends": _trend,
    "criticals": _criticals,
}
