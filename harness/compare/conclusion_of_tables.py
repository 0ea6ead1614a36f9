"""The lines of a comparison of tables and the differences of two schemas → one result and its verdict. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from harness.data_result import (
    Answers,
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
from harness.tables import checks
from harness.tables.explained import RULES

EXAMPLES = 10  # of a table, for each kind

_BAD = (TableState.DIFFERENT, TableState.MISSING, TableState.RULE_OPEN)


def conclude(
    settings: TablesSettings,
    databases: Databases,
    lines: Iterable[StretchLine | TableLine | RoundLine],
    schema: Sequence[SchemaDifference],
    answers: Sequence[Answers] = (),
) -> TablesResult:
    """`schema`: what the two databases' catalogues say differently; `answers`: to the settings' checks."""
    tables = _tables(lines)
    asked = tuple(map(checks.concluded, answers))
    judgement, reason = concluded(tables, schema, asked)
    return TablesResult(
        settings=settings,
        judgement=judgement,
        reason=reason,
        tables=tuple(tables),
        schema=tuple(schema),
        untold={
            side: catalogue.untold
            for side, catalogue in (("original", databases.original), ("migrated", databases.migrated))
            if catalogue.untold
        },
        moments=databases.moments,
        checks=asked,
        notes=tuple(_notes(tables, databases.moments)),
        rules={name: rule.says for name, rule in RULES.items()},
    )


def _tables(lines: Iterable[StretchLine | TableLine | RoundLine]) -> list[TableResult]:
    stretches: dict[str, list[StretchLine]] = {}
    found: dict[str, TableResult] = {}
    for line in lines:
        match line:
            case StretchLine():
                stretches.setdefault(line.table, []).append(line)
            case TableLine():
                found[line.table] = _table(line, stretches.get(line.table, []))
            case RoundLine():
                before = found[line.table.table]
                rounds = before.rounds or (Round(at="", rows=before.counts.differing_rows),)
                after = _table(line.table, line.stretches)
                now = Round(at=line.at, rows=after.counts.differing_rows)
                found[line.table.table] = replace(after, rounds=(*rounds, now))
    return list(found.values())


def _table(line: TableLine, stretches: Sequence[StretchLine]) -> TableResult:
    counts = sum((each.counts for each in stretches), Counts())
    return TableResult(
        table=line.table,
        state=line.state,
        counts=counts,
        seconds=line.seconds,
        keyed=line.keyed,
        uncompared=line.uncompared,
        stretches=len(stretches),
        hashed_rows=sum(each.counts.equal for each in stretches if each.hashed),
        examples=tuple(_few(example for each in stretches for example in each.examples)),
        trouble=line.trouble,
    )


def _few(examples: Iterable[Example]) -> Iterable[Example]:
    kept: Counter[str] = Counter()
    for example in examples:
        kept[example.kind] += 1
        if kept[example.kind] <= EXAMPLES:
            yield example


def concluded(
    tables: Sequence[TableResult], schema: Sequence[SchemaDifference], asked: Sequence[CheckResult] = ()
) -> tuple[Judgement, str]:
    """Pass only where every chosen table was compared and nothing unexplained or unaccepted is left."""
    states = Counter(table.state for table in tables)
    must = sum(each.weight is Weight.MUST for each in schema)
    wrong = [f"{states[state]} 张表{state.label}" for state in _BAD if states[state]]
    if must:
        wrong.append(f"{must} 处结构差异")
    failed = sum(each.judgement is Judgement.FAIL for each in asked)
    if failed:
        wrong.append(f"{failed} 项汇总或系数变差")
    if wrong:
        return Judgement.FAIL, "，".join(wrong) + "。"
    if states[TableState.ERROR]:
        return Judgement.INCONCLUSIVE, f"{states[TableState.ERROR]} 张表未能比对。"
    if open_ := sum(each.judgement is Judgement.INCONCLUSIVE for each in asked):
        return Judgement.INCONCLUSIVE, f"{open_} 项汇总或系数未能核对。"
    compared = states[TableState.EQUAL] + states[TableState.BY_RULE]
    if not compared:
        return Judgement.NOT_RUN, "没有比对任何表。"
    rows = sum(table.counts.rows_original for table in tables)
    by_rule = f"，其中 {states[TableState.BY_RULE]} 张按已接受的规则" if states[TableState.BY_RULE] else ""
    others = f"，{len(asked)} 项汇总与系数没有变差" if asked else ""
    return Judgement.PASS, f"{compared} 张表、{rows:,} 行逐行一致{by_rule}{others}。"


def _notes(tables: Sequence[TableResult], moments: Mapping[str, str]) -> Iterable[str]:
    if still := [side for side, moment in moments.items() if not moment]:
        who = "、".join({"original": "原系统", "migrated": "迁移后系统"}[side] for side in still)
        yield f"{who}不是按同一时刻读取的：比对期间的写入可能被当作差异。"
    if keyless := [table.table for table in tables if not table.keyed and table.counts.rows_original]:
        yield f"没有主键或非空唯一键、按整行比对的表：{'、'.join(keyless)}。"
    used = {rule for table in tables for rule in table.counts.explained}
    for rule in sorted(used):
        yield f"规则 {rule}：{RULES[rule].says}。"
    if again := [table for table in tables if table.rounds]:
        healed = sum(table.rounds[0].rows - table.rounds[-1].rows for table in again)
        rounds = max(len(table.rounds) - 1 for table in again)
        left = sum(table.rounds[-1].rows for table in again)
        yield f"有差异的段复核了 {rounds} 轮：{healed:,} 行已随同步一致，{left:,} 行仍不同。"
    if out := [table.table for table in tables if table.state is TableState.LEFT_OUT]:
        yield f"按方案没有比对的表：{'、'.join(out)}。"
