"""Generating requests and what became of them: orders, tubes, results, reports, critical values, archive.

One order is walked as far as a given stage; the pools are the tubes and tests that stopped on the way today.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from scenarios.lis import catalogue, generate_results, tables
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import tables_bench as bench
from scenarios.lis.catalogue import TubePlan
from scenarios.lis.generate_books import Books
from scenarios.lis.judging import KEPT_DAYS, minutes_between
from scenarios.lis.world import BUSINESS_DAY, Assay, Ordered, Sufferer, Tube

ORDERS = 1.3  # per daily outpatient, inpatients included; an order has about two tubes
STAGES = ("ordered", "cancelled", "collected", "rejected", "received", "resulted", "examined", "published", "archived")
# Today's open work per daily outpatient, by the stage it stopped at.
TODAY = {
    "ordered": 1.6, "collected": 1.2, "rejected": 0.3, "received": 1.4, "resulted": 1.2, "examined": 1.8,
    "published": 1.6,
}  # fmt: skip
# What became of the past's orders.
PAST = {"archived": 0.9, "published": 0.04, "cancelled": 0.03, "rejected": 0.03}
FEWEST = 40  # of today, however small the hospital: every transaction finds something to do
RECOLLECTED = 0.6  # of the past's rejected tubes
INCUBATION_DAYS = 3


class Request(NamedTuple):
    """An order while it is being written; `open` when it is today's."""

    order_no: str
    sufferer: Sufferer
    dept_id: str
    at: dt.datetime
    open: bool


def fill(books: Books) -> None:
    """History day by day, then today."""
    n = books.scale.outpatients_per_day
    for back in range(books.scale.days, 0, -1):
        day = BUSINESS_DAY - dt.timedelta(days=back)
        for _ in range(max(3, int(n * ORDERS))):
            _order(books, day, _weighted(books, PAST), back=back)
    for stage, share in TODAY.items():
        for _ in range(max(FEWEST, int(n * share))):
            _order(books, BUSINESS_DAY, stage, back=0)
    for pool in sorted(books.pools):
        books.rng.shuffle(books.pools[pool])


def _weighted(books: Books, shares: dict[str, float]) -> str:
    left = books.uniform()
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return name


def _order(books: Books, day: dt.date, stage: str, *, back: int) -> None:
    opens = dt.datetime.combine(day, dt.time(6, 30))
    at = books.later(opens, 0, 60) if not back else books.later(opens, 0, 480)
    dept_id, patient_class, doctor_id = books.pick(books.departments)
    # Some come again and again: only they have a trend worth looking at.
    sufferer = books.sufferers[int(books.uniform() ** 2.5 * len(books.sufferers))]
    request = Request(books.number("A"), sufferer, dept_id, at, not back)
    cancelled_at = books.later(at, 5, 60) if stage == "cancelled" else None
    books.add(
        tables.order,
        request.order_no, request.sufferer.patient_id, books.number("V"), patient_class, dept_id, doctor_id,
        "S" if patient_class == "E" else "R", books.pick(texts.CLINICAL), "CANCELLED" if cancelled_at else "OPEN", at,
        cancelled_at,
    )  # fmt: skip
    if cancelled_at:
        books.audit("CANCEL", request.order_no, doctor_id, cancelled_at)
    tubes = []
    set_no = 0
    for plan in catalogue.TUBES[int(books.uniform() ** 1.5 * len(catalogue.TUBES))]:
        numbered = tuple((books.number("T"), code) for code in plan.panels)
        reached = stage
        if plan.section == catalogue.MICROBIOLOGY and back < INCUBATION_DAYS and _beyond(stage, "received"):
            reached = "received"  # still in the incubator, whoever the order belongs to
        if stage == "rejected" and back and books.uniform() < RECOLLECTED:
            tube, reached = _recollected(books, request, plan, numbered)
        else:
            tube = _tube(books, request, plan, numbered, reached)
        tubes.append((tube.specimen_id, tube.section, tube.tests))
        status = _walk(books, request, tube, reached, first_set=set_no)
        set_no += len(status)
    if stage == "ordered":
        books.pool("ordered").append(Ordered(request.order_no, request.sufferer, tuple(tubes), at))


def _recollected(
    books: Books, request: Request, plan: TubePlan, numbered: tuple[tuple[str, str], ...]
) -> tuple[Tube, str]:
    """A tube sent back and its successor, which went all the way."""
    old = _tube(books, request, plan, numbered, "rejected")
    again = request._replace(at=books.later(_reject(books, old), 20, 90))
    reached = "received" if plan.section == catalogue.MICROBIOLOGY else "published"
    return _tube(books, again, plan, numbered, reached, old.specimen_id), reached


def _beyond(stage: str, other: str) -> bool:
    return STAGES.index(stage) > STAGES.index(other)


# --------------------------------------------------------------------------- tubes


