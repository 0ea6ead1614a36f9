"""The ledger that generation writes into: rows by table, pools, running numbers.

Deterministic: one `random.Random(seed)`. Not here: what is written (`generate.py`, `generate_visits.py`,
`generate_records.py`, `generate_quality.py`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from harness.model import Row, Scale
from scenarios.emr.bank import Bank, fill
from scenarios.emr.tables import metadata
from scenarios.emr.world import Place
from scenarios.people import Person


class Books:
    """The growing hospital."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.rng = random.Random(scale.seed)
        self.uniform = self.rng.random
        self.bank: Bank = fill(self.rng)
        self.tables: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
        self.pools: dict[str, list[Any]] = {}
        self.numbers: dict[str, int] = {}
        self.places: dict[str, list[Place]] = {"O": [], "I": []}
        self.staff: dict[str, tuple[str, str]] = {}  # staff_id -> name, certificate
        self.dept_names: dict[str, str] = {}
        self.archivists: list[str] = []
        self.patients: list[tuple[str, Person]] = []
        self.archived: list[str] = []  # record_id
        self.flaws: dict[str, list[str]] = {}  # visit_no of history -> rules that it breaks, in order of rule

    def add(self, table: Any, *row: Any) -> None:
        self.tables[table.name].append(row)

    def pool(self, name: str) -> list[Any]:
        return self.pools.setdefault(name, [])

    def number(self, prefix: str) -> str:
        """E00000123: nine places with the prefix, never the shape of a drawn number."""
        n = self.numbers.get(prefix, 0) + 1
        self.numbers[prefix] = n
        return f"{prefix}{n:08d}"

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.uniform() * len(choices))]

    def chance(self, share: float) -> bool:
        return self.uniform() < share

    def between(self, low: int, high: int) -> int:
        """low ≤ n ≤ high."""
        return low + int(self.uniform() * (high - low + 1))

    def later(self, at: dt.datetime, low: int, high: int) -> dt.datetime:
        """Between `low` and `high` minutes after `at`, to the second and after it."""
        whole = at.replace(microsecond=0)
        return whole + dt.timedelta(seconds=60 * low + int(self.uniform() * 60 * (high - low)) + 1)

    def instant(self, at: dt.datetime) -> dt.datetime:
        """Within the minute after `at`, to the microsecond."""
        return at + dt.timedelta(microseconds=int(self.uniform() * 60_000_000))

    def audit(self, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
        log = self.tables["emr_audit_log"]
        log.append((len(log) + 1, action, object_id, staff_id, at, at))
