"""Two results side by side: what became of verdicts, findings, behaviours, tables, facts and resources. Pure.

Not here: response times (`times.py`), or what it all comes to (`concluding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from harness.data_result import TableResult, TableState
from harness.judgement import Judgement
from harness.result import Behaviour, BehaviourClass, Finding, Result, StackFacts
from harness.run_comparison import (
    BehaviourChange,
    CapacityChange,
    CostChange,
    FindingChange,
    Move,
    Pair,
    ReadingChange,
    TableChange,
    VerdictChange,
)

STACKS = ("original", "migrated")
_HOST = (
    "hostname", "cpu", "architecture", "cores", "sockets", "os", "os_version", "kernel", "memory_mib", "page_size",
    "numa_nodes", "virtualisation",
)  # fmt: skip
_WHICH_SYSTEM = frozenset({"product", "version", *_HOST} - {"kernel"})  # what makes it another system
# Settings that say where a system lies, not how it works.
_PLACES = frozenset({"数据目录", "数据目录（建成后不能更改）"})
_RANK = {Judgement.FAIL: 0, Judgement.INCONCLUSIVE: 1, Judgement.PASS: 2}
_GOOD_TABLES = frozenset({TableState.EQUAL, TableState.BY_RULE, TableState.LEFT_OUT})

# --------------------------------------------------------------------------- who they are


def identity(a: Result, b: Result) -> Iterator[Pair]:
    """Facts of both stacks and the tools' versions, whether they differ or not."""
    for stack in STACKS:
        mine, theirs = a.stacks.get(stack), b.stacks.get(stack)
        for group, facts in _facts(mine, theirs).items():
            for name, (in_a, in_b) in facts.items():
                yield Pair(stack=stack, group=group, name=name, a=in_a, b=in_b)
    for name in {**a.harness, **b.harness}:
        yield Pair(stack="", group="tools", name=name, a=a.harness.get(name, ""), b=b.harness.get(name, ""))


def same_system(pairs: tuple[Pair, ...], stack: str) -> bool:
    """Whether product, version, settings and machine of a stack are alike in both runs, as far as the facts tell."""
    own = [pair for pair in pairs if pair.stack == stack and pair.name not in _PLACES]
    return not any(pair.differs and (pair.group == "settings" or pair.name in _WHICH_SYSTEM) for pair in own)


