"""Which documents there are, and which chapters make each: the overall report, one for each kind, the test plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.dossier import KINDS, Dossier
from reports.chapters import back, front, method, plan, problems, subject
from reports.chapters.compatibility import consistency
from reports.chapters.pen import Pen
from reports.chapters.results import results
from reports.document.model import Chapter, Document, Fields, Figure
from reports.words import Words

EVALUATION, PLAN = "evaluation", "plan"
_DATE = len("2026-01-01")
_COVER = (
    "system", "version", "registration", "hospital", "client", "client_contact", "developer", "test_unit",
    "test_unit_address",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The figures of each place: summary, environment, series, and the kinds' results."""

    summary: Sequence[Figure] = ()
    environment: Sequence[Figure] = ()
    series: Sequence[Figure] = ()
    kinds: Mapping[str, Sequence[Figure]] = field(default_factory=dict)


def documents(dossier: Dossier, words: Words, pictures: Pictures) -> list[Document]:
    """All of them, the overall report first."""
    made = [_report(Pen(dossier=dossier, words=words, kind=kind), pictures) for kind in ("", *KINDS)]
    return [*made, _plan(Pen(dossier=dossier, words=words))]


def _report(pen: Pen, pictures: Pictures) -> Document:
    whole = not pen.kind
    chapters = [
        front.declaration(pen),
        front.summary(pen, pictures.summary if whole else ()),
        front.basis(pen),
        subject.systems(pen),
        subject.environment(pen, pictures.environment),
        subject.tools(pen),
        subject.data(pen),
        method.method(pen),
        method.execution(pen),
        results(pen, pictures.kinds),
    ]
    if whole or pen.kind == "compatibility":
        chapters.append(consistency(pen))
    chapters += [problems.problems(pen), problems.limits(pen)]
    if whole:
        chapters.append(problems.series(pen, pictures.series))
        chapters.append(back.appendix(pen))
    chapters.append(back.signatures(pen))
    if whole:
        chapters.append(back.attachments(pen))
    return _document(pen, pen.kind or EVALUATION, chapters)


def _plan(pen: Pen) -> Document:
    chapters = [
        plan.purpose(pen),
        front.basis(pen),
        subject.systems(pen),
        subject.environment(pen),
        plan.items(pen),
        plan.load(pen),
        subject.data(pen),
        method.method(pen),
        plan.criteria(pen),
        plan.organisation(pen),
        plan.risks(pen),
        back.signatures(pen),
    ]
    return _document(pen, PLAN, chapters)


def _document(pen: Pen, name: str, chapters: Sequence[Chapter]) -> Document:
    words, dossier = pen.words, pen.dossier
    stated = dossier.particulars
    begun = stated.begun or dossier.executed[0][:_DATE]
    ended = stated.ended or dossier.executed[1][:_DATE]
    standing = words(f"cover.{stated.standing}") if stated.standing else ""
    cover = [(words(f"cover.{field}"), getattr(stated, field)) for field in _COVER]
    cover += [
        (words("cover.standing"), standing),
        (words("cover.tested"), " – ".join(dict.fromkeys(filter(None, (begun, ended))))),
        (words("cover.issued"), stated.issued),
    ]
    return Document(
        id=name,
        title=words(f"file.{name}"),
        subtitle=stated.system or words("doc.subtitle"),
        number=stated.number,
        classification=stated.classification,
        cover=Fields(rows=tuple(cover)),
        chapters=tuple(chapters),
        lang=words.lang,
        run_id=dossier.result.run_id,
        end=words("doc.end"),
    )
