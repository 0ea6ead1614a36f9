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
class ConsistencyPlan:
    """The comparison of what two databases hold, table by table and row by row."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    tables: tuple[Text, ...] = ("*",)  # patterns, whatever the case of names
    exclude: tuple[Text, ...] = ()
    where: dict[str, Text] = field(default_factory=dict)  # table pattern → SQL condition for both sides
    accept: tuple[AcceptedRule, ...] = ()
    zone: Zone = "+08:00"  # that instants are told in

    @property
    def reasons(self) -> dict[str, str]:
        """Rule → why it is accepted."""
        return {accepted.rule: accepted.reason for accepted in self.accept}
