"""What the interfaces came to, as frozen values: the part of `result.json` that speaks of messages.

Not here: how they are computed (`assess/`), judged or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUse:
    """What one message and its replies came to in the functional pass."""

    name: str
    title: str
    sent: int  # exchanges that both stacks were asked for
    equal: int  # replies without any difference beyond noise and rules
    original: dict[str, int]  # reply kind → number
    migrated: dict[str, int]
    provoked: int = 0  # of the original's replies: failed or worse, to what a probe sent in order to see just that
    samples: dict[str, str] = field(default_factory=dict)  # file below interfaces/<pack>/ → SHA-256 of it


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceUse:
    """One entry of the interface register."""

    pack: str
    name: str
    title: str
    kind: str  # mllp http soap amqp dicom dicomweb
    peer: str
    version: str
    used: bool  # both stacks have an endpoint of this name
    document: str  # file below interfaces/<pack>/, or ""
    original: dict[str, str] = field(default_factory=dict)  # what answered: protocol, address, charset …
    migrated: dict[str, str] = field(default_factory=dict)
    messages: tuple[MessageUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFields:
    """What one message told a stack, held against what the stack stored (PV-INTF-2)."""

    pack: str
    interface: str
    message: str
    stack: str
    table: str
    checked: int  # values
    wrong: int
    missing_rows: int
    alike: int = 0  # of the wrong values and missing rows: those where the original does just the same
    examples: tuple[str, ...] = ()  # at most three: path, sent, stored; those that are not alike first


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTimes:
    """Service times of one message at one level on one stack (PV-INTF-3), in ms, of exchanges answered with ok."""

    pack: str
    interface: str
    message: str
    level: str
    stack: str
    count: int
    mean: float
    p50: float
    p95: float
    p99: float
    maximum: float
    timed_out: int
    failed: int  # failed or unreachable
    refused: int = 0  # answered, but not with what was asked for: no part of the times


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyLeg:
    """How long one leg of a journey took at one level on one stack, from its first step to its commit; in ms."""

    pack: str
    journey: str  # transaction
    leg: str
    title: str
    level: str
    stack: str
    count: int
    mean: float
    p50: float
    p95: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDeviation:
    """One way in which the traffic departs from the interface document (PV-INTF-5)."""

    pack: str
    interface: str
    message: str
    part: str  # request | reply
    path: str
    breach: str  # harness/content/message_checks.py
    asked: str  # what the document says, in Chinese
    original: int  # messages of that stack that depart so
    migrated: int
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCheck:
    """How much of an interface's traffic was held against its document."""

    pack: str
    interface: str
    document: str
    checked: int  # requests and replies of both stacks
    unchecked: int  # the document does not speak of them
    trouble: str = ""  # why the document cannot be used
    deviations: tuple[DocumentDeviation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledCase:
    """One case of the error-handling battery on both stacks (PV-INTF-4)."""

    pack: str
    interface: str
    message: str
    case: str  # truncated, half_open …
    title: str
    expected: str  # Chinese
    original: str  # reply kind, or sequence of kinds
    migrated: str
    original_dirty: dict[str, int] = field(default_factory=dict)  # table → rows more than there should be
    migrated_dirty: dict[str, int] = field(default_factory=dict)
    original_recovers: bool = True  # the good message could be sent afterwards
    migrated_recovers: bool = True
    outcome: str = ""  # alike · different · dirty · stuck · unexpected (alike, but not what is expected) · not run
    reason: str = ""

    @property
    def worse(self) -> bool:
        """The migrated stack handled it worse; what the original does just the same says nothing of the migration."""
        if self.outcome == "dirty":
            return self.migrated_dirty != self.original_dirty
        if self.outcome == "stuck":
            return self.original_recovers and not self.migrated_recovers
        return self.outcome == "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesHeld:
    """What one stack's image archive held of one modality after the functional pass, and what became of what was sent.

    An object is *lost* where its storing was answered with success and the archive, asked afterwards, neither lists
    nor hands it out, though nobody removed its study.
    """

    pack: str
    interface: str
    stack: str
    modality: str
    studies: int
    series: int
    objects: int
    acknowledged: int  # objects of this modality whose storing was answered with success
    lost: int
    twice: int  # objects that are listed or handed out more than once
    unreadable: int
    lost_examples: tuple[str, ...] = ()  # at most three SOP Instance UIDs
