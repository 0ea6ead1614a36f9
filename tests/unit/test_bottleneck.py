"""One host after the other is driven to one end after the other; each is named with its figures, and only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.agent.reading import Consumer, Disk, Memory, Network, Reading
from harness.assess.bottleneck import Scene, bottlenecks
from harness.load_result import Bottleneck
from harness.settings import load_plan
from tests.unit.watched import GIB, block, cpu, over, process, reading

PLAN = load_plan("smoke")
LOW, HIGH = 1000.0, 1100.0
Change = Callable[[float], Reading]


def busy_disk(wait: float, queue: float) -> Disk:
    return Disk(read=0, write=9, iops=9, busy=97.0, devices={}, read_await=None, write_await=wait, queue=queue)


def first(high: Change, low: Change = reading, *, shared: bool = False, host: str = "db", **more: object) -> Bottleneck:
    """The bottleneck of a run with two levels, at 10 and 30 per second."""
    blocks = [
        block(LOW, level="低谷", position=1),
        block(HIGH, level="高峰", position=2, done={"charge": [30] * 20}, **more),
    ]
    idle = over(LOW, HIGH + 20)
    hosts = {"web": idle, host: over(LOW, LOW + 20, low) + over(HIGH, HIGH + 20, high)}
    scene = Scene(stack="migrated", hosts=hosts, shared=shared, limits=PLAN.limits, epoch_ns=int((LOW - 10) * 1e9))
    [found] = bottlenecks(blocks[::-1], scene)
    return found


ENDS: dict[str, tuple[str, Change]] = {
    "cpu": ("CPU 平均占用 99.0%", lambda s: reading(s, cpu=cpu(99.0))),
    "core": (
        "单线程进程 postgres 占满一个核",
        lambda s: reading(
            s,
            process=process(
                top=[Consumer(pid=1, name="postgres", cpu=99.0, threads=1, rss=1, read=None, write=None)]
            ),
        ),
    ),
    "memory": (
        "可用内存平均只剩 2.5%",
        lambda s: reading(
            s,
            memory=Memory(
                total=8 * GIB, used=8 * GIB, available=GIB // 5, percent=97, swap_total=0, swap_used=0
            ),
        ),
    ),
    "swap": ("从交换区换回", lambda s: reading(s, swap_in=4096.0)),
    "disk": ("每次写等待 20.0 ms，是最低负载时（2.0 ms）的 10.0 倍", lambda s: reading(s, disk=busy_disk(20.0, 5.0))),
    "network": (
        "网卡带宽平均占用 91.0%",
        lambda s: reading(
            s, network=Network(recv=1, sent=1, packets=1, errors=0, loopback=None, interfaces={}, used=91.0)
        ),
    ),
    "connections": ("系统上限的 95.0%", lambda s: reading(s, open_files=950)),
}  # fmt: skip


@pytest.mark.parametrize("resource", ENDS)
def test_what_was_used_up_is_named_with_its_host_its_load_and_its_figures(resource: str) -> None:
    said, high = ENDS[resource]
    found = first(high)
    assert (found.resource, found.host, found.level, found.rate_per_s) == (resource, "db", "高峰", 30)
    assert (
        said in found.evidence and "主机 db" in found.evidence and found.evidence.startswith("高峰负载（每秒 30 笔）")
    )
    assert found.at_s == pytest.approx(HIGH - LOW + 10 + 3)  # the third reading in a row


def test_segments_sent_again_are_a_bottleneck_of_the_network_unless_there_are_few() -> None:
    assert "重传" in first(lambda s: reading(s, retransmits=20.0)).evidence
    assert first(lambda s: reading(s, retransmits=2.0, segments=20.0)).resource == "none"


def test_nothing_used_up_is_said_with_what_was_left() -> None:
    found = first(reading)
    assert (found.resource, found.level) == ("none", "高峰")
    assert found.value == 10 and "没有资源到极限" in found.evidence


@pytest.mark.parametrize(
    "high",
    [
        lambda s: reading(s, disk=busy_disk(2.1, 5.0)),  # always busy, yet not slower: an SSD
        lambda s: reading(s, swap_in=4096.0 if s % 20 == 1 else 0.0),  # one page long ago put away
        lambda s: reading(s, cpu=cpu(79.0)),
        lambda s: reading(
            s,
            process=process(top=[Consumer(pid=1, name="observer", cpu=150, threads=90, rss=1, read=None, write=None)]),
        ),  # many threads
    ],
)
def test_what_only_looks_like_an_end_is_none(high: Change) -> None:
    assert first(high).resource == "none"


def test_a_disk_without_a_lower_load_to_compare_with_is_judged_by_its_queue() -> None:
    assert first(reading, lambda s: reading(s, disk=busy_disk(9.0, 5.0))).level == "低谷"
    assert first(reading, lambda s: reading(s, disk=busy_disk(9.0, 1.0))).resource == "none"


def test_the_lowest_load_at_which_something_ends_counts() -> None:
    found = first(ENDS["cpu"][1], ENDS["disk"][1])
    assert (found.resource, found.level, found.rate_per_s) == ("disk", "低谷", 10)


def test_of_two_at_one_load_the_earlier_is_named() -> None:
    found = first(lambda s: reading(s, cpu=cpu(99.0), swap_in=0.0 if s < HIGH + 9 else 4096.0))
    assert found.resource == "cpu"
    found = first(lambda s: reading(s, cpu=cpu(20.0 if s < HIGH + 3 else 99.0), swap_in=4096.0))
    assert found.resource == "swap"


def test_on_the_generators_own_host_the_watched_processes_are_told_from_the_rest() -> None:
    found = first(lambda s: reading(s, cpu=cpu(99.0), process=process(cpu=80.0)), shared=True)
    assert "被测进程树占 0.80 个核，压测进程等其余程序占 1.18 个核" in found.evidence
    untold = first(lambda s: reading(s, cpu=cpu(99.0), process=None), shared=True)
    assert "无法区分" in untold.evidence


def test_a_single_core_of_a_shared_host_may_be_the_generators() -> None:
    def high(second: float) -> Reading:
        return reading(second, cpu=cpu(50.0, 99.0, 1.0), process=None)

    assert first(high).resource == "core"
    assert first(high, shared=True).resource == "none"


def test_a_generator_that_gave_way_first_is_named() -> None:
    found = first(reading, valid=False, invalid_reason="压测进程占用 CPU 99% 超过限值 80%", generator_cpu=0.99)
    assert (found.resource, found.host, found.value) == ("generator", "", 99)
    assert "压测机先到极限（压测进程占用 CPU 99%" in found.evidence
    both = first(ENDS["cpu"][1], valid=False, invalid_reason="滞后", generator_cpu=0.99)
    assert both.resource == "cpu"


def test_packs_and_stacks_are_kept_apart() -> None:
    blocks = [block(LOW), block(LOW, pack="lis"), block(LOW, stack="original")]
    scene = Scene(stack="migrated", hosts={"db": over(LOW, LOW + 20)}, shared=False, limits=PLAN.limits, epoch_ns=0)
    assert [(b.pack, b.stack) for b in bottlenecks(blocks, scene)] == [("his", "migrated"), ("lis", "migrated")]
    assert bottlenecks(blocks, replace(scene, hosts={})) == []
