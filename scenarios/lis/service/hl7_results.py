"""What the laboratory does with ORU^R01: results of an analyser, one tube a message, and reports of microbiology."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.hl7_received import MISSING, SEQUENCE, TYPE, Declined, Received, Segment
from scenarios.lis.catalogue import MICROBIOLOGY
from scenarios.lis.messages import hl7_culture as words
from scenarios.lis.service import limits
from scenarios.lis.service.refusals import done
from scenarios.lis.transactions.measuring import upload_results
from scenarios.lis.transactions.microbiology import report_culture
from scenarios.reference.service import Desk

Group = tuple[Segment, tuple[Segment, ...]]  # an OBR and what follows it


def take_results(message: Received, desk: Desk) -> Sequence[str]:
    groups = list(message.groups("OBR"))
    if not groups:
        raise Declined("缺少 OBR 段", condition=SEQUENCE, where="OBR")
    if groups[0][0].maybe("24") == MICROBIOLOGY:
        return _take_culture(message, groups, desk)
    tests = tuple(
        (obr.text("3", longest=limits.CODE), obr.text("4", longest=limits.CODE), tuple(_values(following)))
        for obr, following in groups
    )
    obx = message.first("OBX")
    upload = {
        "upload_id": message.header.text("10", longest=limits.CODE),
        "analyser_id": _the_same(message, "18"),
        "arrived_at": message.header.instant("7"),
        "result_count": sum(len(values) for *_, values in tests),
    }
    tube = (_specimen(message), _observed(message, obx), tests)
    operator_id = _the_same(message, "16")
    done(desk.carry_out(upload_results, upload=upload, operator_id=operator_id, tubes=(tube,)))
    return ()


def _specimen(message: Received) -> str:
    found = list(message.all("SPM"))
    if len(found) != 1:
        raise Declined(f"应有一个 SPM 段，实有 {len(found)} 个", condition=SEQUENCE, where="SPM")
    return found[0].text("2", longest=limits.CODE)


def _the_same(message: Received, number: str) -> str:
    """What all OBX must say alike."""
    found = {one.text(number, longest=limits.CODE): one for one in message.all("OBX")}
    if len(found) > 1:
        raise [*found.values()][1].wrong(number, "同一报文中各 OBX 不一致", TYPE)
    return next(iter(found))


def _observed(message: Received, obx: Segment) -> dt.datetime:
    _the_same(message, "14")
    return obx.instant("14")


def _values(following: Sequence[Segment]) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(analyte, type, text, note) of every OBX with the NTE behind it."""
    lines = [one for one in following if one.name in ("OBX", "NTE")]
    if not lines or lines[0].name == "NTE":
        raise Declined("OBR 段之后应为 OBX 段", condition=SEQUENCE, where="OBX")
    for line, then in zip(lines, [*lines[1:], None], strict=True):
        if line.name == "OBX":
            note = then.plain("3", longest=limits.REPORT) if then is not None and then.name == "NTE" else None
            yield (line.text("3", longest=limits.CODE), *_value(line), note)
        elif then is not None and then.name == "NTE":
            raise Declined("一个 OBX 段之后至多一个 NTE 段", condition=SEQUENCE, where="NTE")


def _value(obx: Segment) -> tuple[str, str | None]:
    """The type as the laboratory keeps it, and the value as the analyser wrote it."""
    kind, text = obx.coded("2", ("NM", "ST", "FT")), obx.plain("5", longest=limits.VALUE)
    if text is None and obx.coded("11", ("P", "F", "X")) != "X":
        raise obx.wrong("5", "没有结果，而 OBX-11 不是 X", MISSING)
    if kind == "NM" and text is not None and not limits.NUMERIC.match(text):
        raise obx.wrong("5", "不是数", TYPE)
    return ("SN" if kind == "ST" and text is not None and limits.BEYOND.match(text) else kind), text


# --------------------------------------------------------------------------- 微生物


def _take_culture(message: Received, groups: Sequence[Group], desk: Desk) -> Sequence[str]:
    (obr, following), *isolates = groups
    said = {one.text("3"): one for one in following if one.name == "OBX"}
    for code in (words.GROWTH, words.HOURS, words.CONCLUSION):
        if code not in said:
            raise Declined(f"缺少 {code} 的 OBX 段", condition=SEQUENCE, where="OBX")
    conclusion = said[words.CONCLUSION].plain("5", longest=limits.REPORT)
    if conclusion is None:
        raise said[words.CONCLUSION].wrong("5", "必填，报文中没有", MISSING)
    culture = {
        "culture_id": message.header.text("10", longest=limits.CODE),
        "growth": said[words.GROWTH].coded("5", limits.GROWTH),
        "smear": said[words.SMEAR].plain("5", longest=limits.REPORT) if words.SMEAR in said else None,
        "incubated_hours": said[words.HOURS].integer("5", most=10_000),
        "conclusion": conclusion,
        "operator_id": _the_same(message, "16"),
    }
    done(
        desk.carry_out(
            report_culture,
            specimen_id=_specimen(message),
            test=(obr.text("3", longest=limits.CODE), obr.text("4", longest=limits.CODE)),
            culture=culture,
            isolates=tuple(_isolate(group) for group in isolates),
            observed_at=_observed(message, said[words.GROWTH]),
        )
    )
    return ()


def _isolate(group: Group) -> tuple[str, str, str | None, tuple[tuple[Any, ...], ...]]:
    obr, following = group
    if obr.text("4") != words.SUSCEPTIBILITY[0]:
        raise obr.wrong("4", f"微生物报告之后应为 {words.SUSCEPTIBILITY[0]}", SEQUENCE)
    said = {one.text("3"): one for one in following if one.name == "OBX"}
    about = {code: said.pop(code, None) for code in (words.ORGANISM, words.COLONIES, words.PHENOTYPE)}
    organism, colonies, phenotype = about.values()
    if organism is None or colonies is None:
        raise Declined("分离株缺少菌种或菌落计数", condition=SEQUENCE, where="OBX")
    colony_count = colonies.plain("5", longest=40)
    if colony_count is None:
        raise colonies.wrong("5", "必填，报文中没有", MISSING)
    return (
        organism.text("5", longest=limits.CODE),
        colony_count,
        None if phenotype is None else phenotype.plain("5", longest=20),
        tuple(_tested(code, one) for code, one in said.items()),
    )


def _tested(antibiotic_code: str, obx: Segment) -> tuple[str, str, str | None, int | None, str]:
    method, interpretation = obx.coded("17", ("MIC", "KB")), obx.coded("8", ("S", "I", "R", "SDD"))
    if method == "KB":
        return antibiotic_code, method, None, obx.integer("5", most=100), interpretation
    return antibiotic_code, method, obx.text("5", longest=16), None, interpretation
