"""The interfaces arranged for the report: register, exchanges, stored values, times, error handling, documents.

Not here: any judgement, words, HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.interface_result import DocumentCheck, ExchangeTimes, HandledCase, JourneyLeg, StoredFields
from harness.result import Estimate, Result
from reports import view

ALIKE = "alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesRow:
    """One message at one level: both stacks, and how they compare."""

    message: str
    level: str
    original: ExchangeTimes | None
    migrated: ExchangeTimes | None
    estimate: Estimate | None
    standing: view.Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """What one message carried into one table, on both stacks."""

    message: str
    table: str
    original: StoredFields | None
    migrated: StoredFields | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """One leg of a journey at one level."""

    title: str
    level: str
    original: JourneyLeg | None
    migrated: JourneyLeg | None
    estimate: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRow:
    """The error-handling battery of one interface."""

    interface: str
    total: int
    alike: int
    others: tuple[HandledCase, ...]
    cases: tuple[HandledCase, ...]


def arranged(result: Result) -> dict[str, Any]:
    """What the section needs."""
    titles = {m.name: m.title for i in result.interfaces for m in i.messages}
    return {
        # A journey goes through the interfaces of other packs: each stands in the register once.
        "register": list({i.name: i for i in reversed(result.interfaces)}.values())[::-1],
        "interface_titles": {i.name: i.title for i in result.interfaces},
        "message_titles": titles,
        "exchanged": [(i, m) for i in result.interfaces for m in i.messages],
        "stored_rows": _stored(result),
        "times_rows": _times(result),
        "battery_rows": battery(result),
        "document_rows": [(d, _both(d)) for d in result.documents],
        "several_packs": len(result.ledger) > 1,
        "journeys": _journeys(result),
    }


def _stored(result: Result) -> list[StoredRow]:
    by = {(s.pack, s.message, s.table, s.stack): s for s in result.stored_fields}
    places = dict.fromkeys((s.pack, s.message, s.table) for s in result.stored_fields)
    return [
        StoredRow(
            message=message,
            table=table,
            original=by.get((pack, message, table, "original")),
            migrated=by.get((pack, message, table, "migrated")),
        )
        for pack, message, table in places
    ]


def _times(result: Result) -> list[tuple[str, str, list[TimesRow]]]:
    """Per pack and interface, in the order of the register; levels as they were run."""
    by = {(t.pack, t.message, t.level, t.stack): t for t in result.exchange_times}
    judged = view.main_metric(result.plan)
    estimates = {
        (e.pack, e.transaction, e.level): e for e in result.estimates if e.scope == "message" and e.metric == judged
    }
    limit = view.limit_of(result.plan, judged)
    found = []
    for pack, name in dict.fromkeys((t.pack, t.interface) for t in result.exchange_times):
        own = [t for t in result.exchange_times if (t.pack, t.interface) == (pack, name)]
        rows = []
        for message, level in dict.fromkeys((t.message, t.level) for t in own):
            estimate = estimates.get((pack, message, level))
            rows.append(
                TimesRow(
                    message=message,
                    level=level,
                    original=by.get((pack, message, level, "original")),
                    migrated=by.get((pack, message, level, "migrated")),
                    estimate=estimate,
                    standing=view.limit_standing(estimate, limit) if estimate else view.Standing.NONE,
                )
            )
        found.append((pack, name, rows))
    return found


def battery(result: Result) -> list[BatteryRow]:
    """Per interface, what is not alike first."""
    rows = []
    for name in dict.fromkeys(case.interface for case in result.battery):
        own = tuple(case for case in result.battery if case.interface == name)
        others = tuple(case for case in own if case.outcome != ALIKE)
        rows.append(BatteryRow(interface=name, total=len(own), alike=len(own) - len(others), others=others, cases=own))
    return rows


def _both(check: DocumentCheck) -> tuple[int, int]:
    """How many deviations the traffic of the two stacks shows."""
    return sum(bool(d.original) for d in check.deviations), sum(bool(d.migrated) for d in check.deviations)


def _journeys(result: Result) -> list[LegRow]:
    """Every leg at every level on both stacks, with the ratio where there were samples enough for one."""
    judged = view.main_metric(result.plan)
    estimates = {
        (e.pack, e.transaction, e.level): e for e in result.estimates if e.scope == "leg" and e.metric == judged
    }
    by = {(leg.pack, leg.journey, leg.leg, leg.level, leg.stack): leg for leg in result.journey_legs}
    rows = []
    for pack, journey, leg, level in dict.fromkeys(place[:4] for place in by):
        original, migrated = (by.get((pack, journey, leg, level, stack)) for stack in view.STACKS)
        title = original.title if original else migrated.title if migrated else leg
        estimate = estimates.get((pack, f"{journey}/{leg}", level))
        rows.append(LegRow(title=title, level=level, original=original, migrated=migrated, estimate=estimate))
    return rows
