"""Hosts of a stack are kept apart, the one that was worst off decides, and the judgement says what was used up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.agent.reading import FORMAT, KIND, Disk, Memory, Reading, encode, encode_line
from harness.assess.blocks import NS, Block
from harness.assess.resources import Resources, resources
from harness.judge import Material, judge
from harness.load_result import Bottleneck, Gap
from harness.recording import Recording, write_json
from harness.result import Judgement, StackFacts, Verdict
from tests.unit.test_judge import PLAN, perfect
from tests.unit.watched import GIB, block, cpu, over, process, reading

BEGIN = 1000.0


def assessed(run_dir: Path, hosts: dict[str, list[Reading]], blocks: list[Block], *, shared: bool = False) -> Resources:
    """The migrated stack on these hosts; a host without readings has no file."""
    folder = run_dir / "readings"
    folder.mkdir(parents=True)
    for host, readings in hosts.items():
        if readings:
            header = encode_line({"kind": KIND, "format": FORMAT})
            (folder / f"migrated-{host}.jsonl").write_bytes(header + b"".join(map(encode, readings)))
    for each in blocks:
        recording = Recording(run_dir / "recordings" / each.summary.pack / "load" / each.folder)
        recording.begin()
        recording.seal({"kind": "load"})
    run: dict[str, Any] = {
        "epoch": {"mono_ns": int((BEGIN - 10) * NS)},
        "shared_host": shared,
        "stacks": {"migrated": {"hosts": [{"name": host} for host in hosts]}},
    }
    facts = StackFacts(
        title="", product="", product_id="", version="", banner="", host={"architecture": "aarch64"}
    )  # fmt: skip
    return resources(run_dir, run, blocks, {"migrated": facts}, PLAN.limits)


def test_every_resource_is_told_of_the_host_that_was_worst_off(tmp_path: Path) -> None:
    full = Memory(total=8 * GIB, used=7 * GIB, available=GIB, percent=88, swap_total=0, swap_used=0)
    slow = Disk(read=0, write=1, iops=1, busy=70, devices={}, read_await=None, write_await=9, queue=1)
    found = assessed(
        tmp_path,
        {
            "app": over(BEGIN, BEGIN + 20, lambda s: reading(s, cpu=cpu(70.0))),
            "db": over(BEGIN, BEGIN + 20, lambda s: reading(s, memory=full, disk=slow)),
        },
        [block(BEGIN)],
    )
    worst = found.readings["migrated"]
    assert {name: summary.host for name, summary in worst.items() if name in ("cpu", "memory", "disk")} == {
        "cpu": "app", "memory": "db", "disk": "db",
    }  # fmt: skip
    assert worst["cpu"].mean == 70 and worst["memory"].maximum == 88  # not the mean of two hosts
    each = found.host_readings["migrated"]
    assert (each["app"]["memory"].maximum, each["db"]["cpu"].mean) == (25, 10)
    [line] = found.timelines
    assert line.host == "app" and line.values["throughput"][5] == pytest.approx(10)


def test_a_host_without_readings_leaves_nothing_covered(tmp_path: Path) -> None:
    found = assessed(tmp_path, {"db": over(BEGIN, BEGIN + 20), "app": []}, [block(BEGIN)])
    assert found.readings["migrated"]["cpu"].coverage == 0
    assert "没有迁移后系统主机 app 的资源读数。" in found.notes


def test_a_stress_level_does_not_count_as_everyday_load(tmp_path: Path) -> None:
    day, stress = block(BEGIN), block(BEGIN + 20, level="压力", kind="stress", position=2)
    readings = over(BEGIN, BEGIN + 40, lambda s: reading(s, cpu=cpu(20.0 if s <= BEGIN + 20 else 100.0)))
    found = assessed(tmp_path, {"db": readings}, [day, stress])
    assert found.readings["migrated"]["cpu"].mean == 20
    assert [b.level for b in found.bottlenecks if b.resource == "cpu"] == ["压力"]


def test_gaps_costs_and_lost_attempts_come_together(tmp_path: Path) -> None:
    aside = tmp_path / "recordings/his/load/01-migrated.1"
    aside.mkdir(parents=True)
    lost = {
        "what": "worker",
        "name": "1",
        "host": "here",
        "stack": "migrated",
        "block": "",
        "start_s": 1.0,
        "end_s": 2.0,
    }
    write_json(aside / "block.json", {"gaps": [lost | {"lost": "压测进程 1 消失"}]})
    readings = over(BEGIN, BEGIN + 20, lambda s: reading(s, process=process(cpu=30.0)))
    found = assessed(tmp_path, {"db": readings[:7] + readings[8:]}, [block(BEGIN)], shared=True)
    assert [(gap.what, gap.block) for gap in found.gaps] == [("worker", "his/01-migrated.1"), ("agent", "")]
    assert "his/01-migrated" in found.gaps[1].lost
    assert {(c.transaction, c.level, c.architecture) for c in found.costs} == {
        ("*", "典型", "aarch64"), ("charge", "*", "aarch64"),
    }  # fmt: skip
    assert any("没有给出" in note for note in found.notes)  # one transaction, always as frequent


# --------------------------------------------------------------------------- the clause


def judged(**more: Any) -> Verdict:
    material: Material = replace(perfect(), **more)
    return next(v for v in judge(material) if v.clause == "PV-PERF-2")


def ended(resource: str, stack: str = "migrated", rate: float = 30.0, level: str = "") -> Bottleneck:
    return Bottleneck(
        pack="his", stack=stack, level=level or PLAN.load.levels[-1].name, host="db", resource=resource, value=97,
        limit=90, unit="%", rate_per_s=rate, at_s=1, evidence="高峰负载（每秒 30 笔）下，主机 db 磁盘忙。",
    )  # fmt: skip


def test_a_disk_that_was_used_up_is_put_before_a_person() -> None:
    found = judged(bottlenecks=(ended("disk"),))
    assert found.verdict is Judgement.INCONCLUSIVE and "主机 db 磁盘忙" in found.reason


@pytest.mark.parametrize(
    "more",
    [
        {"bottlenecks": (ended("generator"),)},
        {"bottlenecks": (ended("disk"), ended("disk", "original", rate=20.0))},  # so did the original, at less
        {"bottlenecks": (ended("disk", level="另一级"),)},
        {"bottlenecks": (ended("disk"),), "shared_host": True},
    ],
)
def test_what_is_no_fault_of_the_migrated_system_is_only_told(more: dict[str, Any]) -> None:
    found = judged(**more)
    assert found.verdict is Judgement.PASS and "磁盘忙" in found.reason


def test_that_nothing_was_used_up_is_said_once() -> None:
    found = judged(bottlenecks=(ended("none"), ended("none", level="另一级")))
    assert found.verdict is Judgement.PASS and found.reason.count("没有资源用到极限") == 1


def test_the_original_doing_better_is_no_excuse() -> None:
    found = judged(bottlenecks=(ended("disk"), ended("disk", "original", rate=90.0)))
    assert found.verdict is Judgement.INCONCLUSIVE


def test_gaps_are_told_with_the_verdict() -> None:
    gap = Gap(what="agent", name="db", host="db", stack="migrated", block="", start_s=3, end_s=5.5, lost="")
    assert "探针中断 1 处，共 2.5 秒。" in judged(gaps=(gap, replace(gap, what="worker", end_s=99))).reason
