"""What the lines of a comparison come to: a pass only where all that was chosen was compared and nothing is open."""

from __future__ import annotations

from typing import Any

import pytest

from harness.catalogue import Catalogue
from harness.compare.conclusion_of_tables import EXAMPLES, conclude, concluded
from harness.data_result import (
    Check,
    CheckKind,
    CheckResult,
    Counts,
    Databases,
    Example,
    Round,
    RoundLine,
    SchemaDifference,
    StretchLine,
    TableLine,
    TableResult,
    TablesResult,
    TablesSettings,
    TableState,
    Weight,
)
from harness.judgement import Judgement
from harness.tables.explained import state_of

PASS, FAIL, INCONCLUSIVE, NOT_RUN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN
MUST, NOTE = (
    SchemaDifference(kind="type", weight=weight, table="a", name="b") for weight in (Weight.MUST, Weight.NOTE)
)
MOMENT = {"original": "snapshot", "migrated": "snapshot"}


def table(state: TableState, **more: Any) -> TableResult:
    known = {"table": "patient", "counts": Counts(rows_original=1_200), "keyed": ("id",)} | more
    return TableResult(state=state, **known)


def check(judgement: Judgement) -> CheckResult:
    return CheckResult(check=Check(kind=CheckKind.CODES, table="patient"), judgement=judgement)


EQUAL, BY_RULE, ERROR = (table(state) for state in (TableState.EQUAL, TableState.BY_RULE, TableState.ERROR))


@pytest.mark.parametrize(
    ("tables", "schema", "checks", "expected", "reason"),
    [
        ([EQUAL], [], [], PASS, "1 张表、1,200 行逐行一致。"),
        ([EQUAL, BY_RULE], [NOTE], [], PASS, "2 张表、2,400 行逐行一致，其中 1 张按已接受的规则。"),
        ([EQUAL], [], [check(PASS)], PASS, "1 张表、1,200 行逐行一致，1 项汇总与系数没有变差。"),
        ([EQUAL, table(TableState.LEFT_OUT, counts=Counts())], [], [], PASS, "1 张表、1,200 行逐行一致。"),
        ([EQUAL, table(TableState.EXTRA, counts=Counts())], [], [], PASS, "1 张表、1,200 行逐行一致。"),
        ([EQUAL, table(TableState.DIFFERENT)], [], [], FAIL, "1 张表有未解释的差异。"),
        ([EQUAL, table(TableState.MISSING)], [], [], FAIL, "1 张表迁移后没有这张表。"),
        ([EQUAL, table(TableState.RULE_OPEN)], [], [], FAIL, "1 张表差异都有规则解释，但规则尚未接受。"),
        ([EQUAL], [MUST], [], FAIL, "1 处结构差异。"),
        ([EQUAL], [], [check(FAIL)], FAIL, "1 项汇总或系数变差。"),
        ([table(TableState.DIFFERENT), ERROR], [MUST], [check(FAIL)], FAIL, "1 张表有未解释的差异，1 处结构差异，1 项"),
        ([EQUAL, ERROR], [], [], INCONCLUSIVE, "1 张表未能比对。"),
        ([EQUAL], [], [check(INCONCLUSIVE)], INCONCLUSIVE, "1 项汇总或系数未能核对。"),
        ([table(TableState.LEFT_OUT)], [], [], NOT_RUN, "没有比对任何表。"),
        ([], [], [], NOT_RUN, "没有比对任何表。"),
    ],
)  # fmt: skip
def test_one_thing_decides(
    tables: list[TableResult],
    schema: list[SchemaDifference],
    checks: list[CheckResult],
    expected: Judgement,
    reason: str,
) -> None:
    judgement, told = concluded(tables, schema, checks)
    assert judgement is expected
    assert told.startswith(reason)


def stretch(name: str = "patient", *examples: Example, hashed: bool = True, **counts: Any) -> StretchLine:
    known = {"rows_original": 10, "rows_migrated": 10, "equal": 10} | counts
    return StretchLine(table=name, low=None, high=None, counts=Counts(**known), examples=examples, hashed=hashed)


