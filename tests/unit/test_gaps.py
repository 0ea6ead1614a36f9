"""What was not recorded is named, from when to when."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from harness.agent.reading import Reading
from harness.assess.blocks import NS
from harness.assess.gaps import MOST, Watched, agent_gaps, worker_gaps
from harness.load_result import Gap
from tests.unit.watched import over, reading

EPOCH = 1000.0


def found(readings: list[Reading], **blocks: tuple[float, float]) -> list[Gap]:
    windows = {name: (int(a * NS), int(b * NS)) for name, (a, b) in blocks.items()}
    watched = Watched(stack="migrated", host="db1", readings=readings, blocks=windows, epoch_ns=int(EPOCH * NS))
    return agent_gaps(watched)


def test_an_unbroken_row_has_no_gap() -> None:
    assert found(over(1000, 1060), one=(1005, 1060)) == []


def test_a_killed_agent_leaves_a_gap_that_ends_where_the_next_reading_begins_to_speak() -> None:
    readings = over(1000, 1010) + over(1013.4, 1030)  # the first snapshot of the new one was taken at 1013.4
    [gap] = found(readings, one=(1002, 1012), two=(1012, 1022), three=(1022, 1028))
    assert (gap.what, gap.host, gap.stack, gap.block) == ("agent", "db1", "migrated", "")
    assert (gap.start_s, gap.end_s) == pytest.approx((10.0, 13.4))
    assert "第 10.0 秒到第 13.4 秒（3.4 秒）没有资源读数" in gap.lost
    assert "one、two" in gap.lost and "three" not in gap.lost


def test_a_reading_that_speaks_for_too_long_is_only_a_mean() -> None:
    [gap] = found([*over(1000, 1010), reading(1014, gap=4.0), *over(1014, 1030)])
    assert (gap.start_s, gap.end_s) == (10, 14)
    assert "只有一个平均读数" in gap.lost and "不在任何负载块之内" in gap.lost


def test_an_agent_that_never_came_back_is_missed_until_the_last_block_ends() -> None:
    [gap] = found(over(1000, 1010), one=(1002, 1030))
    assert (gap.start_s, gap.end_s) == (10, 30)


def test_an_agent_that_came_late_is_missed_from_the_first_block_on() -> None:
    [gap] = found(over(1010, 1030), one=(1002, 1030))
    assert (gap.start_s, gap.end_s) == (2, 10)
    assert [(g.start_s, g.end_s) for g in found([], one=(1002, 1030))] == [(2, 30)]
    assert found([]) == []


def test_many_gaps_are_counted_instead_of_listed() -> None:
    readings = [reading(1000 + 3 * n) for n in range(100)]
    gaps = found(readings)
    assert len(gaps) == MOST + 1
    assert f"还有 {99 - MOST} 处中断" in gaps[-1].lost and gaps[-1].end_s == 296


def test_the_blocks_account_for_their_own_processes() -> None:
    lost = Gap(
        what="worker", name="1", host="here", stack="original", block="03-original", start_s=4, end_s=9, lost="一句话"
    )
    accounts: list[tuple[str, dict[str, object]]] = [
        ("his/02-migrated", {"kind": "load"}),
        ("his/03-original.1", {"gaps": [asdict(lost)]}),
        ("his/03-original", {"gaps": [asdict(lost)]}),
    ]
    aside, kept = worker_gaps(accounts, {"his/02-migrated", "his/03-original"})
    assert (aside.block, kept.block) == ("his/03-original.1", "his/03-original")
    assert "已重做" in aside.lost and kept.lost == "负载块 his/03-original：一句话。"
