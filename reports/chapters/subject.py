"""What was tested, on what, with what and with which data: each as it said of itself, raw text beside the decision."""

from __future__ import annotations

from collections.abc import Sequence

from harness.result import StackFacts
from reports import numbers
from reports.chapters.pen import Pen, count, plain
from reports.document.model import Block, Cell, Chapter, Fields, Figure, Heading, Items, Paragraph
from reports.view import STACKS

_RAW = "raw_"


def systems(pen: Pen) -> Chapter:
    words, stated, result = pen.words, pen.dossier.particulars, pen.dossier.result
    rows = [
        (Cell(words(f"system.{name}")), *(Cell(str(getattr(s, name)), code=name == "banner") for s in _sides(pen)))
        for name in ("product", "version", "banner", "driver")
    ]
    modules = [plain(m.name, m.version, m.build, m.checksum) for m in stated.modules]
    packs = [plain(pack, title) for pack, title in result.pack_titles.items()]
    return pen.chapter(
        "systems",
        [
            Fields(rows=tuple((words(f"cover.{name}"), getattr(stated, name)) for name in
                              ("system", "version", "registration", "developer", "received"))),
            pen.table("modules", modules) if modules else Paragraph(text=words("filed.blank_modules")),
            pen.table("stacks", rows),
            pen.table("packs", packs),
        ],
    )  # fmt: skip


def _sides(pen: Pen) -> list[StackFacts]:
    empty = StackFacts(title="", product="", product_id="", version="", banner="")
    return [pen.dossier.result.stacks.get(stack, empty) for stack in STACKS]


def environment(pen: Pen, figures: Sequence[Figure] = ()) -> Chapter:
    """Every host's own words beside what was concluded from them."""
    words, sides = pen.words, _sides(pen)
    blocks: list[Block] = [*figures]
    keys = dict.fromkeys(key for side in sides for key in side.host if not key.startswith(_RAW))
    rows = [(Cell(words.label("host", key)), *(Cell(side.host.get(key, numbers.MISSING)) for side in sides))
            for key in keys]  # fmt: skip
    blocks.append(pen.table("hosts", rows) if rows else Paragraph(text=words("filed.no_hosts")))
    raw = dict.fromkeys(key for side in sides for key in side.host if key.startswith(_RAW))
    if raw:
        blocks.append(
            pen.table(
                "raw",
                [
                    (Cell(words.label("host", key.removeprefix(_RAW))),
                     *(Cell(side.host.get(key, numbers.MISSING), code=True) for side in sides))
                    for key in raw
                ],
                wide=True,
            )
        )  # fmt: skip
    settings = dict.fromkeys(key for side in sides for key in side.settings)
    told = [
        (Cell(key, code=True), *(Cell(side.settings.get(key, numbers.MISSING), code=True) for side in sides))
        for key in settings
    ]
    blocks.append(pen.table("settings", told))
    blocks.append(Heading(text=words("environment.production")))
    unlike = pen.dossier.particulars.unlike_production
    blocks.append(Items(texts=unlike) if unlike else Paragraph(text=words("filed.blank_production")))
    return pen.chapter("environment", blocks)


def tools(pen: Pen) -> Chapter:
    words, result = pen.words, pen.dossier.result
    rows = [plain(name, version) for name, version in result.harness.items()]
    drivers = [plain(words(f"stack.{name}"), s.driver) for name, s in result.stacks.items()]
    external = [
        (Cell(e.title), Cell(e.tool), Cell(e.date), Cell(pen.clause(e.clause)), Cell(e.conclusion),
         Cell(e.sha256, code=True))
        for e in pen.dossier.particulars.externals
    ]  # fmt: skip
    return pen.chapter(
        "tools",
        [
            pen.table("versions", [*rows, *drivers]),
            Paragraph(text=words("tools.clock")),
            Heading(text=words("tools.external")),
            pen.table("external", external) if external else Paragraph(text=words("filed.no_external")),
        ],
    )


def data(pen: Pen) -> Chapter:
    words, stated, result = pen.words, pen.dossier.particulars, pen.dossier.result
    plan = result.plan.get("data", {})
    kept = plan.get("mode") == "keep"
    origin = stated.data_origin or words("data.kept" if kept else "data.generated")
    fields = Fields(
        rows=(
            (words("data.origin"), origin),
            (words("data.seed"), "" if kept else str(plan.get("seed", ""))),
            (words("data.scale"), words("data.scale_text", n=plan.get("outpatients_per_day", 0),
                                        days=plan.get("days", 0))),
            (words("data.deidentified"), stated.data_deidentified or ("" if kept else words("data.synthetic"))),
        )
    )  # fmt: skip
    volumes = [
        (Cell(pen.pack(pack)), count(result.ledger[pack].total if pack in result.ledger else 0), count(rows.total))
        for pack, rows in result.tables.items()
    ]
    files = [
        (pen.file(w.path), count(w.bytes), Cell(w.sha256, code=True), Cell(w.sm3, code=True))
        for w in pen.dossier.workloads
    ]
    blocks: list[Block] = [fields]
    if volumes:
        blocks.append(pen.table("volumes", volumes))
    if files:
        blocks += [pen.table("workloads", files, wide=True), Paragraph(text=words("data.same"), small=True)]
    return pen.chapter("data", blocks)
