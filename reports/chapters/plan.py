"""The test plan 测试计划: what was to be tested and why, under which load, from when on and until when, by whom."""

from __future__ import annotations

from collections import Counter, defaultdict

from harness.dossier import Subject
from reports import numbers
from reports.chapters.pen import Pen, count
from reports.document.model import Cell, Chapter, Fields, Items, Paragraph

_CRITERIA = ("entry", "suspension", "resumption", "exit", "pass")
_ROLES = ("lead", "engineer", "dba", "vendor", "assessor")
_RISKS = ("shared_host", "data", "load", "time")


def purpose(pen: Pen) -> Chapter:
    """The clauses that the plan asks for, and those that it leaves out."""
    words = pen.words
    asked = {v.clause: v.asked for v in pen.dossier.result.verdicts}
    rows = [
        (Cell(c.id), Cell(c.title), Cell(words(f"area.{c.kind}")), Cell(c.requirement),
         Cell(words("filed.yes" if asked.get(c.id) else "filed.no")), Cell("" if asked.get(c.id) else c.needs))
        for c in pen.dossier.clauses
    ]  # fmt: skip
    return pen.chapter("purpose", [Paragraph(text=words("plan.purpose")), pen.table("scope", rows, wide=True)])


def items(pen: Pen) -> Chapter:
    """How many cases of what sort, by system; the ledger names each."""
    found: dict[tuple[str, Subject], Counter[str]] = defaultdict(Counter)
    for case in pen.dossier.cases:
        if case.subject is not Subject.CLAUSE:
            found[case.pack, case.subject][case.clause] += 1
    rows = [
        (Cell(pen.pack(pack)), Cell(pen.words(f"subject.{subject}")), Cell(pen.words(f"purpose.{subject}")),
         Cell(pen.words(f"expected.{subject}")), Cell(", ".join(clauses)), count(clauses.total()))
        for (pack, subject), clauses in found.items()
    ]  # fmt: skip
    return pen.chapter("items", [pen.table("items", rows, wide=True)] if rows else [], "filed.nothing_executed")


def load(pen: Pen) -> Chapter:
    words, stated = pen.words, pen.dossier.result.plan.get("load") or {}
    rows = [
        (
            Cell(str(level.get("name", ""))), Cell(words.label("loading", str(level.get("kind", "load")))),
            Cell(words.label("loading", str(level.get("model", "open")))), count(level.get("users", 0)),
            Cell(numbers.significant(float(level.get("rate_per_s") or 0)) if level.get("rate_per_s") else ""),
            Cell(str(level.get("derived", ""))),
        )
        for level in stated.get("levels", ())
    ]  # fmt: skip
    if not rows:
        return pen.chapter("load", [], "plan.no_load")
    said = words(
        "plan.blocks", order=stated.get("order", ""), seconds=stated.get("seconds", ""),
        warmup=stated.get("warmup_seconds", ""), rounds=stated.get("rounds", 1),
    )  # fmt: skip
    return pen.chapter("load", [Paragraph(text=said), pen.table("levels", rows)])


def criteria(pen: Pen) -> Chapter:
    words = pen.words
    return pen.chapter(
        "criteria", [Fields(rows=tuple((words(f"plan.{n}"), words(f"plan.{n}_text")) for n in _CRITERIA))]
    )


def organisation(pen: Pen) -> Chapter:
    """Roles with blanks: who they are is the hospital's to say."""
    words, stated = pen.words, pen.dossier.particulars
    known = {"lead": stated.approved_by, "engineer": words("doc.list_sep").join(stated.tested_by),
             "vendor": stated.developer, "assessor": stated.reviewed_by}  # fmt: skip
    rows = tuple((words(f"plan.role_{role}"), known.get(role, "")) for role in _ROLES)
    return pen.chapter(
        "organisation",
        [Fields(rows=rows), Paragraph(text=words("plan.schedule")),
         Fields(rows=((words("plan.begin"), stated.begun), (words("plan.finish"), stated.ended)))],
    )  # fmt: skip


def risks(pen: Pen) -> Chapter:
    words, stated = pen.words, pen.dossier.particulars.risks
    return pen.chapter("risks", [Items(texts=(*(words(f"plan.risk_{name}") for name in _RISKS), *stated))])
