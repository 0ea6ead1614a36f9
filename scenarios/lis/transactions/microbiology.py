"""微生物：培养与药敏报告，长文与最小抑菌浓度的文字写法都在这里。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.lis import statements_bench as sql
from scenarios.lis.catalogue import MICROBIOLOGY
from scenarios.lis.transactions.common import register
from scenarios.lis.transactions.measuring import write_results
from scenarios.lis.values import Grown
from scenarios.lis.world import Assay, Tube, instant, later, one_of

CULTURE = ("CULT", "FT", "见培养报告", None)


def report_culture(
    tx: Conversation,
    *,
    specimen_id: str,
    test: Sequence[str],
    culture: Mapping[str, Any],
    isolates: Sequence[Sequence[Any]],
    observed_at: dt.datetime,
) -> None:
    """写培养结果；有菌生长时逐株、逐药写药敏。"""
    source = {"upload_id": None, "analyser_id": None, "operator_id": culture["operator_id"]}
    tests = ((*test, (CULTURE,)),)
    write_results(tx, specimen_id=specimen_id, observed_at=observed_at, tests=tests, source=source)
    at = observed_at.replace(microsecond=0)
    register(tx, sql.ADD_CULTURE, "这份培养报告已收过", filler_no=test[0], finished_at=at, **culture)
    for isolate_no, isolate in enumerate(isolates, 1):
        add_isolate(tx, culture["culture_id"], isolate_no, isolate)


def add_isolate(tx: Conversation, culture_id: str, isolate_no: int, isolate: Sequence[Any]) -> None:
    organism_code, colony_count, phenotype, tested = isolate
    tx.change(
        sql.ADD_ISOLATE,
        culture_id=culture_id, isolate_no=isolate_no, organism_code=organism_code, colony_count=colony_count,
        phenotype=phenotype,
    )  # fmt: skip
    for antibiotic_code, method, mic_text, zone_mm, interpretation in tested:
        tx.change(
            sql.ADD_SUSCEPTIBILITY,
            culture_id=culture_id, isolate_no=isolate_no, antibiotic_code=antibiotic_code, method=method,
            mic_text=mic_text, zone_mm=zone_mm, interpretation=interpretation,
        )  # fmt: skip


def draw_report_culture(drawing: Drawing) -> dict[str, Any] | None:
    tube: Tube | None = drawing.take(f"received-{MICROBIOLOGY}")
    if tube is None:
        return None
    ((filler_no, panel_code),) = tube.tests
    bank = drawing.world.bank
    grown: Grown = one_of(drawing, bank.grown if tube.sufferer.sick else bank.sterile)
    at = later(drawing, tube.at, grown.incubated_hours * 60, grown.incubated_hours * 60 + 240)
    drawing.put("resulted", Assay(filler_no, panel_code, tube.specimen_id, tube.sufferer, True, None, True, at))
    culture = {
        "culture_id": drawing.number("M"),
        "growth": grown.growth,
        "smear": grown.smear,
        "incubated_hours": grown.incubated_hours,
        "conclusion": grown.conclusion,
        "operator_id": one_of(drawing, drawing.world.technicians[MICROBIOLOGY]),
    }
    return {
        "specimen_id": tube.specimen_id,
        "test": (filler_no, panel_code),
        "culture": culture,
        "isolates": grown.isolates,
        "observed_at": instant(drawing, at),
    }


TRANSACTIONS = (
    Transaction(
        name="report_culture", title="微生物培养报告", draw=draw_report_culture, act=report_culture, weight=0.6
    ),
)
