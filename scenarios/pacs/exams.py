"""From an order to the study that its images will make: the plain description that workload items carry.

Not here: the images themselves (`images/`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from scenarios.pacs import catalogue
from scenarios.pacs.images.study import GB18030, UTF_8
from scenarios.pacs.images.uids import study_uid
from scenarios.pacs.world import Patient

GB18030_SHARE = 0.7  # of the equipment writes GB18030, the rest UTF-8
LOSSLESS_EVERY = 4  # one study in so many is sent compressed without loss
FRAMES = 30  # of a clip at full size
WHOLE_SIZE_FROM = 0.5  # the share of images from which on big pictures keep all their rows and columns


class Booked(NamedTuple):
    """Under which numbers and at which equipment somebody is examined."""

    accession: str
    step_id: str
    station: str


def study_of(
    patient: Patient, item_code: str, booked: Booked, at: dt.datetime, *, share: float, chance: float
) -> dict[str, Any]:
    """As `images.study.Study` has it. `chance`, from 0 to 1, decides on what is left open."""
    item = catalogue.ITEMS[item_code]
    modality = catalogue.MODALITIES[item.modality]
    return {
        "uid": study_uid(booked.accession, booked.step_id),
        "accession": booked.accession,
        "patient_id": patient.patient_id,
        "patient_name": patient.patient_name,
        "birth": patient.birth,
        "sex": patient.sex,
        "modality": item.modality,
        "date": f"{at.year:04d}{at.month:02d}{at.day:02d}",
        "time": f"{at.hour:02d}{at.minute:02d}{at.second:02d}",
        "description": item.name,
        "body_part": item.body_part,
        "charset": GB18030 if chance < GB18030_SHARE else UTF_8,
        "series": modality.series,
        "images": modality.images_of(share),
        "step_id": booked.step_id,
        "referring": catalogue.REFERRERS[int(chance * 1e4) % len(catalogue.REFERRERS)],
        "station": booked.station,
        "lossless": int(chance * 1e6) % LOSSLESS_EVERY == 0,
        "frames": max(3, round(FRAMES * share)),
        "reduced": 4 if modality.whole and share < WHOLE_SIZE_FROM else 1,
    }


def images_in(study: dict[str, Any]) -> int:
    return int(study["series"]) * int(study["images"])


def moment_of(study: dict[str, Any]) -> dt.datetime:
    """When it is scheduled."""
    return dt.datetime.fromisoformat(f"{study['date']}T{study['time']}")
