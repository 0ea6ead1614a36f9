"""From a scale and a seed to a hospital: dictionaries, some days of history, and today's open work in pools.

Deterministic: one `random.Random(seed)`, no clock, no set order. Everything generated satisfies the invariants from the
start. Rows are plain tuples in the column order of `tables.py`; money is counted in fen while generating.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from harness.model import Row, Scale
from scenarios.his import catalogue, generate_inpatients, generate_outpatients
from scenarios.his.generate_books import Books, price
from scenarios.his.world import BUSINESS_DAY, DAY_END, World

DAYS_AHEAD = 7  # booking is open for a week


def build(scale: Scale) -> World:
    """The whole hospital."""
    books = Books(scale)
    _dictionaries(books)
    _stock(books)
    _patients(books)
    hot_slots = generate_outpatients.fill(books, ahead=DAYS_AHEAD)
    generate_inpatients.fill(books)
    books.tables["stock_batch"] = list(_batches(books))
    books.tables["number_counter"] = [(counter, title, last) for counter, (title, last) in books.counters.items()]
    occupied = [row[3] for row in books.tables["registration"] if row[4] == "ARRIVED"]
    return World(
        scale=scale,
        tables=books.tables,
        pools=books.pools,
        persons=books.persons,
        drug_codes=[drug.drug_code for drug in catalogue.DRUGS],
        windows=books.windows,
        pharmacists=books.staff["药师"],
        nurses=books.staff["护士"],
        ward_doctors=books.staff["病区医师"],
        wards=[row[0] for row in books.tables["department"] if row[2] == "WARD"],
        hot_slots=hot_slots,
        occupied_slots=occupied,
    )


def _dictionaries(books: Books) -> None:
    departments, patients_per_day = books.tables["department"], books.scale.outpatients_per_day
    books.staff = {"病区医师": [], "护士": [], "药师": [], "收费员": []}

    def hire(dept_id: str, title: str, group: str | None = None) -> str:
        staff_id = books.number("S")
        name, _ = books.people.name("F" if title == "护士" else books.pick("MF"))
        books.tables["staff"].append((staff_id, dept_id, name, title))
        if group:
            books.staff[group].append(staff_id)
        return staff_id

    for name, fee in catalogue.CLINICS:
        dept_id = books.number("K")
        departments.append((dept_id, name, "CLINIC"))
        books.clinics.append((dept_id, fee * 100))
        books.counters[f"Q-{dept_id}"] = [f"{name}排队号", 0]
    for name in catalogue.WARDS:
        dept_id = books.number("K")
        departments.append((dept_id, name, "WARD"))
        for title, _ in catalogue.TITLES[:3]:
            hire(dept_id, title, "病区医师")
        for _ in range(4):
            hire(dept_id, "护士", "护士")
    office, pharmacy = books.number("K"), books.number("K")
    departments.extend(((office, "收费处", "OFFICE"), (pharmacy, "门诊药房", "OFFICE")))
    for n in range(1, max(4, patients_per_day // 25) + 1):
        books.counters[f"F{n:02d}"] = [f"{n}号收费窗口发票", 0]
        books.windows.append((f"F{n:02d}", hire(office, "收费员", "收费员")))
    for _ in range(6):
        hire(pharmacy, "药师", "药师")
    books.counters[DAY_END] = ["日终批次", 0]
    for dept_id, _ in books.clinics:
        books.staff[dept_id] = [
            hire(dept_id, catalogue.TITLES[n % 4][0]) for n in range(max(4, patients_per_day // 50))
        ]
    books.tables["drug"] = [(*drug[:5], price(drug.price)) for drug in catalogue.DRUGS]


def _stock(books: Books) -> None:
    """Three batches of each drug; the first is nearly used up, so that dispensing crosses batches."""
    for drug in catalogue.DRUGS:
        sizes = (books.between(5, 60), books.between(200, 600), 50_000)
        books.stock[drug.drug_code] = [[books.number("B"), size, size] for size in sizes]


def _batches(books: Books) -> Iterator[Row]:
    for drug in catalogue.DRUGS:
        cost = drug.price * books.between(70, 90) // 100
        expires = BUSINESS_DAY + dt.timedelta(days=books.between(60, 120))
        for batch_id, left, initial in books.stock[drug.drug_code]:
            yield batch_id, drug.drug_code, expires, initial, left, price(cost)
            expires += dt.timedelta(days=books.between(120, 240))


def _patients(books: Books) -> None:
    patients_per_day = books.scale.outpatients_per_day
    first = BUSINESS_DAY - dt.timedelta(days=400)
    for _ in range(max(100, patients_per_day * 10)):
        person, patient_id = books.people.person(), books.number("P")
        books.persons.append((patient_id, person))
        since = books.day_time(first + dt.timedelta(days=books.between(0, 380)))
        books.tables["patient"].append((patient_id, *person, since))
    books.pools["newcomer"] = [books.people.person() for _ in range(max(50, patients_per_day * 8))]
