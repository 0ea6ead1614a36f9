"""The ledger that generation writes into: rows by table, pools, running numbers, what each patient had before.

Deterministic: one `random.Random(seed)`. Not here: what is written (`generate.py`, `generate_tests.py`,
`generate_bench.py`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.model import Row, Scale
from scenarios.lis.catalogue import FOREVER_DAYS, PANELS, Analyte, Panel
from scenarios.lis.judging import Limits
from scenarios.lis.tables import metadata
from scenarios.lis.values import Bank, fill
from scenarios.lis.world import BUSINESS_DAY, Sufferer
from scenarios.people import People, Person


class Books:
    """The growing laboratory."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.rng = random.Random(scale.seed)
        self.uniform = self.rng.random
        self.people = People(self.rng, today=BUSINESS_DAY - dt.timedelta(days=scale.days + 1))
        self.bank: Bank = fill(self.rng)
        self.tables: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
        self.pools: dict[str, list[Any]] = {}
        self.numbers: dict[str, int] = {}
        self.departments: list[tuple[str, str, str]] = []  # (dept_id, patient_class, doctor_id)
        self.doctors: dict[str, str] = {}  # dept_id -> staff_id
        self.nurses: list[str] = []
        self.verifiers: list[str] = []
        self.technicians: dict[str, list[str]] = {}
        self.analysers: dict[str, list[str]] = {}
        self.serials: dict[str, int] = {}
        self.sufferers: list[Sufferer] = []
        self.persons: dict[str, Person] = {}
        self.before: dict[tuple[str, str], Decimal] = {}  # (patient_id, analyte_code) -> last reviewed number
        self.measured: Counter[tuple[str, str]] = Counter()  # how often such a number was reviewed
        self._limits: dict[tuple[str, str, bool], dict[str, Limits]] = {}

    def add(self, table: Any, *row: Any) -> None:
        self.tables[table.name].append(row)

    def pool(self, name: str) -> list[Any]:
        return self.pools.setdefault(name, [])

    def number(self, prefix: str) -> str:
        """A00000123: nine places with the prefix, never the shape of a drawn number."""
        n = self.numbers.get(prefix, 0) + 1
        self.numbers[prefix] = n
        return f"{prefix}{n:08d}"

    def serial(self, section: str) -> int:
        """The next gap-free number of a section."""
        self.serials[section] += 1
        return self.serials[section]

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.uniform() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """low ≤ n ≤ high."""
        return low + int(self.uniform() * (high - low + 1))

    def later(self, at: dt.datetime, low: int, high: int) -> dt.datetime:
        """Between `low` and `high` minutes after `at`, to the second."""
        return at + dt.timedelta(seconds=60 * low + int(self.uniform() * 60 * (high - low)))

    def instant(self, at: dt.datetime) -> dt.datetime:
        """Within the minute after `at`, to the microsecond."""
        return at + dt.timedelta(microseconds=int(self.uniform() * 60_000_000))

    def remember(self, patient_id: str, analyte_code: str, number: Decimal | None) -> None:
        """A reviewed result: the next one of this patient is compared with it."""
        if number is not None:
            self.before[(patient_id, analyte_code)] = number
            self.measured[(patient_id, analyte_code)] += 1

    def audit(self, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
        log = self.tables["lis_audit_log"]
        log.append((len(log) + 1, action, object_id, staff_id, at, at))

    def limits(self, panel_code: str, gender: str, *, child: bool) -> dict[str, Limits]:
        """What the dictionaries say of a panel for such a patient: what the query `limits_of_panel` would answer."""
        key = (panel_code, gender, child)
        if key not in self._limits:
            panel: Panel = PANELS[panel_code]
            self._limits[key] = {a.code: limits_of(a, gender, child=child) for a in panel.analytes}
        return self._limits[key]


def limits_of(analyte: Analyte, gender: str, *, child: bool) -> Limits:
    """One analyte's limits for a child, a man or a woman."""
    fits = [
        r
        for r in analyte.ranges
        if r.gender in (None, gender) and (r.age_from == 0 if child else r.age_to == FOREVER_DAYS)
    ]
    found = fits[0] if fits else None
    auto_low, auto_high, delta = dictionary_limits(analyte)
    return Limits(
        analyte_code=analyte.code,
        unit=analyte.unit,
        auto_low=auto_low,
        auto_high=auto_high,
        critical_low=decimal(analyte, analyte.critical_low),
        critical_high=decimal(analyte, analyte.critical_high),
        delta_limit=delta,
        ref_low=decimal(analyte, found.low) if found else None,
        ref_high=decimal(analyte, found.high) if found else None,
        range_text=range_text(analyte, found.low, found.high) if found else analyte.reference or None,
    )


def range_text(analyte: Analyte, low: int, high: int) -> str:
    return f"{analyte.shown(low)}～{analyte.shown(high)}" if low else f"≤{analyte.shown(high)}"


def dictionary_limits(analyte: Analyte) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Lower and upper limit of automatic review, and the delta limit: the whole width of the reference ranges, which
    two normal values cannot exceed."""
    if not analyte.ranges:
        return None, None, None
    low, high = analyte.auto
    return decimal(analyte, low), decimal(analyte, high), decimal(analyte, analyte.highest - analyte.lowest)


def decimal(analyte: Analyte, units: int | None) -> Decimal | None:
    return None if units is None else Decimal(units).scaleb(-analyte.decimals)
