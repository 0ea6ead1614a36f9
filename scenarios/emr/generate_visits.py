"""Generating visits: history day by day, archived to the last sheet, then today's, each stopped at some stage."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from scenarios.emr import catalogue, judging, tables
from scenarios.emr import tables_shelf as shelf
from scenarios.emr.generate_books import Books
from scenarios.emr.generate_records import Visit, Written, quote, record, share
from scenarios.emr.world import BUSINESS_DAY, Stay
from scenarios.emr.writing import seal_of

INPATIENTS = 0.06  # discharged per daily outpatient
FEWEST = 24  # of today, however small the hospital: every transaction finds something to do
# Today's open work per daily outpatient, by where it stopped.
TODAY = {
    "arrived": 0.3, "editing": 0.8, "quotable": 0.5, "locked": 0.25, "written": 0.6, "signed": 0.4, "to_leave": 0.35,
    "left": 0.4, "flawed": 0.35, "unfinished": 0.1, "ward": 0.25, "to_countersign": 0.35, "page_to_write": 0.35,
    "page_to_check": 0.35,
}  # fmt: skip
INPATIENT_SHARE = 0.2  # of what is being edited
TESTED_SHARE, OPERATED_SHARE, DEATH_SHARE, SHARED_SHARE = 0.3, 0.35, 0.04, 0.2
SHORT_SHARE, UNDIAGNOSED_SHARE, LATE_SHARE = 0.06, 0.05, 0.08


def history(books: Books) -> None:
    """Visits that ended on the days before today."""
    n = books.scale.outpatients_per_day
    for back in range(books.scale.days, 0, -1):
        day = dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time(8))
        for _ in range(max(3, n)):
            _outpatient(books, day)
        for _ in range(max(2, int(n * INPATIENTS))):
            _inpatient(books, day)


def open_work(books: Books) -> None:
    """What waits this morning."""
    for stage, share_ in TODAY.items():
        for _ in range(max(FEWEST, int(books.scale.outpatients_per_day * share_))):
            _open(books, stage)


# --------------------------------------------------------------------------- visits


def _begin(
    books: Books, visit_class: str, at: dt.datetime, *, diagnosed: bool = True, tested: float = TESTED_SHARE
) -> Visit:
    """A visit with diagnoses and results; its row is written when it is known how it ended."""
    place = books.pick(books.places[visit_class])
    # Some come again and again: only they have a whole view worth looking at.
    patient_id = books.patients[int(books.uniform() ** 2 * len(books.patients))][0]
    stay = Stay(books.number("V"), patient_id, place, books.pick(place.authors), at)
    diagnoses = tuple(books.rng.sample(catalogue.DIAGNOSES, books.between(1, 3))) if diagnosed else ()
    for n, (icd_code, name) in enumerate(diagnoses, 1):
        text = name if n == 1 else f"{name}？"
        books.add(tables.visit_diagnosis, stay.visit_no, n, icd_code, text, books.later(at, 1, 20))
    visit = Visit(stay, at, diagnoses=diagnoses)
    return _tested(books, visit) if books.chance(tested) else visit


def _tested(books: Books, visit: Visit) -> Visit:
    """Laboratory results that came back soon after the visit began."""
    stay, filler_no, order_no = visit.stay, books.number("T"), books.number("A")
    ordered_at = books.later(visit.admitted_at, 0, 2)
    collected_at = books.later(ordered_at, 2, 6)
    reported_at = books.later(collected_at, 6, 18)
    quoted = []
    panel = books.pick(catalogue.RESULTS)[0]
    for panel_name, code, name, unit, reference, low, high, decimals in catalogue.RESULTS:
        if panel_name != panel:
            continue
        value = max(1, low + int((high - low) * (books.uniform() * 2 - 0.5)))
        flag = "H" if value > high else "L" if value < low else None
        critical = code == "K" and books.chance(0.1)
        value, flag = (701, "HH") if critical else (value, flag)
        handled_at = books.later(reported_at, 2, 25) if critical else None
        text = str(Decimal(value).scaleb(-decimals))
        books.add(
            shelf.result,
            filler_no, code, order_no, stay.patient_id, stay.visit_no, panel_name, name, text, unit, reference, flag,
            ordered_at, collected_at, reported_at, handled_at,
        )  # fmt: skip
        quoted.append((filler_no, code))
    return visit._replace(stay=stay._replace(results=tuple(quoted), at=reported_at))


def _finish(books: Books, visit: Visit, status: str) -> None:
    stay, left_at = visit.stay, visit.left_at
    books.add(
        tables.visit,
        stay.visit_no, stay.patient_id, stay.place.visit_class, stay.place.dept_id, stay.doctor_id,
        f"{books.between(1, 48):02d}" if stay.place.visit_class == "I" else None, status, visit.admitted_at,
        visit.operated_at, left_at, visit.died_at,
        None if left_at is None else judging.archive_by(stay.place.visit_class, left_at),
    )  # fmt: skip


# --------------------------------------------------------------------------- history


def _outpatient(books: Books, day: dt.datetime) -> None:
    short, diagnosed = books.chance(SHORT_SHARE), not books.chance(UNDIAGNOSED_SHARE)
    visit = _begin(books, "O", books.later(day, 0, 480), diagnosed=diagnosed)
    done = record(
        books, visit, catalogue.OUTPATIENT, "archived", books.later(visit.stay.at, 1, 10), "short" if short else ""
    )
    quote(books, done)
    visit = visit._replace(left_at=books.later(done.work.at, 1, 15))
    _archive(books, visit, [done])
    if books.chance(SHARED_SHARE):
        share(books, visit, done, books.later(done.work.at, 60, 90))
    books.flaws[visit.stay.visit_no] = [
        rule for rule, broken in (("CT-DIAGNOSIS", not diagnosed), ("CT-SHORT", short)) if broken
    ]


def _inpatient(books: Books, day: dt.datetime) -> None:
    admitted_at = books.later(day - dt.timedelta(days=books.between(2, 6)), 0, 540)
    visit = _begin(books, "I", admitted_at, tested=0.9)
    if books.chance(OPERATED_SHARE):
        visit = visit._replace(operated_at=books.later(admitted_at, 1200, 2400))
    flaws, done = [], []

    def write(type_code: str, at: dt.datetime, rule: str | None) -> None:
        written = record(books, visit, type_code, "archived", at, "late" if books.chance(LATE_SHARE) else "")
        done.append(written)
        if len(done) == 1:
            quote(books, written)
        if rule and written.late:
            flaws.append(rule)

    write(catalogue.ADMISSION, books.later(visit.stay.at, 20, 300), "TL-ADMISSION")
    write(catalogue.FIRST_COURSE, books.later(visit.stay.at, 10, 240), "TL-FIRST")
    for n in range(books.between(1, 2)):
        write(catalogue.COURSE_NOTE, books.later(admitted_at, 1440 * n + 960, 1440 * n + 1200), None)
    if visit.operated_at:
        write(catalogue.OPERATION, books.later(visit.operated_at, 60, 400), "TL-OPERATION")
    left_at = books.later(day, 0, 480)
    visit = visit._replace(left_at=left_at, died_at=left_at if books.chance(DEATH_SHARE) else None)
    last = (catalogue.DEATH, "TL-DEATH") if visit.died_at else (catalogue.DISCHARGE, "TL-DISCHARGE")
    write(last[0], books.later(left_at, 5, 120), last[1])
    signed = max(one.work.at for one in done)
    _page(books, visit, "CHECKED", books.later(signed, 5, 60))
    _archive(books, visit, done)
    if books.chance(SHARED_SHARE):
        share(books, visit, done[-1], books.later(done[-1].work.at, 60, 90))
    books.flaws[visit.stay.visit_no] = sorted(flaws)


def _archive(books: Books, visit: Visit, done: list[Written]) -> None:
    """Everything signed: on the shelf before this morning."""
    assert visit.left_at is not None
    stay, visit_class = visit.stay, visit.stay.place.visit_class
    last = max(visit.left_at, *(one.work.at for one in done))
    at = books.later(last, 150, 300)
    late = int(at > judging.archive_by(visit_class, visit.left_at))
    archiver, ordered = books.pick(books.archivists), sorted(done, key=lambda one: one.work.record_id)
    books.add(
        shelf.archive,
        stay.visit_no, books.number("Z"), len(done), seal_of(one.digest for one in ordered), late, archiver, at,
        judging.keep_until(visit_class, visit.left_at),
    )  # fmt: skip
    for one in ordered:
        books.add(shelf.archived_record, one.work.record_id, stay.visit_no, one.work.version, one.digest)
        books.archived.append(one.work.record_id)
    books.audit("ARCHIVE", stay.visit_no, archiver, at)
    _finish(books, visit, "ARCHIVED")


def _page(books: Books, visit: Visit, status: str, at: dt.datetime) -> dt.datetime:
    """The front page; when it was checked, or saved."""
    assert visit.left_at is not None
    stay, visit_no = visit.stay, visit.stay.visit_no
    fees = [(code, Decimal(books.between(0, 900_000)).scaleb(-2)) for code, _ in catalogue.FEES]
    total = sum((amount for _, amount in fees), Decimal(0))
    group = judging.group_of(visit.diagnoses[0][0]) if status == "CHECKED" else (None, None)
    checker = books.pick(books.archivists) if status == "CHECKED" else None
    checked_at = books.later(at, 10, 90) if status == "CHECKED" else None
    books.add(
        shelf.front_page,
        visit_no, status, judging.stay_days(visit.admitted_at, visit.left_at), books.pick("1239"),
        "5" if visit.died_at else "1", books.pick("123456"), total, (total * 3 / 10).quantize(Decimal("0.01")), *group,
        stay.doctor_id, at, checker, checked_at,
    )  # fmt: skip
    for n, (icd_code, _) in enumerate(visit.diagnoses, 1):
        books.add(shelf.front_diagnosis, visit_no, n, "MAIN" if n == 1 else "OTHER", icd_code, books.pick("1234"))
    if visit.operated_at:
        code = books.pick(catalogue.OPERATIONS)[0]
        books.add(shelf.front_operation, visit_no, 1, code, visit.operated_at, stay.doctor_id, "Ⅱ/甲")
    for code, amount in fees:
        books.add(shelf.front_fee, visit_no, code, amount)
    if checker is not None and checked_at is not None:
        books.audit("CHECK_PAGE", visit_no, checker, checked_at)
    return checked_at or at


# --------------------------------------------------------------------------- today


def _open(books: Books, stage: str) -> None:
    """A visit of today with the record that waits there."""
    if stage in ("ward", "to_countersign", "page_to_write", "page_to_check"):
        _ward(books, stage)
        return
    editing = stage in ("editing", "quotable", "written")
    visit_class = "I" if editing and books.chance(INPATIENT_SHARE) else "O"
    morning = dt.datetime.combine(BUSINESS_DAY, dt.time(6))
    visit = _begin(books, visit_class, books.later(morning, 0, 50), tested=float(stage == "quotable"))
    stay = visit.stay
    if stage == "arrived":
        _finish(books, visit, "OPEN")
        books.pool("arrived").append(stay)
        return
    reached = {
        "editing": "blank",
        "quotable": "blank",
        "locked": "blank",
        "unfinished": "written",
        "written": "written",
    }
    type_code = (
        books.pick((catalogue.FIRST_COURSE, catalogue.COURSE_NOTE)) if visit_class == "I" else catalogue.OUTPATIENT
    )
    done = record(books, visit, type_code, reached.get(stage, "finished"), books.later(stay.at, 1, 5))
    work = done.work
    if stage in ("editing", "quotable", "written", "signed", "locked"):
        _finish(books, visit, "OPEN")
        books.pool(stage).append(work)
    if stage == "locked":
        at = books.later(work.at, 0, 2)
        books.add(tables.edit_lock, work.record_id, stay.doctor_id, at, at + dt.timedelta(hours=12))
    if stage == "to_leave":
        _finish(books, visit, "OPEN")
        books.pool(stage).append(stay._replace(at=work.at))
    if stage in ("left", "flawed", "unfinished"):
        left_at = books.later(work.at, 1, 10)
        _finish(books, visit._replace(left_at=left_at), "LEFT")
        books.pool(stage).append(stay._replace(at=left_at))


def _ward(books: Books, stage: str) -> None:
    """An inpatient; those that left this morning have nothing but the admission and the discharge record."""
    morning = dt.datetime.combine(BUSINESS_DAY, dt.time(5))
    admitted_at = books.later(morning - dt.timedelta(days=books.between(1, 4)), 120, 700)
    visit = _begin(books, "I", admitted_at)
    if stage in ("ward", "to_countersign"):
        _finish(books, visit, "OPEN")
        reached = "finished" if stage == "ward" else "signed"
        at = books.later(visit.stay.at, 10, 60)
        done = record(books, visit, catalogue.FIRST_COURSE, reached, at)
        stay = visit.stay._replace(at=books.later(morning, 60, 120))
        books.pool(stage).append(stay if stage == "ward" else done.work)
        return
    record(books, visit, catalogue.ADMISSION, "finished", books.later(visit.stay.at, 10, 60))
    visit = visit._replace(left_at=books.later(morning, 0, 60))
    assert visit.left_at is not None
    done = record(books, visit, catalogue.DISCHARGE, "finished", books.later(visit.left_at, 2, 10))
    at = done.work.at
    if stage == "page_to_check":
        at = _page(books, visit, "SAVED", books.later(at, 5, 20))
    _finish(books, visit, "LEFT")
    books.pool(stage).append(visit.stay._replace(at=at))
