"""Texts made ahead, so that drawing one of 60 kB costs next to nothing: for each record type chains of drafts.

The texts of a chain follow one another as a doctor writes: each differs from the one before in one or two sections.
Deterministic from the random source given. Not here: the record around it (`writing.py`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from scenarios.emr import catalogue
from scenarios.emr import catalogue_texts as texts
from scenarios.emr.writing import body_of

CHAINS, STEPS = 18, 4  # per record type; drafts in a chain
HUGE = (0, 7)  # these chains are several times as long
SENTENCES: dict[str, Sequence[str]] = {
    catalogue.ILLNESS: texts.ILLNESS,
    catalogue.PAST: texts.PAST,
    "29762-2": texts.PERSONAL,
    "10157-6": texts.FAMILY,
    "8716-3": texts.SIGNS,
    "29545-1": texts.EXAMINATION,
    "30954-2": texts.STUDIES,
    "18776-5": texts.PLANS,
    "47519-4": texts.OPERATING,
    catalogue.COURSE: texts.COURSE,
    "46209-3": texts.ORDERS,
}


class Body(NamedTuple):
    """One draft; `sections` are those that it consists of, in order."""

    body: str
    sections: tuple[tuple[str, str], ...]
    diagnosis: tuple[str, str]  # ICD code, name


Chain = tuple[Body, ...]
Bank = dict[str, tuple[Chain, ...]]


def fill(rng: random.Random) -> Bank:
    """The whole bank."""
    return {kind.code: tuple(_chain(rng, kind, n) for n in range(CHAINS)) for kind in catalogue.TYPES.values()}


def _chain(rng: random.Random, kind: catalogue.RecordType, n: int) -> Chain:
    factor = 5 if n in HUGE and kind.visit_class == "I" else 1
    diagnosis = catalogue.DIAGNOSES[n % len(catalogue.DIAGNOSES)]
    sections = {code: _section(rng, code, diagnosis, length * factor) for code, length in kind.sections}
    bodies = []
    for step in range(STEPS):
        if step:
            for code, length in rng.sample(kind.sections, rng.choice((1, 1, 2))):
                sections[code] = _section(rng, code, diagnosis, length * factor)
        ordered = tuple(sections.items())
        bodies.append(Body(body_of(kind.code, ordered), ordered, diagnosis))
    return tuple(bodies)


def _section(rng: random.Random, code: str, diagnosis: tuple[str, str], length: int) -> str:
    if code == catalogue.COMPLAINT:
        return rng.choice(texts.COMPLAINTS)
    if code not in SENTENCES:
        others = rng.sample(catalogue.DIAGNOSES, rng.randrange(3))
        return "\n".join(f"{n}. {name}" for n, (_, name) in enumerate((diagnosis, *others), 1))
    found: list[str] = []
    while sum(map(len, found)) < length:
        found.append(rng.choice(SENTENCES[code]))
    return "".join(found)
