"""A microbiology report as segments: the culture with its free text, then each isolate with its susceptibilities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.hl7 import segment
from scenarios.lis import catalogue_texts as texts

# What an OBX of a culture is called; the order is that of the message.
GROWTH, HOURS, CONCLUSION, SMEAR = "GROWTH", "HOURS", "CONCLUSION", "SMEAR"
ORGANISM, COLONIES, PHENOTYPE = "ORGANISM", "COLONIES", "PHENOTYPE"
SUSCEPTIBILITY = ("SUSC", "药敏试验")
_NAMES = {
    GROWTH: "细菌生长", HOURS: "培养时间", CONCLUSION: "结论", SMEAR: "涂片所见", ORGANISM: "菌种",
    COLONIES: "菌落计数", PHENOTYPE: "耐药表型", **{code: name for code, name, *_ in texts.ANTIBIOTICS},
}  # fmt: skip
UNITS = {"MIC": "μg/mL", "KB": "mm"}


def culture_segments(
    specimen_id: str,
    order: Mapping[int, Any],
    culture: Mapping[str, Any],
    isolates: Sequence[Sequence[Any]],
    observed_at: dt.datetime,
) -> Iterator[str]:
    seen = {11: "P", 14: observed_at, 16: culture["operator_id"]}
    yield segment("OBR", {1: 1, **order})
    yield segment("OBX", {**seen, 1: 1, 2: "ST", 3: named(GROWTH), 5: culture["growth"]})
    yield segment("OBX", {**seen, 1: 2, 2: "NM", 3: named(HOURS), 5: culture["incubated_hours"], 6: "h"})
    yield segment("OBX", {**seen, 1: 3, 2: "FT", 3: named(CONCLUSION), 5: culture["conclusion"]})
    yield segment("OBX", {**seen, 1: 4, 2: "FT", 3: named(SMEAR), 5: culture["smear"]})
    yield segment("SPM", {1: 1, 2: specimen_id})
    for number, isolate in enumerate(isolates, 1):
        parent = (GROWTH, number)
        yield segment("OBR", {1: number + 1, **order, 4: SUSCEPTIBILITY, 26: parent})
        yield from _isolate(number, isolate, seen)


def _isolate(number: int, isolate: Sequence[Any], seen: Mapping[int, Any]) -> Iterator[str]:
    organism_code, colony_count, phenotype, tested = isolate
    about = ((ORGANISM, organism_code), (COLONIES, colony_count), (PHENOTYPE, phenotype))
    for n, (what, value) in enumerate(about, 1):
        yield segment("OBX", {**seen, 1: n, 2: "ST", 3: named(what), 4: number, 5: value})
    for n, (antibiotic_code, method, mic_text, zone_mm, interpretation) in enumerate(tested, len(about) + 1):
        kind, value = ("ST", mic_text) if method == "MIC" else ("NM", zone_mm)
        yield segment(
            "OBX",
            {**seen, 1: n, 2: kind, 3: named(antibiotic_code), 4: number, 5: value, 6: UNITS[method],
             8: interpretation, 17: method},
        )  # fmt: skip


def named(code: str) -> tuple[str, str | None]:
    return code, _NAMES.get(code)
