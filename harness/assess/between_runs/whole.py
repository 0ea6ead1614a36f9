"""Two run folders → `RunComparison`, from their recordings alone: what is filed in either `result.json` is not read.

Not here: whether the folders are as they were sealed, or any document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.assess.between_runs import changes, comparable, concluding
from harness.assess.between_runs.times import ON_THE_CHOICE, Asked, Measured, level_change
from harness.assess.blocks import Block, read_blocks
from harness.assess.estimating import DISAGREED, UNCOMPARED, comparisons_of, loaded_of
from harness.assess.run import assess
from harness.judge.material import DECISIVE, round_of
from harness.judgement import Judgement
from harness.model import Part
from harness.result import Result
from harness.run_comparison import FORMAT, Ground, LevelChange, RunComparison, RunIdentity
from harness.runfile import parts_of, read_run
from harness.settings import Plan, plan_from_dict
from harness.stats import SHARES, Question

FUNCTION_DIFFERS = "A、B 两次的功能不同，不参与性能比较"
_SHOWN = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One of the two, assessed."""

    folder: Path
    run: Mapping[str, Any]
    plan: Plan
    result: Result
    blocks: Mapping[str, tuple[Block, ...]]  # by pack

    def measured(self, pack: str, stack: str) -> Measured:
        blocks = self.blocks.get(pack, ())
        return Measured(
            own=[b for b in blocks if b.summary.stack == stack], other=[b for b in blocks if b.summary.stack != stack]
        )


def compare_runs(a: Path, b: Path, *, stack: str = "migrated", margin: float | None = None) -> RunComparison:
    """Hold run B against run A. Raises BadInput where they did not do the same work.

    Without a margin the narrower one of the two plans applies.
    """
    read = [(folder, read_run(folder)) for folder in (a, b)]
    plans = tuple(plan_from_dict(run["plan"]) for _, run in read)
    comparable.refuse_different((read[0][1], read[1][1]), (plans[0], plans[1]))
    comparable.refuse_different_work(a, b)
    first, second = (_read(folder, run, plan) for (folder, run), plan in zip(read, plans, strict=True))
    if margin is None:
        margin = min(plan.performance.margin for plan in plans)
    return _compared((first, second), stack, margin)


def _read(folder: Path, run: Mapping[str, Any], plan: Plan) -> _Run:
    result, _ = assess(folder)
    blocks = {}
    if Part.LOAD in parts_of(run):
        for pack, known in run["packs"].items():
            found, _ = read_blocks(folder / "recordings" / pack / "load", plan.limits, known)
            blocks[pack] = tuple(found)
    return _Run(folder=folder, run=run, plan=plan, result=result, blocks=blocks)


def _compared(runs: tuple[_Run, _Run], stack: str, margin: float) -> RunComparison:
    a, b = (run.result for run in runs)
    other = next(name for name in changes.STACKS if name != stack)
    identity = tuple(changes.identity(a, b))
    same_other = changes.same_system(identity, other)
    question = _question(runs, margin)
    levels = tuple(_levels(runs, stack, question, corrects=same_other))
    fewer = bool(set(parts_of(runs[0].run)) - set(parts_of(runs[1].run)))
    verdicts, findings = tuple(changes.verdicts(a, b, fewer=fewer)), tuple(changes.findings(a, b))
    behaviours, tables = tuple(changes.behaviours(a, b)), tuple(changes.tables(a, b))
    titles = {**a.titles, **b.titles}
    grounds = (
        *concluding.of_verdicts(verdicts),
        *concluding.of_function(findings, behaviours, tables),
        *concluding.of_levels(levels, titles),
        *concluding.of_nothing(verdicts, levels),
        *_unmeasured(runs, levels),
        *_weak(runs, stack, question.quantiles[0]),
    )
    told = comparable.told_differences((runs[0].plan, runs[1].plan))
    return RunComparison(
        format=FORMAT, a=_identity(runs[0]), b=_identity(runs[1]), stack=stack, other=other,
        metric=runs[1].plan.performance.metric, margin=margin, confidence=question.confidence,
        interval=1 - (1 - ON_THE_CHOICE) * question.error,
        comparisons=question.comparisons, same_other=same_other,
        conclusion=concluding.concluded(grounds), grounds=grounds,
        identity=(*identity, *told), verdicts=verdicts, findings=findings, behaviours=behaviours, levels=levels,
        readings=tuple(changes.readings(a, b)), costs=tuple(changes.costs(a, b)),
        capacities=tuple(changes.capacities(a, b)), tables=tables, titles=titles,
        pack_titles={**a.pack_titles, **b.pack_titles}, notes_a=a.notes, notes_b=b.notes,
    )  # fmt: skip


