"""The SQL of work lists, boards, statistics and the nightly workload batch; written like `statements.py`.

The queries whose answers are known to differ between products are marked here and explained in `rules.py`.
"""

from __future__ import annotations

from sqlalchemy import and_, case, func, insert, select

from scenarios.lis import tables as t
from scenarios.lis import tables_bench as b
from scenarios.lis.statements import named, p

# 有条件的计数用 COUNT(CASE …) 而不用 SUM：整数的和在有的产品是整数，在有的是定点数。

_OF_DAY = (t.report.c.published_at >= p("day_start"), t.report.c.published_at < p("day_end"))

# --------------------------------------------------------------------------- 工作列表

PENDING_TESTS = named(  # 急在前，同急缓按打印先后：签收时间可能为空，空值排在前还是后各产品不同，所以不用它排
    "pending_tests",
    select(
        t.test.c.filler_no, t.panel.c.panel_name, t.test.c.status, t.test.c.hold_reason, t.order.c.priority,
        t.specimen.c.specimen_id, t.specimen.c.received_at, t.specimen.c.serial_no,
    )
    .select_from(
        t.test.join(t.specimen, t.specimen.c.specimen_id == t.test.c.specimen_id)
        .join(t.order, t.order.c.order_no == t.test.c.order_no)
        .join(t.panel, t.panel.c.panel_code == t.test.c.panel_code)
    )
    .where(
        t.specimen.c.section_code == p("section_code"),
        t.specimen.c.printed_at >= p("since"),
        t.test.c.status.in_(("ORDERED", "RESULTED", "HELD")),
    )
    .order_by(t.order.c.priority.desc(), t.specimen.c.printed_at, t.test.c.filler_no)
    .limit(200),
)  # fmt: skip
CRITICAL_BOARD = named(  # 科室大屏：未回执的必须在前，所以写明，而不靠空值的排序位置
    "critical_board",
    select(
        b.critical.c.critical_id, b.critical.c.status, t.patient.c.patient_name, t.analyte.c.analyte_name,
        t.result.c.value_text, t.result.c.abnormal_flag, b.critical.c.detected_at, b.critical.c.notify_by,
        b.critical.c.acknowledged_at,
    )
    .select_from(
        b.critical.join(t.result).join(t.analyte, t.analyte.c.analyte_code == t.result.c.analyte_code)
        .join(t.patient, t.patient.c.patient_id == t.result.c.patient_id)
    )
    .where(b.critical.c.dept_id == p("dept_id"), b.critical.c.detected_at >= p("since"))
    .order_by(
        case((b.critical.c.acknowledged_at.is_(None), 0), else_=1),
        b.critical.c.acknowledged_at.desc(),
        b.critical.c.critical_id,
    )
    .limit(60),
)  # fmt: skip

# --------------------------------------------------------------------------- 统计

TURNAROUND_REPORT = named(
    "turnaround_report",
    select(
        t.panel.c.panel_code,
        func.count().label("reports"),
        func.min(t.report.c.turnaround_minutes).label("fastest"),
        func.max(t.report.c.turnaround_minutes).label("slowest"),
        func.avg(t.report.c.turnaround_minutes).label("average"),
        func.count(case((t.report.c.late == 1, 1))).label("late"),
    )
    .select_from(t.report.join(t.test).join(t.panel))
    .where(*_OF_DAY)
    .group_by(t.panel.c.panel_code)
    .order_by(t.panel.c.panel_code),
)
REVIEW_REPORT = named(  # 自动审核通过率
    "review_report",
    select(
        t.panel.c.section_code,
        func.count().label("reports"),
        func.count(case((t.test.c.review_kind == "AUTO", 1))).label("automatic"),
        func.count(t.test.c.reviewer_id.distinct()).label("reviewers"),
    )
    .select_from(t.report.join(t.test).join(t.panel))
    .where(*_OF_DAY)
    .group_by(t.panel.c.section_code)
    .order_by(t.panel.c.section_code),
)
REJECTION_REPORT = named(
    "rejection_report",
    select(
        t.specimen.c.section_code, func.count().label("rejected"), func.min(t.rejection.c.rejected_at).label("earliest")
    )
    .join_from(t.rejection, t.specimen)
    .where(t.rejection.c.rejected_at >= p("day_start"), t.rejection.c.rejected_at < p("day_end"))
    .group_by(t.specimen.c.section_code)
    .order_by(t.specimen.c.section_code),
)
ABNORMAL_REPORT = named(  # 各项目的异常率
    "abnormal_report",
    select(
        t.result.c.analyte_code,
        func.count().label("results"),
        func.count(t.result.c.abnormal_flag).label("abnormal"),
        func.count(case((t.result.c.abnormal_flag.in_(("LL", "HH")), 1))).label("critical"),
        func.avg(t.result.c.value_number).label("average"),
    )
    .select_from(t.result.join(t.report, t.report.c.filler_no == t.result.c.filler_no))
    .where(*_OF_DAY, t.result.c.active_key.is_not(None))
    .group_by(t.result.c.analyte_code)
    .order_by(func.count().desc(), t.result.c.analyte_code)
    .limit(40),
)
ANTIBIOGRAM = named(  # 耐药监测：菌种 × 抗菌药
    "antibiogram",
    select(
        b.isolate.c.organism_code,
        b.susceptibility.c.antibiotic_code,
        func.count().label("tested"),
        func.count(case((b.susceptibility.c.interpretation == "R", 1))).label("resistant"),
        func.count(b.susceptibility.c.zone_mm).label("by_disc"),
    )
    .select_from(b.susceptibility.join(b.isolate))
    .group_by(b.isolate.c.organism_code, b.susceptibility.c.antibiotic_code)
    .order_by(b.isolate.c.organism_code, b.susceptibility.c.antibiotic_code),
)

# --------------------------------------------------------------------------- 工作量日结

SETTLE_WORKLOAD = named(
    "settle_workload",
    insert(b.workload).from_select(
        ["batch_no", "panel_code", "tests", "patients", "results"],
        select(
            p("batch_no"),
            t.test.c.panel_code,
            func.count(t.test.c.filler_no.distinct()),
            func.count(t.order.c.patient_id.distinct()),
            func.count(t.result.c.analyte_code),
        )
        .select_from(
            t.test.join(t.order, t.order.c.order_no == t.test.c.order_no)
            .join(t.report, t.report.c.filler_no == t.test.c.filler_no)
            .outerjoin(
                t.result,
                and_(t.result.c.filler_no == t.test.c.filler_no, t.result.c.active_key.is_not(None)),
            )
        )
        .where(*_OF_DAY)
        .group_by(t.test.c.panel_code),
    ),
)
WORKLOAD_OF_BATCH = named(
    "workload_of_batch",
    select(b.workload.c.panel_code, b.workload.c.tests, b.workload.c.patients, b.workload.c.results)
    .where(b.workload.c.batch_no == p("batch_no"))
    .order_by(b.workload.c.panel_code),
)
