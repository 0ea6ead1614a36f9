"""What stands in a shared document, as values. Not here: its text (`writing.py`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple


class Named(NamedTuple):
    """A person, a department, an organisation or a diagnosis: its number or code, and its name."""

    code: str
    name: str


class Measured(NamedTuple):
    """One laboratory result."""

    code: str
    name: str
    value_text: str
    unit: str | None
    abnormal_flag: str | None
    reported_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the document is about."""

    patient_id: str
    resident_id: str
    name: str
    gender_code: str
    birth_date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """The visit that it was written in."""

    visit_no: str
    visit_class: str  # O I
    department: Named
    began_at: dt.datetime
    ended_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDocument:
    """One document with everything in it."""

    document_id: str
    type_code: str
    title: str
    record_id: str
    version_no: int
    written_at: dt.datetime
    subject: Subject
    encounter: Encounter
    organisation: Named
    author: Named
    signer: Named
    signed_at: dt.datetime
    sections: tuple[tuple[str, str], ...] = ()  # LOINC code, text
    diagnoses: tuple[Named, ...] = ()
    results: tuple[Measured, ...] = ()
