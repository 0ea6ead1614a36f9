"""Rules for hosts, their agents and this machine. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.doctor.advice import Advice, Severity
from harness.doctor.databases import CLOCK_S, ahead
from harness.doctor.examined import Examined, Here, Machine
from harness.facts import DOMESTIC_MAKERS, DOMESTIC_SYSTEMS

LEAST_FREE_MIB = 2048
HARDWARE = {
    "architecture": "架构",
    "cores": "核数",
    "memory_mib": "内存 MiB",
    "page_size": "内存页",
    "numa_nodes": "NUMA 节点",
    "virtualisation": "虚拟化",
}


def of_one(side: Examined, here: Here) -> Iterator[Advice]:
    """Agents and hosts of one side."""
    if not side.machines and side.side != "endpoint":
        yield Advice(
            id="no_agent",
            severity=Severity.CAUTION,
            side=side.side,
            says="没有配置主机探针（[[stacks…hosts]]）",
            breaks="没有 CPU、内存、磁盘读数，资源使用测试（PV-PERF-2）无法判定，也看不到 CPU 和操作系统",
            todo='请在数据库主机上运行 xinheng agent 并在 stacks.toml 中写明地址；数据库在本机时写 agent = "local"',
        )
    for machine in side.machines:
        yield from _agent(side, machine, here)
    yield from _domestic(side)


def _agent(side: Examined, machine: Machine, here: Here) -> Iterator[Advice]:
    name = f"主机 {machine.name}"
    if machine.problem is not None:
        yield Advice(
            id="agent",
            severity=Severity.BLOCK,
            side=side.side,
            says=machine.problem.says.rstrip("。"),
            breaks="运行开始时探针必须在工作；没有读数，资源使用测试（PV-PERF-2）无法判定",
            todo=machine.problem.todo,
        )
    if machine.clock_offset_s is not None and abs(machine.clock_offset_s) > CLOCK_S:
        yield Advice(
            id="agent_clock",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"{name}的时钟比本机{ahead(machine.clock_offset_s)}",
            breaks="该主机日志里的时间与信衡的记录对不上，查问题时会找错时刻（读数本身已换算到本机时钟）",
            todo="在该主机和本机上启用同一个时间源（NTP/chrony）",
        )
    if machine.version and machine.version != here.version:
        yield Advice(
            id="agent_version",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"{name}的探针是信衡 {machine.version}，本机是 {here.version}",
            breaks="读数的格式或含义可能不同",
            todo="请在该主机上安装与本机相同的版本",
        )
    if machine.disk_free_mib is not None and machine.disk_free_mib < LEAST_FREE_MIB:
        yield Advice(
            id="disk",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"{name}的磁盘只剩 {machine.disk_free_mib} MiB",
            breaks="装载数据或加压时磁盘写满，数据库会停止服务",
            todo=f"请清理或扩容到 {LEAST_FREE_MIB} MiB 以上",
        )
    if machine.pid_file_missing:
        yield Advice(
            id="pid_file",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"{name}的 pid_file 不存在：{machine.pid_file_missing}",
            breaks="没有数据库进程自身的 CPU 和内存读数",
            todo="请核对路径；数据库重启后路径不变才有用",
        )


def _domestic(side: Examined) -> Iterator[Advice]:
    """Whether the migrated side is what the migration is for."""
    if side.side != "migrated":
        return
    foreign = []
    if side.found is not None and not side.found.domestic:
        foreign.append(f"数据库 {side.found.facts.product}")
    for machine in side.machines:
        facts = machine.facts
        if facts.get("cpu_maker", "") not in {"", *DOMESTIC_MAKERS}:
            foreign.append(f"CPU {facts['cpu']}（{machine.name}）")
        if facts.get("os_id", "") not in {"", *DOMESTIC_SYSTEMS}:
            foreign.append(f"操作系统 {facts['os']}（{machine.name}）")
    if foreign:
        yield Advice(
            id="not_domestic",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"这些不是（或认不出是）信创产品：{'、'.join(foreign)}",
            breaks="在这里得到的性能和兼容性结论，不能代替真实信创环境上的验证",
            todo="正式评估请在鲲鹏、飞腾、海光、兆芯、龙芯、申威等国产 CPU 加国产操作系统和数据库的环境上重做",
        )


def of_both(original: Examined, migrated: Examined) -> Iterator[Advice]:
    """The two database hosts beside each other: by convention the first of each side."""
    one, other = (_facts(side) for side in (original, migrated))
    if not one or not other:
        return
    if one.get("hostname") and one.get("hostname") == other.get("hostname"):
        yield Advice(
            id="same_machine",
            severity=Severity.CAUTION,
            side="both",
            says=f"两侧在同一台机器上（{one['hostname']}）",
            breaks="两套系统争用同一份 CPU、内存和磁盘，性能数字只能说明仿真环境",
            todo="正式的性能验证请把两侧放在各自的机器上",
        )
        return
    different = [name for name in HARDWARE if one.get(name, "无") != other.get(name, "无")]
    if different:
        yield Advice(
            id="hardware",
            severity=Severity.HINT,
            side="both",
            says="两侧的机器不同",
            original="，".join(f"{HARDWARE[name]} {one.get(name, '无')}" for name in different),
            migrated="，".join(f"{HARDWARE[name]} {other.get(name, '无')}" for name in different),
            breaks="性能对比的是整套环境（数据库连同硬件），不是数据库本身；内存页大小不同时内存读数不能直接相比",
            todo="在报告中写明两侧的配置；要单独比较数据库，请用相同规格的机器",
        )


def _facts(side: Examined) -> Mapping[str, str]:
    return side.machines[0].facts if side.machines else {}


def of_here(here: Here) -> Iterator[Advice]:
    """This machine."""
    if here.disk_free_mib is not None and here.disk_free_mib < LEAST_FREE_MIB:
        yield Advice(
            id="disk",
            severity=Severity.CAUTION,
            side="here",
            says=f"{here.folder} 所在磁盘只剩 {here.disk_free_mib} MiB",
            breaks="记录写满磁盘时运行会中止（已写的记录会保留）",
            todo=f"请清理到 {LEAST_FREE_MIB} MiB 以上，或用 --out 指到别的磁盘",
        )
