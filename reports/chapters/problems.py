"""The list of problems with their reproductions; deviations and limits; the runs of a series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.dossier import Problem
from harness.result import Judgement
from harness.settings_report import Severity
from reports.chapters.pen import Pen, count, day, subject_title
from reports.document.model import Block, Cell, Chapter, Code, Figure, Heading, Items, Paragraph, Tone

_DETAILED = 40  # problems that are told at length in a printed report; the ledger tells all
_TONE = {Severity.CRITICAL: Tone.BAD, Severity.MAJOR: Tone.BAD, Severity.MINOR: Tone.OPEN}


def problems(pen: Pen) -> Chapter:
    words, found = pen.words, pen.problems
    known = {problem.id for problem in pen.dossier.problems}
    gone = [each.id for each in pen.dossier.particulars.problems if each.id not in known]
    notice = [Paragraph(text=words("problem.gone", ids=", ".join(gone)), tone=Tone.OPEN)] if gone else []
    if not found:
        return pen.chapter("problems", [*notice, Paragraph(text=words("filed.no_problems"))])
    counts = Counter(p.severity for p in found)
    blocks: list[Block] = [
        *notice,
        Paragraph(text=words("problem.lead")),
        pen.table("severities", [(Cell(words(f"severity.{s}"), _TONE[s]), Cell(words(f"severity.{s}_means")),
                                  count(counts[s])) for s in Severity]),
        *pen.bounded("problems", [row(pen, p) for p in found], wide=True),
    ]  # fmt: skip
    blocks.append(Heading(text=words("problem.details")))
    for problem in found[:_DETAILED]:
        blocks += _detail(pen, problem)
    if len(found) > _DETAILED:
        blocks.append(Paragraph(text=words("filed.rest_in_ledger", n=len(found) - _DETAILED), small=True))
    return pen.chapter("problems", blocks)


def row(pen: Pen, p: Problem) -> tuple[Cell, ...]:
    words = pen.words
    return (
        Cell(p.id, code=True), Cell(words(f"severity.{p.severity}"), _TONE[p.severity]),
        Cell(words(f"area.{p.kind}")), Cell(pen.pack(p.pack)), Cell(description(pen, p)), count(p.count),
        Cell(words(f"status.{p.status}")), Cell(p.owner), Cell(p.retest), pen.evidence(p.evidence),
    )  # fmt: skip


def description(pen: Pen, p: Problem) -> str:
    words = pen.words
    what = (
        f"{words(f'subject.{p.subject}')}{words('doc.colon')}{subject_title(pen, p.subject, p.name, p.title, p.level)}"
    )
    place = " ".join(part for part in (p.step, p.column) if part)
    kind = words.label("kind", p.difference) if p.difference else ""
    return words("doc.list_sep").join(part for part in (what, place, kind) if part)


def reproduction(pen: Pen, p: Problem) -> str:
    """Lines that whoever has to mend it can follow."""
    words = pen.words
    lines = []
    for n, example in enumerate(p.examples, 1):
        lines.append(f"{n}. {example.key}")
        lines.append(f"   {words('stack.original')}{words('doc.colon')}{example.original}")
        lines.append(f"   {words('stack.migrated')}{words('doc.colon')}{example.migrated}")
    if p.script:
        lines.append(f"{words('problem.script')}{words('doc.colon')}{p.script}")
    if p.command:
        lines.append(f"{words('problem.command')}{words('doc.colon')}{p.command}")
    return "\n".join(lines)


def _detail(pen: Pen, p: Problem) -> list[Block]:
    words = pen.words
    blocks: list[Block] = [Heading(text=f"{p.id} {description(pen, p)}", level=3, anchor=p.id)]
    if p.reason:
        blocks.append(Paragraph(text=p.reason))
    if len(p.findings) > 1:
        blocks.append(Paragraph(text=words("problem.follows", n=len(p.findings) - 1, ids=", ".join(p.findings[1:21]))))
    if said := reproduction(pen, p):
        blocks.append(Code(text=said))
    if p.note:
        blocks.append(Paragraph(text=f"{words('problem.note')}{words('doc.colon')}{p.note}"))
    return blocks


# --------------------------------------------------------------------------- what was not tested


def limits(pen: Pen) -> Chapter:
    """偏离与限制: what weakens the measurement, what was not tested and why, what people have added."""
    words, dossier = pen.words, pen.dossier
    kinds = dossier.kind_of
    undone = [
        (Cell(v.clause), Cell(v.title), pen.verdict(v.verdict), Cell(v.reason))
        for v in dossier.result.verdicts
        if v.verdict in (Judgement.NOT_RUN, Judgement.INCONCLUSIVE) and pen.covers(kinds.get(v.clause, ""))
    ]
    blocks: list[Block] = []
    if undone:
        blocks += [Heading(text=words("limits.undone")), pen.table("undone", undone)]
    periodic = [c for c in dossier.clauses if c.periodic and pen.covers(c.kind)]
    if periodic and len(dossier.runs) < 2:
        names = words("doc.list_sep").join(c.id for c in periodic)
        blocks.append(Paragraph(text=words("limits.periodic", clauses=names), tone=Tone.OPEN))
    blocks.append(Heading(text=words("limits.measurement")))
    weak = [*dossier.result.notes, *(gap.lost for gap in dossier.result.gaps)]
    blocks.append(Items(texts=tuple(weak)) if weak else Paragraph(text=words("limits.none")))
    blocks.append(Heading(text=words("limits.stated")))
    stated = dossier.particulars.deviations
    blocks.append(Items(texts=stated) if stated else Paragraph(text=words("filed.blank_deviations")))
    return pen.chapter("limits", blocks)


def series(pen: Pen, figures: Sequence[Figure] = ()) -> Chapter:
    """When each run of the series was done and what changed; one run alone says that it is the only one."""
    words, runs = pen.words, pen.dossier.runs
    rows = [
        (Cell(day(r.created)), Cell(r.run_id), Cell(r.plan), Cell(r.products.get("original", "")),
         Cell(r.products.get("migrated", "")), Cell(r.versions.get("xinheng", "")), count(len(r.problems)))
        for r in runs
    ]  # fmt: skip
    blocks: list[Block] = [pen.table("runs", rows, wide=True)]
    if len(runs) < 2:
        return pen.chapter("series", [*blocks, Paragraph(text=words("series.only"))])
    blocks += figures
    for run in runs[1:]:
        blocks.append(Heading(text=words("series.changed", when=day(run.created), run=run.run_id)))
        changed = [(Cell(what), Cell(then, code=True), Cell(now, code=True)) for what, then, now in run.changed]
        blocks += pen.bounded("changed", changed) if changed else (Paragraph(text=words("series.unchanged")),)
    return pen.chapter("series", blocks)
