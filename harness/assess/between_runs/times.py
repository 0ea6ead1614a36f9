"""Blocks of two runs → ratios B ÷ A per transaction and level, each with its control, and what they say. Pure.

Three questions, three ratios. *Direct*: how long did the compared stack's users wait in B, against A? All that differed
between the runs is in it. *Control*: how much did the other stack, which nobody changed, move meanwhile? *Corrected*:
their quotient. The blocks of two runs did not run side by side, so nothing that drifts cancels in the first two, and
what a whole run has in common cannot be seen from within it; it cancels in the third alone. So the direct ratio decides
unless the control surely moved at the level; then the corrected one does. That choice may be wrong, too: a fifth of the
error is spent on it and the rest on what is concluded, so that both together err no more often than stated.
Not here: reading blocks (`assess/blocks.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.assess.between_runs.drift import ratios_of_ratios
from harness.assess.blocks import Block
from harness.assess.estimating import ALL
from harness.judge.material import DECISIVE
from harness.result import Estimate, Judgement
from harness.run_comparison import Change, LevelChange, Throughput, TimeChange
from harness.settings_plan import Level
from harness.stats import (
    DRAWS,
    SHARES,
    Answer,
    Answers,
    BlockSamples,
    Interval,
    NotEnough,
    Question,
    Sides,
    blocks_needed,
    percentile_ratios,
    standing,
    throughput_ratio,
)

DIRECT, CORRECTED = "direct", "corrected"
ON_THE_CHOICE = 0.2  # of the error, on whether the control moved
METHOD = f"不配对的分块自助法（{DRAWS} 次）：两次运行的块不相邻，各自重抽，按各自的块间离散放宽；判法与单次运行相同。"
METHOD_CORRECTED = f"两次运行各自的比值（{DRAWS} 次分块自助法，块仍在各自的运行内配对）相除，方差相加。"
_CHANGES = {Judgement.PASS: Change.NO_WORSE, Judgement.FAIL: Change.SLOWER, Judgement.INCONCLUSIVE: Change.OPEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One pack's blocks of one run, by what they are here."""

    own: Sequence[Block]  # of the compared stack
    other: Sequence[Block]

    def at(self, level: str) -> Measured:
        """Those of one level that count."""
        return Measured(own=_counting(self.own, level), other=_counting(self.other, level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of every pack and level."""

    question: Question  # the judged quantile first, `limit` with the margin
    metrics: tuple[str, ...]  # of its quantiles, in the same order
    corrects: bool  # whether the other stack is the same system in both runs, so that its moving means drift


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """Ratios with the limit, and which of them are surely below 1, by the judged quantile."""

    answers: Mapping[str, Answers]
    faster: frozenset[str]


def level_change(
    level: Level, runs: tuple[Measured, Measured], excluded: Mapping[str, str], asked: Asked, *, pack: str
) -> LevelChange:
    """One level of one pack; `excluded`: every transaction of the mix, and why it does not count, or ""."""
    a, b = (run.at(level.name) for run in runs)
    at = _Place(level=level, pack=pack, blocks=min(len(a.own), len(b.own)), asked=asked)
    names = list(excluded)
    own = {name: (_apart(a.own, name), _apart(b.own, name)) for name in names}
    other = {name: (_apart(a.other, name), _apart(b.other, name)) for name in names}
    before, after = ({name: (_of(run.other, name), _of(run.own, name)) for name in names} for run in (a, b))
    direct = _Ways(answers=percentile_ratios(own, at.question("direct")), faster=_faster(own, at.question("direct")))
    quotient = ratios_of_ratios(before, after, at.question("corrected"))
    corrected = _Ways(answers=quotient.answers, faster=quotient.faster)
    control = percentile_ratios(other, replace(at.question("control"), limit=1.0))
    moved = _moved(other, at.question("moved"))
    by = CORRECTED if moved and asked.corrects else DIRECT
    return LevelChange(
        pack=pack, level=level.name, kind=level.kind, users=level.users, rate_per_s=level.rate_per_s,
        blocks_a=len(a.own), blocks_b=len(b.own), moved=tuple(name for name in names if name in moved),
        throughput=_throughput(at, a, b),
        times=tuple(
            time
            for name in names
            for time in _times(at, name, _Found(direct=direct, control=control, corrected=corrected, by=by), excluded)
        ),
    )  # fmt: skip


def _counting(blocks: Sequence[Block], level: str) -> list[Block]:
    return [block for block in blocks if block.summary.level == level and block.summary.valid]


def _of(blocks: Sequence[Block], name: str) -> list[BlockSamples]:
    return [block.completed[name] for block in blocks if name in block.completed]


def _apart(blocks: Sequence[Block], name: str) -> list[BlockSamples]:
    """Without what ties a block to one of the other stack: beside it there is none of the other run."""
    return [replace(samples, pair=-1, joint=False) for samples in _of(blocks, name)]


# --------------------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A pack and a level, with what is asked there."""

    level: Level
    pack: str
    blocks: int  # of the compared stack, in the run that has fewer
    asked: Asked

    def question(self, what: str) -> Question:
        """What is concluded: the error without what the choice of the ratio is worth."""
        asked = self.asked.question
        return replace(
            asked,
            confidence=1 - (1 - ON_THE_CHOICE) * asked.error,
            seed=f"between/{self.pack}/{self.level.name}/{what}",
        )

    @property
    def decides(self) -> bool:
        return self.level.kind in DECISIVE


def _faster(sides: Mapping[str, Sides], question: Question) -> frozenset[str]:
    """Which ratios are surely below 1: those that are above it the other way round."""
    return _slower({name: (b, a) for name, (a, b) in sides.items()}, question)


def _slower(sides: Mapping[str, Sides], question: Question) -> frozenset[str]:
    """Which ratios of the judged quantile are surely above 1."""
    quantile = question.quantiles[0]
    answers = percentile_ratios(sides, replace(question, quantiles=(quantile,), limit=1.0))
    known = {name: answer[quantile] for name, answer in answers.items()}
    return frozenset(n for n, answer in known.items() if isinstance(answer, Interval) and answer.low_adjusted > 1)


def _moved(other: Mapping[str, Sides], question: Question) -> frozenset[str]:
    """Which ratios of the control are surely not 1; an error to either side, so each may be made half as often."""
    either = replace(question, confidence=1 - ON_THE_CHOICE * question.error / (1 - ON_THE_CHOICE) / 2)
    return _slower(other, either) | _faster(other, either)


# --------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The three ratios of a level, and which of them decides."""

    direct: _Ways
    control: Mapping[str, Answers]
    corrected: _Ways
    by: str


def _times(at: _Place, name: str, found: _Found, excluded: Mapping[str, str]) -> Iterator[TimeChange]:
    decisive = found.corrected if found.by == CORRECTED else found.direct
    for metric in at.asked.metrics:
        judged = metric == at.asked.metrics[0]
        why = excluded[name]
        q = SHARES[metric]
        yield TimeChange(
            pack=at.pack, transaction=name, level=at.level.name, metric=f"{metric}_ratio",
            direct=_estimate(at, name, metric, found.direct.answers[name][q], why),
            control=_estimate(at, name, metric, found.control[name][q], ""),
            corrected=_estimate(at, name, metric, found.corrected.answers[name][q], why, METHOD_CORRECTED),
            by=found.by,
            change=_change(at, decisive, name) if judged and not why else Change.NOT_COUNTED,
            judged=judged,
        )  # fmt: skip


def _change(at: _Place, ways: _Ways, name: str) -> Change:
    quantile = at.asked.question.quantiles[0]
    answer = ways.answers[name][quantile]
    if not at.decides:
        return Change.NOT_COUNTED
    if not isinstance(answer, Interval):
        return Change.OPEN
    if name in ways.faster:
        return Change.FASTER
    return _CHANGES[standing(answer.low_adjusted, answer.high_adjusted, at.asked.question.limit)]


def _estimate(at: _Place, name: str, metric: str, answer: Answer, excluded: str, method: str = METHOD) -> Estimate:
    limit = at.asked.question.limit
    common: dict[str, Any] = {
        "pack": at.pack, "transaction": name, "level": at.level.name, "metric": f"{metric}_ratio", "method": method,
        "confidence": at.question("").confidence, "n": answer.n,
    }  # fmt: skip
    if not isinstance(answer, Interval):
        return Estimate(**common, value=0.0, low=0.0, high=0.0, excluded=excluded or _why_none(answer))
    scale = 1.0 if method == METHOD_CORRECTED else 1e-6  # the sides of a ratio of ratios are ratios
    return Estimate(
        **common, value=answer.value, low=answer.low, high=answer.high, original=answer.original * scale,
        migrated=answer.migrated * scale, low_adjusted=answer.low_adjusted, high_adjusted=answer.high_adjusted,
        excluded=excluded, blocks_needed=blocks_needed(answer, limit, at.blocks) if at.blocks else 0,
    )  # fmt: skip


def _why_none(answer: Answer) -> str:
    return f"样本不足（{answer.n}/{answer.needed}）" if isinstance(answer, NotEnough) else "未完成的过多"


def _throughput(at: _Place, a: Measured, b: Measured) -> Throughput:
    direct = _throughput_of(at, a.own, b.own)
    floor = 1 - (at.asked.question.limit - 1)
    change = Change.OPEN if at.decides else Change.NOT_COUNTED
    if at.decides and not direct.excluded:
        if direct.low_adjusted >= floor:
            change = Change.NO_WORSE
        elif direct.high_adjusted < floor:
            change = Change.SLOWER
    return Throughput(direct=direct, control=_throughput_of(at, a.other, b.other), change=change)


def _throughput_of(at: _Place, a: Sequence[Block], b: Sequence[Block]) -> Estimate:
    question = at.question("throughput")
    answer = throughput_ratio([block.throughput for block in a], [block.throughput for block in b], question)
    common: dict[str, Any] = {
        "pack": at.pack, "transaction": ALL, "level": at.level.name, "metric": "throughput_ratio", "method": METHOD,
        "confidence": question.confidence, "n": answer.n,
    }  # fmt: skip
    if isinstance(answer, NotEnough):
        return Estimate(**common, value=0.0, low=0.0, high=0.0, excluded=_why_none(answer))
    return Estimate(
        **common, value=answer.value, low=answer.low, high=answer.high,
        original=answer.original / a[0].chunk_s, migrated=answer.migrated / b[0].chunk_s,
        low_adjusted=answer.low_adjusted, high_adjusted=answer.high_adjusted,
    )  # fmt: skip
