"""From a scale and a seed to an imaging department: dictionaries, days of history, and today's open work in pools.

Deterministic, no clock. Everything generated satisfies the invariants from the start. Of all the studies of history
only a few small ones (`priors`) lie in the archive; of the rest the RIS knows that they are kept near-line.
"""

from __future__ import annotations

import datetime as dt
import itertools

from harness.model import Scale
from scenarios.pacs import catalogue, generate_exams
from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r
from scenarios.pacs.generate_books import Books
from scenarios.pacs.world import BUSINESS_DAY, Patient, Room, World
from scenarios.people import SURNAMES, People, Person, residents

PATIENTS = 2  # per daily outpatient
CAPACITY = 20  # of half a day per daily outpatient: load books far more than a day's patients
_SURNAMES = dict(sorted(SURNAMES, key=lambda pair: len(pair[0])))


def build(scale: Scale) -> World:
    """The whole department."""
    books = Books(scale)
    _staff(books)
    _dictionaries(books)
    _patients(books)
    generate_exams.fill(books)
    full_slot = _slots_and_rooms(books)
    return World(
        scale=scale,
        tables=books.tables,
        pools=books.pools,
        priors=books.priors,
        patients=books.patients,
        rooms=books.rooms,
        items=books.items,
        modalities=generate_exams.frequent(),
        clerks=books.clerks,
        technicians=books.technicians,
        writers=books.writers,
        reviewers=books.reviewers,
        full_slot=full_slot,
    )


def _staff(books: Books) -> None:
    people = People(books.rng, today=BUSINESS_DAY - dt.timedelta(days=books.scale.days + 1))
    for title, count, reviews, group in (
        ("登记员", 3, 0, books.clerks),
        ("技师", 8, 0, books.technicians),
        ("住院医师", 5, 0, books.writers),
        ("主任医师", 4, 1, books.reviewers),
    ):
        for _ in range(count):
            group.append(books.number("S"))
            books.add(t.staff, group[-1], people.name(books.pick("MF"))[0], title, reviews)


def _dictionaries(books: Books) -> None:
    for item in catalogue.ITEMS.values():
        books.add(t.item, item.code, item.name, item.modality, item.body_part, item.price)
        books.items.setdefault(item.modality, []).append(item.code)
    for code, wordings in catalogue.WORDINGS.items():
        for wording in wordings:
            books.add(r.template, books.number("W"), code, *wording)
    first = BUSINESS_DAY - dt.timedelta(days=books.scale.days)
    for modality in catalogue.MODALITIES.values():
        for n in range(1, modality.rooms + 1):
            room_id = books.number("J")
            for day, half in itertools.product(range(books.scale.days + 1), ("AM", "PM")):
                books.slots[room_id, first + dt.timedelta(days=day), half] = books.number("N")
            today = (books.slots[room_id, BUSINESS_DAY, "AM"], books.slots[room_id, BUSINESS_DAY, "PM"])
            books.rooms.setdefault(modality.code, []).append(Room(room_id, f"XH_{modality.code}{n}", today))


def _patients(books: Books) -> None:
    for n, (his_id, person) in enumerate(residents(books.scale.seed), 1):
        if n > max(60, books.scale.outpatients_per_day * PATIENTS):
            break
        patient = Patient(f"XH{n:08d}", dicom_name(person), person.gender_code, f"{person.birth_date:%Y%m%d}")
        books.patients.append(patient)
        books.add(
            t.patient,
            patient.patient_id, his_id, person.patient_name, patient.patient_name, patient.sex, person.birth_date,
            person.phone, person.allergy,
        )  # fmt: skip


def dicom_name(person: Person) -> str:
    """王小东, WANGXIAODONG → Wang^XiaoDong=王^小东."""
    longest = person.patient_name[:2]
    family = longest if longest in _SURNAMES else person.patient_name[:1]
    letters = _SURNAMES[family] if person.pinyin.startswith(_SURNAMES[family]) else person.pinyin[:4]
    given = person.pinyin[len(letters) :]
    return f"{letters.capitalize()}^{given.capitalize()}={family}^{person.patient_name[len(family) :]}"


def _slots_and_rooms(books: Books) -> str:
    """Rooms and slots as the appointments have left them; the slot of an earlier day that is full."""
    capacity = max(60, CAPACITY * books.scale.outpatients_per_day)
    full = next(slot_id for slot_id in books.taken if slot_id not in _todays(books))
    for code, rooms in books.rooms.items():
        for n, room in enumerate(rooms, 1):
            title = f"{catalogue.MODALITIES[code].title}{n}室"
            books.add(t.room, room.room_id, title, code, room.station, books.queues[room.room_id])
    for (room_id, day, half), slot_id in books.slots.items():
        taken = books.taken[slot_id]
        books.add(t.slot, slot_id, room_id, day, half, taken if slot_id == full else capacity, taken)
    return full


def _todays(books: Books) -> set[str]:
    return {slot_id for rooms in books.rooms.values() for room in rooms for slot_id in room.slots}
