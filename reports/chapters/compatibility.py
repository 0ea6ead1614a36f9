"""The database's own behaviours, group by group, and the contents of both databases held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.data_result import TableState
from harness.result import BehaviourClass
from reports.chapters.pen import Pen, count
from reports.document.model import Block, Cell, Chapter, Heading, Paragraph, Tone

_GROUPS = ("connection", "storage", "query", "transaction")


def section(pen: Pen) -> Sequence[Block]:
    words, behaviours = pen.words, pen.dossier.result.behaviours
    if not behaviours:
        return [Paragraph(text=words("behaviour.none"))]
    rows = []
    for group in _GROUPS:
        own = [b for b in behaviours if b.group == group]
        outcomes = Counter(b.outcome for b in own)
        rows.append(
            (Cell(words(f"group.{group}")), count(len(own)), *(count(outcomes[o]) for o in BehaviourClass),
             count(sum(1 for b in own if b.accepted)))
        )  # fmt: skip
    blocks: list[Block] = [Heading(text=words("filed.behaviours"), level=3), pen.table("behaviours", rows)]
    accepted = [b for b in behaviours if b.accepted]
    if accepted:
        blocks.append(
            pen.table("accepted_behaviours", [(Cell(b.title), Cell(b.meaning), Cell(b.accepted)) for b in accepted])
        )
    return blocks


def consistency(pen: Pen) -> Chapter:
    """一致性校验结果: every table in exactly one state; where rows were not compared, what stands in its place."""
    words, found = pen.words, pen.dossier.result.consistency
    if found is None:
        said: list[Block] = [Paragraph(text=words("filed.no_consistency"))]
        tables = pen.dossier.result.tables
        if tables:
            rows = [(Cell(pen.pack(p)), count(t.total), count(t.equal), count(t.equal_by_rule), count(t.different),
                     count(t.not_run)) for p, t in tables.items()]  # fmt: skip
            said += [Paragraph(text=words("filed.consistency_by_packs")), pen.table("stored", rows)]
        return pen.chapter("consistency", said)
    tone = {"pass": Tone.GOOD, "fail": Tone.BAD}.get(found.judgement.value, Tone.OPEN)
    blocks: list[Block] = [Paragraph(text=found.reason, tone=tone)]
    states = Counter(t.state for t in found.tables)
    blocks.append(
        pen.table("states", [(Cell(words(f"table_state.{s}")), count(states[s])) for s in TableState if states[s]])
    )
    unlike = [t for t in found.tables if t.state not in (TableState.EQUAL, TableState.LEFT_OUT)]
    if unlike:
        blocks += pen.bounded(
            "unlike",
            [
                (Cell(t.table), Cell(words(f"table_state.{t.state}")), count(t.counts.rows_original),
                 count(t.counts.rows_migrated), count(t.counts.missing), count(t.counts.extra),
                 count(t.counts.different),
                 Cell(words("doc.list_sep").join(f"{words.label('kind', k)} {n:,}"
                                                 for k, n in t.counts.unexplained.items()) or t.trouble))
                for t in unlike
            ],
            wide=True,
        )  # fmt: skip
    if found.schema:
        blocks += [Heading(text=words("section.schema")), *pen.bounded(
            "schema",
            [(Cell(".".join(filter(None, (d.table, d.name)))), Cell(words(f"schema_weight.{d.weight}")), Cell(d.says),
              Cell(d.original), Cell(d.migrated)) for d in found.schema],
        )]  # fmt: skip
    blocks += [Paragraph(text=note, small=True) for note in found.notes]
    return pen.chapter("consistency", blocks)
