"""Generating one record: its versions with revisions, drafts, signatures, what search finds in it, its document."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from scenarios.emr import catalogue, judging, sharing, tables
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import tables_shelf as shelf
from scenarios.emr.bank import STEPS, Body
from scenarios.emr.generate_books import Books
from scenarios.emr.world import BUSINESS_DAY, Stay, Work
from scenarios.emr.writing import ALGORITHM, body_of, changes, digest_of, searched, written

STAGES = ("blank", "written", "signed", "finished", "archived")  # finished: countersigned where that is needed
SECOND_SHARE, AMENDED_SHARE, DRAFT_SHARE = 0.22, 0.05, 0.6
LATE_HOURS = 10
TODAY = dt.datetime.combine(BUSINESS_DAY, dt.time(6))


class Visit(NamedTuple):
    """A visit while it is being written."""

    stay: Stay
    admitted_at: dt.datetime
    operated_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    died_at: dt.datetime | None = None
    diagnoses: tuple[tuple[str, str], ...] = ()

    @property
    def clocks(self) -> dict[str, dt.datetime | None]:
        return {
            "admitted_at": self.admitted_at,
            "operated_at": self.operated_at,
            "left_at": self.left_at,
            "died_at": self.died_at,
        }


class Written(NamedTuple):
    """A record as it lies there: `digest` and `work.version` of the current version, when it was signed last."""

    work: Work
    begun_at: dt.datetime
    digest: str
    content: str
    late: bool


def record(books: Books, visit: Visit, type_code: str, stage: str, at: dt.datetime, flaw: str = "") -> Written:
    """One record of a visit, begun at `at` and gone as far as `stage`; its flaw is "late" or "short"."""
    return _Writer(books, visit, type_code, at, short=flaw == "short").write(stage, late=flaw == "late")


class _Writer:
    """Writes one record; `at` is when the last thing happened to it."""

    def __init__(self, books: Books, visit: Visit, type_code: str, at: dt.datetime, *, short: bool) -> None:
        self.books, self.visit, self.kind = books, visit, catalogue.TYPES[type_code]
        self.record_id, self.created_at, self.at = books.number("E"), at, at
        chains = books.bank[type_code]
        self.chain = books.between(0, len(chains) - 1)
        self.bodies: tuple[Body, ...] = tuple(map(_shortened, chains[self.chain])) if short else chains[self.chain]
        self.author = visit.stay.doctor_id
        self.version, self.digest, self.content = 0, "", ""
        self.signed_at: dt.datetime | None = None
        due = judging.due_at(self.kind, visit.clocks, at)
        assert due is not None, f"{type_code} is not due"
        self.due_at = due

    def write(self, stage: str, *, late: bool) -> Written:
        books, reached = self.books, STAGES.index(stage)
        if reached:
            for _ in range(1 + books.chance(SECOND_SHARE)):
                self._save(books.instant(books.later(self.at, 2, 12)), None)
        begun = self.due_at + dt.timedelta(minutes=1)
        late = late and reached > 1 and begun + dt.timedelta(hours=LATE_HOURS + 4) < TODAY
        if reached > 1:
            self.at = max(self.at, books.later(begun, 1, LATE_HOURS * 60)) if late else self.at
            self.signed_at = self._sign("AUTHOR", "SIGN", self.author)
            late = self.signed_at > self.due_at
        if reached > 2 and books.chance(AMENDED_SHARE):
            self._save(books.later(self.at, 5, 60), books.pick(texts.AMENDMENTS))
            self._sign("AUTHOR", "AMEND", self.author, at_once=True)
        if reached > 2 and self.kind.needs_senior:
            self._sign("SENIOR", "COUNTERSIGN", books.pick(self.visit.stay.place.seniors))
        if reached < 2 and books.chance(DRAFT_SHARE):
            self._draft()
        self._rows("ARCHIVED" if stage == "archived" else "SIGNED" if reached > 1 else "DRAFT")
        step = max(0, self.version - 1)
        work = Work(
            self.record_id, self.visit.stay, self.kind.code, self.chain, step, self.version, self.at
        )  # fmt: skip
        return Written(work, self.created_at, self.digest, self.content, late)

    def _body(self, version: int) -> Body:
        return self.bodies[(version - 1) % STEPS]

    def _save(self, at: dt.datetime, reason: str | None) -> None:
        self.version += 1
        before, now = self._body(self.version - 1), self._body(self.version)
        self.content = written(self.record_id, now.body)
        self.digest, self.at = digest_of(self.content), at
        self.books.add(
            tables.version,
            self.record_id, self.version, self.content, len(self.content), self.digest, self.author, reason, at,
        )  # fmt: skip
        if self.version > 1:
            for code, kind, old, new in changes(dict(before.sections), dict(now.sections)):
                self.books.add(
                    tables.revision, self.record_id, self.version, code, kind, old, new, self.author, at
                )  # fmt: skip

    def _sign(self, role: str, action: str, signer_id: str, *, at_once: bool = False) -> dt.datetime:
        books, saved_at = self.books, self.at
        at = saved_at if at_once else books.later(saved_at, 1, 15)
        signature_id = books.number("G")
        version_saved_at = books.tables["emr_record_version"][-1][7]
        books.add(
            tables.signature,
            signature_id, self.record_id, self.version, role, signer_id, books.staff[signer_id][1], ALGORITHM,
            self.digest, version_saved_at, at,
        )  # fmt: skip
        books.audit(action, signature_id, signer_id, at)
        self.at = at
        return at

    def _draft(self) -> None:
        books = self.books
        saved_at = books.instant(self.at)
        text = written(self.record_id, self._body(self.version + 1).body)
        books.add(
            tables.draft, self.record_id, self.author, self.version, text, books.between(1, 60), saved_at
        )  # fmt: skip
        self.at = saved_at

    def _rows(self, status: str) -> None:
        books, sections = self.books, dict(self._body(self.version).sections) if self.version else {}
        books.add(
            tables.record,
            self.record_id, self.visit.stay.visit_no, self.kind.code, self.kind.name, self.author, status, self.version,
            sections.get(catalogue.COMPLAINT), self.created_at, self.due_at, self.signed_at, None, None,
        )  # fmt: skip
        for code, text in searched(sections).items():
            books.add(tables.section, self.record_id, code, self.version, text)


def _shortened(body: Body) -> Body:
    """So few words that quality control will object."""
    sections = tuple(
        (code, {catalogue.COMPLAINT: "发热1天", catalogue.ILLNESS: "同上。"}.get(code, text))
        for code, text in body.sections
    )
    return body._replace(body=body_of(catalogue.OUTPATIENT, sections), sections=sections)


def quote(books: Books, done: Written) -> None:
    """The visit's results copied into the record while it was written."""
    stay = done.work.stay
    for row in books.tables["emr_result"][-len(stay.results) :] if stay.results else ():
        books.add(
            shelf.quoted_result,
            done.work.record_id, row[0], row[1], row[6], row[7], row[8], row[10], row[13], stay.doctor_id,
            done.begun_at,
        )  # fmt: skip


