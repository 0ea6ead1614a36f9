"""Generated examinations: each from its order as far as it got. Not here: dictionaries and people (`generate.py`)."""

from __future__ import annotations

import datetime as dt

from scenarios.pacs import catalogue
from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r
from scenarios.pacs.exams import Booked, images_in, study_of
from scenarios.pacs.generate_books import Books
from scenarios.pacs.images.uids import series_uid, step_uid
from scenarios.pacs.world import BUSINESS_DAY, Alarm, Exam

STAGES = (
    "ordered", "booked", "registered", "examining", "examined", "archived", "drafted", "submitted", "reviewed",
    "published",
)  # fmt: skip
EXAMINED = "examined"
SHARED = ("registered", "examining")  # what people at the RIS and equipment both take from
FEWEST_OPEN = 40  # per stage, so that every user of a load test finds something
CRITICAL_EVERY = 12  # published reports with a critical finding
PRIORS = ("CT", "MR", "DX", "US")  # modalities of the studies that lie in the archive beforehand
NEARLINE = ("MR", "US", "CR")  # what may be brought back to the archive: series that are not too long


def frequent() -> list[str]:
    """Modality codes, each as often as it is examined."""
    return [each.code for each in catalogue.MODALITIES.values() for _ in range(round(each.per_hundred))]


