"""Cases of holding the contents of two databases against each other: each table, each declared check, the schema."""

from __future__ import annotations

from collections.abc import Iterator

from harness.data_result import CheckResult, TableResult, TableState, Weight
from harness.dossier import Case, Subject
from harness.filing.cases.draft import Draft, pointer
from harness.filing.evidence import By, Reference
from harness.result import Judgement, Result

CLAUSE = "PV-COMP-2"
_LOG = "recordings/data/comparison.jsonl"
_STATE = {
    TableState.EQUAL: Judgement.PASS, TableState.BY_RULE: Judgement.PASS, TableState.ERROR: Judgement.INCONCLUSIVE,
    TableState.LEFT_OUT: Judgement.NOT_RUN,
}  # fmt: skip


def drafts(result: Result) -> Iterator[Draft]:
    found = result.consistency
    if found is None:
        return
    for table in found.tables:
        yield _table(table)
    for check in found.checks:
        yield _check(check)
    must = [each for each in found.schema if each.weight is Weight.MUST]
    yield Draft(
        case=Case(
            id="", kind="compatibility", clause=CLAUSE, pack="", subject=Subject.SCHEMA, name="schema", title="",
            judgement=Judgement.FAIL if must else Judgement.PASS,
            figures={"must": len(must), "noted": len(found.schema) - len(must)},
        ),
        references=(pointer("/consistency/schema"),),
    )  # fmt: skip


def _table(table: TableResult) -> Draft:
    counts = table.counts
    return Draft(
        case=Case(
            id="", kind="compatibility", clause=CLAUSE, pack="", subject=Subject.CONTENTS, name=table.table,
            title=table.table, judgement=_STATE.get(table.state, Judgement.FAIL),
            figures={"total": counts.rows_original, "migrated": counts.rows_migrated, "missing": counts.missing,
                     "extra": counts.extra, "different": counts.different},
            reason=table.trouble or ("" if table.state is TableState.EQUAL else table.state.label),
        ),
        references=(
            Reference(_LOG, By.WHOLE, table.table),
            pointer(f"/consistency/tables/table={table.table}"),
        ),
    )  # fmt: skip


def _check(found: CheckResult) -> Draft:
    return Draft(
        case=Case(
            id="", kind="compatibility", clause=CLAUSE, pack="", subject=Subject.CHECK,
            name=f"{found.check.table}.{found.check.kind}", title=found.check.table, judgement=found.judgement,
            figures={"check": found.check.kind.value, "differing": found.differing}, reason=found.trouble,
        ),
        references=(pointer("/consistency/checks"),),
    )  # fmt: skip
