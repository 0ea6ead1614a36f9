"""PV-PERF-2: were CPU, memory, disk and network watched on both sides, and was one of them a bottleneck?

Of several hosts the one that was worst off counts, and is named. A machine that also generates the load cannot be
blamed on the tested system. The plan sets limits on CPU and memory, so these decide; what else was used up (a disk, a
link, a single core) at a level that counts is put before a person, unless the original came to the same end.
"""

from __future__ import annotations

from harness.judge.material import (
    DECISIVE,
    STACK_TITLES,
    STACKS,
    Material,
    Opinion,
    failed,
    inconclusive,
    listed,
    not_run,
    passed,
)
from harness.load_result import Bottleneck
from harness.result import ReadingSummary

KINDS = {"cpu": "CPU", "memory": "内存", "disk": "磁盘", "network": "网络"}
_READINGS = "result.json#/readings"
_BOTTLENECKS = "result.json#/bottlenecks"
_OF_NO_SYSTEM = frozenset({"none", "generator"})
_LIMITED = frozenset({"cpu", "memory"})  # the plan's own limits decide on these


def perf_2(m: Material) -> Opinion:
    """Complete readings on both stacks, and no saturated resource on the migrated one."""
    if not any(m.readings.get(s) for s in STACKS):
        return not_run("没有资源读数：没有配置主机，或探针没有运行。")
    if not m.load:
        return not_run("没有负载测试，资源读数没有可对应的负载。")
    full = _saturated(m, "migrated")
    if full and m.shared_host is False:
        return failed(f"迁移后系统在负载下资源饱和：{'；'.join(full)}。", _READINGS)
    doubts = _incomplete(m)
    if full:
        doubts.append(f"{'；'.join(full)}，但压测机与被测系统同机，不能归因于系统")
    doubts += _used_up(m)
    missing = m.blocks_missing()
    if missing:
        doubts.append(f"负载块不齐（{listed(missing)}）")
    if m.shared_host is None:
        doubts.append("不清楚压测机是否与被测系统同机")
    if doubts:
        return inconclusive(f"{'；'.join(doubts)}。{_interrupted(m)}", _READINGS, _BOTTLENECKS)
    cpu, memory = (m.readings["migrated"][k] for k in ("cpu", "memory"))
    base = m.readings["original"]["cpu"]
    coverage = min(m.readings[s][k].coverage for s in STACKS for k in KINDS)
    return passed(
        f"两边四类读数的覆盖率不低于 {coverage:.1%}；迁移后系统 CPU 平均 {cpu.mean:.1f}%（原系统 {base.mean:.1f}%），"
        f"内存最高 {memory.maximum:.1f}%，都在限值之内{_on(cpu)}。{_first(m)}{_interrupted(m)}",
        _READINGS,
        _BOTTLENECKS,
    )


def _on(summary: ReadingSummary) -> str:
    return f"（最忙的主机：{summary.host}）" if summary.host else ""


def _first(m: Material) -> str:
    """What was used up first, as far as it is no doubt already."""
    known = [b for b in m.bottlenecks if b.stack == "migrated"]
    reached = [f"迁移后系统：{b.evidence}" for b in known if b.resource != "none"]
    return "".join(reached) or ("各级负载下没有资源用到极限。" if known else "")


def _used_up(m: Material) -> list[str]:
    """Resources of the migrated stack that reached their end at a level that counts, and the original's did not."""
    if m.shared_host is not False:
        return []
    counting = {level.name for level in m.plan.load.levels if level.kind in DECISIVE}
    return [
        f"迁移后系统在{b.evidence.rstrip('。')}，原系统没有到这个极限，请判断能否接受"
        for b in m.bottlenecks
        if b.stack == "migrated"
        and b.level in counting
        and b.resource not in _OF_NO_SYSTEM | _LIMITED
        and not _alike(m, b)
    ]


def _alike(m: Material, found: Bottleneck) -> bool:
    """Whether the original came to the same end at no higher load."""
    return any(
        (b.stack, b.pack, b.resource) == ("original", found.pack, found.resource) and b.rate_per_s <= found.rate_per_s
        for b in m.bottlenecks
    )


def _interrupted(m: Material) -> str:
    gaps = [gap for gap in m.gaps if gap.what == "agent"]
    if not gaps:
        return ""
    seconds = sum(gap.end_s - gap.start_s for gap in gaps)
    return f"探针中断 {len(gaps)} 处，共 {seconds:.1f} 秒。"


def _incomplete(m: Material) -> list[str]:
    doubts = []
    least = m.plan.limits.reading_coverage.value
    for stack in STACKS:
        known = m.readings.get(stack, {})
        missing = [title for key, title in KINDS.items() if key not in known or not known[key].n]
        if missing:
            doubts.append(f"{STACK_TITLES[stack]}缺少{'、'.join(missing)}读数")
        thin = [f"{KINDS[k]} {known[k].coverage:.1%}" for k in KINDS if k in known and known[k].coverage < least]
        if thin:
            doubts.append(f"{STACK_TITLES[stack]}读数覆盖率低于 {least:.0%}（{'、'.join(thin)}）")
    return doubts


def _saturated(m: Material, stack: str) -> list[str]:
    """Which limits the stack exceeded. Readings are in %, limits are shares."""
    known = m.readings.get(stack, {})
    limits = m.plan.limits
    found = []
    cpu: ReadingSummary | None = known.get("cpu")
    memory: ReadingSummary | None = known.get("memory")
    if cpu is not None and cpu.mean > 100 * limits.cpu_busy.value:
        found.append(f"{_host(cpu)}CPU 平均 {cpu.mean:.1f}%，限值 {limits.cpu_busy.value:.0%}")
    if memory is not None and memory.maximum > 100 * limits.memory_used.value:
        found.append(f"{_host(memory)}内存最高 {memory.maximum:.1f}%，限值 {limits.memory_used.value:.0%}")
    return found


def _host(summary: ReadingSummary) -> str:
    return f"主机 {summary.host} " if summary.host else ""
