"""What both stacks hold after the error-handling battery, table by table: the differences that nothing explains.

Not here: single cases (`handled.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.compare.differences import of_table
from harness.compare.findings import Explanations, Findings
from harness.compare.kinds import Kind
from harness.compare.noise import Noise
from harness.compare.stored import AFTER, Observed, Recordings, StoredData
from harness.compare.taint import Taint
from harness.compare.walk import Walk
from harness.model import Rule, TableState
from harness.result import Finding


def leftovers(
    pack: str,
    sides: Sequence[Mapping[str, TableState]],
    twice: tuple[Observed, Observed] | None,
    rules: Sequence[Rule],
    accepts: Callable[[str], bool],
) -> tuple[Finding, ...]:
    """`sides`: original, migrated. `twice`: the original after the same work, two times, where it is known."""
    noise = Noise()
    if twice is not None:
        _learn(noise, twice[0].after, twice[1].after)
    walk = Walk(
        noise=noise, explanations=Explanations(rules, accepts), findings=Findings(pack), taint=Taint((), frozenset())
    )
    original, migrated = (Observed(after=states) for states in sides)
    StoredData(walk, Recordings(original_1=original, original_2=Observed(), migrated=migrated)).compare(AFTER)
    left = tuple(f for f in walk.findings.frozen() if not f.explained_by and not f.consequence_of)
    return left if twice is not None else _without_clocks(left)


def _without_clocks(left: Sequence[Finding]) -> tuple[Finding, ...]:
    """Where nobody knows which columns move by themselves, a moment that differs is taken for the time of the pass; two
    passes side by side may read the clock so close together that it looks like a lost digit."""
    clocks = {(f.transaction, f.column) for f in left if f.kind == Kind.TIME}
    by_chance = {Kind.TIME, Kind.TIME_PRECISION}
    return tuple(f for f in left if f.kind not in by_chance or (f.transaction, f.column) not in clocks)


def _learn(noise: Noise, one: Mapping[str, TableState], two: Mapping[str, TableState]) -> None:
    for table in one:
        if table in two:
            found = of_table(one[table], two[table], AFTER, {})
            for differences in (found.whole, *found.rows):
                noise.learn(differences)
