"""Banks of measured values made ahead, so that drawing a burst of hundreds of results costs next to nothing.

For each panel some sets that pass automatic review, some that must be held, some with one critical value. Deterministic
from the random source given. Not here: what a value means for a patient (`judging.py`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from scenarios.lis import catalogue_texts as texts
from scenarios.lis.catalogue import FOREVER_DAYS, MICROBIOLOGY, PANELS, Analyte, Panel

NORMAL, HELD, CRITICAL = 40, 24, 12  # sets per panel
MISSING_SHARE = 0.05  # of the values of a held set
CULTURES = 60

Value = tuple[str, str, str | None, str | None]  # (analyte_code, value_type, value_text, note)


class Measured(NamedTuple):
    """One set of values of a panel."""

    values: tuple[Value, ...]
    critical: str | None  # the one analyte with a critical value
    again: Value | None  # what one of the others gives when it is measured again


class Grown(NamedTuple):
    """What a culture yielded; isolates are (organism, colonies, phenotype, susceptibilities)."""

    growth: str
    smear: str | None
    incubated_hours: int
    conclusion: str
    isolates: tuple[tuple[str, str, str | None, tuple[tuple[Any, ...], ...]], ...]


class Bank(NamedTuple):
    """Everything that may be measured."""

    normal: dict[str, tuple[Measured, ...]]
    held: dict[str, tuple[Measured, ...]]
    critical: dict[str, tuple[Measured, ...]]  # only panels with critical limits
    grown: tuple[Grown, ...]
    sterile: tuple[Grown, ...]

    def of(self, panel_code: str, *, sick: bool, chance: float) -> Measured:
        """A set for this patient; `chance` in [0, 1) chooses. One in six of the sick has a critical value."""
        if not sick:
            sets = self.normal[panel_code]
        elif chance < 1 / 6 and panel_code in self.critical:
            sets, chance = self.critical[panel_code], chance * 6
        else:
            sets = self.held[panel_code]
        return sets[int(chance * len(sets))]


def fill(rng: random.Random) -> Bank:
    """The whole bank."""
    maker = _Maker(rng)
    measured = [panel for panel in PANELS.values() if panel.section != MICROBIOLOGY]
    return Bank(
        normal={p.code: tuple(maker.normal(p) for _ in range(NORMAL)) for p in measured},
        held={p.code: tuple(maker.held(p) for _ in range(HELD)) for p in measured},
        critical={p.code: tuple(maker.critical(p) for _ in range(CRITICAL)) for p in measured if _may_kill(p)},
        grown=tuple(maker.culture() for _ in range(CULTURES)),
        sterile=tuple(Grown("N", None, 120, text, ()) for text in texts.NO_GROWTH),
    )


def _may_kill(panel: Panel) -> bool:
    return any(a.critical_low is not None or a.critical_high is not None for a in panel.analytes)


class _Maker:
    """One random source, three kinds of values."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def normal(self, panel: Panel) -> Measured:
        values = tuple(self._normal(analyte) for analyte in panel.analytes)
        return Measured(values, None, None)

    def held(self, panel: Panel) -> Measured:
        """At least one value that no automatic review lets pass."""
        odd = self._rng.randrange(len(panel.analytes))
        values = [
            self._odd(a) if n == odd or self._rng.random() < 0.2 else self._maybe(a)
            for n, a in enumerate(panel.analytes)
        ]
        return Measured(tuple(values), None, self._again(panel.analytes[odd]))

    def critical(self, panel: Panel) -> Measured:
        able = [a for a in panel.analytes if a.critical_low is not None or a.critical_high is not None]
        chosen = self._rng.choice(able)
        values = [self._critical(a) if a is chosen else self._maybe(a) for a in panel.analytes]
        others = [a for a in panel.analytes if a is not chosen]
        return Measured(tuple(values), chosen.code, self._again(self._rng.choice(others)) if others else None)

    # ------------------------------------------------------------------ one value

    def _normal(self, analyte: Analyte) -> Value:
        if analyte.value_type == "FT":
            return (analyte.code, "FT", "见附注", texts.morphology(self._rng.randrange(3, 60)))
        if analyte.value_type == "ST":
            return (analyte.code, "ST", self._rng.choice(analyte.normal), None)
        adult = [r for r in analyte.ranges if r.age_to == FOREVER_DAYS]
        low, high = max(r.low for r in adult), min(r.high for r in adult)
        return self._number(analyte, self._rng.randint(low, high))

    def _number(self, analyte: Analyte, units: int) -> Value:
        if analyte.floor is not None and units < analyte.floor:
            return (analyte.code, "SN", f"<{analyte.shown(analyte.floor)}", None)
        return (analyte.code, "NM", analyte.shown(units), None)

    def _maybe(self, analyte: Analyte) -> Value:
        """A normal value, or now and then none at all."""
        if analyte.value_type == "NM" and self._rng.random() < MISSING_SHARE:
            return (analyte.code, "NM", None, self._rng.choice(texts.NO_VALUE_NOTES))
        return self._normal(analyte)

    def _odd(self, analyte: Analyte) -> Value:
        if analyte.value_type == "FT":
            return self._normal(analyte)
        if analyte.value_type == "ST":
            return (analyte.code, "ST", self._rng.choice(analyte.abnormal), None)
        low, high = analyte.auto
        bottom = analyte.critical_low if analyte.critical_low is not None else low // 2
        top = analyte.critical_high if analyte.critical_high is not None else high + (high - low)
        if bottom < low - 1 and self._rng.random() < 0.4:
            return self._number(analyte, self._rng.randint(max(bottom, analyte.floor or 0), low - 1))
        return self._number(analyte, self._rng.randint(high + 1, top))

    def _critical(self, analyte: Analyte) -> Value:
        low, high = analyte.critical_low, analyte.critical_high
        if high is not None and (low is None or self._rng.random() < 0.5):
            return self._number(analyte, self._rng.randint(high + 1, high + high // 2 + 2))
        assert low is not None
        return self._number(analyte, self._rng.randint(low // 2, low - 1))

    def _again(self, analyte: Analyte) -> Value | None:
        """What the analyte gives when it is measured again: odd, and never critical."""
        if analyte.value_type == "FT":
            return None
        code, kind, text, _ = self._odd(analyte)
        return (code, kind, text, self._rng.choice(texts.RERUN_NOTES))

    # ------------------------------------------------------------------ microbiology

    def culture(self) -> Grown:
        rng = self._rng
        organisms = rng.sample(texts.ORGANISMS, 2 if rng.random() < 0.2 else 1)
        isolates = []
        for code, _, _ in organisms:
            phenotype = texts.PHENOTYPES.get(code) if rng.random() < 0.4 else None
            isolates.append((code, rng.choice(texts.COLONIES), phenotype, self._tested(code, phenotype)))
        named = "、".join(f"{name}（{latin}）" for _, name, latin in organisms)
        conclusion = f"检出{named}。\r\n{texts.morphology(rng.randrange(1, 12))}"
        return Grown("P", rng.choice(texts.SMEARS), rng.choice((24, 48, 72)), conclusion, tuple(isolates))

    def _tested(self, organism: str, phenotype: str | None) -> tuple[tuple[Any, ...], ...]:
        """(antibiotic, method, MIC as text, zone in mm, interpretation)."""
        mics = {code: rest for code, _, *rest in texts.ANTIBIOTICS}
        shares: Sequence[float] = (0.3, 0.1, 0.6) if phenotype else (0.7, 0.1, 0.2)
        rows: list[tuple[Any, ...]] = []
        for code in texts.TESTED[organism]:
            (verdict,) = self._rng.choices("SIR", shares)
            if self._rng.random() < 0.2:
                rows.append((code, "KB", None, self._rng.randint(*texts.ZONES[verdict]), verdict))
            else:
                rows.append((code, "MIC", mics[code]["SIR".index(verdict)], None, verdict))
        return tuple(rows)
