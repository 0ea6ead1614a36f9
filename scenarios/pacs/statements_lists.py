"""The SQL of lists, searches and statistics; written like `statements.py`."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select

from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r
from scenarios.pacs.statements import named, p

# 有条件的计数用 COUNT(CASE …) 而不用 SUM：整数的和在有的产品是整数，在有的是定点数。

_order, _study, _report = t.order.c, t.study.c, r.report.c

# --------------------------------------------------------------------------- 列表与检索

ROOM_LIST = named(  # 一间机房正在等的与正在做的
    "room_list",
    select(
        _order.queue_no, _order.accession_no, _order.status, t.patient.c.patient_name, t.patient.c.gender_code,
        t.item.c.item_name, _order.registered_at,
    )
    .select_from(
        t.order.join(t.patient, t.patient.c.patient_id == _order.patient_id).join(
            t.item, t.item.c.item_code == _order.item_code
        )
    )
    .where(_order.room_id == p("room_id"), _order.status.in_(("REGISTERED", "EXAMINING")))
    .order_by(_order.queue_no)
    .limit(100),
)  # fmt: skip
UNREPORTED = named(  # 已归档而报告还没发布的，先检查的在前
    "unreported",
    select(
        _study.study_uid, _study.accession_no, _study.patient_name, _study.study_at, _study.image_count,
        _report.status, _report.current_version,
    )
    .select_from(t.study.outerjoin(r.report, _report.accession_no == _study.accession_no))
    .where(
        _study.modality == p("modality"), _study.study_at >= p("since"),
        func.coalesce(_report.status, "NONE") != "PUBLISHED",
    )
    .order_by(_study.study_at, _study.study_uid)
    .limit(100),
)  # fmt: skip
SEARCH_PATIENTS = named(
    "search_patients",
    select(t.patient.c.patient_id, t.patient.c.patient_name, t.patient.c.dicom_name, t.patient.c.birth_date)
    .where(t.patient.c.patient_name.like(p("pattern"), escape="/"))
    .order_by(t.patient.c.patient_id)
    .limit(50),
)
STUDIES_OF_PATIENT = named(
    "studies_of_patient",
    select(
        _study.study_uid, _study.modality, _study.study_at, _study.series_count, _study.image_count, _study.place,
        t.item.c.item_name, _report.positive, r.version.c.impression,
    )
    .select_from(
        t.study.join(t.order, _order.accession_no == _study.accession_no)
        .join(t.item, t.item.c.item_code == _order.item_code)
        .outerjoin(r.report, _report.accession_no == _study.accession_no)
        .outerjoin(
            r.version,
            and_(r.version.c.report_id == _report.report_id, r.version.c.version_no == _report.current_version),
        )
    )
    .where(_order.patient_id == p("patient_id"))
    .order_by(_study.study_at, _study.study_uid),
)  # fmt: skip
REPORT_TEXT = named(
    "report_text",
    select(
        _report.status, _report.current_version, r.version.c.findings, r.version.c.impression, t.staff.c.staff_name,
        r.version.c.saved_at, _report.published_at,
    )
    .select_from(
        r.report.join(
            r.version,
            and_(r.version.c.report_id == _report.report_id, r.version.c.version_no == _report.current_version),
        ).join(t.staff, t.staff.c.staff_id == _report.writer_id)
    )
    .where(_report.report_id == p("report_id")),
)  # fmt: skip
REVIEWS_OF_REPORT = named(
    "reviews_of_report",
    select(r.review.c.version_no, r.review.c.passed, r.review.c.opinion, t.staff.c.staff_name, r.review.c.reviewed_at)
    .join_from(r.review, t.staff)
    .where(r.review.c.report_id == p("report_id"))
    .order_by(r.review.c.reviewed_at, r.review.c.review_id),
)

# --------------------------------------------------------------------------- 统计

WORKLOAD_REPORT = named(  # 各设备的工作量
    "workload_report",
    select(
        t.room.c.room_id, t.room.c.room_name, func.count().label("exams"),
        func.count(_order.patient_id.distinct()).label("patients"), func.count(_study.study_uid).label("archived"),
        func.min(_order.registered_at).label("first"),
    )
    .select_from(
        t.order.join(t.room, t.room.c.room_id == _order.room_id).outerjoin(
            t.study, _study.accession_no == _order.accession_no
        )
    )
    .where(_order.registered_at >= p("day_start"), _order.registered_at < p("day_end"))
    .group_by(t.room.c.room_id, t.room.c.room_name)
    .order_by(t.room.c.room_id),
)  # fmt: skip
POSITIVE_REPORT = named(  # 阳性率：只给分子与分母，除法的小数位各产品不同
    "positive_report",
    select(
        t.item.c.item_code, func.count().label("reports"),
        func.count(case((_report.positive == 1, 1))).label("positive"),
    )
    .select_from(
        r.report.join(t.order, _order.accession_no == _report.accession_no).join(
            t.item, t.item.c.item_code == _order.item_code
        )
    )
    .where(_report.published_at >= p("day_start"), _report.published_at < p("day_end"))
    .group_by(t.item.c.item_code)
    .order_by(t.item.c.item_code),
)  # fmt: skip
ARCHIVE_REPORT = named(  # 归档量
    "archive_report",
    select(
        _study.modality, _study.place, func.count().label("studies"), func.min(_study.image_count).label("fewest"),
        func.max(_study.image_count).label("most"),
    )
    .where(_study.study_at >= p("day_start"), _study.study_at < p("day_end"))
    .group_by(_study.modality, _study.place)
    .order_by(_study.modality, _study.place),
)  # fmt: skip
