"""A piece of advice: one thing that hurts, what it may break and what to do. Which there are, say the rules."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How much it hurts. Only what blocks makes the command fail."""

    BLOCK = "block"
    CAUTION = "caution"
    HINT = "hint"

    @property
    def label(self) -> str:
        return {"block": "阻断", "caution": "注意", "hint": "提示"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing that hurts, in Chinese sentences without their full stop."""

    id: str  # the rule: isolation, charset_narrow, agent …
    severity: Severity
    side: str  # a key of examined.TITLES
    says: str  # what was seen
    original: str = ""  # seen on the original side, where both are compared
    migrated: str = ""
    breaks: str = ""  # what it may break for the hospital's application or for the measurement
    todo: str = ""
