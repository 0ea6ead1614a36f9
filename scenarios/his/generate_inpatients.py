"""Generating the inpatient side: beds, past and open admissions, orders, their executions, daily fees, settlements."""

from __future__ import annotations

import datetime as dt

from scenarios.his import catalogue
from scenarios.his.generate_books import Books, price, yuan
from scenarios.his.world import BUSINESS_DAY, Inpatient

# Per daily outpatient.
BEDS = 1.5
OCCUPIED = 0.7
DISCHARGED = 0.25
FEES = ((4000, 2500), (6000, 3500), (12000, 5000), (30000, 24000))  # bed and nursing, fen per day
WAITING_SHARE = 0.4  # of the temporary orders of open stays
BILLING_DAYS = 1000  # 压测中反复日终，每次计下一天
BASIC_DRUGS = tuple(drug for drug in catalogue.DRUGS if drug.category in ("输液", "抗菌药", "心血管药", "消化药"))


def fill(books: Books) -> None:
    """Everything of the wards."""
    n = books.scale.outpatients_per_day
    beds = _beds(books, max(40, int(n * BEDS)))
    books.rng.shuffle(beds)
    books.pools["outpatient"] = [patient_id for patient_id, _ in books.persons]
    books.rng.shuffle(books.pools["outpatient"])
    open_count, past_count = max(20, int(n * OCCUPIED)), max(5, int(n * DISCHARGED))
    books.pools["billing_day"] = [BUSINESS_DAY + dt.timedelta(days=n) for n in range(BILLING_DAYS)]
    books.pools["inpatient"] = [_admission(books, bed) for bed in beds[:open_count]]
    # Past patients lay in the beds that are free today.
    books.pools["free_bed"] = [bed_id for bed_id, _, _ in beds[open_count:]]
    for index in range(past_count):
        gone = _admission(books, beds[open_count + index % (len(beds) - open_count)], stayed=books.between(1, 4))
        books.pools["outpatient"].append(gone.patient_id)


def _beds(books: Books, total: int) -> list[tuple[str, int, int]]:
    wards = [row[0] for row in books.tables["department"] if row[2] == "WARD"]
    beds = []
    for index in range(total):
        bed_fee, nursing_fee = FEES[3 if index % len(wards) == len(wards) - 1 else index % 3]
        bed_id = books.number("W")
        bed_no = f"{index // len(wards) + 1:02d}床"
        books.tables["bed"].append((bed_id, wards[index % len(wards)], bed_no, yuan(bed_fee), yuan(nursing_fee)))
        beds.append((bed_id, bed_fee, nursing_fee))
    return beds


def _admission(books: Books, bed: tuple[str, int, int], *, stayed: int = 0) -> Inpatient:
    """An admission with its orders and fees; `stayed` days ago discharged, 0 for one that is open."""
    tables = books.tables
    bed_id, bed_fee, nursing_fee = bed
    admission_id, patient_id = books.number("Z"), books.pools["outpatient"].pop()
    doctor_id = books.pick(books.staff["病区医师"])
    days = stayed or books.between(1, max(1, books.scale.days))
    leaves = BUSINESS_DAY - dt.timedelta(days=1 if stayed else 0)
    admitted_at = books.day_time(leaves - dt.timedelta(days=days))
    discharged_at = dt.datetime.combine(leaves, dt.time(17, books.between(0, 59))) if stayed else None
    closed = discharged_at is not None
    total = _daily_fees(books, admission_id, patient_id, (bed_fee, nursing_fee), (admitted_at, days, closed))
    orders: list[tuple[str, str]] = []
    for _ in range(books.between(2, 4)):
        order, amount = _order(books, admission_id, patient_id, (doctor_id, admitted_at, closed))
        total += amount
        orders.extend(order)
    orders.sort(key=lambda order: order[1] == "LONG")  # temporary ones first
    deposit = books.pick((100_000, 200_000, 300_000, 500_000))
    code, _ = books.pick(catalogue.DIAGNOSES)
    tables["admission"].append(
        (admission_id, patient_id, doctor_id, bed_id, None if closed else bed_id, "OUT" if closed else "IN", code,
         yuan(deposit), admitted_at, discharged_at, days, "历史")
    )  # fmt: skip
    if discharged_at is not None:
        _settle(books, admission_id, (total, deposit), discharged_at)
    return Inpatient(admission_id, patient_id, bed_id, tuple(orders))


