"""One examination as the workload describes it: everything that its images, worklist entry and report are made from.

Not here: pixel data (`pixels.py`), attributes (`datasets.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CT, MR, DX, US, CR = "CT", "MR", "DX", "US", "CR"
GB18030, UTF_8 = "GB18030", "ISO_IR 192"  # as (0008,0005) names them


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Series and images count from 1: image 3 of series 2 is `(2, 3)`."""

    uid: str
    accession: str
    patient_id: str  # XH…
    patient_name: str  # Wang^XiaoDong=王^小东
    birth: str  # YYYYMMDD
    sex: str  # M F O
    modality: str  # CT MR DX US CR
    date: str  # YYYYMMDD
    time: str  # HHMMSS
    description: str = ""
    body_part: str = ""  # defined term: CHEST
    charset: str = UTF_8  # GB18030 or ISO_IR 192
    series: int = 1
    images: int = 1  # per series; of US the first one is a clip, the others are stills
    step_id: str = ""  # of the scheduled procedure step
    referring: str = ""  # Li^Na=李^娜
    station: str = ""  # AE title of the modality
    lossless: bool = False  # pixel data go in RLE Lossless instead of native
    frames: int = 30  # of a clip
    reduced: int = 1  # rows and columns divided by this, 8 at most, where whole-size DX, CR and clips would be too much


def from_dict(described: Mapping[str, Any]) -> Study:
    return Study(**described)


def to_dict(study: Study) -> dict[str, Any]:
    """Plain values only: it stands in a workload."""
    return dataclasses.asdict(study)
