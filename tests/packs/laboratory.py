"""An auditor of a generated laboratory that knows only its rows and what a laboratory director would check.

Written apart from the pack's own invariants, in Python instead of SQL, so that the two check each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import MetaData

from harness.model import Row

Read = Mapping[str, Sequence[Mapping[str, Any]]]


def directorial(metadata: MetaData, tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """What a laboratory director would notice."""
    read = {
        name.removeprefix("lis_"): [
            dict(zip(metadata.tables[name].columns.keys(), row, strict=True)) for row in rows
        ]
        for name, rows in tables.items()
    }  # fmt: skip
    yield from _tubes(read)
    yield from _results(read)
    yield from _reports(read)
    yield from _criticals(read)
    yield from _controls(read)


def _ordered(*times: Any) -> bool:
    known = [time for time in times if time is not None]
    return known == sorted(known)


def _tubes(read: Read) -> Iterator[str]:
    rejected = {row["specimen_id"] for row in read["rejection"]}
    serials: dict[str, list[int]] = defaultdict(list)
    for tube in read["specimen"]:
        name = tube["specimen_id"]
        if not _ordered(tube["printed_at"], tube["collected_at"], tube["received_at"]):
            yield f"tube {name} travelled back in time"
        if (name in rejected) != (tube["status"] == "REJECTED"):
            yield f"tube {name} is {tube['status']} against the record"
        if (tube["serial_no"] is None) != (tube["status"] not in ("RECEIVED", "ARCHIVED")):
            yield f"tube {name} has the wrong serial number"
        if tube["serial_no"] is not None:
            serials[tube["section_code"]].append(tube["serial_no"])
    for counter in read["serial_counter"]:
        if sorted(serials[counter["section_code"]]) != list(range(1, counter["last_serial_no"] + 1)):
            yield f"serial numbers of {counter['section_code']} have gaps"
    places = Counter(row["place_id"] for row in read["archived_specimen"])
    yield from (f"place {place} holds {n} tubes" for place, n in places.items() if n > 1)


def _results(read: Read) -> Iterator[str]:
    decimals = {a["analyte_code"]: a["decimals"] for a in read["analyte"]}
    uploads: Counter[str] = Counter()
    active: Counter[tuple[str, str]] = Counter()
    for row in read["result"]:
        name = f"{row['filler_no']}/{row['analyte_code']}/{row['run_no']}"
        uploads[row["upload_id"]] += 1
        active[(row["specimen_id"], row["analyte_code"])] += row["result_status"] != "X"
        text, number = row["value_text"], row["value_number"]
        if row["value_type"] == "NM" and text is not None:
            if Decimal(text) != number or -Decimal(text).as_tuple().exponent != decimals[row["analyte_code"]]:
                yield f"result {name}: {text} and {number} are not the same"
            low, high = row["ref_low"], row["ref_high"]
            inside = (low is None or number >= low) and (high is None or number <= high)
            if inside != (row["abnormal_flag"] is None):
                yield f"result {name}: {text} is flagged {row['abnormal_flag']}"
        elif number is not None:
            yield f"result {name} is no number"
    yield from (f"{n} active results of {what}" for what, n in active.items() if n != 1)
    for upload in read["upload"]:
        if uploads[upload["upload_id"]] != upload["result_count"]:
            yield f"upload {upload['upload_id']} lost results"


def _reports(read: Read) -> Iterator[str]:
    received = {row["specimen_id"]: row["received_at"] for row in read["specimen"]}
    statuses: dict[str, set[str]] = defaultdict(set)
    for row in read["result"]:
        statuses[row["filler_no"]].add(row["result_status"])
    reports = {row["filler_no"]: row for row in read["report"]}
    for test in read["test"]:
        name, status, report = test["filler_no"], test["status"], reports.get(test["filler_no"])
        expected = {"ORDERED": set(), "CANCELLED": set(), "RESULTED": {"P"}, "HELD": {"P"}}.get(status, {"F"})
        if statuses[name] - {"X"} != expected:
            yield f"test {name} is {status} with results {statuses[name]}"
        if (report is not None) != (status == "PUBLISHED"):
            yield f"test {name} is {status} with report {report}"
        if (test["review_kind"] == "MANUAL") != (test["reviewer_id"] is not None):
            yield f"test {name} was signed by the wrong person"
        if report is not None:
            begun, published = received[test["specimen_id"]], report["published_at"]
            if not _ordered(begun, test["reviewed_at"], published):
                yield f"report {report['report_no']} came before its review"
            if report["turnaround_minutes"] != (published - begun).total_seconds() // 60:
                yield f"report {report['report_no']} has the wrong turnaround"


def _criticals(read: Read) -> Iterator[str]:
    keys = ("filler_no", "analyte_code", "run_no")
    dangerous = {tuple(row[k] for k in keys) for row in read["result"] if row["abnormal_flag"] in ("LL", "HH")}
    registered = {tuple(row[k] for k in keys) for row in read["critical"]}
    yield from (f"critical value {what} is not registered" for what in dangerous ^ registered)
    answers = Counter(row["critical_id"] for row in read["critical_notice"] if row["listener"])
    for row in read["critical"]:
        name = row["critical_id"]
        if not _ordered(row["detected_at"], row["notified_at"], row["acknowledged_at"]):
            yield f"critical value {name} was told before it was known"
        if answers[name] != (row["status"] != "OPEN"):
            yield f"critical value {name} is {row['status']} with {answers[name]} answers"
        late = row["notified_at"] is not None and row["notified_at"] > row["notify_by"]
        if late and row["late_reason"] is None:
            yield f"critical value {name} was late without a reason"


def _controls(read: Read) -> Iterator[str]:
    lots = {row["lot_id"]: row for row in read["control_lot"]}
    runs: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in read["control_result"]:
        runs[row["lot_id"]].append(row)
    for lot_id, lot in lots.items():
        own = sorted(runs[lot_id], key=lambda row: int(row["run_no"]))
        if [row["run_no"] for row in own] != list(range(1, lot["last_run_no"] + 1)):
            yield f"control lot {lot_id} has gaps"
        before = Decimal(0)
        for row in own:
            score = (row["value_number"] - lot["target_mean"]) / lot["target_sd"]
            twice = (score > 2 and before > 2) or (score < -2 and before < -2)
            if (abs(score) > 3 or twice) != (row["status"] == "REJECTED"):
                yield f"control {lot_id}/{row['run_no']} is {row['status']} at {score:.2f} SD"
            before = score
