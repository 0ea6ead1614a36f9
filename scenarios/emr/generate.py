"""From a scale and a seed to the records of a hospital: dictionaries, some days of history, today's open work in pools.

Deterministic, no clock. Everything generated satisfies the invariants from the start. Rows are plain tuples in the
column order of the tables.
"""

from __future__ import annotations

import itertools

from harness.model import Scale
from scenarios.emr import catalogue, generate_quality, generate_visits, tables
from scenarios.emr.generate_books import Books
from scenarios.emr.world import Place, World
from scenarios.emr.writing import written
from scenarios.people import GIVEN, SURNAMES, residents

PATIENTS = 5  # per daily outpatient


def build(scale: Scale) -> World:
    """The whole hospital."""
    books = Books(scale)
    _people_and_places(books)
    _dictionaries(books)
    _patients(books)
    generate_visits.history(books)
    generate_visits.open_work(books)
    generate_quality.fill(books)
    for pool in sorted(books.pools):
        books.rng.shuffle(books.pools[pool])
    return World(
        scale=scale,
        tables=books.tables,
        pools=books.pools,
        bank=books.bank,
        patients=[patient_id for patient_id, _ in books.patients],
        places=[*books.places["O"], *books.places["I"]],
        archivists=books.archivists,
        archived=books.archived,
        flaws=books.flaws,
    )


def _people_and_places(books: Books) -> None:
    def hire(dept_id: str, title: str, *, senior: bool = False) -> str:
        staff_id, gender = books.number("S"), books.pick("MF")
        name = books.pick(SURNAMES)[0] + books.pick(GIVEN[gender])[0]
        certificate = f"{books.between(10**15, 10**16 - 1):X}"
        books.add(tables.staff, staff_id, dept_id, name, title, int(senior), certificate)
        books.staff[staff_id] = (name, certificate)
        return staff_id

    for name, kind in catalogue.DEPARTMENTS:
        dept_id = books.number("D")
        books.add(tables.department, dept_id, name, kind)
        books.dept_names[dept_id] = name
        authors = tuple(hire(dept_id, title) for title in ("住院医师", "住院医师", "主治医师"))
        seniors = tuple(hire(dept_id, title, senior=True) for title in ("副主任医师", "主任医师"))
        visit_class = "O" if kind == "CLINIC" else "I"
        books.places[visit_class].append(Place(dept_id, visit_class, authors, seniors))
    office = books.number("D")
    books.add(tables.department, office, "病案室", "OFFICE")
    books.archivists = [hire(office, "病案管理员") for _ in range(4)]


def _dictionaries(books: Books) -> None:
    for code, (title, is_searched) in catalogue.SECTIONS.items():
        books.add(tables.section_type, code, title, int(is_searched))
    for kind in catalogue.TYPES.values():
        books.add(tables.record_type, *kind[:5], int(kind.needs_senior), kind.min_length)
        template_id = books.number("M")
        body = books.bank[kind.code][-1][0].body
        books.add(tables.template, template_id, kind.code, f"{kind.name}通用模板", written(template_id, body))
    books.tables["emr_diagnosis_code"] = list(catalogue.DIAGNOSES)
    books.tables["emr_operation_code"] = list(catalogue.OPERATIONS)


def _patients(books: Books) -> None:
    count = max(60, books.scale.outpatients_per_day * PATIENTS)
    books.patients = list(itertools.islice(residents(books.scale.seed), count))
    for patient_id, person in books.patients:
        books.add(
            tables.patient,
            patient_id, person.resident_id, person.patient_name, person.pinyin, person.gender_code, person.birth_date,
            person.phone, person.allergy,
        )  # fmt: skip
