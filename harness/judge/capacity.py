"""What the capacity search found, in words for the evidence of PV-PERF-3. Not here: a verdict on it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.judge.material import STACK_TITLES, STACKS, Material
from harness.load_result import Capacity


def capacity_told(m: Material) -> str:
    """Highest sustained load and knee of each stack in one sentence; "" where nothing was found."""
    clauses = [f"{STACK_TITLES[stack]} {told}" for stack in STACKS if (told := "，".join(_told(m.capacities, stack)))]
    return f"{'；'.join(clauses)}。" if clauses else ""


def _told(found: tuple[Capacity, ...], stack: str) -> Iterator[str]:
    for each in found:
        if each.stack == stack and each.sustained_per_s:
            yield f"{each.pack} 最高可持续每秒 {each.sustained_per_s:.0f} 笔（{each.users} 个会话）"
            if each.knee_per_s:
                yield f"拐点约每秒 {each.knee_per_s:.0f} 笔"
            if each.outpatients_per_day:
                yield f"按场景包的业务比例约合日门诊 {each.outpatients_per_day} 人次"