def fill(books: Books) -> None:
    days = [BUSINESS_DAY - dt.timedelta(days=back) for back in range(books.scale.days, 0, -1)]
    for modality in PRIORS:
        at = dt.datetime.combine(days[0] if days else BUSINESS_DAY, dt.time(8))
        prior = _Case(books, modality, at, share=0.0)
        prior.reach("published", "ONLINE")
        books.priors.append(prior.study)
    for day in days:
        for each in catalogue.MODALITIES.values():
            for _ in range(max(1, round(books.scale.outpatients_per_day * each.per_hundred / 100))):
                opens = dt.datetime.combine(day, dt.time(8))
                case = _Case(books, each.code, books.later(opens, 0, 360), share=books.scale.image_share)
                case.reach("published", "NEARLINE")
                if each.code in NEARLINE:
                    books.pool("nearline").append((case.study, case.at))
    many = max(FEWEST_OPEN, books.scale.outpatients_per_day // 4)
    opens = dt.datetime.combine(BUSINESS_DAY, dt.time(7))
    for stage in STAGES:
        for modality in _waiting(books, stage, many):
            case = _Case(books, modality, books.later(opens, 0, 120), share=books.scale.image_share)
            pool = f"{stage}-{modality}" if stage == EXAMINED else stage
            books.pool(pool).append(case.reach(stage, "NEARLINE"))


def _waiting(books: Books, stage: str, many: int) -> list[str]:
    """Modalities of what waits at a stage; images are sent by modality, so of each of them some must wait."""
    if stage == EXAMINED:
        return list(catalogue.MODALITIES) * many
    usual = frequent()
    return [books.pick(usual) for _ in range(many * (2 if stage in SHARED else 1))]


class _Case:
    """One examination while it is written down."""

    def __init__(self, books: Books, modality: str, at: dt.datetime, *, share: float) -> None:
        self.books = books
        self.modality = modality
        self.ordered_at = self.at = at
        self.patient = books.pick(books.patients)
        self.room = books.pick(books.rooms[modality])
        self.item_code = books.pick(books.items[modality])
        booked = Booked(books.number("A"), books.number("T"), self.room.station)
        self.accession = booked.accession
        scheduled = books.later(at, 30, 90)
        self.study = study_of(self.patient, self.item_code, booked, scheduled, share=share, chance=books.uniform())
        self.scheduled_at = scheduled
        self.appointment_id = self.mpps_uid = self.report_id = self.writer_id = ""
        self.version = 0

    def reach(self, stage: str, place: str) -> Exam:
        """All rows up to this stage; the images, where there are any, lie at this place."""
        reached = STAGES.index(stage)
        registered = self._order(reached)
        if reached >= 1:
            self._appointment(arrived=registered is not None)
        if registered is not None:
            self._steps(reached, registered)
        if reached >= 5:
            self._archived(place)
        if reached >= 6:
            self._report(reached)
        return Exam(
            self.study, self.room.room_id, self.item_code, self.at, self.appointment_id, self.mpps_uid,
            place == "ONLINE", self.report_id, self.version, self.writer_id,
        )  # fmt: skip

    def _order(self, reached: int) -> dt.datetime | None:
        books = self.books
        status = ("ORDERED", "BOOKED", "REGISTERED", "EXAMINING")[reached] if reached < 4 else "EXAMINED"
        status = "REPORTED" if reached == len(STAGES) - 1 else status
        registered, queue_no = None, None
        if reached >= 2:
            registered = books.later(self.scheduled_at, -20, -5)
            books.queues[self.room.room_id] += 1
            queue_no = books.queues[self.room.room_id]
            books.audit("REGISTER", self.accession, books.pick(books.clerks), registered)
        at, item = self.ordered_at, catalogue.ITEMS[self.item_code]
        books.add(
            t.order,
            self.accession, self.patient.patient_id, self.item_code, books.pick(catalogue.DEPARTMENTS),
            self.study["referring"], books.pick((None, *catalogue.DIAGNOSES)), status, at,
            self.room.room_id if registered else None, queue_no, registered,
        )  # fmt: skip
        books.add(t.charge, books.number("F"), self.accession, self.item_code, 1, item.price, item.price, at)
        return registered

    def _appointment(self, *, arrived: bool) -> None:
        books = self.books
        half = "AM" if self.scheduled_at.hour < 12 else "PM"
        slot_id = books.slots[self.room.room_id, self.scheduled_at.date(), half]
        books.taken[slot_id] += 1
        self.appointment_id, self.at = books.number("B"), books.later(self.ordered_at, 1, 8)
        status = "ARRIVED" if arrived else "BOOKED"
        books.add(t.appointment, self.appointment_id, self.accession, slot_id, status, self.accession, self.at)

    def _steps(self, reached: int, registered: dt.datetime) -> None:
        books, study = self.books, self.study
        self.at = registered
        status = ("SCHEDULED", "STARTED")[reached - 2] if reached < 4 else "COMPLETED"
        books.add(
            t.scheduled,
            study["step_id"], self.accession, study["uid"], self.modality, study["station"], study["description"],
            self.scheduled_at, status,
        )  # fmt: skip
        if reached < 3:
            return
        self.mpps_uid, began = step_uid(study["step_id"]), books.later(self.scheduled_at, 0, 5)
        ended = books.later(began, 3, 15) if reached >= 4 else None
        self.at = ended or began
        books.add(t.performed, self.mpps_uid, study["step_id"], study["station"], status, began, ended, None)
        for series in range(1, study["series"] + 1 if ended else 1):
            books.add(t.performed_series, self.mpps_uid, series_uid(study["uid"], series), study["images"])

    def _archived(self, place: str) -> None:
        books, study = self.books, self.study
        self.at = books.later(self.at, 1, 5)
        count, uid = images_in(study), study["uid"]
        books.add(
            t.study,
            uid, self.accession, study["patient_name"], self.modality, self.scheduled_at, study["series"], count, place,
        )  # fmt: skip
        for series in range(1, study["series"] + 1):
            books.add(t.series, series_uid(uid, series), uid, series, study["images"])
        action = "STORE" if place == "ONLINE" else "NOTE"
        books.add(t.archive_log, books.number("L"), uid, action, count, int(place == "ONLINE"), None, self.at)

    def _report(self, reached: int) -> None:
        books = self.books
        findings, impression, positive = books.pick(catalogue.WORDINGS[self.modality])
        self.report_id, self.writer_id, self.version = books.number("R"), books.pick(books.writers), 1
        written = self.at = books.later(self.at, 5, 40)
        saved = written + dt.timedelta(microseconds=int(books.uniform() * 1e6))
        books.add(r.version, self.report_id, 1, findings, impression, self.writer_id, saved)
        if reached >= 8:
            self.at = books.later(written, 5, 30)
            books.add(
                r.review, books.number("V"), self.report_id, 1, books.pick(books.reviewers), 1,
                books.pick((None, *catalogue.OPINIONS[:1])), self.at,
            )  # fmt: skip
        published = None
        if reached >= 9:
            published = self.at = books.later(self.at, 1, 10)
            books.audit("PUBLISH", self.report_id, books.pick(books.reviewers), published)
        status = ("DRAFT", "SUBMITTED", "REVIEWED", "PUBLISHED")[reached - 6]
        books.add(
            r.report,
            self.report_id, self.accession, status, 1, positive, self.writer_id, written, published,
        )  # fmt: skip
        if published and positive and len(books.tables["ris_report"]) % CRITICAL_EVERY == 0:
            self._critical(published)

    def _critical(self, at: dt.datetime) -> None:
        books = self.books
        critical_id, told = books.number("C"), books.later(at, 1, 5)
        today = at.date() == BUSINESS_DAY
        books.add(
            r.critical,
            critical_id, self.report_id, books.pick(catalogue.CRITICALS), "NOTIFIED" if today else "ACKNOWLEDGED", told,
            None if today else books.later(told, 1, 15),
        )  # fmt: skip
        if today:
            books.pool("alarm").append(Alarm(critical_id, told))
