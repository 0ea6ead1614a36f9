"""Facts of the machine this runs on: processor, operating system, memory, virtualisation; the raw texts kept beside.

The parsers are pure (`cpu.py`, `system.py`); only this file reads the machine. A fact that cannot be had is left out.
Not here: what a database is (its driver says so), readings over time (`harness.agent`).
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from harness.facts.cpu import DOMESTIC_MAKERS, Cpu, parse_cpuinfo
from harness.facts.system import (
    DOMESTIC_SYSTEMS,
    OS_FILES,
    Os,
    parse_meminfo,
    parse_numa,
    parse_os,
    parse_virtualisation,
)

__all__ = [
    "DOMESTIC_MAKERS",
    "DOMESTIC_SYSTEMS",
    "Cpu",
    "Os",
    "free_mib",
    "host_facts",
    "own_version",
    "parse_cpuinfo",
    "parse_os",
    "parse_virtualisation",
]

LONGEST = 64 << 10
DMI = ("sys_vendor", "product_name", "bios_vendor", "board_vendor")


def host_facts(disk: str = "/") -> dict[str, str]:
    """Facts of the local host, in reading order; keys that begin with `raw_` hold the texts they were decided from."""
    cpuinfo = _text("/proc/cpuinfo")
    machine = platform.machine()
    dmi = {name: text for name in DMI if (text := _text(f"/sys/class/dmi/id/{name}").strip())}
    files = {path: text for path in OS_FILES if (text := _text(path))}
    cpu = parse_cpuinfo(cpuinfo, machine=machine, dmi=" ".join(dmi.values()))
    system = parse_os(files)
    virtual = parse_virtualisation(
        dmi=dmi, cpuinfo=cpuinfo, hypervisor=_text("/sys/hypervisor/type"), container=_container()
    )
    facts = {
        "hostname": platform.node(),
        "cpu": cpu.title,
        "cpu_maker": cpu.maker,
        "cpu_decided_by": cpu.decided_by,
        "cores": str(os.cpu_count() or ""),
        "sockets": str(cpu.sockets or ""),
        "architecture": machine,
        "os": system.title or platform.system(),
        "os_id": system.id,
        "os_version": system.version,
        "os_service_pack": system.service_pack,
        "os_code_name": system.code_name,
        "os_decided_by": system.decided_by,
        "kernel": platform.release(),
        "memory_mib": _mib(parse_meminfo(_text("/proc/meminfo"))),
        "page_size": str(os.sysconf("SC_PAGE_SIZE")) if hasattr(os, "sysconf") else "",
        "numa_nodes": str(parse_numa(_text("/sys/devices/system/node/online")) or ""),
        "virtualisation": virtual,
        "cgroup_limits": _limits(),
        "disk": _disk(disk),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "raw_cpu": cpu.raw,
        "raw_dmi": "\n".join(f"{name}: {text}" for name, text in dmi.items()),
        **{f"raw_{path}": text.strip() for path, text in files.items()},
    }
    if virtual and cpu.maker:
        facts["cpu_note"] = "运行在虚拟机或容器中，CPU 型号由宿主机给出，仅供参考"
    return {name: value for name, value in facts.items() if value}


def _text(path: str) -> str:
    """A text file of the machine, empty where there is none or it is not ours to read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(LONGEST).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _mib(size: int) -> str:
    return str(size >> 20) if size else ""


def own_version() -> str:
    """Of Xinheng; empty where it runs from a bare folder."""
    try:
        return metadata.version("xinheng")
    except metadata.PackageNotFoundError:
        return ""


def free_mib(path: str) -> int | None:
    """Free space where a path lies, None where it cannot be told."""
    try:
        return shutil.disk_usage(path).free >> 20
    except OSError:
        return None


def _disk(path: str) -> str:
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return ""
    return f"{path} 共 {usage.total >> 30} GiB，可用 {usage.free >> 30} GiB"


def _container() -> str:
    if os.path.exists("/.dockerenv"):
        return "docker"
    if os.path.exists("/run/.containerenv"):
        return "podman"
    found = re.search(r"kubepods|docker|containerd|lxc", _text("/proc/1/cgroup"))
    return found.group() if found else ""


def _limits() -> str:
    """What a container may use: the readings of a host do not show such a limit."""
    found: Mapping[str, str] = {
        "cpu.max": _text("/sys/fs/cgroup/cpu.max").strip(),
        "memory.max": _text("/sys/fs/cgroup/memory.max").strip(),
    }
    return "; ".join(f"{name}={text}" for name, text in found.items() if text and not text.startswith("max"))
