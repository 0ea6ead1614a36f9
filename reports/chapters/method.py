"""How it was tested and when it passes, with the source of every limit; what was executed, when and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.dossier import KINDS
from harness.result import Judgement
from reports import numbers
from reports.chapters.pen import Pen, count, day, plain
from reports.document.model import Block, Cell, Chapter, Fields, Heading, Items, Paragraph
from reports.view import rule_row

_POINTS = ("same_work", "noise", "ledger", "clocks", "non_inferior", "generator", "four")


def method(pen: Pen) -> Chapter:
    words, plan = pen.words, pen.dossier.result.plan
    blocks: list[Block] = [
        Items(texts=tuple(words(f"how.{name}") for name in _POINTS)),
        Heading(text=words("how.limits")),
        pen.table("limits", limits(pen)),
        Paragraph(text=words("how.no_public_limit"), small=True),
    ]
    rules = [rule_row(rule) for rule in pen.dossier.result.rules]
    accepted = [
        (Cell(r.id, code=True), Cell(words.label("kind", r.kind)), Cell(r.where), Cell(r.reason), Cell(r.source),
         Cell(r.used))
        for r in rules
        if r.accepted
    ]  # fmt: skip
    blocks.append(Heading(text=words("how.rules")))
    blocks.append(pen.table("rules", accepted, wide=True) if accepted else Paragraph(text=words("filed.no_rules")))
    behaviours = plan.get("compat", {}).get("accept", [])
    if behaviours:
        blocks.append(pen.table("accepted", [plain(str(b.get("probe")), str(b.get("reason"))) for b in behaviours]))
    return pen.chapter("method", blocks)


def limits(pen: Pen) -> list[tuple[Cell, ...]]:
    """Every limit of the plan with who says so."""
    plan = pen.dossier.result.plan
    rows = []
    stated = plan.get("performance")
    if isinstance(stated, Mapping) and "margin" in stated:
        metric = str(stated.get("metric", "p95")).upper()
        rows.append(plain(pen.words("how.margin"), f"{metric} ≤ {1 + float(stated['margin']):g}",
                          str(stated.get("source", ""))))  # fmt: skip
    for name, limit in _mapping(plan.get("limits")).items():
        if isinstance(limit, Mapping):
            shown = f"{limit.get('value', '')} {limit.get('unit', '')}".strip()
            rows.append(plain(pen.words.label("limit", name), shown, str(limit.get("source", ""))))
    return rows


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def execution(pen: Pen) -> Chapter:
    words, dossier = pen.words, pen.dossier
    stated, plan = dossier.particulars, dossier.result.plan
    begun, ended = dossier.executed
    fields = Fields(
        rows=(
            (words("filed.run_number"), dossier.result.run_id),
            (words("cover.plan"), f"{plan.get('name', '')} {plan.get('title', '')}".strip()),
            (words("execution.begun"), day(begun or dossier.result.created)),
            (words("execution.ended"), day(ended)),
            (words("cover.place"), stated.place),
            (words("execution.testers"), words("doc.list_sep").join(stated.tested_by)),
        )
    )
    rows = []
    for kind in KINDS:
        if not pen.covers(kind):
            continue
        own = Counter(case.judgement for case in dossier.cases if case.kind == kind)
        executed = own.total() - own[Judgement.NOT_RUN]
        rows.append(
            (Cell(words(f"area.{kind}")), count(own.total()), count(executed), count(own[Judgement.PASS]),
             count(own[Judgement.FAIL]), count(own[Judgement.INCONCLUSIVE]), count(own[Judgement.NOT_RUN]),
             Cell(numbers.percent(own[Judgement.PASS] / executed if executed else None)))
        )  # fmt: skip
    return pen.chapter(
        "execution", [fields, pen.table("totals", rows), Paragraph(text=words("execution.note"), small=True)]
    )
