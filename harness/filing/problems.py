"""What is wrong, as a list that people can work through: a problem for each unexplained root, and each failed case
that no finding stands behind. Its id comes from what it is about, so it is the same in the next run.

Consequences stand with the problem that they follow from. Not here: how a problem is worded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.dossier import KINDS, Case, ClauseText, Problem, Subject
from harness.filing.cases import Referred
from harness.filing.cases.draft import both, pointer
from harness.filing.evidence import By, Reference
from harness.normalise import Kind
from harness.result import Example, Finding, Judgement, Result
from harness.settings_report import Handling, Severity, Status

_STORED = "table:"
_LOSES = frozenset({Kind.ROW_MISSING, Kind.ROW_EXTRA, Kind.NUMBER, Kind.NULL, Kind.SILENT_LOSS, Kind.OUTCOME})
_FORM = frozenset(
    {Kind.PADDING, Kind.DECIMAL_SCALE, Kind.TIME_PRECISION, Kind.CASE, Kind.ROW_ORDER, Kind.NULL_ORDER, Kind.IDENTITY,
     Kind.FIELD_ORDER, Kind.EMPTY_NULL}
)  # fmt: skip
_SEVERITY = {
    Subject.INVARIANT: Severity.CRITICAL, Subject.STORED: Severity.CRITICAL, Subject.IMAGES: Severity.CRITICAL,
    Subject.CONTENTS: Severity.CRITICAL, Subject.CHECK: Severity.CRITICAL, Subject.DOCUMENT: Severity.MINOR,
}  # fmt: skip
_BY_FINDINGS = frozenset({Subject.TRANSACTION, Subject.TABLE, Subject.MESSAGE})  # their findings are the problems
_EXAMPLES = 3
_LOOKED_UP = 1000
_PART = {
    "function": "functional", "interface": "functional", "performance": "load", "compatibility": "db-compat",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """A problem without its evidence, and what that is to be found by."""

    problem: Problem
    references: tuple[Reference, ...]


def problems(
    result: Result, cases: Sequence[Referred], clauses: Sequence[ClauseText], handled: Sequence[Handling] = ()
) -> list[Noticed]:
    """The worst first; what people have stated of a problem is put beside it."""
    kinds = {clause.id: clause.kind for clause in clauses}
    stated = {each.id: each for each in handled}
    found = [*_of_findings(result), *_of_cases(result, cases)]
    found += _of_clauses(result, kinds, {each.problem.clause for each in found})
    said = [replace(each, problem=_handled(each.problem, stated.get(each.problem.id))) for each in found]
    order = list(Severity)
    worst_first = sorted(said, key=lambda each: order.index(each.problem.severity))
    # Rows are looked up for as many as anybody reads; behind the others the result itself stands.
    return [
        each if n < _LOOKED_UP else replace(each, references=each.references[:1]) for n, each in enumerate(worst_first)
    ]


def problem_id(*parts: str) -> str:
    return "P-" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:8]


def _handled(problem: Problem, stated: Handling | None) -> Problem:
    if stated is None:
        return problem
    return replace(
        problem,
        severity=stated.severity or problem.severity,
        status=Status(stated.status) if stated.status else problem.status,
        owner=stated.owner,
        retest=stated.retest,
        note=stated.note,
    )


# --------------------------------------------------------------------------- findings


def _of_findings(result: Result) -> Iterator[Noticed]:
    following: dict[str, list[str]] = defaultdict(list)
    for finding in result.findings:
        if finding.consequence_of:
            following[finding.consequence_of].append(finding.id)
    messages = {(i.pack, m.name): m.title for i in result.interfaces for m in i.messages}
    for finding in result.findings:
        if not finding.explained_by and not finding.consequence_of:
            yield _of_finding(result, finding, following[finding.id], messages)


def _of_finding(
    result: Result, f: Finding, following: Sequence[str], messages: Mapping[tuple[str, str], str]
) -> Noticed:
    stored = f.transaction.startswith(_STORED)
    spoken = (f.pack, f.step) in messages
    name = f.transaction.removeprefix(_STORED)
    kind = "interface" if spoken else "function"
    problem = Problem(
        id=problem_id("finding", f.pack, f.transaction, f.step, f.column, f.kind),
        kind=kind, clause="PV-INTF-1" if spoken else "PV-FUNC-1a", severity=_severity(f.kind), pack=f.pack,
        subject=Subject.TABLE if stored else Subject.TRANSACTION, name=name,
        title=result.titles.get(name, name), difference=f.kind,
        step=messages.get((f.pack, f.step), f.step), column=f.column, count=f.count, reason=f.meaning,
        examples=f.examples[:_EXAMPLES], findings=(f.id, *following), command=_command(result, kind, f.pack),
    )  # fmt: skip
    return Noticed(problem=problem, references=(pointer(f"/findings/id={f.id}"), *_rows(f, stored=stored)))


def _rows(f: Finding, *, stored: bool) -> tuple[Reference, ...]:
    """The rows of the first examples, on both sides."""
    if not stored:
        seqs = ",".join(dict.fromkeys(str(e.seq) for e in f.examples if e.seq >= 0))
        return both(f.pack, "transactions.jsonl", By.SEQ, seqs, shown=True) if seqs else ()
    cell = f.examples[0].key.partition("'")[2].partition("'")[0] if f.examples else ""
    table = f.transaction.removeprefix(_STORED)
    return both(f.pack, f"state-{f.step}.jsonl", By.TABLE, f"{table};{cell}" if cell else table, shown=True)


def _severity(kind: str) -> Severity:
    if kind in _LOSES:
        return Severity.CRITICAL
    return Severity.MINOR if kind in _FORM else Severity.MAJOR


# --------------------------------------------------------------------------- failed cases


def _of_cases(result: Result, cases: Sequence[Referred]) -> Iterator[Noticed]:
    for each in cases:
        case = each.case
        if case.judgement is not Judgement.FAIL or case.subject in _BY_FINDINGS:
            continue
        yield Noticed(
            problem=Problem(
                id=problem_id(case.subject, case.clause, case.pack, case.name, case.level),
                kind=case.kind, clause=case.clause, severity=_SEVERITY.get(case.subject, Severity.MAJOR),
                pack=case.pack, subject=case.subject, name=case.name, title=case.title, level=case.level,
                reason=case.reason, examples=_examples(result, case), command=_command(result, case.kind, case.pack),
                script=f"dbcompat/{case.name}.sql" if case.subject is Subject.PROBE else "",
            ),
            references=each.references,
        )  # fmt: skip


def _of_clauses(result: Result, kinds: Mapping[str, str], told: Collection[str]) -> Iterator[Noticed]:
    """A clause that fails for something that no case holds: messages lost under load, say."""
    for verdict in result.verdicts:
        kind = kinds.get(verdict.clause, "")
        if verdict.verdict is not Judgement.FAIL or kind not in KINDS:
            continue
        if any(clause.startswith(verdict.clause) for clause in told):
            continue
        yield Noticed(
            problem=Problem(
                id=problem_id(Subject.CLAUSE, verdict.clause), kind=kind, clause=verdict.clause,
                severity=Severity.MAJOR, pack="", subject=Subject.CLAUSE, name=verdict.clause, title=verdict.title,
                reason=verdict.reason, command=_command(result, kind, ""),
            ),
            references=(pointer(f"/verdicts/clause={verdict.clause}"),),
        )  # fmt: skip


def _examples(result: Result, case: Case) -> tuple[Example, ...]:
    if case.subject is Subject.RESPONSE:
        sides = (f"{float(case.figures[name]):.3g}" for name in ("original", "migrated"))
        return (Example(seq=-1, key=str(case.figures.get("metric", "")), original=next(sides), migrated=next(sides)),)
    if case.subject is Subject.CONTENTS and result.consistency is not None:
        table = next((t for t in result.consistency.tables if t.table == case.name), None)
        return tuple(
            Example(seq=-1, key=f"{e.key} {e.column}".strip(), original=_told(e.original), migrated=_told(e.migrated))
            for e in (table.examples if table else ())[:_EXAMPLES]
        )
    if case.subject is Subject.PROBE:
        probe = next(b for b in result.behaviours if b.id == case.name)
        unlike = [e for e in probe.script if e.original != e.migrated]
        return tuple(
            Example(seq=-1, key=e.sql, original=e.original_said or e.original, migrated=e.migrated_said or e.migrated)
            for e in unlike[:_EXAMPLES]
        )
    if {"original", "migrated"} <= set(case.figures):
        return (
            Example(
                seq=-1, key=case.name, original=str(case.figures["original"]), migrated=str(case.figures["migrated"])
            ),
        )
    return ()


def _told(value: str | None) -> str:
    return "NULL" if value is None else value


def _command(result: Result, kind: str, pack: str) -> str:
    part = _PART.get(kind, "")
    if not part:
        return ""
    plan = str(result.plan.get("name", "smoke"))
    packs = f" --packs {pack}" if pack else ""
    return f"xinheng run --stacks stacks.toml --plan {plan}{packs} --only {part}"
