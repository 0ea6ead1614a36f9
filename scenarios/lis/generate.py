"""From a scale and a seed to a laboratory: dictionaries, some days of history, and today's open work in pools.

Deterministic, no clock. Everything generated satisfies the invariants from the start. Rows are plain tuples in the
column order of the tables.
"""

from __future__ import annotations

from harness.model import Scale
from scenarios.lis import catalogue, generate_bench, generate_tests, tables
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import tables_bench as bench
from scenarios.lis.generate_books import Books, decimal, dictionary_limits, range_text
from scenarios.lis.world import Sufferer, World

PATIENTS = 5  # per daily outpatient
SICK_SHARE = 0.3
TRENDS = 2000
# 名称、患者类别、类型
_DEPARTMENTS = (
    ("急诊科", "E", "CLINIC"), ("内科门诊", "O", "CLINIC"), ("外科门诊", "O", "CLINIC"), ("儿科门诊", "O", "CLINIC"),
    ("妇产科门诊", "O", "CLINIC"), ("体检中心", "O", "CLINIC"), ("内一病区", "I", "WARD"), ("外一病区", "I", "WARD"),
    ("血液科病区", "I", "WARD"), ("重症医学科", "I", "WARD"),
)  # fmt: skip


def build(scale: Scale) -> World:
    """The whole laboratory."""
    books = Books(scale)
    _people_and_places(books)
    _analytes(books)
    _panels(books)
    _patients(books)
    generate_bench.places(books)
    generate_tests.fill(books)
    generate_bench.controls(books)
    books.tables["lis_section"] = [(code, name, n) for n, (code, name) in enumerate(catalogue.SECTIONS, 1)]
    books.tables["lis_serial_counter"] = list(books.serials.items())
    return World(
        scale=scale,
        tables=books.tables,
        pools=books.pools,
        bank=books.bank,
        sufferers=books.sufferers,
        departments=books.departments,
        nurses=books.nurses,
        technicians=books.technicians,
        verifiers=books.verifiers,
        analysers=books.analysers,
        applications={row[0]: row[3] for row in books.tables["lis_analyser"]},
        names={row[0]: row[1] for row in books.tables["lis_patient"]},
        sections=[code for code, _ in catalogue.SECTIONS],
        histories=[series for series, times in books.measured.most_common(TRENDS) if times > 1],
        filled_places=[row[1] for row in books.tables["lis_archived_specimen"]],
    )


def _people_and_places(books: Books) -> None:
    def hire(dept_id: str, title: str) -> str:
        staff_id = books.number("S")
        books.add(tables.staff, staff_id, dept_id, books.people.name(books.pick("MF"))[0], title)
        return staff_id

    for name, patient_class, kind in _DEPARTMENTS:
        dept_id = books.number("D")
        books.add(tables.department, dept_id, name, kind)
        for title in ("主任医师", "主治医师"):
            books.departments.append((dept_id, patient_class, hire(dept_id, title)))
        books.doctors[dept_id] = books.departments[-1][2]
        books.nurses += [hire(dept_id, "护士") for _ in range(2)]
    laboratory = books.number("D")
    books.add(tables.department, laboratory, "检验科", "LAB")
    books.verifiers = [hire(laboratory, "主管技师") for _ in range(4)]
    for code, _ in catalogue.SECTIONS:
        books.technicians[code] = [hire(laboratory, "检验技师") for _ in range(3)]
        books.serials[code] = 0
    for section, name, application in catalogue.ANALYSERS:
        analyser_id = books.number("Y")
        books.add(tables.analyser, analyser_id, section, name, application)
        books.analysers.setdefault(section, []).append(analyser_id)


def _analytes(books: Books) -> None:
    for a in catalogue.ANALYTES.values():
        critical = (decimal(a, a.critical_low), decimal(a, a.critical_high))
        low, high, delta = dictionary_limits(a)
        books.add(tables.analyte, a.code, a.name, a.value_type, a.unit, a.decimals, low, high, *critical, delta)
        for n, r in enumerate(a.ranges, 1):
            limits = (decimal(a, r.low), decimal(a, r.high), range_text(a, r.low, r.high))
            books.add(tables.reference_range, a.code, n, r.gender, r.age_from, r.age_to, *limits)
        if a.reference:
            books.add(tables.reference_range, a.code, 1, None, 0, catalogue.FOREVER_DAYS, None, None, a.reference)


def _panels(books: Books) -> None:
    for panel in catalogue.PANELS.values():
        books.add(tables.panel, *panel[:6])
        for n, analyte in enumerate(panel.analytes, 1):
            books.add(tables.panel_item, panel.code, n, analyte.code)
    for code, name, latin in texts.ORGANISMS:
        books.add(bench.organism, code, name, latin)
    for n, (code, name, *_) in enumerate(texts.ANTIBIOTICS, 1):
        books.add(bench.antibiotic, code, name, n)


def _patients(books: Books) -> None:
    for _ in range(max(60, books.scale.outpatients_per_day * PATIENTS)):
        person, patient_id = books.people.person(), books.number("P")
        books.persons[patient_id] = person
        books.sufferers.append(Sufferer(patient_id, books.uniform() < SICK_SHARE))
        books.add(
            tables.patient,
            patient_id, person.patient_name, person.pinyin, person.gender_code, person.birth_date, person.phone,
        )  # fmt: skip
