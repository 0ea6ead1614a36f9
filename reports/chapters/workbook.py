"""The test ledger 测试台账 as sheets: a row for each case, problem, interface, asset, limit, run and file, none cut."""

from __future__ import annotations

from collections.abc import Sequence

from harness.dossier import Case, Dossier
from harness.result import Judgement
from reports import numbers
from reports.chapters import interfaces, problems
from reports.chapters.pen import Pen, count, day, subject_title
from reports.chapters.results import outcome
from reports.document.model import Cell, Sheet, Workbook
from reports.text import one_line
from reports.words import Words

LEDGER = "ledger"
_STEPS = 1500  # characters of the steps of one case
_HOST = ("hostname", "cpu", "cores", "memory_mib", "os", "kernel", "architecture", "virtualisation", "disk")


def workbook(dossier: Dossier, words: Words) -> Workbook:
    pen = Pen(dossier=dossier, words=words)
    made = (_cases(pen), _problems(pen), _register(pen), _assets(pen), _limits(pen), _runs(pen), _files(pen))
    return Workbook(id=LEDGER, title=words(f"file.{LEDGER}"), sheets=made, lang=words.lang)


def _sheet(pen: Pen, name: str, rows: Sequence[tuple[Cell, ...]], *notes: str) -> Sheet:
    return Sheet(title=pen.words(f"sheet.{name}"), table=pen.table(f"sheet_{name}", rows), notes=notes)


def _cases(pen: Pen) -> Sheet:
    testers = pen.words("doc.list_sep").join(pen.dossier.particulars.tested_by)
    when = day(pen.dossier.executed[0] or pen.dossier.result.created)
    rows = [_case(pen, case, when, testers) for case in pen.dossier.cases]
    return _sheet(pen, "cases", rows, pen.words("sheet.cases_note", run=pen.dossier.result.run_id))


def _case(pen: Pen, case: Case, when: str, testers: str) -> tuple[Cell, ...]:
    words, executed = pen.words, case.judgement is not Judgement.NOT_RUN
    data = case.figures.get("total", case.figures.get("n", case.figures.get("checks", "")))
    steps = one_line(words("filed.then").join(case.steps))
    return (
        Cell(case.id), Cell(pen.clause(case.clause)), Cell(words(f"area.{case.kind}")), Cell(pen.pack(case.pack)),
        Cell(subject_title(pen, case.subject, case.name, case.title, case.level)),
        Cell(words(f"purpose.{case.subject}")),
        Cell(steps if len(steps) <= _STEPS else steps[:_STEPS] + "…"),
        count(data) if data != "" else Cell(""),
        Cell(str(case.figures.get("expected", "")) or words(f"expected.{case.subject}")),
        Cell(outcome(pen, case)), pen.verdict(case.judgement), pen.evidence(case.evidence),
        Cell(when if executed else ""), Cell(testers if executed else ""),
    )  # fmt: skip


def _problems(pen: Pen) -> Sheet:
    rows = []
    for problem in pen.problems:
        head = problems.row(pen, problem)
        told = (Cell(problem.reason), Cell(problems.reproduction(pen, problem), code=True))
        rows.append((*head[:6], *told, *head[6:], Cell(problem.note)))
    return _sheet(pen, "problems", rows, pen.words("problem.lead"))


def _register(pen: Pen) -> Sheet:
    return _sheet(pen, "register", interfaces.register(pen))


def _assets(pen: Pen) -> Sheet:
    """Appendix A's classes, each with the raw text that the thing said of itself."""
    words, result = pen.words, pen.dossier.result
    rows: list[tuple[Cell, ...]] = []

    def add(kind: str, stack: str, what: str, raw: str) -> None:
        rows.append((Cell(words(f"asset.{kind}")), Cell(words(f"stack.{stack}")), Cell(what), Cell(raw, code=True)))

    for stack, facts in result.stacks.items():
        host = facts.host
        if host:
            told = [f"{words.label('host', key)} {host[key]}" for key in _HOST if host.get(key)]
            add("server", stack, words("doc.list_sep").join(told), host.get("raw_cpu", ""))
            add("system", stack, host.get("os", numbers.MISSING), host.get("raw_os", ""))
        add("database", stack, f"{facts.product} {facts.version}", facts.banner)
    for pack, title in result.pack_titles.items():
        rows.append((Cell(words("asset.application")), Cell(""), Cell(title), Cell(pack, code=True)))
    for module in pen.dossier.particulars.modules:
        rows.append(
            (Cell(words("asset.application")), Cell(""), Cell(f"{module.name} {module.version}".strip()),
             Cell(f"{module.build} {module.checksum}".strip(), code=True))
        )  # fmt: skip
    return _sheet(pen, "assets", rows, words("sheet.assets_note"))


def _limits(pen: Pen) -> Sheet:
    words = pen.words
    rows = [
        (Cell(pen.clause(v.clause)), pen.verdict(v.verdict), Cell(v.reason))
        for v in pen.dossier.result.verdicts
        if v.verdict in (Judgement.NOT_RUN, Judgement.INCONCLUSIVE)
    ]
    said = [*pen.dossier.result.notes, *pen.dossier.particulars.deviations]
    rows += [(Cell(words("limits.measurement")), Cell(""), Cell(text)) for text in said]
    return _sheet(pen, "limits", rows)


def _runs(pen: Pen) -> Sheet:
    clauses = [c.id for c in pen.dossier.clauses]
    rows = [
        (Cell(day(r.created)), Cell(r.run_id), Cell(clause), pen.verdict(r.verdicts[clause]))
        for r in pen.dossier.runs
        for clause in clauses
        if clause in r.verdicts
    ]
    return _sheet(pen, "runs", rows)


def _files(pen: Pen) -> Sheet:
    rows = [
        (pen.file(f.path), count(f.bytes), Cell(f.sha256, code=True), Cell(f.sm3, code=True))
        for f in pen.dossier.attachments
    ]
    return _sheet(pen, "files", rows, pen.words("attachments.note"))