def _facts(a: StackFacts | None, b: StackFacts | None) -> dict[str, dict[str, tuple[str, str]]]:
    def both(mine: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        return {name: (mine.get(name, ""), theirs.get(name, "")) for name in {**mine, **theirs}}

    def product(facts: StackFacts | None) -> dict[str, str]:
        if facts is None:
            return {}
        return {"title": facts.title, "product": facts.product, "version": facts.version, "driver": facts.driver}

    def host(facts: StackFacts | None) -> dict[str, str]:
        return {name: facts.host[name] for name in _HOST if name in facts.host} if facts else {}

    return {
        "product": both(product(a), product(b)),
        "settings": both(a.settings if a else {}, b.settings if b else {}),
        "host": both(host(a), host(b)),
    }


# --------------------------------------------------------------------------- verdicts


def verdicts(a: Result, b: Result, *, fewer: bool = False) -> Iterator[VerdictChange]:
    """`fewer`: run B left out parts that A had, so what it leaves open may just not have been looked at."""
    mine = {verdict.clause: verdict for verdict in a.verdicts}
    for after in b.verdicts:
        before = mine.get(after.clause)
        was = before.verdict if before else Judgement.NOT_RUN
        if was is after.verdict is Judgement.NOT_RUN:
            continue
        yield VerdictChange(
            clause=after.clause, title=after.title, asked=after.asked or bool(before and before.asked),
            a=was, b=after.verdict, reason_a=before.reason if before else "", reason_b=after.reason,
            move=_moved(was, after.verdict, fewer=fewer),
        )  # fmt: skip


def _moved(a: Judgement, b: Judgement, *, fewer: bool) -> Move:
    if a is b:
        return Move.SAME
    if a not in _RANK or b not in _RANK or (fewer and b is Judgement.INCONCLUSIVE):
        return Move.UNTESTED
    return Move.WORSE if _RANK[b] < _RANK[a] else Move.BETTER


# --------------------------------------------------------------------------- findings


Place = tuple[str, str, str, str, str]  # pack, transaction, step, column, kind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """A class of difference in one run; several findings of one class count together."""

    count: int = 0
    explained_by: str = ""
    root: bool = False


def findings(a: Result, b: Result) -> Iterator[FindingChange]:
    """Those of packs that were compared in both runs; unexplained ones of B first."""
    packs = set(a.ledger) & set(b.ledger)
    mine, theirs = _classes(a.findings), _classes(b.findings)
    found = [
        _finding(place, mine.get(place, _Class()), theirs.get(place, _Class()))
        for place in dict.fromkeys(chain(theirs, mine))
        if place[0] in packs
    ]
    yield from sorted(found, key=lambda each: (not each.root, each.move is Move.SAME))


def _classes(found: tuple[Finding, ...]) -> dict[Place, _Class]:
    classes: dict[Place, _Class] = {}
    for each in found:
        place = (each.pack, each.transaction, each.step, each.column, each.kind)
        before = classes.get(place, _Class(explained_by=each.explained_by))
        classes[place] = _Class(
            count=before.count + each.count,
            explained_by=each.explained_by and before.explained_by,  # one that nothing explains is enough
            root=before.root or not (each.explained_by or each.consequence_of),
        )
    return classes


def _finding(place: Place, a: _Class, b: _Class) -> FindingChange:
    move = Move.CHANGED
    if not a.count:
        move = Move.NEW
    elif not b.count:
        move = Move.GONE
    elif a == b:
        move = Move.SAME
    pack, transaction, step, column, kind = place
    return FindingChange(
        pack=pack, transaction=transaction, step=step, column=column, kind=kind, count_a=a.count, count_b=b.count,
        explained_a=a.explained_by, explained_b=b.explained_by, root=b.root, move=move,
    )  # fmt: skip


def unexplained(result: Result, pack: str, transaction: str) -> dict[Place, int]:
    """What nothing explains of one transaction, by class: two runs in which it is the same did the same work."""
    own = tuple(f for f in result.findings if f.pack == pack and f.transaction == transaction and not f.explained_by)
    return {place: known.count for place, known in _classes(own).items()}


# --------------------------------------------------------------------------- behaviours, tables


def behaviours(a: Result, b: Result) -> Iterator[BehaviourChange]:
    mine, theirs = ({each.id: each for each in result.behaviours} for result in (a, b))
    for probe in dict.fromkeys(chain(theirs, mine)):
        before, after = mine.get(probe), theirs.get(probe)
        known = after or before
        assert known is not None
        yield BehaviourChange(
            id=probe, title=known.title, a=before.outcome if before else None, b=after.outcome if after else None,
            accepted=bool(after and after.accepted), move=_behaved(before, after),
        )  # fmt: skip


def _behaved(a: Behaviour | None, b: Behaviour | None) -> Move:
    if a is None or b is None:
        return Move.UNTESTED
    if a.outcome is b.outcome:
        return Move.SAME
    if b.outcome is BehaviourClass.SAME:
        return Move.BETTER
    return Move.WORSE if a.outcome is BehaviourClass.SAME and not b.accepted else Move.CHANGED


def tables(a: Result, b: Result) -> Iterator[TableChange]:
    mine, theirs = (
        {each.table: each for each in result.consistency.tables} if result.consistency else {} for result in (a, b)
    )
    for table in dict.fromkeys(chain(theirs, mine)):
        before, after = mine.get(table), theirs.get(table)
        yield TableChange(
            table=table, a=before.state if before else None, b=after.state if after else None,
            unexplained_a=before.counts.unexplained_values if before else 0,
            unexplained_b=after.counts.unexplained_values if after else 0,
            move=_table_moved(before, after),
        )  # fmt: skip


def _table_moved(a: TableResult | None, b: TableResult | None) -> Move:
    if a is None or b is None:
        return Move.UNTESTED
    if a.state is b.state:
        return Move.SAME if a.counts == b.counts else Move.CHANGED
    if (a.state in _GOOD_TABLES) == (b.state in _GOOD_TABLES):
        return Move.CHANGED
    return Move.BETTER if b.state in _GOOD_TABLES else Move.WORSE


# --------------------------------------------------------------------------- resources


def readings(a: Result, b: Result) -> Iterator[ReadingChange]:
    for stack in STACKS:
        mine, theirs = a.readings.get(stack, {}), b.readings.get(stack, {})
        for resource in dict.fromkeys(chain(mine, theirs)):
            yield ReadingChange(stack=stack, resource=resource, a=mine.get(resource), b=theirs.get(resource))


def costs(a: Result, b: Result) -> Iterator[CostChange]:
    """What both runs know of the same transaction, level and stack."""
    mine = {(cost.pack, cost.level, cost.stack, cost.transaction): cost for cost in a.costs}
    for after in b.costs:
        before = mine.get((after.pack, after.level, after.stack, after.transaction))
        if before is not None:
            yield CostChange(a=before, b=after)


def capacities(a: Result, b: Result) -> Iterator[CapacityChange]:
    mine = {(each.pack, each.stack): each for each in a.capacities}
    for after in b.capacities:
        before = mine.get((after.pack, after.stack))
        if before is not None:
            yield CapacityChange(
                pack=after.pack, stack=after.stack, sustained_a=before.sustained_per_s,
                sustained_b=after.sustained_per_s, knee_a=before.knee_per_s, knee_b=after.knee_per_s,
                limited_a=before.limited_by, limited_b=after.limited_by,
            )  # fmt: skip