def result(*lines: StretchLine | TableLine | RoundLine, moments: dict[str, str] = MOMENT) -> TablesResult:
    catalogue = Catalogue(product_id="postgresql", schema="public", tables=())
    databases = Databases(original=catalogue, migrated=catalogue, moments=moments)
    return conclude(TablesSettings(original={}, migrated={}), databases, lines, [])


def test_the_stretches_of_a_table_add_up_and_others_stay_theirs() -> None:
    found = result(
        stretch(), stretch(hashed=False, equal=9, missing=1, rows_migrated=9), stretch("visit"),
        TableLine(table="patient", state=TableState.DIFFERENT, keyed=("id",)),
        TableLine(table="visit", state=TableState.EQUAL, keyed=("id",)),
    )  # fmt: skip
    patient, visit = found.tables
    assert (patient.counts.rows_original, patient.counts.missing, patient.stretches, patient.hashed_rows) == (
        20,
        1,
        2,
        10,
    )
    assert (visit.counts.rows_original, visit.hashed_rows) == (10, 10)
    assert found.judgement is FAIL
    assert found.notes == ()


def test_of_each_kind_a_few_examples_are_kept() -> None:
    number, missing = Example(kind="number", key="1"), Example(kind="row_missing", key="2")
    (found,) = result(
        stretch("patient", *[number] * EXAMPLES), stretch("patient", number, missing),
        TableLine(table="patient", state=TableState.DIFFERENT),
    ).tables  # fmt: skip
    assert [e.kind for e in found.examples] == ["number"] * EXAMPLES + ["row_missing"]


def test_a_later_round_takes_the_place_of_what_was_said_before() -> None:
    healed = TableLine(table="patient", state=TableState.EQUAL, keyed=("id",))
    found = result(
        stretch(equal=8, different=2), TableLine(table="patient", state=TableState.DIFFERENT, keyed=("id",)),
        RoundLine(
            table=TableLine(table="patient", state=TableState.DIFFERENT, keyed=("id",)), at="2026-01-01T08:00:00+08:00",
            stretches=(stretch(equal=9, different=1),),
        ),
        RoundLine(table=healed, at="2026-01-01T08:00:09+08:00", stretches=(stretch(),)),
    )  # fmt: skip
    (patient,) = found.tables
    assert [one.rows for one in patient.rounds] == [2, 1, 0]
    assert patient.rounds[0] == Round(at="", rows=2)
    assert found.judgement is PASS
    assert "复核了 2 轮：2 行已随同步一致，0 行仍不同" in "".join(found.notes)


def test_what_weakens_a_result_is_noted() -> None:
    found = result(
        stretch("log", explained={"empty_null": 2}), stretch("empty", rows_original=0, rows_migrated=0, equal=0),
        TableLine(table="log", state=TableState.BY_RULE), TableLine(table="empty", state=TableState.EQUAL),
        TableLine(table="tmp", state=TableState.LEFT_OUT), moments={"original": "", "migrated": "snapshot"},
    )  # fmt: skip
    notes = "\n".join(found.notes)
    assert "原系统不是按同一时刻读取的" in notes
    assert "没有主键或非空唯一键、按整行比对的表：log。" in notes
    assert "规则 empty_null：" in notes
    assert "按方案没有比对的表：tmp。" in notes
    assert "复核" not in notes


@pytest.mark.parametrize(
    ("counts", "accepted", "state"),
    [
        (Counts(), (), TableState.EQUAL),
        (Counts(missing=1), ("padding",), TableState.DIFFERENT),
        (Counts(extra=1), (), TableState.DIFFERENT),
        (Counts(different=1, unexplained={"number": 1}), (), TableState.DIFFERENT),
        (Counts(different=1), (), TableState.DIFFERENT),
        (Counts(different=1, explained={"padding": 1}), (), TableState.RULE_OPEN),
        (Counts(different=1, explained={"padding": 1}), ("padding",), TableState.BY_RULE),
        (Counts(different=1, explained={"padding": 1, "case": 1}), ("padding",), TableState.RULE_OPEN),
        (Counts(different=2, explained={"padding": 1}, unexplained={"case": 1}), ("padding",), TableState.DIFFERENT),
    ],
)
def test_where_a_table_ends(counts: Counts, accepted: tuple[str, ...], state: TableState) -> None:
    assert state_of(counts, accepted) is state
