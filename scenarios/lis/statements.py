"""The SQL of requests, specimens and archive, written once in SQLAlchemy Core; `:name` is `p("name")`.

A statement that a product needs in other words gets `texts={"<product or family>": "…"}`; so far none does. Queries
have a total ORDER BY. Results and reports: `statements_results.py`; critical values, microbiology, quality control:
`statements_bench.py`; lists and statistics: `statements_lists.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from harness.model import Statement
from scenarios.lis import tables as t
from scenarios.lis import tables_bench as b

p = bindparam


def named(name: str, body: Any) -> Statement:
    """A statement under the name by which reports call it."""
    return Statement(name=name, body=body)


def add(table: Table, *left_out: str) -> Statement:
    """INSERT with one parameter per column, named like the column."""
    columns: dict[str, Any] = {c.name: p(c.name) for c in table.columns if c.name not in left_out}
    return named(f"add_{table.name.removeprefix('lis_')}", insert(table).values(columns))


def move(name: str, table: Table, key: Any, before: tuple[str, ...], **values: Any) -> Statement:
    """状态只能按流程前进；影响 0 行表示不在应有的状态。"""
    return named(name, update(table).values(values).where(key == p(key.name), table.c.status.in_(before)))


# --------------------------------------------------------------------------- 申请

PATIENT_CARD = named(
    "patient_card",
    select(t.patient.c.patient_id, t.patient.c.patient_name, t.patient.c.gender_code, t.patient.c.birth_date).where(
        t.patient.c.patient_id == p("patient_id")
    ),
)
PANEL_CARD = named(
    "panel_card",
    select(t.panel.c.panel_code, t.panel.c.panel_name, t.panel.c.section_code, t.panel.c.specimen_type,
           t.panel.c.container)
    .where(t.panel.c.panel_code == p("panel_code")),
)  # fmt: skip
ADD_PATIENT = add(t.patient)
ADD_ORDER = add(t.order)
ADD_SPECIMEN = add(t.specimen)
ADD_TEST = add(t.test)
CANCEL_ORDER = move(
    "cancel_order", t.order, t.order.c.order_no, ("OPEN",), status="CANCELLED", cancelled_at=p("at")
)  # fmt: skip
CANCEL_SPECIMENS = move("cancel_specimens", t.specimen, t.specimen.c.order_no, ("PRINTED",), status="CANCELLED")
CANCEL_TESTS = move("cancel_tests", t.test, t.test.c.order_no, ("ORDERED",), status="CANCELLED")
SPECIMENS_OF_ORDER = named(
    "specimens_of_order",
    select(t.specimen.c.specimen_id, t.specimen.c.container, t.specimen.c.status)
    .where(t.specimen.c.order_no == p("order_no"))
    .order_by(t.specimen.c.specimen_id),
)

# --------------------------------------------------------------------------- 采集、签收、退单

MARK_COLLECTED = move(
    "mark_collected", t.specimen, t.specimen.c.specimen_id, ("PRINTED",),
    status="COLLECTED", volume_ml=p("volume_ml"), collector_id=p("collector_id"), collected_at=p("at"),
)  # fmt: skip
SPECIMEN_LABEL = named(  # 扫条码看到的
    "specimen_label",
    select(
        t.specimen.c.specimen_id, t.specimen.c.status, t.specimen.c.specimen_type, t.specimen.c.container,
        t.patient.c.patient_name, t.patient.c.gender_code, t.patient.c.birth_date, t.order.c.priority,
        t.specimen.c.collected_at,
    )
    .join_from(t.specimen, t.order)
    .join(t.patient)
    .where(t.specimen.c.specimen_id == p("specimen_id")),
)  # fmt: skip
TAKE_SERIALS = named(  # 计数行锁到提交为止：专业组的流水号不断号
    "take_serials",
    update(t.serial_counter)
    .values(last_serial_no=t.serial_counter.c.last_serial_no + p("taken"))
    .where(t.serial_counter.c.section_code == p("section_code")),
)
LAST_SERIAL = named(
    "last_serial",
    select(t.serial_counter.c.last_serial_no).where(t.serial_counter.c.section_code == p("section_code")),
)
MARK_RECEIVED = move(
    "mark_received", t.specimen, t.specimen.c.specimen_id, ("COLLECTED",),
    status="RECEIVED", receiver_id=p("receiver_id"), received_at=p("at"), serial_no=p("serial_no"),
)  # fmt: skip
MARK_REJECTED = move("mark_rejected", t.specimen, t.specimen.c.specimen_id, ("COLLECTED",), status="REJECTED")
ADD_REJECTION = add(t.rejection)
SPECIMEN_TO_REPLACE = named(
    "specimen_to_replace",
    select(t.specimen.c.order_no, t.specimen.c.section_code, t.specimen.c.specimen_type, t.specimen.c.container,
           t.specimen.c.status)
    .where(t.specimen.c.specimen_id == p("specimen_id")),
)  # fmt: skip
MOVE_TESTS = named(
    "move_tests",
    update(t.test)
    .values(specimen_id=p("new_specimen_id"))
    .where(t.test.c.specimen_id == p("specimen_id"), t.test.c.status == "ORDERED"),
)

# --------------------------------------------------------------------------- 跟踪与归档

TRACE = named(
    "trace",
    select(
        t.specimen.c.specimen_id, t.specimen.c.status, t.specimen.c.replaces_id, t.specimen.c.volume_ml,
        t.specimen.c.printed_at, t.specimen.c.collected_at, t.specimen.c.received_at, t.specimen.c.serial_no,
        t.rejection.c.reason, t.rejection.c.remark, b.archived.c.place_id, b.archived.c.archived_at,
    )
    .select_from(
        t.specimen.outerjoin(t.rejection, t.rejection.c.specimen_id == t.specimen.c.specimen_id).outerjoin(
            b.archived, b.archived.c.specimen_id == t.specimen.c.specimen_id
        )
    )
    .where(t.specimen.c.specimen_id == p("specimen_id")),
)  # fmt: skip
TESTS_OF_SPECIMEN = named(
    "tests_of_specimen",
    select(
        t.test.c.filler_no, t.panel.c.panel_name, t.test.c.status, t.test.c.review_kind, t.test.c.reviewed_at,
        t.report.c.report_no, t.report.c.published_at, t.report.c.turnaround_minutes,
    )
    .select_from(t.test.join(t.panel).outerjoin(t.report, t.report.c.filler_no == t.test.c.filler_no))
    .where(t.test.c.specimen_id == p("specimen_id"))
    .order_by(t.test.c.set_no, t.test.c.filler_no),
)  # fmt: skip
MARK_ARCHIVED = move("mark_archived", t.specimen, t.specimen.c.specimen_id, ("RECEIVED",), status="ARCHIVED")
ADD_ARCHIVED = add(b.archived)
ADD_AUDIT = add(t.audit_log, "audit_id", "created_at")  # 编号与记录时间由数据库给出
