"""What holding two image archives against each other leaves: a line per study as it goes on, a conclusion at the end.

Not here: how either is computed (`execute/archive_walk.py`, `compare/archives.py`) or shown (`reports/archives.py`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from harness.result import Judgement

# --------------------------------------------------------------------------- the question


class Depth(enum.StrEnum):
    """How far a study is looked into."""

    COUNTS = "counts"  # numbers of series and images; what is there is named only where the numbers differ
    SAMPLE = "sample"  # every image is looked for, and the images of some studies are fetched and compared
    FULL = "full"  # those of all studies


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkSettings:
    """What a walk was asked for; a folder is continued with the very same."""

    interface: str
    original: dict[str, str]  # title, address and AE title of either archive
    migrated: dict[str, str]
    depth: Depth = Depth.SAMPLE
    share: float = 0.05  # of the studies whose images are fetched
    seed: int = 20260101
    first: str = ""  # study dates YYYYMMDD, both included; nothing: every study, also those without a date
    last: str = ""


# --------------------------------------------------------------------------- lines written while the walk goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One side of a study as its archive lists it."""

    series: int | None = None
    instances: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeDifference:
    """One column of one object, or of the listing of a study; what identifies a person is written as a pattern."""

    column: str
    original: str
    migrated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDifference:
    """One object that the archives hand out differently."""

    instance: str
    columns: tuple[AttributeDifference, ...]
    more: int = 0  # columns that are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectError:
    """One object that could not be compared."""

    instance: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """All that was found of one study."""

    study: str
    date: str
    modalities: tuple[str, ...]
    original: Held | None  # None: this archive does not have it
    migrated: Held | None
    unlisted: str = ""  # the side that knows the study and does not list it under the date of the other
    listed: tuple[AttributeDifference, ...] = ()  # the archives list the study itself differently
    missing: tuple[str, ...] = ()  # SOP Instance UIDs that only the original has
    extra: tuple[str, ...] = ()
    chosen: bool = False  # its images were fetched
    equal: int = 0
    recoded: int = 0  # equal after lossless re-encoding
    different: tuple[ObjectDifference, ...] = ()
    errors: tuple[ObjectError, ...] = ()
    trouble: str = ""  # why the study as a whole could not be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLine:
    """A stretch of study dates that is finished; no dates: the studies that no stretch contains."""

    first: str
    last: str
    original: int = 0  # studies listed
    migrated: int = 0
    days: int = 1  # how wide the next one is to be
    limits: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())  # result limits that either archive was caught at
    full: tuple[int, int] = (0, 0)  # studies of a single day that look like such a limit; 0: they do not
    twice: int = 0  # studies that an archive lists more than once
    trouble: str = ""  # why it could not be asked for


# --------------------------------------------------------------------------- the conclusion


class State(enum.StrEnum):
    """Where a study or an object ended; exactly one each."""

    label: str

    def __new__(cls, value: str, label: str) -> State:
        each = str.__new__(cls, value)
        each._value_ = value
        each.label = label
        return each

    EQUAL = "equal", "一致"
    BY_RULE = "equal_by_rule", "按规则一致（无损重编码）"
    DIFFERENT = "different", "内容不同"
    MISSING = "missing", "迁移后缺少"
    EXTRA = "extra", "迁移后多出"
    ERROR = "error", "未能比对"
    COUNTED = "counted", "只核对有无"


@dataclass(slots=True, kw_only=True)
class Tally:
    """Studies and objects of one year, of one combination of modalities, or of all, by state."""

    name: str
    studies: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    objects: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    # studies and objects of the original, then of the migrated
    held: list[int] = field(default_factory=lambda: [0, 0, 0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One example of a class of differences, and one line of the list of all."""

    state: State
    date: str
    modalities: str
    study: str
    instance: str = ""  # nothing where the study as a whole is meant
    column: str = ""
    original: str = ""
    migrated: str = ""


@dataclass(slots=True, kw_only=True)
class DifferenceClass:
    """Everything that differs in the same way."""

    state: State
    what: str  # 研究, 影像, or the attribute
    count: int = 0
    studies: int = 0
    examples: list[Occurrence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """What the fetched studies say of those that were not."""

    population: int  # studies that both archives have
    compared: int  # of them: fetched and compared
    different: int  # of those: with any difference in what was fetched
    objects: int  # compared
    share_at_most: float | None  # of studies with a difference, at `confidence`; None where nothing was compared
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveResult:
    """`archives.json`."""

    settings: WalkSettings
    judgement: Judgement
    reason: str
    total: Tally
    years: tuple[Tally, ...]
    modalities: tuple[Tally, ...]
    classes: tuple[DifferenceClass, ...]
    sampling: Sampling
    unasked: tuple[str, ...] = ()  # stretches that could not be asked for
    notes: tuple[str, ...] = ()
    format: int = 1
