"""Generating quality control: half of history has been scanned, with what was found and mostly corrected; some of
those who left this morning have a defect that keeps them from the archive.
"""

from __future__ import annotations

import datetime as dt

from scenarios.emr import catalogue
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import tables_shelf as shelf
from scenarios.emr.generate_books import Books
from scenarios.emr.judging import CORRECT_WITHIN
from scenarios.emr.world import BUSINESS_DAY, Flaw, Stay

CHUNK = 12  # visits of one scan
CORRECTED_SHARE = 0.7
SCANNED_AT = dt.datetime.combine(BUSINESS_DAY, dt.time(7, 50))
POINTS = {rule.code: rule.points for rule in catalogue.QUALITY_RULES}


def fill(books: Books) -> None:
    """After all visits are there."""
    books.tables["emr_quality_rule"] = list(catalogue.QUALITY_RULES)
    doctors = {row[0]: row[4] for row in books.tables["emr_visit"]}
    visits = list(books.flaws)
    for n, start in enumerate(range(0, len(visits), CHUNK)):
        chunk = visits[start : start + CHUNK]
        if n % 2:
            books.pool("unscanned").append((chunk[0], chunk[-1]))
            continue
        hits = [(visit_no, rule) for rule in sorted(POINTS) for visit_no in chunk if rule in books.flaws[visit_no]]
        batch_no = _scan(books, chunk, len(hits))
        for k, (visit_no, rule) in enumerate(hits, 1):
            done = books.chance(CORRECTED_SHARE)
            defect_id = f"{batch_no}-{k:03d}"
            _defect(books, defect_id, batch_no, (visit_no, rule), doctors[visit_no] if done else None)
            if not done:
                stay = Stay(visit_no, "", books.places["O"][0], doctors[visit_no], SCANNED_AT)
                books.pool("flaw").append(Flaw(defect_id, stay, False, SCANNED_AT))
    flawed: list[Stay] = books.pools.pop("flawed")
    batch_no = _scan(books, [stay.visit_no for stay in flawed], len(flawed))
    for k, stay in enumerate(flawed, 1):
        defect_id = f"{batch_no}-{k:03d}"
        _defect(books, defect_id, batch_no, (stay.visit_no, books.pick(("CT-SHORT", "CT-DIAGNOSIS"))), None)
        books.pool("flaw").append(Flaw(defect_id, stay._replace(at=SCANNED_AT), True, SCANNED_AT))


def _scan(books: Books, visits: list[str], defects: int) -> str:
    batch_no = books.number("Q")
    books.add(shelf.quality_scan, batch_no, visits[0], visits[-1], len(visits), defects, SCANNED_AT)
    return batch_no


def _defect(books: Books, defect_id: str, batch_no: str, what: tuple[str, str], corrector: str | None) -> None:
    visit_no, rule = what
    at = books.later(SCANNED_AT, 1, 9) if corrector else None
    books.add(
        shelf.defect,
        defect_id, batch_no, rule, visit_no, "CORRECTED" if corrector else "OPEN", POINTS[rule], SCANNED_AT,
        SCANNED_AT + CORRECT_WITHIN, corrector, at, books.pick(texts.CORRECTIONS) if corrector else None,
    )  # fmt: skip
    if corrector and at:
        books.audit("CORRECT", defect_id, corrector, at)
