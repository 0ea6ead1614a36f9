"""The functional pass: coverage of transactions and rows, what differed and why that is no problem where it is none."""

from __future__ import annotations

from collections.abc import Sequence

from harness.result import Ledger
from reports.chapters.pen import UP, Pen, count
from reports.document.model import Block, Cell, Heading, Paragraph

_STATES = ("total", "equal", "equal_by_rule", "different", "error", "not_run")


def section(pen: Pen) -> Sequence[Block]:
    words, result = pen.words, pen.dossier.result
    blocks: list[Block] = [Heading(text=words("function.ledger"), level=3)]
    rows = [
        (
            Cell(pen.pack(pack), link=f"{UP}recordings/{pack}/functional/"),
            Cell(words(f"function.{what}")),
            *_ledger(ledger),
        )
        for what, kept in (("transactions", result.ledger), ("rows", result.tables))
        for pack, ledger in kept.items()
    ]
    blocks.append(pen.table("ledger", rows) if rows else Paragraph(text=words("filed.nothing_executed")))
    explained = [f for f in result.findings if f.explained_by and not f.consequence_of]
    if explained:
        blocks.append(Heading(text=words("filed.explained"), level=3))
        blocks += pen.bounded(
            "explained",
            [
                (Cell(f.id), Cell(pen.pack(f.pack)), Cell(".".join(filter(None, (f.transaction, f.step, f.column)))),
                 Cell(words.label("kind", f.kind)), count(f.count), Cell(f.explained_by, code=True))
                for f in explained
            ],
        )  # fmt: skip
    return blocks


def _ledger(ledger: Ledger) -> tuple[Cell, ...]:
    return tuple(count(getattr(ledger, name)) for name in _STATES)
