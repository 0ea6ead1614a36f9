"""The generated hospital as `draw` functions see it: what is stored, what is open today, who works where.

Not here: how it is generated (`generate.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from harness.model import Drawing, Row, Scale
from scenarios.people import Person

BUSINESS_DAY = dt.date(2026, 3, 2)  # a Monday; nothing in a pack reads a clock
DAY_END = "DAYEND"  # the counter that day-end batches queue for
OPENS = dt.datetime.combine(BUSINESS_DAY, dt.time(8))
MONEY = Decimal("0.01")


class FreeSlot(NamedTuple):
    """A slot that can be booked, and where."""

    slot_id: str
    dept_id: str


class Booking(NamedTuple):
    """A registration that is paid and not yet used."""

    registration_id: str
    slot: FreeSlot


class Paid(NamedTuple):
    """A prescription that is paid, dispensed or returned."""

    prescription_id: str
    charge_id: str


class Inpatient(NamedTuple):
    """An open admission with the orders that can be executed, (order_id, order_kind) each."""

    admission_id: str
    patient_id: str
    bed_id: str
    orders: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything `generate.build` made."""

    scale: Scale
    tables: Mapping[str, Sequence[Row]]
    pools: Mapping[str, Sequence[Any]]
    persons: Sequence[tuple[str, Person]]  # stored patients: (patient_id, person)
    drug_codes: Sequence[str]
    windows: Sequence[tuple[str, str]]  # (window_id, cashier's staff_id)
    pharmacists: Sequence[str]
    nurses: Sequence[str]
    ward_doctors: Sequence[str]
    wards: Sequence[str]
    hot_slots: Sequence[FreeSlot]  # everybody wants these under load
    occupied_slots: Sequence[str]  # sold to somebody who keeps it: what the probes try to buy again


def moment(drawing: Drawing) -> dt.datetime:
    """A second of the business day between 8:00 and 17:00."""
    return OPENS + dt.timedelta(seconds=int(drawing.rng.random() * 32_400))


def one_of(drawing: Drawing, choices: Sequence[Any]) -> Any:
    """A random element; `random.choice` costs twice as much."""
    return choices[int(drawing.rng.random() * len(choices))]


def window(drawing: Drawing) -> tuple[str, str]:
    """Where this user pays: under load everybody queues at one window, alone one tries them all."""
    windows = drawing.world.windows
    picked: tuple[str, str] = windows[drawing.user % len(windows)] if drawing.users > 1 else one_of(drawing, windows)
    return picked
