"""What a comparison of two databases came to, with every state that a table can end in."""

from __future__ import annotations

from harness.data_result import (
    Check,
    CheckKind,
    CheckResult,
    Counts,
    Example,
    GroupDifference,
    Round,
    SchemaDifference,
    TableResult,
    TablesResult,
    TablesSettings,
    TableState,
    Weight,
)
from harness.result import Judgement


def consistency() -> TablesResult:
    equal = Counts(rows_original=48_210, rows_migrated=48_210, equal=48_210)
    different = Counts(
        rows_original=301_118, rows_migrated=301_117, equal=301_111, missing=2, extra=1, repeated=1, different=5,
        explained={"empty_null": 3}, unexplained={"number": 2},
        columns={"备注": {"empty_null": 3}, "金额": {"number": 2}},
    )  # fmt: skip
    by_rule = Counts(rows_original=90, rows_migrated=90, equal=80, different=10, explained={"padding": 10})
    return TablesResult(
        settings=TablesSettings(
            original={"title": "PostgreSQL", "url": "postgresql://his@db1/his"},
            migrated={"title": "OceanBase", "url": "mysql://his@db2/his"},
            accept=("padding",),
        ),
        judgement=Judgement.FAIL,
        reason="1 张表有未解释的差异，1 张表迁移后没有这张表，1 处结构差异。",
        tables=(
            TableResult(table="outp_visit", state=TableState.EQUAL, counts=equal, keyed=("id",), seconds=0.4),
            TableResult(
                table="outp_bill", state=TableState.DIFFERENT, counts=different, keyed=("id",), seconds=2.1,
                rounds=(Round(at="", rows=40), Round(at="2026-03-01T10:00:02+08:00", rows=8)),
                examples=(
                    Example(kind="number", key="17", column="金额", original="12.50", migrated="12.51"),
                    Example(kind="empty_null", key="18", column="备注", original="", migrated=None),
                    Example(kind="row_missing", key="<b>19</b>"),
                ),
            ),
            TableResult(table="dict_<dept>", state=TableState.BY_RULE, counts=by_rule, seconds=0.1),
            TableResult(table="emr_old", state=TableState.MISSING),
            TableResult(table="secret", state=TableState.ERROR, trouble="permission denied for table secret"),
            TableResult(table="tmp_log", state=TableState.LEFT_OUT),
        ),
        schema=(
            SchemaDifference(
                kind="length", weight=Weight.MUST, table="outp_visit", name="name", original="varchar(40)",
                migrated="varchar(30)", says="迁移后容纳得更少，长的内容会被截断或拒绝",
            ),
            SchemaDifference(kind="comment", weight=Weight.NOTE, table="outp_visit", name="", original="就诊"),
        ),
        checks=_checks(),
        notes=("没有主键或非空唯一键、按整行比对的表：dict_<dept>。",),
    )  # fmt: skip


def _checks() -> tuple[CheckResult, ...]:
    return (
        CheckResult(
            check=Check(kind=CheckKind.TOTALS, table="outp_bill", columns=("金额",), by=("科室",), month="收费时间"),
            judgement=Judgement.FAIL,
            groups=36,
            differing=1,
            examples=(GroupDifference(group="2026-02, 内科", original="90, 120.50", migrated="90, 120.51"),),
        ),
        CheckResult(
            check=Check(kind=CheckKind.CODES, table="outp_visit", columns=("dept",), to="dict_dept.code"),
            judgement=Judgement.PASS,
            original=(48_200, 48_210),
            migrated=(48_200, 48_210),
        ),
        CheckResult(
            check=Check(kind=CheckKind.CHARACTERS, table="outp_visit", columns=("name",)),
            judgement=Judgement.FAIL,
            original=(3, 0),
            migrated=(3, 2),
        ),
        CheckResult(
            check=Check(kind=CheckKind.COMPLETE, table="emr_doc", columns=("title",)),
            judgement=Judgement.INCONCLUSIVE,
            trouble="没有表 emr_doc。",
        ),
    )
