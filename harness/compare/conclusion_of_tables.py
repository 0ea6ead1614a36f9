"""The lines of a comparison of tables and the differences of two schemas → one result and its verdict. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harness.catalogue import Catalogue
from harness.data_result import (
    Counts,
    Example,
    SchemaDifference,
    StretchLine,
    TableLine,
    TableResult,
    TablesResult,
    TablesSettings,
    TableState,
    Weight,
)
from harness.result import Judgement
from harness.tables.explained import RULES

EXAMPLES = 10  # of a table, for each kind

_BAD = (TableState.DIFFERENT, TableState.MISSING, TableState.RULE_OPEN)


def conclude(
    settings: TablesSettings,
    catalogues: tuple[Catalogue, Catalogue],
    lines: Iterable[StretchLine | TableLine],
    schema: Sequence[SchemaDifference],
    moments: Mapping[str, str],
) -> TablesResult:
    """`catalogues`: of the original and of the migrated database."""
    tables = _tables(lines)
    judgement, reason = concluded(tables, schema)
    return TablesResult(
        settings=settings,
        judgement=judgement,
        reason=reason,
        tables=tuple(tables),
        schema=tuple(schema),
        untold={side: c.untold for side, c in zip(("original", "migrated"), catalogues, strict=True) if c.untold},
        moments=dict(moments),
        notes=tuple(_notes(tables, moments)),
        rules={name: rule.says for name, rule in RULES.items()},
    )


def _tables(lines: Iterable[StretchLine | TableLine]) -> list[TableResult]:
    stretches: dict[str, list[StretchLine]] = {}
    found = []
    for line in lines:
        if isinstance(line, StretchLine):
            stretches.setdefault(line.table, []).append(line)
        else:
            found.append(_table(line, stretches.get(line.table, [])))
    return found


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


def concluded(tables: Sequence[TableResult], schema: Sequence[SchemaDifference]) -> tuple[Judgement, str]:
    """Pass only where every chosen table was compared and nothing unexplained or unaccepted is left."""
    states = Counter(table.state for table in tables)
    must = sum(each.weight is Weight.MUST for each in schema)
    wrong = [f"{states[state]} 张表{state.label}" for state in _BAD if states[state]]
    if must:
        wrong.append(f"{must} 处结构差异")
    if wrong:
        return Judgement.FAIL, "，".join(wrong) + "。"
    if states[TableState.ERROR]:
        return Judgement.INCONCLUSIVE, f"{states[TableState.ERROR]} 张表未能比对。"
    compared = states[TableState.EQUAL] + states[TableState.BY_RULE]
    if not compared:
        return Judgement.NOT_RUN, "没有比对任何表。"
    rows = sum(table.counts.rows_original for table in tables)
    by_rule = f"，其中 {states[TableState.BY_RULE]} 张按已接受的规则" if states[TableState.BY_RULE] else ""
    return Judgement.PASS, f"{compared} 张表、{rows:,} 行逐行一致{by_rule}。"


def _notes(tables: Sequence[TableResult], moments: Mapping[str, str]) -> Iterable[str]:
    if still := [side for side, moment in moments.items() if not moment]:
        who = "、".join({"original": "原系统", "migrated": "迁移后系统"}[side] for side in still)
        yield f"{who}不是按同一时刻读取的：比对期间的写入可能被当作差异。"
    if keyless := [table.table for table in tables if not table.keyed and table.counts.rows_original]:
        yield f"没有主键或非空唯一键、按整行比对的表：{'、'.join(keyless)}。"
    used = {rule for table in tables for rule in table.counts.explained}
    for rule in sorted(used):
        yield f"规则 {rule}：{RULES[rule].says}。"
    if out := [table.table for table in tables if table.state is TableState.LEFT_OUT]:
        yield f"按方案没有比对的表：{'、'.join(out)}。"
