"""Response times with their intervals, blocks of load, resources, costs, capacity."""

from __future__ import annotations

from collections.abc import Sequence

from harness.dossier import Subject
from harness.result import Estimate, Judgement
from reports import numbers
from reports.chapters.pen import UP, Pen, count
from reports.document.model import Block, Cell, Heading, Paragraph
from reports.view import STACKS

_ORDER = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.PASS, Judgement.NOT_RUN)  # the worst first


def section(pen: Pen) -> Sequence[Block]:
    words, result = pen.words, pen.dossier.result
    judged = [e for e in result.estimates if e.verdict is not None and e.scope == "transaction"]
    blocks: list[Block] = []
    if judged:
        blocks += [Heading(text=words("performance.estimates"), level=3), Paragraph(text=words("filed.ratio"))]
        ordered = sorted(judged, key=lambda e: _ORDER.index(e.verdict or Judgement.NOT_RUN))
        found = {(c.pack, c.name, c.level): c.evidence for c in pen.cases if c.subject is Subject.RESPONSE}
        rows = [_estimate(pen, e, found.get((e.pack, e.transaction, e.level), ())) for e in ordered]
        blocks += pen.bounded("estimates", rows, wide=True)
        blocks.append(Paragraph(text=judged[0].method, small=True))
    if result.load:
        blocks += [Heading(text=words("filed.blocks"), level=3), *pen.bounded("blocks", _blocks(pen), wide=True)]
    resources = _resources(pen)
    if resources:
        blocks += [Heading(text=words("filed.resources"), level=3), pen.table("resources", resources)]
    if result.bottlenecks:
        bottlenecks = [(Cell(pen.pack(b.pack)), Cell(words(f"stack.{b.stack}")), Cell(b.level),
                        Cell(b.evidence)) for b in result.bottlenecks]  # fmt: skip
        blocks.append(pen.table("bottlenecks", bottlenecks))
    if result.capacities:
        blocks += [Heading(text=words("filed.capacity"), level=3), pen.table("capacity", _capacities(pen))]
    return blocks


def _estimate(pen: Pen, e: Estimate, evidence: Sequence[str]) -> tuple[Cell, ...]:
    """The ratio leads to the samples that it comes from."""
    metric = e.metric.removesuffix("_ratio").upper()
    interval = f"{numbers.ratio(e.low_adjusted or e.low)} – {numbers.ratio(e.high_adjusted or e.high)}"
    known = e.value > 0
    title = pen.dossier.result.titles.get(e.transaction, e.transaction)
    return (
        Cell(pen.pack(e.pack)), Cell(title), Cell(e.level), Cell(metric), count(e.n),
        Cell(numbers.significant(e.original if known else None)),
        Cell(numbers.significant(e.migrated if known else None)),
        Cell(numbers.ratio(e.value) if known else numbers.MISSING, link=pen.evidence(evidence).link),
        Cell(interval if known else numbers.MISSING),
        pen.verdict(e.verdict) if e.verdict is not None else Cell(""), Cell(e.excluded),
    )  # fmt: skip


def _blocks(pen: Pen) -> list[tuple[Cell, ...]]:
    words = pen.words
    return [
        (
            Cell(f"{b.position:02d}", link=f"{UP}recordings/{b.pack}/load/{b.position:02d}-{b.stack}/"),
            Cell(pen.pack(b.pack)), Cell(words(f"stack.{b.stack}")), Cell(b.level),
            count(b.users), count(b.planned), count(b.done), Cell(numbers.significant(b.throughput_per_s)),
            count(b.errors), count(b.refused), Cell(numbers.significant(b.lag_p99_ms)),
            Cell(numbers.percent(b.generator_cpu)), Cell(words("filed.yes") if b.valid else b.invalid_reason),
        )
        for b in pen.dossier.result.load
    ]  # fmt: skip


def _resources(pen: Pen) -> list[tuple[Cell, ...]]:
    readings, words = pen.dossier.result.readings, pen.words
    names = dict.fromkeys(name for stack in STACKS for name in readings.get(stack, {}))
    return [
        (
            Cell(words.label("resource", name)), Cell(words(f"stack.{stack}")),
            Cell(r.host, link=f"{UP}readings/{stack}-{r.host}.jsonl" if r.host else ""),
            *(Cell(numbers.measured(v, r.unit)) for v in (r.mean, r.p95, r.maximum)),
            count(r.n), Cell(numbers.percent(r.coverage)),
        )
        for name in names
        for stack in STACKS
        if (r := readings.get(stack, {}).get(name)) is not None
    ]  # fmt: skip


def _capacities(pen: Pen) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(pen.pack(c.pack)), Cell(pen.words(f"stack.{c.stack}")), Cell(numbers.significant(c.sustained_per_s)),
            Cell(numbers.significant(c.knee_per_s)), count(c.users),
            count(c.outpatients_per_day) if c.outpatients_per_day else Cell(numbers.MISSING), Cell(c.limited_by),
        )
        for c in pen.dossier.result.capacities
    ]  # fmt: skip
