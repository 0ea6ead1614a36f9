"""Generating archive places and quality control: lots, daily control runs with what was out of control."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from scenarios.lis import catalogue
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import tables_bench as bench
from scenarios.lis.catalogue import Analyte
from scenarios.lis.generate_books import Books, decimal
from scenarios.lis.judging import violated
from scenarios.lis.world import BUSINESS_DAY, ControlLot

PLACES = 8  # archive places per daily outpatient and day of history, and again for today
RACK = 50
MONTHS = 240  # a month is closed only once; under load everybody closes months of his own
CONTROLLED = (
    "WBC", "HGB", "PLT", "CRP", "ALT", "AST", "ALB", "TBIL", "UREA", "CREA", "K", "NA", "CL", "CA", "GLU", "TC", "TG",
    "CK-MB", "CTNI", "TSH", "FT4", "AFP", "PT", "APTT", "FIB", "HBA1C",
)  # fmt: skip
LEVELS = (Decimal("1.0"), Decimal("2.5"))  # target mean in middles of the reference range


def places(books: Books) -> None:
    """Racks with their places; history fills some of them."""
    total = int(books.scale.outpatients_per_day * PLACES) + 400
    free = books.pool("free_place")
    per_day = int(books.scale.outpatients_per_day * 4) + 60
    for n in range(total + per_day * books.scale.days):
        place_id = books.number("H")
        books.add(bench.archive_place, place_id, f"R{n // RACK + 1:05d}", n % RACK + 1)
        free.append(place_id)


def controls(books: Books) -> None:
    """Two levels of every controlled analyte on every analyser that measures it, two runs a day."""
    section_of = {a.code: p.section for p in catalogue.PANELS.values() for a in p.analytes}
    for code in CONTROLLED:
        analyte = catalogue.ANALYTES[code]
        for analyser_id in books.analysers[section_of[code]]:
            for level_no, factor in enumerate(LEVELS, 1):
                _lot(books, analyte, analyser_id, level_no, factor)
    books.rng.shuffle(books.pools["control_lot"])
    books.pools["month"] = [
        dt.date(BUSINESS_DAY.year + n // 12, n % 12 + 1, 1) for n in range(BUSINESS_DAY.month - 1, MONTHS)
    ]


def _lot(books: Books, analyte: Analyte, analyser_id: str, level_no: int, factor: Decimal) -> None:
    lot_id = books.number("L")
    mean = max(20, int((analyte.lowest + analyte.highest) // 2 * factor))
    sd = max(1, mean // 25)
    lot = ControlLot(lot_id, analyte.decimals, mean, sd)
    expires = BUSINESS_DAY + dt.timedelta(days=books.between(30, 300))
    section = next(code for code, machines in books.analysers.items() if analyser_id in machines)
    run_no, before = 0, None
    centre, deviation = decimal(analyte, mean), decimal(analyte, sd)
    assert centre is not None
    assert deviation is not None
    for back in range(books.scale.days, 0, -1):
        day = dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time(7))
        for hour in (0, 8):
            value = decimal(analyte, mean + int(books.rng.gauss(0, sd)))
            assert value is not None
            run_no += 1
            broken = violated(value, before, centre, deviation)
            books.add(
                bench.control_result,
                lot_id, run_no, str(value), value, "REJECTED" if broken else "ACCEPTED", broken,
                books.pick(texts.CORRECTIONS) if broken else None, books.pick(books.technicians[section]),
                books.instant(day + dt.timedelta(hours=hour)),
            )  # fmt: skip
            before = value
    batch = f"QC{expires:%y%m}{level_no}"
    books.add(bench.control_lot, lot_id, analyser_id, analyte.code, level_no, batch, centre, deviation, expires, run_no)
    books.pool("control_lot").append(lot)