def _charge(books: Books, kind: str, owner: tuple[str, str], fen: int, paid: tuple[dt.datetime, bool]) -> str:
    """A charge of (admission, patient): open until settlement pays it from the deposit."""
    charge_id, (admission_id, patient_id), (at, closed) = books.number("C"), owner, paid
    batch_no, status = ("历史" if kind == "DAILY" else None), ("PAID" if closed else "OPEN")
    books.tables["charge"].append(
        (charge_id, kind, patient_id, None, None, admission_id, yuan(fen), batch_no, status, at)
    )
    if closed:
        books.tables["payment"].append((charge_id, "预交金", yuan(fen), at))
    return charge_id


def _daily_fees(
    books: Books,
    admission_id: str,
    patient_id: str,
    fees: tuple[int, int],
    stay: tuple[dt.datetime, int, bool],
) -> int:
    admitted_at, days, closed = stay
    for day in range(days):
        at = dt.datetime.combine(admitted_at.date() + dt.timedelta(days=day), dt.time(23, 30))
        charge_id = _charge(books, "DAILY", (admission_id, patient_id), sum(fees), (at, closed))
        for line, (name, fee) in enumerate(zip(("床位费", "护理费"), fees, strict=True), 1):
            books.tables["charge_item"].append((charge_id, line, name, 1, price(fee * 100), yuan(fee)))
    return sum(fees) * days


def _order(
    books: Books, admission_id: str, patient_id: str, context: tuple[str, dt.datetime, bool]
) -> tuple[list[tuple[str, str]], int]:
    """One order, if it can still be executed, and what its executions cost.

    Of open stays, some temporary orders still wait for the nurse.
    """
    doctor_id, admitted_at, closed = context
    drug, quantity = books.pick(BASIC_DRUGS), books.between(1, 2)
    kind, frequency = books.pick(catalogue.FREQUENCIES)
    order_id, at = books.number("Y"), admitted_at + dt.timedelta(minutes=40)
    temporary = kind == "TEMP"
    waits = temporary and not closed and books.uniform() < WAITING_SHARE
    active = waits or not (temporary or closed)
    status = "ACTIVE" if active else "DONE" if temporary else "STOPPED"
    books.tables["inpatient_order"].append(
        (order_id, admission_id, doctor_id, kind, drug.drug_code, quantity, frequency, status, at)
    )
    amount = (drug.price * quantity + 50) // 100
    executions = 0 if waits else 1 if temporary else books.between(1, 2)
    for n in range(executions):
        when = at + dt.timedelta(hours=2 + 4 * n)
        charge_id = _charge(books, "ORDER", (admission_id, patient_id), amount, (when, closed))
        books.tables["order_execution"].append((charge_id, order_id, books.pick(books.staff["护士"]), when))
        books.tables["charge_item"].append((charge_id, 1, drug.drug_name, quantity, price(drug.price), yuan(amount)))
    return ([(order_id, kind)] if active else []), amount * executions


def _settle(books: Books, admission_id: str, sums: tuple[int, int], at: dt.datetime) -> None:
    total, deposit = sums
    settlement_id = books.number("J")
    books.tables["settlement"].append(
        (settlement_id, admission_id, yuan(total), yuan(deposit), yuan(total - deposit), at)
    )
    window_id, cashier_id = books.pick(books.windows)
    books.tables["invoice"].append((window_id, books.counted(window_id), settlement_id, yuan(total), "VALID", at))
    books.audit("DISCHARGE", settlement_id, cashier_id, at)
