"""What every chapter writes with: the dossier, the words, the cells that occur everywhere. Not here: any chapter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from harness.dossier import Case, Dossier, Problem, Subject
from harness.result import Judgement
from reports import numbers
from reports.document.model import TONE, Align, Block, Cell, Chapter, Column, Paragraph, Table
from reports.words import Words

EVIDENCE = "evidence.html"  # beside the documents
UP = "../"  # from the documents to the run folder
MOST_ROWS = 200  # of a table in a report that is printed; the ledger holds all
RIGHT = Align.RIGHT
OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """`kind`: the report's, "" for the one over everything."""

    dossier: Dossier
    words: Words
    kind: str = ""

    def covers(self, kind: str) -> bool:
        return not self.kind or kind == self.kind

    @property
    def cases(self) -> list[Case]:
        return [case for case in self.dossier.cases if self.covers(case.kind)]

    @property
    def problems(self) -> list[Problem]:
        return [problem for problem in self.dossier.problems if self.covers(problem.kind)]

    # ------------------------------------------------------------------ cells

    def verdict(self, judgement: Judgement) -> Cell:
        return Cell(self.words(f"verdict.{judgement}"), TONE[judgement])

    def evidence(self, ids: Sequence[str]) -> Cell:
        """The first of several, which the page of evidence shows with the others."""
        if not ids:
            return Cell(numbers.MISSING)
        text = ids[0] if len(ids) == 1 else self.words("filed.and_more", first=ids[0], n=len(ids))
        return Cell(text, link=f"{EVIDENCE}#{ids[0]}")

    def file(self, path: str) -> Cell:
        return Cell(path, link=UP + quote(path), code=True)

    def pack(self, pack: str) -> str:
        return self.dossier.result.pack_titles.get(pack, pack)

    def clause(self, clause_id: str) -> str:
        title = next((c.title for c in self.dossier.clauses if c.id == clause_id), "")
        return f"{clause_id} {title}".strip()

    def kinds(self, kinds: Iterable[str]) -> str:
        return self.words("doc.list_sep").join(self.words(f"area.{kind}") for kind in kinds)

    # ------------------------------------------------------------------ blocks

    def chapter(self, name: str, blocks: Sequence[Block], why_none: str = "") -> Chapter:
        """A chapter without anything to say states why."""
        said = tuple(blocks) or (Paragraph(text=self.words(why_none)),)
        return Chapter(id=name, title=self.words(f"chapter.{name}"), blocks=said)

    def table(self, name: str, rows: Sequence[tuple[Cell, ...]], *, wide: bool = False, anchor: str = "") -> Table:
        """`name` has its caption and columns in the catalogue: `columns.NAME` = "title:share title:share> …"."""
        caption = self.words(f"captions.{name}")
        return Table(
            caption=caption, columns=columns(self.words(f"columns.{name}")), rows=tuple(rows), wide=wide, anchor=anchor
        )

    def bounded(self, name: str, rows: Sequence[tuple[Cell, ...]], *, wide: bool = False) -> tuple[Block, ...]:
        """The first rows of a long table, and where the others are."""
        shown = self.table(name, rows[:MOST_ROWS], wide=wide)
        if len(rows) <= MOST_ROWS:
            return (shown,)
        more = self.words("filed.rest_in_ledger", n=len(rows) - MOST_ROWS)
        return (shown, Paragraph(text=more, small=True))


def columns(told: str) -> tuple[Column, ...]:
    """ "Clause:2 Title:3 Count:1>" → columns; `>` sets figures to the right. A blank in a title is written `_`."""
    parts = (part.partition(":")[::2] for part in told.split())
    return tuple(
        Column(
            title.replace("_", " "), float(share.removesuffix(">") or 1), RIGHT if share.endswith(">") else Align.LEFT
        )
        for title, share in parts
    )


def count(value: object) -> Cell:
    return Cell(numbers.count(int(str(value))) if str(value).lstrip("-").isdigit() else str(value))


def plain(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def day(moment: str) -> str:
    """An ISO moment as people write it; anything else stays as it is."""
    try:
        return dt.datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S %z").strip()
    except ValueError:
        return moment


def subject_title(pen: Pen, subject: Subject, name: str, title: str, level: str = "") -> str:
    """What a case or problem is about, in words."""
    shown = pen.words("filed.all") if name == "*" else title or name
    if name and name not in shown and subject in (Subject.TRANSACTION, Subject.INVARIANT, Subject.PROBE):
        shown = pen.words("filed.named", title=title, name=name)
    if level:
        shown = pen.words("filed.at_level", what=shown, level=level)
    return shown
