"""Generating the outpatient side: schedules and slots, past visits from booking to dispensing, today's open work.

One visit is walked as far as a given stage; the pools are the visits that stopped on the way.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from scenarios.his import catalogue
from scenarios.his.generate_books import Books, price, yuan
from scenarios.his.world import BUSINESS_DAY, Booking, FreeSlot, Paid

HISTORY_SLOTS = 1.3  # slots offered per patient in the past
AHEAD_SLOTS = 15  # free slots per daily outpatient
STAGES = ("booked", "cancelled", "waiting", "seen", "prescribed", "paid", "refunded", "dispensed", "returned")
# Today's open work per daily outpatient, by the pool it waits in.
TODAY = {"booked": 1.5, "waiting": 1.0, "prescribed": 0.75, "paid": 0.75, "dispensed": 0.4, "returned": 0.2}
# What became of the past's registrations.
PAST = {"dispensed": 0.86, "seen": 0.06, "cancelled": 0.05, "refunded": 0.03}
SLOT_MINUTES = 6


class OpenSlot(NamedTuple):
    """A slot with what its schedule knows."""

    slot_id: str
    dept_id: str
    doctor_id: str
    fee: int
    starts_at: dt.datetime


def fill(books: Books, *, ahead: int) -> list[FreeSlot]:
    """History, today and the coming days; returns the hot slots."""
    n = books.scale.outpatients_per_day
    for back in range(books.scale.days, 0, -1):
        day = BUSINESS_DAY - dt.timedelta(days=back)
        slots = list(_slots(books, day, total=int(n * HISTORY_SLOTS) + 1))
        books.rng.shuffle(slots)
        for slot in slots[:n]:
            _visit(books, slot, _weighted(books, PAST))
    today = [(stage, max(8, int(n * share))) for stage, share in TODAY.items()]
    slots = list(_slots(books, BUSINESS_DAY, total=sum(count for _, count in today) + n))
    books.rng.shuffle(slots)
    taken = iter(slots)
    for stage, count in today:
        for slot in itertools.islice(taken, count):
            books.pools.setdefault(stage, []).append(_visit(books, slot, stage))
    hot = [FreeSlot(slot.slot_id, slot.dept_id) for slot in taken]
    free = books.pools["free_slot"] = []
    for days in range(1, ahead + 1):
        later = BUSINESS_DAY + dt.timedelta(days=days)
        offered = _slots(books, later, total=n * AHEAD_SLOTS // ahead + 1)
        free.extend(FreeSlot(slot.slot_id, slot.dept_id) for slot in offered)
    books.rng.shuffle(free)
    return hot


def _weighted(books: Books, shares: dict[str, float]) -> str:
    left = books.uniform()
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return name


def _slots(books: Books, day: dt.date, *, total: int) -> Iterator[OpenSlot]:
    """Schedules of all clinic doctors on a day, and about `total` slots over them."""
    sessions = [
        (dept_id, fee, n, doctor_id, code, hour)
        for dept_id, fee in books.clinics
        for n, doctor_id in enumerate(books.staff[dept_id])
        for code, hour in (("AM", 8), ("PM", 13))
    ]
    each, more = divmod(total, len(sessions))
    schedules, slots = books.tables["schedule"], books.tables["slot"]
    for index, (dept_id, base, rank, doctor_id, code, hour) in enumerate(sessions):
        capacity = each + (index < more)
        if not capacity:
            return
        schedule_id = books.number("T")
        fee = base + catalogue.TITLES[rank % 4][1] * 100
        schedules.append((schedule_id, dept_id, doctor_id, day, code, yuan(fee)))
        begins = dt.datetime.combine(day, dt.time(hour))
        for seq in range(1, capacity + 1):
            slot_id = books.number("H")
            starts = begins + dt.timedelta(minutes=SLOT_MINUTES * (seq - 1) % 240)
            slots.append((slot_id, schedule_id, seq, starts))
            yield OpenSlot(slot_id, dept_id, doctor_id, fee, starts)


def _visit(books: Books, slot: OpenSlot, stage: str) -> object:
    """One registration as far as `stage`; what its pool keeps of it."""
    reached = STAGES.index(stage)
    booking, patient_id = _book(books, slot, stage)
    if stage in ("booked", "cancelled"):
        return booking
    visit_id = _arrive(books, slot, booking, patient_id, seen=reached > STAGES.index("waiting"))
    if stage in ("waiting", "seen"):
        return visit_id
    status = {"prescribed": "OPEN"}.get(stage, stage.upper())
    prescription_id, items = _prescribe(books, slot, visit_id, status)
    if stage == "prescribed":
        return prescription_id
    charge_id = _pay(books, slot, prescription_id, patient_id, items, refunded=stage == "refunded")
    if stage in ("dispensed", "returned"):
        _dispense(books, slot, prescription_id, items, returned=stage == "returned")
    return Paid(prescription_id, charge_id)


def _book(books: Books, slot: OpenSlot, stage: str) -> tuple[Booking, str]:
    tables = books.tables
    patient_id, _ = books.pick(books.persons)
    registration_id, charge_id = books.number("R"), books.number("C")
    booked_at = slot.starts_at - dt.timedelta(hours=books.between(2, 40))
    cancelled_at = booked_at + dt.timedelta(minutes=50) if stage == "cancelled" else None
    status = {"booked": "BOOKED", "cancelled": "CANCELLED"}.get(stage, "ARRIVED")
    active, fee = (None if cancelled_at else slot.slot_id), yuan(slot.fee)
    tables["registration"].append(
        (registration_id, patient_id, slot.slot_id, active, status, fee, booked_at, cancelled_at)
    )
    paid = "REFUNDED" if cancelled_at else "PAID"
    tables["charge"].append((charge_id, "REG", patient_id, registration_id, None, None, fee, None, paid, booked_at))
    tables["charge_item"].append((charge_id, 1, "挂号费", 1, fee, fee))
    tables["payment"].append((charge_id, "微信", fee, booked_at))
    if cancelled_at:
        refund_id = books.number("U")
        tables["refund"].append((refund_id, charge_id, fee, "患者退号", cancelled_at))
        books.audit("CANCEL", refund_id, books.pick(books.staff["收费员"]), cancelled_at)
    return Booking(registration_id, FreeSlot(slot.slot_id, slot.dept_id)), patient_id


def _arrive(books: Books, slot: OpenSlot, booking: Booking, patient_id: str, *, seen: bool) -> str:
    visit_id, tables = books.number("V"), books.tables
    queue_no = books.counted(f"Q-{slot.dept_id}")
    status = "SEEN" if seen else "WAITING"
    tables["visit"].append(
        (visit_id, booking.registration_id, patient_id, slot.dept_id, slot.doctor_id, queue_no, status, slot.starts_at)
    )
    if seen:
        for seq in range(1, books.between(1, 2) + 1):
            tables["diagnosis"].append((visit_id, seq, *books.pick(catalogue.DIAGNOSES)))
    return visit_id


def _prescribe(
    books: Books, slot: OpenSlot, visit_id: str, status: str
) -> tuple[str, list[tuple[catalogue.Drug, int]]]:
    prescription_id, tables = books.number("X"), books.tables
    at = slot.starts_at + dt.timedelta(minutes=12)
    tables["prescription"].append((prescription_id, visit_id, slot.doctor_id, status, at))
    drugs = books.rng.sample(catalogue.DRUGS, books.between(1, 4))
    items = [(drug, books.between(1, 3)) for drug in drugs]
    tables["prescription_item"].extend(
        (prescription_id, line, drug.drug_code, quantity, books.pick(catalogue.DOSAGES))
        for line, (drug, quantity) in enumerate(items, 1)
    )
    return prescription_id, items


def _pay(
    books: Books,
    slot: OpenSlot,
    prescription_id: str,
    patient_id: str,
    items: list[tuple[catalogue.Drug, int]],
    *,
    refunded: bool,
) -> str:
    charge_id, tables = books.number("C"), books.tables
    at = slot.starts_at + dt.timedelta(minutes=20)
    total = 0
    for line, (drug, quantity) in enumerate(items, 1):
        amount = (drug.price * quantity + 50) // 100  # 1/10000 yuan -> fen, half up
        total += amount
        tables["charge_item"].append((charge_id, line, drug.drug_name, quantity, price(drug.price), yuan(amount)))
    status = "REFUNDED" if refunded else "PAID"
    tables["charge"].append((charge_id, "RX", patient_id, None, prescription_id, None, yuan(total), None, status, at))
    tables["payment"].append((charge_id, books.pick(catalogue.METHODS), yuan(total), at))
    window_id, cashier_id = books.pick(books.windows)
    invoice_status = "VOID" if refunded else "VALID"
    tables["invoice"].append((window_id, books.counted(window_id), charge_id, yuan(total), invoice_status, at))
    if refunded:
        refund_id, later = books.number("U"), at + dt.timedelta(minutes=15)
        tables["refund"].append((refund_id, charge_id, yuan(total), "处方作废", later))
        books.audit("REFUND", refund_id, cashier_id, later)
    return charge_id


def _dispense(
    books: Books,
    slot: OpenSlot,
    prescription_id: str,
    items: list[tuple[catalogue.Drug, int]],
    *,
    returned: bool,
) -> None:
    at = slot.starts_at + dt.timedelta(minutes=35)
    pharmacist_id = books.pick(books.staff["药师"])
    lines: list[tuple[list[Any], int]] = []
    for drug, quantity in items:
        for batch in books.stock[drug.drug_code]:
            used = min(batch[1], quantity)
            if used:
                batch[1] -= used
                quantity -= used
                lines.append((batch, used))
    rows = books.tables["dispensing"]
    dispensing_id = books.number("G")
    for line, (batch, used) in enumerate(lines, 1):
        rows.append((dispensing_id, line, prescription_id, batch[0], used, pharmacist_id, at))
    if returned:
        return_id, later = books.number("G"), at + dt.timedelta(minutes=30)
        for line, (batch, used) in enumerate(lines, 1):
            batch[1] += used
            rows.append((return_id, line, prescription_id, batch[0], -used, pharmacist_id, later))
        books.audit("RETURN", return_id, pharmacist_id, later)
