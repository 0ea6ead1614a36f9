"""Generating what was measured: results of a test with their flags, reruns, critical values, cultures."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.lis import catalogue, tables
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import tables_bench as bench
from scenarios.lis.catalogue import PANELS
from scenarios.lis.generate_books import Books
from scenarios.lis.judging import (
    ACKNOWLEDGE_WITHIN,
    CRITICAL,
    NOTIFY_WITHIN,
    Judged,
    Seen,
    age_days,
    critical_number,
    hold_reason,
    judge,
)
from scenarios.lis.values import Value
from scenarios.lis.world import Alarm, Tube

if TYPE_CHECKING:
    from scenarios.lis.generate_tests import Request

RERUN_SHARE = 0.15  # of the held tests
LATE_SHARE = 0.1  # of the notifications of critical values
ALARMS = ("open", "open", "notified")  # how far today's critical values have come


class Done(NamedTuple):
    """What the rest of the walk needs to know."""

    held: bool
    hold_reason: str | None
    again: Value | None


def write(
    books: Books, request: Request, tube: Tube, test: tuple[str, str], at: dt.datetime, *, reviewed: bool
) -> Done:
    """The results of one test, final where it was `reviewed`."""
    filler_no, panel_code = test
    panel = PANELS[panel_code]
    if panel.section == catalogue.MICROBIOLOGY:
        values, again = _culture(books, tube, filler_no, at), None
    else:
        measured = books.bank.of(panel_code, sick=tube.sufferer.sick, chance=books.uniform())
        values, again = measured.values, measured.again
    writer = _Writer(books, request, tube, filler_no, at, reviewed=reviewed)
    judged = writer.results(panel_code, values)
    if again is not None and reviewed and books.uniform() < RERUN_SHARE:
        writer.rerun(again, judged)
    return Done(tube.sufferer.sick or panel.always_held, hold_reason(judged), again)


class _Writer:
    """Writes the results of one test."""

    def __init__(
        self, books: Books, request: Request, tube: Tube, filler_no: str, at: dt.datetime, *, reviewed: bool
    ) -> None:
        self.books, self.request, self.tube, self.filler_no, self.at = books, request, tube, filler_no, at
        self.status = "F" if reviewed else "P"
        patient_id = tube.sufferer.patient_id
        person = books.persons[patient_id]
        self.patient_id, self.gender = patient_id, person.gender_code
        self.child = age_days(person.birth_date, at) < catalogue.CHILD_DAYS
        by_hand = tube.section not in books.analysers
        self.analyser_id = None if by_hand else books.pick(books.analysers[tube.section])
        self.upload_id = None if by_hand else books.number("U")
        self.operator_id = books.pick(books.technicians[tube.section])

    def results(self, panel_code: str, values: tuple[Value, ...]) -> list[Seen]:
        """The first run of every value."""
        limits = self.books.limits(panel_code, self.gender, child=self.child)
        if self.upload_id is not None:
            arrived = self.books.instant(self.at)
            self.books.add(tables.upload, self.upload_id, self.analyser_id, arrived, len(values))
        seen = []
        for code, kind, text, note in values:
            known, previous = limits[code], self.books.before.get((self.patient_id, code))
            judged = judge(kind, text, known, previous)
            self._row(code, kind, text, note, (1, known, previous, judged))
            seen.append(
                Seen(code, kind, text, judged.number, judged.abnormal_flag, judged.delta_flag,
                     known.auto_low, known.auto_high)
            )  # fmt: skip
            if judged.abnormal_flag in CRITICAL:
                _alarm(self.books, self.request, (self.filler_no, code), self.at, self.operator_id)
            if self.status == "F":
                self.books.remember(self.patient_id, code, judged.number)
        return seen

    def rerun(self, again: Value, first: list[Seen]) -> None:
        """The old result stays and is superseded; the new one is the second run."""
        code, kind, text, note = again
        rows = self.books.tables["lis_result"]
        place = next(n for n in range(len(rows) - 1, -1, -1) if rows[n][:2] == (self.filler_no, code))
        old = dict(zip(tables.result.columns.keys(), rows[place], strict=True))
        rows[place] = tuple({**old, "active_key": None, "result_status": "X"}.values())
        panel = next(p for p in PANELS.values() if any(a.code == code for a in p.analytes))
        known = self.books.limits(panel.code, self.gender, child=self.child)[code]
        previous = old["previous_number"]
        judged = judge(kind, text, known, previous)
        self.upload_id, count = (self.books.number("U"), 1) if self.upload_id else (None, 0)
        if self.upload_id is not None:
            self.books.add(tables.upload, self.upload_id, self.analyser_id, self.books.instant(self.at), count)
        self._row(code, kind, text, note, (2, known, previous, judged))
        self.books.audit("RERUN", self.filler_no, self.operator_id, self.at)
        self.books.remember(self.patient_id, code, judged.number)

    def _row(self, code: str, kind: str, text: str | None, note: str | None, run: tuple[int, Any, Any, Judged]) -> None:
        run_no, known, previous, judged = run
        self.books.add(
            tables.result,
            self.filler_no, code, run_no, self.tube.specimen_id, self.patient_id, self.upload_id, self.analyser_id,
            self.operator_id, f"{self.tube.specimen_id}:{code}", kind, text, judged.number, known.unit, known.ref_low,
            known.ref_high, known.range_text, judged.abnormal_flag, self.status, self.books.instant(self.at),
            previous, judged.delta_flag, note,
        )  # fmt: skip


def _alarm(books: Books, request: Request, result: tuple[str, str], at: dt.datetime, staff_id: str) -> None:
    """Registered, and for the past also notified and acknowledged; some of them late, with the reason."""
    critical_id, doctor_id = critical_number(*result, 1), books.doctors[request.dept_id]
    progress = books.pick(ALARMS) if request.open else "acknowledged"
    late = progress != "open" and books.uniform() < LATE_SHARE
    notified_at = acknowledge_by = acknowledged_at = treatment = None
    last = at
    if progress != "open":
        last = notified_at = books.later(at, 16, 40) if late else books.later(at, 1, 14)
        acknowledge_by = notified_at + ACKNOWLEDGE_WITHIN
        if late:
            books.add(bench.notice, critical_id, 1, "电话", staff_id, None, None, books.later(at, 2, 10))
        listener = books.pick(texts.LISTENERS)
        books.add(
            bench.notice,
            critical_id, 2 if late else 1, books.pick(texts.CHANNELS), staff_id, listener, f"复述：{result[1]} 危急",
            notified_at,
        )  # fmt: skip
    if progress == "acknowledged":
        assert notified_at is not None
        last = acknowledged_at = books.later(notified_at, 2, 28)
        treatment = books.pick(texts.TREATMENTS)
        books.audit("ACKNOWLEDGE", critical_id, doctor_id, acknowledged_at)
    books.add(
        bench.critical,
        critical_id, *result, 1, request.dept_id, "OPEN" if progress == "open" else progress.upper(), at,
        at + NOTIFY_WITHIN, notified_at, acknowledge_by, acknowledged_at, doctor_id if acknowledged_at else None,
        "首次电话无人接听" if late else None, treatment,
    )  # fmt: skip
    if request.open:
        books.pool(f"critical_{progress}").append(Alarm(critical_id, last))


def _culture(books: Books, tube: Tube, filler_no: str, at: dt.datetime) -> tuple[Value, ...]:
    grown = books.pick(books.bank.grown if tube.sufferer.sick else books.bank.sterile)
    culture_id, staff_id = books.number("M"), books.pick(books.technicians[tube.section])
    books.add(
        bench.culture,
        culture_id, filler_no, grown.growth, grown.smear, grown.incubated_hours, grown.conclusion, staff_id, at,
    )  # fmt: skip
    for n, (organism, colonies, phenotype, tested) in enumerate(grown.isolates, 1):
        books.add(bench.isolate, culture_id, n, organism, colonies, phenotype)
        for row in tested:
            books.add(bench.susceptibility, culture_id, n, *row)
    return (("CULT", "FT", "见培养报告", None),)