def _tube(
    books: Books,
    request: Request,
    plan: TubePlan,
    numbered: tuple[tuple[str, str], ...],
    stage: str,
    replaces: str = "",
) -> Tube:
    """The tube's row as it ends, and where it stands."""
    specimen_id, at = books.number("B"), request.at
    collector = collected_at = receiver = received_at = serial = volume = None
    if stage not in ("ordered", "cancelled"):
        at = collected_at = books.later(at, 5, 40)
        collector, volume = books.pick(books.nurses), Decimal(books.between(100, 800)).scaleb(-2)
    if _beyond(stage, "rejected"):
        at = received_at = books.later(at, 8, 45)
        receiver, serial = books.pick(books.technicians[plan.section]), books.serial(plan.section)
    status = {"ordered": "PRINTED", "archived": "ARCHIVED"}.get(
        stage, stage.upper() if not _beyond(stage, "received") else "RECEIVED"
    )
    books.add(
        tables.specimen,
        specimen_id, request.order_no, plan.section, plan.specimen_type, plan.container, status, replaces or None,
        volume, request.at, collector, collected_at, receiver, received_at, serial,
    )  # fmt: skip
    return Tube(specimen_id, plan.section, request.sufferer, numbered, at)


def _walk(books: Books, request: Request, tube: Tube, stage: str, *, first_set: int) -> list[str]:
    """What happened to the tube's tests; their statuses."""
    if stage == "rejected":
        _reject(books, tube)
    last, statuses = tube.at, []
    for n, (filler_no, panel_code) in enumerate(tube.tests):
        status, at = _test(books, request, tube, (filler_no, panel_code, first_set + n + 1), stage, leads=not n)
        statuses.append(status)
        last = max(last, at)
    if stage == "archived":
        place = books.pools["free_place"].pop()
        at = books.later(last, 60, 240)
        books.add(
            bench.archived,
            tube.specimen_id, place, books.pick(books.technicians[tube.section]), at,
            at.date() + dt.timedelta(days=KEPT_DAYS),
        )  # fmt: skip
    pools = {"collected": f"collected-{tube.section}", "received": f"received-{tube.section}", "rejected": "rejected"}
    incubating = stage == "received" and tube.section == catalogue.MICROBIOLOGY
    if stage in pools and (request.open or incubating):
        books.pool(pools[stage]).append(tube)
    return statuses


def _reject(books: Books, tube: Tube) -> dt.datetime:
    reason, remark = books.pick(texts.REJECTIONS)
    staff_id, at = books.pick(books.technicians[tube.section]), books.later(tube.at, 10, 60)
    books.add(tables.rejection, tube.specimen_id, reason, remark, staff_id, at)
    books.audit("REJECT", tube.specimen_id, staff_id, at)
    return at


# --------------------------------------------------------------------------- tests


def _test(
    books: Books, request: Request, tube: Tube, line: tuple[str, str, int], stage: str, *, leads: bool
) -> tuple[str, dt.datetime]:
    """One test of the tube: results, review, report as far as `stage`; its status and when it got there."""
    filler_no, panel_code, set_no = line
    status, at = ("CANCELLED" if stage == "cancelled" else "ORDERED"), tube.at
    hold = kind = reviewer = reviewed_at = None
    if _beyond(stage, "received"):
        status = "RESULTED"
        days = INCUBATION_DAYS * 1440 if tube.section == catalogue.MICROBIOLOGY else 0
        at = books.later(at, 10 + days // 3, 60 + days * 2 // 3)
        passed = stage == "examined" and not (tube.sufferer.sick or catalogue.PANELS[panel_code].always_held)
        reviewed = passed or _beyond(stage, "examined")
        done = generate_results.write(books, request, tube, (filler_no, panel_code), at, reviewed=reviewed)
        held = Assay(filler_no, panel_code, tube.specimen_id, tube.sufferer, done.held, done.again, leads, at)
        if stage != "resulted":
            at = books.later(at, 2, 20)
            hold, status = done.hold_reason, "HELD" if done.held else "REVIEWED"
        if reviewed:
            kind, reviewed_at, status = ("MANUAL" if done.held else "AUTO"), at, "REVIEWED"
            reviewer = books.pick(books.verifiers) if done.held else None
        if _beyond(stage, "examined"):
            at, status = _publish(books, filler_no, panel_code, tube.at, books.later(at, 1, 15)), "PUBLISHED"
        _pool(books, held._replace(at=at), stage, status, open_=request.open)
    books.add(
        tables.test,
        filler_no, request.order_no, set_no, panel_code, tube.specimen_id, status, hold, kind, reviewer, reviewed_at,
    )  # fmt: skip
    return status, at


def _pool(books: Books, test: Assay, stage: str, status: str, *, open_: bool) -> None:
    if catalogue.PANELS[test.panel_code].section == catalogue.MICROBIOLOGY:
        books.pool("cultured").append(test)  # looked at for days
    if stage == "archived" or not open_:
        return
    books.pool(status.lower()).append(test)
    if status == "PUBLISHED" and test.leads:
        books.pool("to_archive").append(test)


def _publish(books: Books, filler_no: str, panel_code: str, received_at: dt.datetime, at: dt.datetime) -> dt.datetime:
    minutes = minutes_between(received_at, at)
    late = int(minutes > catalogue.PANELS[panel_code].limit_minutes)
    publisher, conclusion = books.pick(books.verifiers), books.pick(texts.REVIEW_CONCLUSIONS)
    report_no = books.number("R")
    books.add(tables.report, report_no, filler_no, publisher, at, minutes, late, conclusion)
    books.audit("PUBLISH", report_no, publisher, at)
    return at
