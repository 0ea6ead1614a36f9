"""What the comparison of two runs comes to: every reason with what it pulls the conclusion down to. Pure.

Run B is worse where it is surely so, or where something that was shown in A is shown no longer; the conclusion is open
where the measurement does not reach. Resources and costs are shown and judge nothing: one run gives one value of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.judgement import Judgement
from harness.run_comparison import (
    BehaviourChange,
    Change,
    FindingChange,
    Ground,
    LevelChange,
    Move,
    TableChange,
    VerdictChange,
)

_NAMED = 3


def of_verdicts(changes: Sequence[VerdictChange]) -> Iterator[Ground]:
    asked = [each for each in changes if each.asked]
    worse = [each.clause for each in asked if each.move is Move.WORSE]
    yield from _ground("clause_worse", Judgement.FAIL, worse)
    untested = [each.clause for each in asked if each.move is Move.UNTESTED and each.a is not Judgement.NOT_RUN]
    yield from _ground("clause_untested", Judgement.INCONCLUSIVE, untested)


def of_function(
    findings: Sequence[FindingChange], behaviours: Sequence[BehaviourChange], tables: Sequence[TableChange]
) -> Iterator[Ground]:
    """A difference that was explained in A and is not in B is as new as one that was not there."""
    new = [f for f in findings if f.root and (f.move is Move.NEW or (f.move is Move.CHANGED and f.explained_a))]
    yield from _ground("finding_new", Judgement.FAIL, [f"{f.transaction}.{f.column or f.step}" for f in new])
    worse = [each.id for each in behaviours if each.move is Move.WORSE]
    yield from _ground("behaviour_worse", Judgement.FAIL, worse)
    yield from _ground("table_worse", Judgement.FAIL, [each.table for each in tables if each.move is Move.WORSE])


def of_levels(levels: Sequence[LevelChange], titles: dict[str, str]) -> Iterator[Ground]:
    slower, open_ones, apart, fewer, undecided = [], [], [], [], []
    for level in levels:
        for time in (time for time in level.times if time.judged):
            name = f"{titles.get(time.transaction, time.transaction)}（{level.level}）"
            if time.change is Change.SLOWER:
                slower.append(name)
            elif time.change is Change.OPEN:
                open_ones.append(name)
            elif time.direct.excluded and time.change is Change.NOT_COUNTED:
                apart.append(name)
        if level.throughput.change is Change.OPEN:
            undecided.append(level.level)
        elif level.throughput.change is Change.SLOWER:
            fewer.append(level.level)
    yield from _ground("slower", Judgement.FAIL, slower)
    yield from _ground("fewer", Judgement.FAIL, fewer)
    yield from _ground("open", Judgement.INCONCLUSIVE, open_ones)
    yield from _ground("apart", Judgement.INCONCLUSIVE, apart)
    yield from _ground("throughput_open", Judgement.INCONCLUSIVE, undecided)


def of_nothing(verdicts: Sequence[VerdictChange], levels: Sequence[LevelChange]) -> Iterator[Ground]:
    """Runs of parts that judge nothing, such as a search for the capacity, have nothing to be better or worse in."""
    judged = [each for each in verdicts if each.asked and Judgement.NOT_RUN not in (each.a, each.b)]
    if not judged and not levels:
        yield Ground(kind="nothing", against=Judgement.INCONCLUSIVE, n=0, names=())


def concluded(grounds: Sequence[Ground]) -> Judgement:
    against = {ground.against for ground in grounds}
    if Judgement.FAIL in against:
        return Judgement.FAIL
    return Judgement.INCONCLUSIVE if against else Judgement.PASS


def _ground(kind: str, against: Judgement, names: Sequence[str]) -> Iterator[Ground]:
    if names:
        yield Ground(kind=kind, against=against, n=len(names), names=tuple(names[:_NAMED]))
