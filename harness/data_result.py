"""What holding two databases against each other leaves: a line per finished stretch, a result per table, a conclusion.

Not here: how any of it is computed (`execute/tables`, `compare/`) or shown (`reports/tables.py`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from harness.catalogue import Catalogue
from harness.judgement import Judgement

# --------------------------------------------------------------------------- the question


class CheckKind(enum.StrEnum):
    """What is asked of the stored data as a whole."""

    TOTALS = "totals"  # counts and sums by month and department
    CODES = "codes"  # values that stand in a dictionary
    COMPLETE = "complete"  # records without gaps
    MATCHED = "matched"  # records with their counterpart
    TIMELY = "timely"  # times in their order
    CHARACTERS = "characters"  # of private use areas, and replacement characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is asked of both sides; which of the fields it needs depends on its kind."""

    kind: CheckKind
    table: str
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    month: str = ""
    to: str = ""  # table.column


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesSettings:
    """What a comparison was asked for; a folder is continued with the very same."""

    original: dict[str, str]  # title, product and address of either database
    migrated: dict[str, str]
    tables: tuple[str, ...] = ("*",)  # patterns of names, whatever their case
    exclude: tuple[str, ...] = ()
    where: dict[str, str] = field(default_factory=dict)  # table pattern → condition, for both sides
    accept: tuple[str, ...] = ()  # kinds of differences that have been agreed to be none, by name of the rule
    zone: str = "+08:00"  # that instants are told in
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """What both said of themselves before the first row was read."""

    original: Catalogue
    migrated: Catalogue
    moments: dict[str, str] = field(default_factory=dict)  # side → what makes its rows those of one moment; "": nothing


# --------------------------------------------------------------------------- schema


class Weight(enum.StrEnum):
    """What a difference between two schemas means for whoever runs on the migrated one."""

    MUST = "must"  # an application may fail, or wrong data may get in
    NOTE = "note"  # it is different, and nothing depends on it


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDifference:
    """One thing that the two schemas say differently."""

    kind: str  # table_missing, type, key_missing, trigger_disabled …
    weight: Weight
    table: str  # "" for what belongs to no table
    name: str  # of the column, key, counter or program; "" for the table itself
    original: str = ""
    migrated: str = ""
    says: str = ""  # what may come of it, in Chinese


# --------------------------------------------------------------------------- rows


class TableState(enum.StrEnum):
    """Where a table ended; exactly one each, so that none is passed over in silence."""

    label: str

    def __new__(cls, value: str, label: str) -> TableState:
        each = str.__new__(cls, value)
        each._value_ = value
        each.label = label
        return each

    EQUAL = "equal", "一致"
    BY_RULE = "equal_by_rule", "按已接受的规则一致"
    RULE_OPEN = "rule_not_accepted", "差异都有规则解释，但规则尚未接受"
    DIFFERENT = "different", "有未解释的差异"
    MISSING = "missing", "迁移后没有这张表"
    EXTRA = "extra", "迁移后多出的表"
    ERROR = "error", "未能比对"
    LEFT_OUT = "left_out", "按方案不比对"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One difference as a person reads it."""

    kind: str
    key: str  # the row's key as its line says it; without a key the row
    column: str = ""
    original: str | None = None
    migrated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was found of some rows. `explained` and `unexplained` count values, the others rows."""

    rows_original: int = 0
    rows_migrated: int = 0
    equal: int = 0
    missing: int = 0
    extra: int = 0
    repeated: int = 0  # of `extra`: the original has the key, but less often
    different: int = 0  # pairs of rows
    explained: dict[str, int] = field(default_factory=dict)  # rule → values
    unexplained: dict[str, int] = field(default_factory=dict)  # kind → values
    columns: dict[str, dict[str, int]] = field(default_factory=dict)  # column → kind → values

    def __add__(self, other: Counts) -> Counts:
        columns = {name: _sum(self.columns.get(name, {}), other.columns.get(name, {})) for name in
                   {**self.columns, **other.columns}}  # fmt: skip
        return Counts(
            rows_original=self.rows_original + other.rows_original,
            rows_migrated=self.rows_migrated + other.rows_migrated,
            equal=self.equal + other.equal,
            missing=self.missing + other.missing,
            extra=self.extra + other.extra,
            repeated=self.repeated + other.repeated,
            different=self.different + other.different,
            explained=_sum(self.explained, other.explained),
            unexplained=_sum(self.unexplained, other.unexplained),
            columns=columns,
        )

    @property
    def differing_rows(self) -> int:
        return self.missing + self.extra + self.different

    @property
    def unexplained_values(self) -> int:
        return sum(self.unexplained.values())


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchLine:
    """A stretch of a table that is finished; its differences lie in the table's files up to these sizes."""

    table: str
    low: int | None  # of the one integer key; None: the table as a whole
    high: int | None
    counts: Counts
    examples: tuple[Example, ...] = ()
    hashed: bool = True  # told apart by hashes; False: every row was read
    seconds: float = 0.0
    files: dict[str, int] = field(default_factory=dict)  # name → bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """A table that is finished, or why it could not be."""

    table: str
    state: TableState
    seconds: float = 0.0
    trouble: str = ""
    keyed: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()  # columns that only one side has


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """A table whose differences were looked at again: takes the place of what was said of it before."""

    table: TableLine
    at: str  # ISO 8601 with offset
    stretches: tuple[StretchLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How many rows still differed when."""

    at: str  # "": at first
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """One table of the result."""

    table: str
    state: TableState
    counts: Counts = Counts()
    seconds: float = 0.0
    keyed: tuple[str, ...] = ()  # (): no key, rows compared as a multiset
    uncompared: tuple[str, ...] = ()
    stretches: int = 0
    hashed_rows: int = 0  # of the original that hashes alone decided
    examples: tuple[Example, ...] = ()
    trouble: str = ""
    rounds: tuple[Round, ...] = ()  # where differences were looked at again


Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What both sides answered to one check: rows of texts."""

    check: Check
    original: tuple[Row, ...] = ()
    migrated: tuple[Row, ...] = ()
    trouble: str = ""  # why there is no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """A group whose totals differ."""

    group: str
    original: str
    migrated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check came to."""

    check: Check
    judgement: Judgement
    original: tuple[int, ...] = ()  # a coefficient as (records, of records); letters as (private, replaced) records
    migrated: tuple[int, ...] = ()
    groups: int = 0  # of totals
    differing: int = 0
    examples: tuple[GroupDifference, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesResult:
    """`tables.json`."""

    settings: TablesSettings
    judgement: Judgement
    reason: str
    tables: tuple[TableResult, ...]
    schema: tuple[SchemaDifference, ...]
    untold: dict[str, tuple[str, ...]] = field(default_factory=dict)  # side → what its product does not tell
    moments: dict[str, str] = field(default_factory=dict)  # side → what it was read as of
    notes: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)  # every rule that there is → what it explains
    format: int = 1
