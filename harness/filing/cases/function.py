"""Cases of the functional pass: each transaction, each table of stored data, each invariant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.dossier import Case, Subject
from harness.filing.cases.draft import Draft, both, by_ledger, figures, pointer
from harness.filing.evidence import By, Reference
from harness.filing.parity import together
from harness.result import Finding, InvariantResult, Judgement, LedgerOf, Result

CLAUSE = "PV-FUNC-1a"
_SHOWN = 5  # occurrences of a difference that are referred to by number


def drafts(result: Result) -> Iterator[Draft]:
    findings = _open_findings(result)
    for ledger in result.by_transaction:
        yield _transaction(result, ledger, findings.get((ledger.pack, ledger.name), []))
    tables: dict[tuple[str, str], list[LedgerOf]] = defaultdict(list)
    for ledger in result.by_table:
        tables[ledger.pack, ledger.name].append(ledger)
    for (pack, name), ledgers in tables.items():
        yield _table(pack, name, ledgers)
    checks: dict[tuple[str, str], list[InvariantResult]] = defaultdict(list)
    for invariant in result.invariants:
        checks[invariant.pack, invariant.name].append(invariant)
    for found in checks.values():
        yield _invariant(found)


def _open_findings(result: Result) -> Mapping[tuple[str, str], list[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in result.findings:
        if not finding.explained_by:
            found[finding.pack, finding.transaction].append(finding)
    return found


def _transaction(result: Result, of: LedgerOf, findings: list[Finding]) -> Draft:
    judgement = by_ledger(of.ledger)
    if judgement is Judgement.PASS and of.failed_alike:
        judgement = Judgement.INCONCLUSIVE
    seqs = dict.fromkeys(str(e.seq) for f in findings for e in f.examples if e.seq >= 0)
    by, value = (By.SEQ, ",".join(list(seqs)[:_SHOWN])) if seqs else (By.TRANSACTION, of.name)
    return Draft(
        case=Case(
            id="", kind="function", clause=CLAUSE, pack=of.pack, subject=Subject.TRANSACTION, name=of.name,
            title=result.titles.get(of.name, of.name), judgement=judgement, steps=of.steps, figures=figures(of.ledger),
            reason="、".join(f.id for f in findings),
        ),
        references=(
            Reference(f"workload/{of.pack}-functional.jsonl", By.TRANSACTION, of.name, shown=False),
            *both(of.pack, "transactions.jsonl", by, value, shown=judgement is not Judgement.PASS),
        ),
    )  # fmt: skip


def _table(pack: str, name: str, ledgers: list[LedgerOf]) -> Draft:
    """Before and after the transactions together: a table is right when it is right at both moments."""
    total = {key: sum(int(figures(each.ledger)[key]) for each in ledgers) for key in figures(ledgers[0].ledger)}
    judgements = [by_ledger(each.ledger) for each in ledgers if each.ledger.total]
    judgement = together(judgements or [Judgement.PASS])  # empty on both sides is the same
    references = [
        each
        for ledger in ledgers
        for each in both(pack, f"state-{ledger.when}.jsonl", By.TABLE, name, shown=judgement is not Judgement.PASS)
    ]
    return Draft(
        case=Case(
            id="", kind="function", clause=CLAUSE, pack=pack, subject=Subject.TABLE, name=name, title=name,
            judgement=judgement, figures=dict(total),
        ),
        references=tuple(references),
    )  # fmt: skip


def _invariant(checks: list[InvariantResult]) -> Draft:
    one = checks[0]
    broken = {stack: sum(not c.holds for c in checks if c.stack == stack) for stack in ("original", "migrated")}
    # A rule that did not hold on the original proves nothing.
    judgement = Judgement.INCONCLUSIVE if broken["original"] else Judgement.PASS
    if broken["migrated"]:
        judgement = Judgement.FAIL
    places = [*both(one.pack, "invariants.json", By.WHOLE, "", shown=False)]
    places += [
        Reference(f"recordings/{one.pack}/load/{c.when}/invariants.json")
        for c in checks
        if not c.holds and c.when != "functional"
    ]
    if all(c.when != "functional" for c in checks):
        places = [pointer(f"/invariants/name={one.name}")]
    return Draft(
        case=Case(
            id="", kind="function", clause=CLAUSE, pack=one.pack, subject=Subject.INVARIANT, name=one.name,
            title=one.title, judgement=judgement,
            figures={"checks": len(checks), **broken},
            reason="；".join(dict.fromkeys(e for c in checks for e in c.examples)),
        ),
        references=tuple(places),
    )  # fmt: skip
