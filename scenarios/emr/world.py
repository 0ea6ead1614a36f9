"""The generated hospital as `draw` functions see it: who writes what, which visits and records wait today.

Not here: how it is generated (`generate.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.model import Drawing, Row, Scale
from scenarios.emr.bank import Bank

BUSINESS_DAY = dt.date(2026, 3, 2)  # a Monday; nothing in a pack reads a clock
OPENS = dt.datetime.combine(BUSINESS_DAY, dt.time(8))


class Place(NamedTuple):
    """A department with those who write and those who countersign there."""

    dept_id: str
    visit_class: str
    authors: tuple[str, ...]
    seniors: tuple[str, ...]


class Stay(NamedTuple):
    """A visit; `at` is when the last thing happened to it, `results` those that its records may still quote."""

    visit_no: str
    patient_id: str
    place: Place
    doctor_id: str
    at: dt.datetime
    results: tuple[tuple[str, str], ...] = ()  # (filler_no, analyte_code)


class Work(NamedTuple):
    """A record being written; its next text is `step` of `chain`, its last saved version `version`."""

    record_id: str
    stay: Stay
    type_code: str
    chain: int
    step: int
    version: int
    at: dt.datetime


class Flaw(NamedTuple):
    """A defect that somebody must correct."""

    defect_id: str
    stay: Stay
    to_archive: bool  # nothing else keeps the visit from being archived
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything `generate.build` made."""

    scale: Scale
    tables: Mapping[str, Sequence[Row]]
    pools: Mapping[str, Sequence[Any]]
    bank: Bank
    patients: Sequence[str]
    places: Sequence[Place]
    archivists: Sequence[str]
    archived: Sequence[str]  # records that nobody may change any more; everybody looks at them
    flaws: Mapping[str, Sequence[str]]  # visit_no of history -> rules of quality control that it breaks


def one_of(drawing: Drawing, choices: Sequence[Any]) -> Any:
    """A random element; `random.choice` costs twice as much."""
    return choices[int(drawing.rng.random() * len(choices))]


def later(drawing: Drawing, at: dt.datetime, low: int, high: int) -> dt.datetime:
    """Between `low` and `high` minutes after `at`, to the second: what follows never happens earlier."""
    whole = at.replace(microsecond=0)
    return whole + dt.timedelta(seconds=60 * low + int(drawing.rng.random() * 60 * (high - low)) + 1)


def instant(drawing: Drawing, at: dt.datetime, seconds: int = 60) -> dt.datetime:
    """A moment within some seconds after `at`, to the microsecond."""
    return at + dt.timedelta(microseconds=int(drawing.rng.random() * 1_000_000 * seconds))


def moment(drawing: Drawing) -> dt.datetime:
    """A second of the business day between 8:00 and 17:00."""
    return OPENS + dt.timedelta(seconds=int(drawing.rng.random() * 32_400))
