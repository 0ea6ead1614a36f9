"""What is filed of a run beside its result: cases, problems, evidence, the runs before it, what people have stated.

The frozen view that every document is written from. Not here: gathering it (`filing`), its words (`reports/chapters`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.result import Example, Judgement, Result, Series
from harness.settings_report import Particulars, Severity, Status


class Subject(enum.StrEnum):
    """What a case examines; decides how its purpose, expectation and outcome are worded."""

    TRANSACTION = "transaction"
    TABLE = "table"
    INVARIANT = "invariant"
    MESSAGE = "message"
    STORED = "stored"
    BATTERY = "battery"
    DOCUMENT = "document"
    IMAGES = "images"
    RESPONSE = "response"
    PROBE = "probe"
    CONTENTS = "contents"  # of a table, both databases held against each other
    CHECK = "check"  # totals, coefficients
    SCHEMA = "schema"
    CLAUSE = "clause"  # nothing was executed: the clause itself, with the reason


KINDS = ("function", "interface", "performance", "security", "compatibility", "stability")  # a report each


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseText:
    """One requirement of the norm in our own words."""

    id: str
    title: str
    chapter: str
    kind: str  # one of KINDS, or "overall"
    periodic: bool
    requirement: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a statement comes from: rows of a file of the run folder."""

    id: str  # E1, E2 …
    path: str
    query: str  # how the rows are found in it: `transaction = book`
    rows: str = ""  # line numbers; "": the file as a whole
    count: int = 0  # of rows
    excerpt: tuple[str, ...] = ()  # a few of them, as they stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the test ledger 测试台账."""

    id: str
    kind: str  # one of KINDS
    clause: str
    pack: str
    subject: Subject
    name: str
    title: str
    judgement: Judgement
    level: str = ""  # of load
    steps: tuple[str, ...] = ()
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    reason: str = ""  # where there is more to say, in Chinese
    evidence: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One entry of the problem list 问题清单. The id is the same in every run that shows the same problem."""

    id: str
    kind: str  # one of KINDS
    clause: str
    severity: Severity
    pack: str
    subject: Subject
    name: str  # transaction, table, probe …
    title: str
    difference: str = ""  # kind of the finding: see harness/normalise.py
    step: str = ""
    column: str = ""
    level: str = ""
    count: int = 1
    reason: str = ""  # what it means, in Chinese
    examples: tuple[Example, ...] = ()
    findings: tuple[str, ...] = ()  # this one and those that follow from it
    command: str = ""  # runs just the part that shows it
    script: str = ""  # a file that shows it
    evidence: tuple[str, ...] = ()
    status: Status = Status.OPEN
    owner: str = ""
    retest: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """One run of a series, the one that is reported included."""

    folder: str
    run_id: str
    created: str
    plan: str
    versions: Mapping[str, str]  # xinheng, python
    products: Mapping[str, str]  # stack → product and version
    verdicts: Mapping[str, Judgement]
    problems: tuple[str, ...] = ()  # ids
    changed: tuple[tuple[str, str, str], ...] = ()  # since the run before: what, then, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file that is filed with the documents."""

    path: str
    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendixItem:
    """One item of the form in Appendix B. Points say that something was done and documented, not that it passed."""

    id: str  # 3-3-1a …
    available: int
    obtained: int
    counted: tuple[str, ...] = ()  # kinds that were tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One run, or the last of a series, as it is filed."""

    result: Result
    series: Series
    clauses: tuple[ClauseText, ...]
    particulars: Particulars
    cases: tuple[Case, ...] = ()
    problems: tuple[Problem, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)  # id → evidence
    of_verdict: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # clause → evidence ids
    runs: tuple[RunSeen, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    parity: Mapping[tuple[str, str], Judgement] = field(default_factory=dict)  # pack, kind
    appendix: tuple[AppendixItem, ...] = ()
    executed: tuple[str, str] = ("", "")  # first and last event, ISO 8601 with offset
    workloads: tuple[Attachment, ...] = ()

    @property
    def kind_of(self) -> Mapping[str, str]:
        return {clause.id: clause.kind for clause in self.clauses}
