"""What a plan says of the comparison of two databases' contents: which tables, which rows, which rules are accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.settings_load import STRICT, Text

# The kinds of difference that a rule can explain (`compare/explained.py`).
RuleName = Literal[
    "empty_null",
    "padding",
    "decimal_scale",
    "decimal_rounding",
    "time_precision",
    "time_zone",
    "case",
    "charset",
    "type",
]
Zone = Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRule:
    """A way of writing values differently that somebody has looked at and can live with."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    rule: RuleName
    reason: Text  # who decided it and why it does no harm


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """One thing that is asked of the data as a whole (`harness/tables/checks.py`)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Literal["totals", "codes", "complete", "matched", "timely", "characters"]
    table: Text  # of `characters`: a pattern
    columns: tuple[Text, ...] = ()  # summed, or looked at
    by: tuple[Text, ...] = ()  # totals: a group per value
    month: str = ""  # totals: a group per month of this column
    to: str = ""  # codes, matched: table.column where the value must be found

    @property
    def wrong(self) -> str:
        """What it lacks or has too much of, in Chinese; nothing where it is whole."""
        if self.kind in ("codes", "matched"):
            return "" if len(self.columns) == 1 and "." in self.to else '要写一个列（columns）和 to = "表.列"'
        if self.to:
            return "没有 to"
        if self.kind != "totals" and (self.by or self.month):
            return "没有 by 和 month"
        fewest = {"complete": 1, "timely": 2}.get(self.kind, 0)
        return "" if len(self.columns) >= fewest else f"至少要写 {fewest} 个列（columns）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyPlan:
    """The comparison of what two databases hold, table by table and row by row."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    run: bool = False  # also as a part of every run of this plan
    tables: tuple[Text, ...] = ("*",)  # patterns, whatever the case of names
    exclude: tuple[Text, ...] = ()
    where: dict[str, Text] = field(default_factory=dict)  # table pattern → SQL condition for both sides
    accept: tuple[AcceptedRule, ...] = ()
    zone: Zone = "+08:00"  # that instants are told in
    checks: tuple[CheckPlan, ...] = ()

    @property
    def reasons(self) -> dict[str, str]:
        """Rule → why it is accepted."""
        return {accepted.rule: accepted.reason for accepted in self.accept}
