"""The chapters after the results: Appendix B with the defects of its form, signatures, attachments."""

from __future__ import annotations

from collections import defaultdict

from harness.dossier import Attachment
from reports.chapters.pen import Pen, count
from reports.document.model import Block, Cell, Chapter, Fields, Items, Paragraph, Signatures

_DEFECTS = ("omits_security", "sums", "twice", "typo", "names", "flow")
_ITEM = {"3-3-1a": "ledger_and_plan", "3-3-1b": "portability", "3-4-1": "kinds", "3-1-2": "assets"}
_MANY = ("recordings/", "interfaces/", "dbcompat/", "readings/")  # folders of the run folder that hold many files
_ROLES = ("compiled", "reviewed", "approved", "confirmed")


def appendix(pen: Pen) -> Chapter:
    """Points for having tested and documented; whether it passed stands in the summary."""
    words, items = pen.words, pen.dossier.appendix
    rows = [
        (
            Cell(item.id), Cell(words(f"appendix.{_ITEM[item.id]}")),
            Cell(words("appendix.points", obtained=item.obtained, available=item.available)),
            Cell(words(f"counted.{_ITEM[item.id]}", kinds=pen.kinds(item.counted))),
        )
        for item in items
    ]  # fmt: skip
    obtained, available = sum(i.obtained for i in items), sum(i.available for i in items)
    return pen.chapter(
        "appendix",
        [
            Paragraph(text=words("appendix.lead")),
            pen.table("appendix", rows),
            Paragraph(text=words("appendix.total", obtained=obtained, available=available)),
            Paragraph(text=words("appendix.defects")),
            Items(texts=tuple(words(f"appendix.{name}") for name in _DEFECTS), numbered=True),
        ],
    )


def signatures(pen: Pen) -> Chapter:
    """Blanks; a name that was stated is printed, a signature never is."""
    words, stated = pen.words, pen.dossier.particulars
    names = {
        "compiled": stated.compiled_by, "reviewed": stated.reviewed_by, "approved": stated.approved_by,
        "confirmed": stated.confirmed_by,
    }  # fmt: skip
    return pen.chapter(
        "signatures",
        [
            Fields(rows=tuple((words(f"sign.{role}_by"), names[role]) for role in _ROLES)),
            Signatures(
                roles=tuple(words(f"sign.{role}") for role in _ROLES),
                lines=(words("sign.signature"), words("sign.date"), words("sign.seal")),
            ),
        ],
    )


def attachments(pen: Pen) -> Chapter:
    """Every file of the run's own with its hashes; the many recordings by folder, each of them is in the manifest."""
    words, files = pen.words, pen.dossier.attachments
    if not files:
        return pen.chapter("attachments", [Paragraph(text=words("attachments.none"))])
    by_folder: dict[str, list[Attachment]] = defaultdict(list)
    rows = []
    for file in files:
        if file.path.startswith(_MANY):
            by_folder["/".join(file.path.split("/")[:2]) + "/"].append(file)
        else:
            rows.append(
                (pen.file(file.path), count(file.bytes), Cell(file.sha256, code=True), Cell(file.sm3, code=True))
            )
    folders = [
        (pen.file(folder), count(len(own)), count(sum(f.bytes for f in own))) for folder, own in by_folder.items()
    ]
    blocks: list[Block] = [Paragraph(text=words("attachments.lead", n=len(files)))]
    blocks += pen.bounded("attachments", rows, wide=True)
    if folders:
        blocks.append(pen.table("folders", folders))
    blocks.append(Paragraph(text=words("attachments.note"), small=True))
    return pen.chapter("attachments", blocks)
