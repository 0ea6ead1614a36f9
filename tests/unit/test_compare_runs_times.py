"""Ratios between two runs over simulated blocks: honest where nothing differs, and awake where something does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from harness.assess.between_runs.drift import ratios_of_ratios
from harness.assess.between_runs.times import level_change
from harness.run_comparison import Change, LevelChange
from harness.settings import Level
from harness.stats import Interval, NotEnough
from tests.unit.simulated_blocks import LEVEL, NAMES, asked, run

COUNTED = dict.fromkeys(NAMES, "")
RUNS = 16


def compared(seed: int, *, limit: float = 1.2, corrects: bool = True, **after: float) -> LevelChange:
    """A run, and another of which is known what differs."""
    rng = np.random.default_rng(seed)
    return level_change(
        LEVEL, (run(rng), run(rng, **after)), COUNTED, asked(limit=limit, corrects=corrects), pack="his"
    )  # type: ignore[arg-type]


def changes(level: LevelChange) -> list[Change]:
    return [time.change for time in level.times if time.judged]


# --------------------------------------------------------------------------- errors at most as often as stated


def test_where_nothing_differs_nobody_is_accused_or_praised() -> None:
    found = Counter(change for seed in range(RUNS) for change in set(changes(compared(seed))))
    assert found[Change.SLOWER] == 0
    assert found[Change.FASTER] <= 3  # 0.8 expected of 16 at 5 %; four or more come by chance once in 140 times


def test_at_the_very_limit_one_run_in_twenty_is_accused_at_most() -> None:
    """The hardest case: every transaction lies exactly on the limit, and any of them accused is an error."""
    found = [changes(compared(seed, own=1.2)) for seed in range(RUNS)]
    assert sum(Change.SLOWER in each for each in found) <= 3
    assert sum(each[0] is Change.NO_WORSE for each in found) <= 3  # of either transaction one in twenty


def test_a_quarter_slower_is_found() -> None:
    found = Counter(change for seed in range(6) for change in changes(compared(seed, limit=1.05, own=1.25)))
    assert found[Change.SLOWER] >= 10 and found[Change.NO_WORSE] == 0


def test_a_fifth_faster_is_found() -> None:
    found = Counter(change for seed in range(4) for change in changes(compared(seed, own=0.75)))
    assert found[Change.FASTER] >= 7


# --------------------------------------------------------------------------- drift


def test_a_slow_day_is_no_fault_of_the_compared_stack() -> None:
    for seed in range(4):
        level = compared(seed, limit=1.1, day=1.4)
        assert level.moved
        assert {time.by for time in level.times} == {"corrected"}
        assert Change.SLOWER not in changes(level)
        felt = [time.direct for time in level.times if time.judged]
        assert all(each.low_adjusted > 1.1 for each in felt)  # its users did wait longer, and the page says so


def test_a_fast_day_hides_nothing() -> None:
    for seed in range(3):
        level = compared(seed, limit=1.1, day=0.7, own=1.5)
        assert set(changes(level)) == {Change.SLOWER}
        assert all(time.direct.value < 1.1 for time in level.times)


def test_another_control_system_corrects_nothing() -> None:
    level = compared(1, limit=1.1, corrects=False, day=1.4)
    assert level.moved and {time.by for time in level.times} == {"direct"}
    assert set(changes(level)) == {Change.SLOWER}


def test_the_corrected_ratio_is_the_quotient_of_both_runs_ratios() -> None:
    rng = np.random.default_rng(3)
    before, after = run(rng), run(rng, own=1.4, day=0.9)
    sides = [
        {n: ([b.completed[n] for b in m.other], [b.completed[n] for b in m.own]) for n in NAMES}
        for m in (before, after)
    ]
    answers = ratios_of_ratios(sides[0], sides[1], asked().question).answers
    for name in NAMES:
        known = answers[name][0.95]
        assert isinstance(known, Interval)
        ratio = [
            np.quantile(np.concatenate([x.value_ns for x in own]), 0.95)
            / np.quantile(np.concatenate([x.value_ns for x in other]), 0.95)
            for other, own in (side[name] for side in sides)
        ]
        assert known.value == pytest.approx(ratio[1] / ratio[0])
        assert (known.original, known.migrated) == pytest.approx(tuple(ratio))
        assert known.low < 1.4 < known.high
        assert known.low_adjusted < known.value < known.high_adjusted < known.high


def test_the_corrected_interval_covers_the_truth() -> None:
    covered = n = 0
    for seed in range(8):
        for time in compared(seed, own=1.3, day=0.8).times:
            covered += time.corrected.low <= 1.3 <= time.corrected.high
            n += 1
    assert covered / n >= 0.9


# --------------------------------------------------------------------------- edges


def test_a_run_against_itself_differs_in_nothing() -> None:
    rng = np.random.default_rng(1)
    same = run(rng)
    level = level_change(LEVEL, (same, same), COUNTED, asked(), pack="his")
    assert level.moved == ()
    assert level.throughput.direct.value == 1 and level.throughput.change is Change.NO_WORSE
    for time in level.times:
        assert time.direct.value == time.control.value == time.corrected.value == 1
        assert time.change is (Change.NO_WORSE if time.judged else Change.NOT_COUNTED)


def test_the_same_blocks_always_give_the_same_answer() -> None:
    assert compared(5, own=1.1) == compared(5, own=1.1)


def test_one_transaction_alone_is_named() -> None:
    rng = np.random.default_rng(2)
    runs = run(rng), run(rng, slower={"find": 1.6})
    level = level_change(LEVEL, runs, COUNTED, asked(), pack="his")
    assert {t.transaction: t.change for t in level.times if t.judged} == {
        "charge": Change.NO_WORSE, "find": Change.SLOWER,
    }  # fmt: skip


def test_what_did_other_work_is_shown_and_does_not_count() -> None:
    rng = np.random.default_rng(2)
    runs = run(rng), run(rng, slower={"find": 1.6})
    level = level_change(LEVEL, runs, COUNTED | {"find": "功能不同"}, asked(), pack="his")
    (find,) = (t for t in level.times if t.judged and t.transaction == "find")
    assert find.change is Change.NOT_COUNTED and find.direct.excluded == "功能不同" and find.direct.value > 1.4


def test_a_level_that_decides_nothing_judges_nothing() -> None:
    rng = np.random.default_rng(2)
    stress = Level(name=LEVEL.name, users=8, rate_per_s=100.0, kind="stress")
    level = level_change(stress, (run(rng), run(rng, own=2.0)), COUNTED, asked(), pack="his")
    assert set(changes(level)) == {Change.NOT_COUNTED} and level.throughput.change is Change.NOT_COUNTED


@pytest.mark.parametrize("n", [5, 0])
def test_too_few_samples_leave_it_open(n: int) -> None:
    rng = np.random.default_rng(2)
    level = level_change(LEVEL, (run(rng), run(rng, n=n)), COUNTED, asked(), pack="his")
    assert set(changes(level)) == {Change.OPEN}
    assert all(time.direct.excluded.startswith("样本不足") for time in level.times)
    assert all(time.corrected.value == 0 for time in level.times)


def test_one_block_each_decides_nothing() -> None:
    rng = np.random.default_rng(2)
    level = level_change(LEVEL, (run(rng, blocks=1), run(rng, blocks=1, own=3.0)), COUNTED, asked(), pack="his")
    assert set(changes(level)) == {Change.OPEN}
    assert level.moved == ()


def test_spoilt_blocks_count_for_nothing() -> None:
    rng = np.random.default_rng(2)
    before, after = run(rng), run(rng, own=2.0)
    spoilt = [replace(b, summary=replace(b.summary, valid=False)) for b in after.own[:3]]
    level = level_change(LEVEL, (before, replace(after, own=[*spoilt, after.own[3]])), COUNTED, asked(), pack="his")
    assert (level.blocks_a, level.blocks_b) == (4, 1)


def test_blocks_that_took_turns_are_paired_within_their_run_only() -> None:
    """By turns, a chunk has a neighbour on the other stack; between runs it has none."""
    rng = np.random.default_rng(4)
    plain = run(rng), run(rng, own=1.3)
    turned = tuple(
        replace(
            measured,
            **{
                side: [
                    replace(b, completed={t: replace(s, pair=n, joint=True) for t, s in b.completed.items()})
                    for n, b in enumerate(getattr(measured, side))
                ]
                for side in ("own", "other")
            },
        )
        for measured in plain
    )
    a = level_change(LEVEL, plain, COUNTED, asked(), pack="his")
    b = level_change(LEVEL, turned, COUNTED, asked(), pack="his")  # type: ignore[arg-type]
    assert [t.direct for t in a.times] == [t.direct for t in b.times]
    assert [t.control for t in a.times] == [t.control for t in b.times]
    assert [t.corrected.value for t in a.times] == [t.corrected.value for t in b.times]
    assert [t.corrected.low for t in a.times] != [t.corrected.low for t in b.times]


def test_a_ratio_of_nothing_is_not_enough() -> None:
    answers = ratios_of_ratios({"t": ([], [])}, {"t": ([], [])}, asked().question).answers
    assert isinstance(answers["t"][0.95], NotEnough)
