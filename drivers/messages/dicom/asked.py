"""What a message of the harness becomes on an association: command fields, presentation context, data set.

Not here: sending it (`session.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.messages.dicom.commands import MEDIUM, NO_DATASET, SOME_DATASET, Field, Kind
from drivers.messages.dicom.services import (
    COMMITMENT,
    COMMITMENT_INSTANCE,
    DEFLATED,
    IMPLICIT,
    PERFORMED_STEP,
    STUDY_FIND,
    STUDY_GET,
    STUDY_MOVE,
    VERIFICATION,
    Context,
)
from harness.message import Outgoing

METHODS = {
    "C-ECHO": Kind.C_ECHO,
    "C-STORE": Kind.C_STORE,
    "C-FIND": Kind.C_FIND,
    "C-MOVE": Kind.C_MOVE,
    "C-GET": Kind.C_GET,
    "N-CREATE": Kind.N_CREATE,
    "N-SET": Kind.N_SET,
    "N-ACTION": Kind.N_ACTION,
}
_USUAL = {
    Kind.C_ECHO: VERIFICATION,
    Kind.C_FIND: STUDY_FIND,
    Kind.C_MOVE: STUDY_MOVE,
    Kind.C_GET: STUDY_GET,
    Kind.N_CREATE: PERFORMED_STEP,
    Kind.N_SET: PERFORMED_STEP,
    Kind.N_ACTION: COMMITMENT,
}
_REQUESTED = (Kind.N_SET, Kind.N_ACTION)  # which name an instance that exists
_PRIORITISED = (Kind.C_STORE, Kind.C_FIND, Kind.C_MOVE, Kind.C_GET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    kind: Kind
    abstract: str
    syntax: str
    instance: str
    dataset: bytes

    @property
    def context(self) -> Context:
        return Context(self.abstract, (self.syntax,))

    def command(self, number: int, destination: str = "") -> Mapping[Field, str | int | bytes]:
        requested = self.kind in _REQUESTED
        told: dict[Field, str | int | bytes] = {
            Field.REQUESTED_CLASS if requested else Field.AFFECTED_CLASS: self.abstract,
            Field.COMMAND: self.kind,
            Field.MESSAGE: number,
            Field.DATASET: SOME_DATASET if self.dataset else NO_DATASET,
        }
        if self.kind in _PRIORITISED:
            told[Field.PRIORITY] = MEDIUM
        if self.instance:
            told[Field.REQUESTED_INSTANCE if requested else Field.AFFECTED_INSTANCE] = self.instance
        if self.kind is Kind.N_ACTION:
            told[Field.ACTION] = 1
        if destination:
            told[Field.DESTINATION] = destination
        return told


def asked(message: Outgoing) -> Asked | None:
    """None where its method is no service of ours."""
    kind = METHODS.get(message.method)
    if kind is None:
        return None
    instance = message.headers.get("sop", "")
    if kind is Kind.N_ACTION and not instance:
        instance = COMMITMENT_INSTANCE
    syntax = message.headers.get("syntax", IMPLICIT)
    odd = syntax == DEFLATED and len(message.body) % 2 == 1  # PS3.5 A.5 has a NUL behind such a stream
    return Asked(
        kind=kind,
        abstract=message.path or _USUAL.get(kind, ""),
        syntax=syntax,
        instance=instance,
        dataset=message.body + b"\0" if odd else message.body,
    )
