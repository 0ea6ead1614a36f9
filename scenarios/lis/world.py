"""The generated laboratory as `draw` functions see it: who works where, what may be measured, what waits today.

Not here: how it is generated (`generate.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from harness.model import Drawing, Row, Scale
from scenarios.lis.values import Bank

BUSINESS_DAY = dt.date(2026, 3, 2)  # a Monday; nothing in a pack reads a clock
OPENS = dt.datetime.combine(BUSINESS_DAY, dt.time(8))


class Sufferer(NamedTuple):
    """A patient; the results of the sick are always held for a person, those of the others never."""

    patient_id: str
    sick: bool


class Ordered(NamedTuple):
    """An order whose tubes are not drawn yet: tubes are (specimen_id, section, ((filler_no, panel_code), …))."""

    order_no: str
    sufferer: Sufferer
    tubes: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    at: dt.datetime


class Tube(NamedTuple):
    """A tube on its way; `at` is when the last thing happened to it."""

    specimen_id: str
    section: str
    sufferer: Sufferer
    tests: tuple[tuple[str, str], ...]  # (filler_no, panel_code)
    at: dt.datetime


class Assay(NamedTuple):
    """A test with results; `again` is what a rerun of one of its values gives, `leads` the first test of its tube."""

    filler_no: str
    panel_code: str
    specimen_id: str
    sufferer: Sufferer
    held: bool
    again: tuple[Any, ...] | None
    leads: bool
    at: dt.datetime


class Alarm(NamedTuple):
    """A critical value that somebody must be told of, or has been told of."""

    critical_id: str
    at: dt.datetime


class ControlLot(NamedTuple):
    """What quality control measures: in units of the last decimal place."""

    lot_id: str
    decimals: int
    mean: int
    sd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything `generate.build` made."""

    scale: Scale
    tables: Mapping[str, Sequence[Row]]
    pools: Mapping[str, Sequence[Any]]
    bank: Bank
    sufferers: Sequence[Sufferer]
    departments: Sequence[tuple[str, str, str]]  # (dept_id, patient_class, doctor_id)
    nurses: Sequence[str]
    technicians: Mapping[str, Sequence[str]]  # by section
    verifiers: Sequence[str]
    analysers: Mapping[str, Sequence[str]]  # by section
    applications: Mapping[str, str]  # analyser_id → what it calls itself in a message
    names: Mapping[str, str]  # patient_id → name
    sections: Sequence[str]
    histories: Sequence[tuple[str, str]]  # (patient_id, analyte_code) measured several times
    filled_places: Sequence[str]


def one_of(drawing: Drawing, choices: Sequence[Any]) -> Any:
    """A random element; `random.choice` costs twice as much."""
    return choices[int(drawing.rng.random() * len(choices))]


def moment(drawing: Drawing) -> dt.datetime:
    """A second of the business day between 8:00 and 17:00."""
    return OPENS + dt.timedelta(seconds=int(drawing.rng.random() * 32_400))


def later(drawing: Drawing, at: dt.datetime, low: int, high: int) -> dt.datetime:
    """Between `low` and `high` minutes after `at`, to the second: what follows never happens earlier."""
    return at + dt.timedelta(seconds=60 * low + int(drawing.rng.random() * 60 * (high - low)))


def instant(drawing: Drawing, at: dt.datetime) -> dt.datetime:
    """A moment within the minute after `at`, to the microsecond, as analysers report it."""
    return at + dt.timedelta(microseconds=int(drawing.rng.random() * 60_000_000))


def shown(units: int, decimals: int) -> str:
    """12340, 2 → '123.40'."""
    return str(Decimal(units).scaleb(-decimals))
