"""The ledger that generation writes into: rows by table, pools, running numbers, stock. Deterministic.

Not here: what is written (`generate.py`, `generate_outpatients.py`, `generate_inpatients.py`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.model import Row, Scale
from scenarios.his.tables import metadata
from scenarios.his.world import BUSINESS_DAY
from scenarios.people import People, Person


class Books:
    """The growing hospital: rows by table, pools, and the ledgers that keep history consistent."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.rng = random.Random(scale.seed)
        self.uniform = self.rng.random
        self.people = People(self.rng, today=BUSINESS_DAY)
        self.tables: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
        self.pools: dict[str, list[Any]] = {}
        self.numbers: dict[str, int] = {}
        self.staff: dict[str, list[str]] = {}
        self.clinics: list[tuple[str, int]] = []  # (dept_id, fee in fen)
        self.windows: list[tuple[str, str]] = []
        self.persons: list[tuple[str, Person]] = []
        self.stock: dict[str, list[list[Any]]] = {}  # drug_code -> [[batch_id, quantity], …] first-expiring first
        self.counters: dict[str, list[Any]] = {}  # counter_id -> [title, last number]

    def number(self, prefix: str) -> str:
        """P00000123: nine places with the prefix, never the shape of a drawn number."""
        n = self.numbers.get(prefix, 0) + 1
        self.numbers[prefix] = n
        return f"{prefix}{n:08d}"

    def counted(self, counter_id: str) -> int:
        """The next gap-free number."""
        counter = self.counters[counter_id]
        counter[1] += 1
        return int(counter[1])

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.uniform() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """low ≤ n ≤ high."""
        return low + int(self.uniform() * (high - low + 1))

    def day_time(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(8)) + dt.timedelta(seconds=int(self.uniform() * 32_400))

    def audit(self, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
        log = self.tables["audit_log"]
        log.append((len(log) + 1, action, object_id, staff_id, at, at))


def yuan(fen: int) -> Decimal:
    """Money as the database keeps it."""
    return Decimal(fen).scaleb(-2)


def price(units: int) -> Decimal:
    """A unit price, counted in 1/10000 yuan while generating."""
    return Decimal(units).scaleb(-4)
