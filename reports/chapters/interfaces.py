"""The register of interfaces 接口清单, and how long each message took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports import numbers
from reports.chapters.pen import UP, Pen, count
from reports.document.model import Block, Cell, Heading, Paragraph


def section(pen: Pen) -> Sequence[Block]:
    words = pen.words
    rows = register(pen)
    if not rows:
        return [Paragraph(text=words("filed.no_interfaces"))]
    blocks: list[Block] = [Heading(text=words("filed.register"), level=3), pen.table("register", rows, wide=True)]
    times = exchange_times(pen)
    if times:
        blocks.append(Heading(text=words("filed.exchange_times"), level=3))
        blocks += pen.bounded("exchange_times", times)
    return blocks


def register(pen: Pen) -> list[tuple[Cell, ...]]:
    """Peer, protocol, direction, version, what answered on either side, the document that was held against it."""
    words = pen.words
    return [
        (
            Cell(pen.pack(i.pack)), Cell(i.name, code=True), Cell(i.title), Cell(i.kind), Cell(i.peer), Cell(i.version),
            Cell(_answered(i.original), code=True), Cell(_answered(i.migrated), code=True),
            Cell(words("filed.yes" if i.used else "filed.no")),
            count(sum(m.sent for m in i.messages)), count(sum(m.equal for m in i.messages)),
            Cell(i.document or numbers.MISSING),
        )
        for i in pen.dossier.result.interfaces
    ]  # fmt: skip


def _answered(said: Mapping[str, str]) -> str:
    """What was found at the other end, as it said itself."""
    told = [said[key] for key in ("protocol", "answers", "status", "charset") if said.get(key)]
    return "\n".join(told) or numbers.MISSING


def exchange_times(pen: Pen) -> list[tuple[Cell, ...]]:
    titles = {(i.pack, m.name): m.title for i in pen.dossier.result.interfaces for m in i.messages}
    return [
        (
            Cell(titles.get((t.pack, t.message), t.message), link=f"{UP}recordings/{t.pack}/load/"),
            Cell(t.level), Cell(pen.words(f"stack.{t.stack}")),
            count(t.count), *(Cell(numbers.significant(v)) for v in (t.mean, t.p50, t.p95, t.p99, t.maximum)),
            count(t.timed_out),
        )
        for t in pen.dossier.result.exchange_times
    ]  # fmt: skip