def share(books: Books, visit: Visit, done: Written, at: dt.datetime) -> None:
    """The record's document in the library, perhaps looked at since."""
    stay, work, kind = visit.stay, done.work, catalogue.TYPES[done.work.type_code]
    person = books.patients[int(stay.patient_id[1:]) - 1][1]
    author = (stay.doctor_id, books.staff[stay.doctor_id][0])
    signatures = [
        (row[2], row[3], books.staff[row[4]][0], row[5], row[7], row[9])
        for row in books.tables["emr_signature"][-6:]
        if row[1] == work.record_id
    ]
    quoted = [row[1:8] for row in books.tables["emr_quoted_result"][-4:] if row[0] == work.record_id]
    head = (
        "SIGNED", kind.code, kind.name, work.version, signatures[0][5], stay.visit_no, kind.visit_class,
        visit.admitted_at, visit.left_at, stay.place.dept_id, books.dept_names[stay.place.dept_id], stay.patient_id,
        person.resident_id, person.patient_name, person.gender_code, person.birth_date, *author,
    )  # fmt: skip
    document_id = books.number("C")
    text = sharing.composed(document_id, work.record_id, head, done.content, (visit.diagnoses, signatures, quoted))
    digest, looked = digest_of(text), books.between(0, 2)
    books.add(
        shelf.document,
        document_id, stay.visit_no, stay.patient_id, work.record_id, kind.code, kind.name, text, len(text), digest,
        "ACTIVE", stay.doctor_id, at, looked,
    )  # fmt: skip
    requesters = ("本院电子病历", *(books.pick(texts.REQUESTERS) for _ in range(looked)))
    for requester in requesters:
        action = "RETRIEVE" if requester != requesters[0] else "REGISTER"
        books.add(
            shelf.document_access,
            books.number("J"), action, document_id, stay.patient_id, requester, 1, digest, at,
        )  # fmt: skip
        at = books.later(at, 5, 100)
    books.pool("document").append((document_id, stay.patient_id, at))