def _identity(run: _Run) -> RunIdentity:
    return RunIdentity(
        folder=run.folder.name, run_id=run.result.run_id, created=run.result.created,
        plan=f"{run.plan.name} · {run.plan.title}", parts=tuple(parts_of(run.run)),
        products={stack: f"{facts.product} {facts.version}".strip() for stack, facts in run.result.stacks.items()},
    )  # fmt: skip


# --------------------------------------------------------------------------- response times


def _question(runs: tuple[_Run, _Run], margin: float) -> Question:
    """As one run asks it; where levels may stop early, at the level of the earlier look: it errs on the safe side."""
    plan = runs[1].plan
    looks = max(run.plan.load.rounds if run.plan.load.until_decided else 1 for run in runs)
    return Question(
        quantiles=tuple(SHARES[metric] for metric in _metrics(plan)),
        confidence=plan.performance.confidence,
        comparisons=max(comparisons_of(run.run, run.plan) for run in runs),
        min_samples=plan.performance.min_samples,
        seed="between",
        limit=1 + margin,
        look=min(_look(run) for run in runs) if looks > 1 else 1,
        looks=looks,
    )


def _metrics(plan: Plan) -> tuple[str, ...]:
    """The judged one first."""
    return tuple(dict.fromkeys((plan.performance.metric, *_SHOWN)))


def _look(run: _Run) -> int:
    positions = [block.summary.position for blocks in run.blocks.values() for block in blocks]
    return max((round_of(run.plan.load, position) for position in positions), default=1)


def _levels(runs: tuple[_Run, _Run], stack: str, question: Question, *, corrects: bool) -> Iterator[LevelChange]:
    """Every level that both runs have blocks of."""
    asked = Asked(question=question, metrics=_metrics(runs[1].plan), corrects=corrects)
    for pack, known in runs[1].run["packs"].items():
        measured = runs[0].measured(pack, stack), runs[1].measured(pack, stack)
        excluded = {name: _why_excluded(runs, pack, name) for name in loaded_of(known)}
        for level in runs[1].plan.load.levels_of(pack):
            if all(run.at(level.name).own for run in measured):
                yield level_change(level, measured, excluded, asked, pack=pack)


def _why_excluded(runs: tuple[_Run, _Run], pack: str, name: str) -> str:
    """A ratio counts where the transaction did the same in A and B: agreed in both, or differed in the same way."""
    states = {_function(run.result, pack, name) for run in runs}
    if UNCOMPARED in states:
        return UNCOMPARED
    if states == {""}:
        return ""
    a, b = (changes.unexplained(run.result, pack, name) for run in runs)
    return "" if states == {DISAGREED} and a and a == b else FUNCTION_DIFFERS


def _function(result: Result, pack: str, name: str) -> str:
    """Why a run itself does not count a transaction's times for its function; "" where it does."""
    said = {e.excluded for e in result.estimates if (e.pack, e.transaction, e.scope) == (pack, name, "transaction")}
    return next((why for why in (UNCOMPARED, DISAGREED) if why in said), "")


def _unmeasured(runs: tuple[_Run, _Run], levels: Sequence[LevelChange]) -> Iterator[Ground]:
    """Levels that both runs were to measure, and one of them has no block of that counts."""
    if not all(run.blocks for run in runs):
        return
    known = {(level.pack, level.level) for level in levels}
    missing = [
        level.name
        for pack in runs[1].run["packs"]
        for level in runs[1].plan.load.levels_of(pack)
        if (pack, level.name) not in known
    ]
    if missing:
        yield Ground(kind="unmeasured", against=Judgement.INCONCLUSIVE, n=len(missing), names=tuple(missing[:3]))


def _weak(runs: tuple[_Run, _Run], stack: str, quantile: float) -> Iterator[Ground]:
    """What makes the load itself no fair measurement of one of the runs."""
    enough = 1 - (1 - quantile) / 10
    for run, kind in zip(runs, ("unsent_a", "unsent_b"), strict=True):
        for blocks in run.blocks.values():
            own = [b.summary for b in blocks if b.summary.stack == stack and b.summary.kind in DECISIVE]
            few = {
                summary.level: None
                for summary in own
                if summary.model == "open" and summary.done < enough * summary.planned
            }
            if few:
                yield Ground(kind=kind, against=Judgement.INCONCLUSIVE, n=len(few), names=tuple(few))
    for run, kind in zip(runs, ("invalid_a", "invalid_b"), strict=True):
        invalid = [b.folder for blocks in run.blocks.values() for b in blocks if not b.summary.valid]
        if invalid:
            yield Ground(kind=kind, against=Judgement.INCONCLUSIVE, n=len(invalid), names=tuple(invalid[:3]))
