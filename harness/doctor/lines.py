"""Both sides beside each other, line by line, as people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.doctor.common import FACTS
from harness.doctor.examined import Examined, Machine

NOTHING = "—"
MACHINE = {
    "cpu": "CPU",
    "architecture": "架构",
    "cores": "核数",
    "memory_mib": "内存 MiB",
    "os": "操作系统",
    "kernel": "内核",
    "page_size": "内存页",
    "numa_nodes": "NUMA 节点",
    "virtualisation": "虚拟化",
    "cgroup_limits": "容器限额",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing of each side. `differs` where a difference means something."""

    section: str
    title: str
    values: tuple[str, ...]  # a text per side
    differs: bool = False


def lines(sides: Sequence[Examined]) -> tuple[Line, ...]:
    """Everything found; what no side could tell is left out."""
    every = (*_identity(sides), *_rules(sides), *_machines(sides))
    return tuple(line for line in every if any(value != NOTHING for value in line.values))


def _line(section: str, title: str, values: Sequence[str], *, differs: bool = False) -> Line:
    return Line(section=section, title=title, values=tuple(value or NOTHING for value in values), differs=differs)


def _identity(sides: Sequence[Examined]) -> Iterator[Line]:
    section, found = "数据库", [side.found for side in sides]

    def told(title: str, values: Sequence[str]) -> Line:
        return _line(section, title, values)

    yield told("名称", [side.title for side in sides])
    yield told("地址", [side.url for side in sides])
    yield told("应答的产品", [f.facts.title if f else "没有检查到" for f in found])
    yield told("原始标识", [f.facts.banner if f else "" for f in found])
    yield told("国产数据库", [("是" if f.domestic else "否") if f else "" for f in found])
    yield told("驱动", [f.facts.driver if f else "" for f in found])
    yield told("往返时间", [f"{f.round_trip_ms:.2f} ms" if f else "" for f in found])
    yield told("时钟偏差", [_clock(f.clock_offset_s) if f else "" for f in found])
    yield told("权限", [_rights(f.privileges) if f else "" for f in found])
    yield told(
        "建库后不可改", ["\n".join(f"{p.name} = {p.value}（{p.breaks}）" for p in f.fixed) if f else "" for f in found]
    )
    yield told("产品参数", ["\n".join(f"{k} = {v}" for k, v in f.facts.settings.items()) if f else "" for f in found])
    yield told("已知差异", ["\n".join(f"{row} {says}" for row, says in f.quirks) if f else "" for f in found])


def _clock(offset: float | None) -> str:
    return "" if offset is None else f"{round(offset, 3) + 0.0:+.3f} 秒"  # + 0.0: no minus before a zero


def _rights(privileges: dict[str, bool]) -> str:
    missing = [title for title, granted in privileges.items() if not granted]
    return f"缺：{'、'.join(missing)}" if missing else "齐全" if privileges else ""


def _rules(sides: Sequence[Examined]) -> Iterator[Line]:
    for fact in FACTS.values():
        told = [side.common(fact.name) for side in sides]
        known = [answer for answer in told if answer is not None]
        yield _line(
            "规则与设置",
            fact.title,
            [NOTHING if answer is None else fact.shown(answer) for answer in told],
            differs=fact.matters and len(known) > 1 and not fact.same(known[0], known[1]),
        )


def _machines(sides: Sequence[Examined]) -> Iterator[Line]:
    """The n-th host of each side in a line; by convention the first is the database's."""
    for nth in range(max((len(side.machines) for side in sides), default=0)):
        beside = [side.machines[nth] if nth < len(side.machines) else None for side in sides]
        section = "主机" if nth == 0 else f"主机 {nth + 1}"
        yield _line(section, "主机名", [_name(m) for m in beside])
        yield _line(section, "探针", [_agent(m) for m in beside])
        yield _line(section, "磁盘可用", [_free(m) for m in beside])
        for key, title in MACHINE.items():
            told = [m.facts.get(key, "") if m else "" for m in beside]
            yield _line(section, title, told, differs=all(told) and len(set(told)) > 1)


def _name(machine: Machine | None) -> str:
    return f"{machine.name}（{machine.facts.get('hostname', '?')}）" if machine else ""


def _agent(machine: Machine | None) -> str:
    if machine is None:
        return ""
    if machine.problem is not None:
        return f"{machine.agent} 不可用"
    clock = "" if machine.clock_offset_s is None else f"，时钟 {_clock(machine.clock_offset_s)}"
    return f"{machine.agent} 正常{f'，信衡 {machine.version}' if machine.version else ''}{clock}"


def _free(machine: Machine | None) -> str:
    return "" if machine is None or machine.disk_free_mib is None else f"{machine.disk_free_mib} MiB"
