"""The nouns of image archives: DICOM objects, and what an archive says it holds.

Not here: DICOM's own encoding (`content/dicom`), talking to an archive (drivers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomObject:
    """One SOP instance as it is sent or was retrieved."""

    sop_class: str
    sop_instance: str
    transfer_syntax: str
    dataset: bytes  # encoded in that transfer syntax, without preamble and file meta information


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyHeld:
    """A study as an archive lists it. Counts are None where the archive does not tell them."""

    study: str  # Study Instance UID
    patient: str = ""
    date: str = ""  # YYYYMMDD
    modalities: tuple[str, ...] = ()
    series: int | None = None
    instances: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceHeld:
    """One image of a study as an archive lists it."""

    series: str  # Series Instance UID
    instance: str  # SOP Instance UID
    sop_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveUse:
    """How a pack uses an image archive: what must lie in it beforehand, and which studies are the harness's own.

    Studies that `ours` denies are never read, compared or removed.
    """

    interface: str  # the dicom or dicomweb interface through which the archive is filled, read and cleared
    ours: Callable[[str], bool]  # of a Study Instance UID
    objects: Callable[[Any], Iterable[DicomObject]]  # of the pack's world: what is stored before a pass
    dates: Callable[[Any], tuple[dt.date, dt.date]]  # of the pack's world: first and last date of any of our studies
    # Makes ready what the images of an item need, so that under load nobody's lag comes of it.
    prepare: Callable[[Mapping[str, Any]], object] = lambda params: None
