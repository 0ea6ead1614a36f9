"""The results of each kind, section by section. A kind for which nothing was executed says why, clause by clause."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from harness.dossier import KINDS, Case, Subject
from harness.result import Judgement
from reports.chapters import compatibility, function, interfaces, performance
from reports.chapters.pen import Pen, count, subject_title
from reports.document.model import TONE, Block, Cell, Chapter, Figure, Heading, Paragraph

Section = Callable[[Pen], Sequence[Block]]
_SECTIONS: Mapping[str, Section] = {
    "function": function.section,
    "interface": interfaces.section,
    "performance": performance.section,
    "compatibility": compatibility.section,
}


def results(pen: Pen, figures: Mapping[str, Sequence[Figure]]) -> Chapter:
    """`figures`: kind → its pictures."""
    blocks: list[Block] = []
    for kind in KINDS:
        if not pen.covers(kind):
            continue
        blocks.append(Heading(text=pen.words(f"area.{kind}"), anchor=f"results-{kind}"))
        blocks += _clauses(pen, kind)
        blocks += _by_subject(pen, kind)
        blocks += _SECTIONS.get(kind, _nothing)(pen)
        blocks += figures.get(kind, ())
        blocks += _externals(pen, kind)
    return pen.chapter("results", blocks, "filed.nothing_executed")


def _nothing(pen: Pen) -> Sequence[Block]:
    return ()


def _clauses(pen: Pen, kind: str) -> list[Block]:
    """The verdicts of the kind's clauses, each with its reason: nothing executed is said here, too."""
    kinds = pen.dossier.kind_of
    return [
        Paragraph(
            text=f"{pen.clause(v.clause)}{pen.words('doc.colon')}{pen.words(f'verdict.{v.verdict}')} — {v.reason}",
            tone=TONE[v.verdict],
        )
        for v in pen.dossier.result.verdicts
        if kinds.get(v.clause) == kind
    ]


def _by_subject(pen: Pen, kind: str) -> list[Block]:
    """How many cases of what sort, by system; then those that did not pass, one by one."""
    own = [case for case in pen.dossier.cases if case.kind == kind and case.subject is not Subject.CLAUSE]
    if not own:
        return []
    groups: dict[tuple[str, Subject], Counter[Judgement]] = defaultdict(Counter)
    for case in own:
        groups[case.pack, case.subject][case.judgement] += 1
    rows = [
        (Cell(pen.pack(pack)), Cell(pen.words(f"subject.{subject}")), count(counts.total()),
         *(count(counts[judgement]) for judgement in Judgement))
        for (pack, subject), counts in groups.items()
    ]  # fmt: skip
    blocks: list[Block] = [pen.table("subjects", rows)]
    told = kind == "performance"  # its own section tells every judged time
    open_ones = [case for case in own if case.judgement is not Judgement.PASS and not told]
    if open_ones:
        order = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN)
        ordered = sorted(open_ones, key=lambda case: order.index(case.judgement))
        blocks += pen.bounded("open_cases", [open_case(pen, case) for case in ordered], wide=True)
    return blocks


def open_case(pen: Pen, case: Case) -> tuple[Cell, ...]:
    return (
        Cell(case.id),
        Cell(pen.pack(case.pack)),
        Cell(subject_title(pen, case.subject, case.name, case.title, case.level)),
        pen.verdict(case.judgement),
        Cell(outcome(pen, case)),
        pen.evidence(case.evidence),
    )


def outcome(pen: Pen, case: Case) -> str:
    """What a case came to, in words: the figures, then what there is to say."""
    known = bool(case.figures) and case.figures.get("ratio") != 0  # a ratio of nothing is no figure
    said = pen.words(f"came_to.{case.subject}", **_shown(pen, case)) if known else ""
    return pen.words("doc.stop").join(part for part in (said, case.reason) if part)


def _shown(pen: Pen, case: Case) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in case.figures.items():
        if isinstance(value, float):
            shown[name] = f"{value:.3g}"
        elif isinstance(value, int):
            shown[name] = f"{value:,}"
        else:
            shown[name] = _named(pen, name, value)
    return shown


def _named(pen: Pen, name: str, value: str) -> str:
    if name == "outcome":
        return pen.words.label("outcome", value)
    if name == "check":
        return pen.words.label("check", value)
    if name == "metric":
        return value.removesuffix("_ratio").upper()
    if name in ("original", "migrated"):  # kinds of replies, one after the other
        return " → ".join(pen.words.label("reply", part) for part in value.split(" → "))
    return value


def _externals(pen: Pen, kind: str) -> list[Block]:
    """Results of others that were handed in for clauses of this kind."""
    kinds = pen.dossier.kind_of
    found = [e for e in pen.dossier.particulars.externals if kinds.get(e.clause) == kind]
    if not found:
        return []
    rows = [
        (Cell(e.title), Cell(e.tool), Cell(e.date), Cell(pen.clause(e.clause)), Cell(e.conclusion),
         Cell(e.sha256, code=True))
        for e in found
    ]  # fmt: skip
    return [Paragraph(text=pen.words("filed.external_note")), pen.table("external", rows)]
