"""What the walk through one pack's recordings carries along: noise, rules, findings so far, keys touched so far.

Not here: where differences come from (`functional.py`, `stored.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.compare.differences import Difference
from harness.compare.findings import NOISE, Explanations, Findings
from harness.compare.noise import Noise
from harness.compare.replies import one_sided
from harness.compare.taint import Taint
from harness.result import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Shared by the transactions and the stored data of one pack."""

    noise: Noise
    explanations: Explanations
    findings: Findings
    taint: Taint

    def explained(self, d: Difference, example: Callable[[], Example]) -> bool:
        """Whether a rule or the noise floor accounts for this; it is counted there if so."""
        by = self.explanations.of(d) or (NOISE if self.noise.excuses(d) else "")
        if by:
            self.findings.explained(d, by, example)
        return bool(by)

    def row_taint(self, d: Difference) -> int | None:
        """The root whose trace the rows of a difference carry."""
        return earliest(self.taint.of_row(d.columns, d.row_a), self.taint.of_row(d.columns, d.row_b))

    def touch_values(self, d: Difference, root: int) -> None:
        """What one side has and the other has not: the cell, the words of the field, or the whole row."""
        if d.field:
            self.taint.touch_one_sided(*one_sided(d.field), root)
        elif d.column:
            self.taint.touch_one_sided((d.a,), (d.b,), root)
        else:
            self.taint.touch_one_sided(d.row_a, d.row_b, root)


def earliest(*roots: int | None) -> int | None:
    return min((root for root in roots if root is not None), default=None)
