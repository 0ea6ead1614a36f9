"""The ledger that generation writes into: rows by table, pools, running numbers, what is taken of slots and queues.

Deterministic: one `random.Random(seed)`. Not here: what is written (`generate.py`, `generate_exams.py`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.model import Row, Scale
from scenarios.pacs.tables import metadata
from scenarios.pacs.world import Patient, Room


class Books:
    """The growing imaging department."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.rng = random.Random(scale.seed)
        self.uniform = self.rng.random
        self.tables: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
        self.pools: dict[str, list[Any]] = {}
        self.numbers: dict[str, int] = {}
        self.patients: list[Patient] = []
        self.rooms: dict[str, list[Room]] = {}
        self.items: dict[str, list[str]] = {}
        self.slots: dict[tuple[str, dt.date, str], str] = {}  # room, day, half → slot_id
        self.taken: Counter[str] = Counter()  # slot_id → appointments that hold
        self.queues: Counter[str] = Counter()  # room_id → last number
        self.clerks: list[str] = []
        self.technicians: list[str] = []
        self.writers: list[str] = []
        self.reviewers: list[str] = []
        self.priors: list[dict[str, Any]] = []

    def add(self, table: Any, *row: Any) -> None:
        self.tables[table.name].append(row)

    def pool(self, name: str) -> list[Any]:
        return self.pools.setdefault(name, [])

    def number(self, prefix: str) -> str:
        """A00000123: nine places with the prefix, never the shape of a drawn number."""
        n = self.numbers.get(prefix, 0) + 1
        self.numbers[prefix] = n
        return f"{prefix}{n:08d}"

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.uniform() * len(choices))]

    def later(self, at: dt.datetime, low: int, high: int) -> dt.datetime:
        """Between `low` and `high` minutes after `at`, to the second."""
        return at + dt.timedelta(seconds=60 * low + int(self.uniform() * 60 * (high - low)))

    def audit(self, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
        log = self.tables["ris_audit_log"]
        log.append((len(log) + 1, action, object_id, staff_id, at, at))
