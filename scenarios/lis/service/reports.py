"""A published report under the names that all three protocols show it by, from the rows of its queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Row
from scenarios.lis.transactions.review import Report

_HEAD = (
    "report_no", "patient_name", "gender", "birth_date", "clinical_info", "panel_name", "specimen_type", "collected_at",
    "received_at", "review_kind", "reviewer", "reviewed_at", "published_at", "conclusion", "patient_id", "order_no",
    "panel_code",
)  # fmt: skip
_LINE = (
    "analyte_name", "value_text", "value_number", "unit", "reference", "abnormal_flag", "observed_at", "note",
    "analyte_code", "value_type",
)  # fmt: skip
_CULTURE = ("culture_id", "growth", "smear", "conclusion")
_SUSCEPTIBILITY = (
    "isolate_no", "organism", "colony_count", "phenotype", "antibiotic", "method", "mic", "zone_mm", "interpretation",
)  # fmt: skip

Named = dict[str, Any]


def named(names: Sequence[str], row: Row) -> Named:
    return dict(zip(names, row, strict=True))


def head(report: Report) -> Named:
    """Some products pad the code of the sex, which is a column of fixed length."""
    found = named(_HEAD, report.head)
    return {**found, "gender": found["gender"].strip()}


def lines(report: Report) -> list[Named]:
    return [named(_LINE, row) for row in report.lines]


def culture(report: Report) -> Mapping[str, Any] | None:
    return None if report.culture is None else named(_CULTURE, report.culture)


def susceptibilities(report: Report) -> list[Named]:
    return [named(_SUSCEPTIBILITY, row) for row in report.susceptibilities]
