"""The generated imaging department as `draw` functions see it: who works where, what may be examined, what waits today.

Not here: how it is generated (`generate.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.model import Drawing, Row, Scale

BUSINESS_DAY = dt.date(2026, 3, 2)  # a Monday; nothing in a pack reads a clock
OPENS = dt.datetime.combine(BUSINESS_DAY, dt.time(7, 30))
HOSPITAL = "信衡测试医院"


class Patient(NamedTuple):
    """Somebody who is examined, as DICOM calls him."""

    patient_id: str
    patient_name: str  # Wang^XiaoDong=王^小东
    sex: str
    birth: str  # YYYYMMDD


class Room(NamedTuple):
    """A room with its equipment; `slots` are its morning and its afternoon of today."""

    room_id: str
    station: str  # AE title
    slots: tuple[str, str]


class Exam(NamedTuple):
    """One examination on its way; `at` is when the last thing happened to it."""

    study: dict[str, Any]  # as `images.study` describes it
    room_id: str
    item_code: str
    at: dt.datetime
    appointment_id: str = ""
    mpps_uid: str = ""
    archived: bool = False  # its images have been sent to the archive
    report_id: str = ""
    version: int = 0
    writer_id: str = ""


class Alarm(NamedTuple):
    """A critical finding that waits for the ward's word."""

    critical_id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything `generate.build` made."""

    scale: Scale
    tables: Mapping[str, Sequence[Row]]
    pools: Mapping[str, Sequence[Any]]
    priors: Sequence[dict[str, Any]]  # studies that lie in the archive beforehand; nobody changes them
    patients: Sequence[Patient]
    rooms: Mapping[str, Sequence[Room]]  # by modality
    items: Mapping[str, Sequence[str]]  # item codes by modality
    modalities: Sequence[str]  # as often as they are examined
    clerks: Sequence[str]
    technicians: Sequence[str]
    writers: Sequence[str]
    reviewers: Sequence[str]
    full_slot: str  # nobody can be booked into it any more


def one_of(drawing: Drawing, choices: Sequence[Any]) -> Any:
    """A random element; `random.choice` costs twice as much."""
    return choices[int(drawing.rng.random() * len(choices))]


def moment(drawing: Drawing) -> dt.datetime:
    """A second of the business day between 7:30 and 14:30: what is ordered then is reported before midnight."""
    return OPENS + dt.timedelta(seconds=int(drawing.rng.random() * 25_200))


def later(drawing: Drawing, at: dt.datetime, low: int, high: int) -> dt.datetime:
    """Between `low` and `high` minutes after `at`, to the second: what follows never happens earlier."""
    return at + dt.timedelta(seconds=60 * low + int(drawing.rng.random() * 60 * (high - low)))
