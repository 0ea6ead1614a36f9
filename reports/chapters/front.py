"""The chapters before the facts: declaration, summary and conclusion, basis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.dossier import KINDS
from harness.result import Judgement, Verdict
from reports.chapters.pen import OVERALL, Pen, count
from reports.document.model import TONE, Block, Cell, Chapter, Figure, Heading, Items, Paragraph, Tone
from reports.view import Conclusion, conclusion

_TONE = {
    Conclusion.CONFORMS: Tone.GOOD, Conclusion.FAILS: Tone.BAD, Conclusion.PARTLY: Tone.OPEN,
    Conclusion.UNDECIDED: Tone.OPEN, Conclusion.UNTESTED: Tone.VOID,
}  # fmt: skip


def declaration(pen: Pen) -> Chapter:
    words, stated = pen.words, pen.dossier.particulars
    standing = words(f"declaration.{stated.standing or 'unstated'}")
    said = [words(f"declaration.{name}") for name in ("scope", "copy", "marks", "checked", "crypto")]
    return pen.chapter("declaration", [Items(texts=(standing, *said), numbered=True)])


def _verdicts(pen: Pen) -> list[Verdict]:
    kinds = pen.dossier.kind_of
    return [v for v in pen.dossier.result.verdicts if not pen.kind or kinds.get(v.clause) == pen.kind]


def summary(pen: Pen, figures: Sequence[Figure] = ()) -> Chapter:
    """Per clause; never a bare 通过; what was tested and what passed are counted apart."""
    words, verdicts = pen.words, _verdicts(pen)
    asked = [v for v in verdicts if v.asked]
    overall = conclusion(verdicts)
    means = words(f"conclusion.{overall}_means", n=len(asked))
    blocks: list[Block] = [
        Paragraph(text=f"{words('conclusion.label')}{words('doc.colon')}{words(f'conclusion.{overall}')}",
                  tone=_TONE[overall]),
        Paragraph(text=means),
        Paragraph(text=words("summary.apart")),
        *figures,
        pen.table("by_kind", _by_kind(pen)),
        pen.table("clauses", [_clause(pen, v) for v in verdicts], wide=True),
    ]  # fmt: skip
    open_ones = [v for v in asked if v.verdict is not Judgement.PASS]
    if open_ones:
        blocks.append(Heading(text=words("conclusion.attention")))
        blocks += [Paragraph(text=f"{v.title}{words('doc.colon')}{v.reason}", tone=TONE[v.verdict]) for v in open_ones]
    return pen.chapter("summary", blocks)


def _by_kind(pen: Pen) -> list[tuple[Cell, ...]]:
    kinds = pen.dossier.kind_of
    rows = []
    for kind in KINDS:
        if not pen.covers(kind):
            continue
        own = Counter(v.verdict for v in pen.dossier.result.verdicts if kinds.get(v.clause) == kind)
        tested = own.total() - own[Judgement.NOT_RUN]
        said = pen.words("summary.tested" if tested else "summary.untested")
        counts = [count(own[judgement]) for judgement in Judgement]
        rows.append((Cell(pen.words(f"area.{kind}")), Cell(said), count(own.total()), count(tested), *counts))
    return rows


def _clause(pen: Pen, verdict: Verdict) -> tuple[Cell, ...]:
    clause = next((c for c in pen.dossier.clauses if c.id == verdict.clause), None)
    asked = "" if verdict.asked else pen.words("filed.unasked", title=verdict.title)
    return (
        Cell(verdict.clause),
        Cell(asked or verdict.title),
        Cell(clause.requirement if clause else ""),
        pen.verdict(verdict.verdict),
        Cell(verdict.reason),
        pen.evidence(pen.dossier.of_verdict.get(verdict.clause, ())),
    )


def basis(pen: Pen) -> Chapter:
    """Clauses by name and number with the requirement in our own words; standards; what the parties agreed on."""
    words = pen.words
    rows = [
        (
            Cell(c.id), Cell(c.title), Cell(c.chapter),
            Cell(words(f"area.{c.kind}")), Cell(words("filed.yes") if c.periodic else ""), Cell(c.requirement),
        )
        for c in pen.dossier.clauses
        if not pen.kind or c.kind in (pen.kind, OVERALL)
    ]  # fmt: skip
    standards = tuple(words(f"standard.{name}") for name in ("norm", "rusp", "performance", "documents", "mlps"))
    stated = pen.dossier.particulars.basis
    return pen.chapter(
        "basis",
        [
            Paragraph(text=words("ground.lead")),
            Items(texts=standards),
            Heading(text=words("ground.agreed")),
            Items(texts=stated) if stated else Paragraph(text=words("filed.blank_basis")),
            pen.table("basis", rows),
            Paragraph(text=words("ground.note"), small=True),
        ],
    )
