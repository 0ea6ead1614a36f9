"""Which processor: decided from ids first and names second, because names change between kernels and tools.

Pure. Sources of the ids: facts.md §4.1 (util-linux lscpu-arm.c, kernel sources and real dumps quoted there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAKERS = {
    "kunpeng": "华为鲲鹏",
    "phytium": "飞腾",
    "hygon": "海光",
    "zhaoxin": "兆芯",
    "loongson": "龙芯",
    "sunway": "申威",
    "intel": "Intel",
    "amd": "AMD",
    "via": "VIA",
    "arm": "ARM",
    "apple": "Apple",
    "ampere": "Ampere",
}

DOMESTIC_MAKERS = frozenset({"kunpeng", "phytium", "hygon", "zhaoxin", "loongson", "sunway"})

KUNPENG = {
    0xD01: "Kunpeng-920",
    0xD02: "Kunpeng-920",
    0xD03: "Kunpeng-920",
    0xD06: "Kunpeng-950",
    0xD22: "Kunpeng-920",
}
PHYTIUM = {
    0x303: "FTC310",
    0x660: "FTC660",
    0x661: "FTC661",
    0x662: "FTC662",
    0x663: "FTC663",
    0x664: "FTC664",
    0x862: "FTC862",
}
ARM = {0xD08: "Cortex-A72", 0xD0C: "Neoverse-N1", 0xD40: "Neoverse-V1", 0xD49: "Neoverse-N2"}
HISILICON_ARM = {0xD40: "Cortex-A76", 0xD41: "Cortex-A77"}
IMPLEMENTERS = {0x41: "arm", 0x48: "kunpeng", 0x61: "apple", 0x70: "phytium", 0xC0: "ampere"}
X86_VENDORS = {"GenuineIntel": "intel", "AuthenticAMD": "amd", "HygonGenuine": "hygon", "Shanghai": "zhaoxin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """A decision with the text it rests on. `maker` is a key of MAKERS, "" where nothing is known."""

    maker: str
    name: str  # the model as well as it can be told
    decided_by: str
    sockets: int
    raw: str  # the first processor's block

    @property
    def title(self) -> str:
        """华为鲲鹏 Kunpeng-920."""
        maker = MAKERS.get(self.maker, "")
        if self.name.lower().startswith(maker.lower()):
            return self.name or maker or "未识别"
        return f"{maker} {self.name}".strip()


def parse_cpuinfo(text: str, *, machine: str = "", dmi: str = "") -> Cpu:
    """From /proc/cpuinfo, `uname -m` and the DMI texts. Never raises: what is not understood stays unknown."""
    blocks = list(_blocks(text))
    first: dict[str, str] = {}
    for block in blocks:  # on some machines the interesting keys stand in a block of their own, at the end
        for key, value in block.items():
            first.setdefault(key, value)
    maker, name, decided_by = _decide(first, machine.lower(), dmi)
    packages = {block["physical id"] for block in blocks if "physical id" in block}
    return Cpu(
        maker=maker,
        name=name,
        decided_by=decided_by,
        sockets=len(packages),
        raw="\n".join(f"{key}: {value}" for key, value in first.items() if key not in ("flags", "features", "bugs")),
    )


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Blocks are parted by blank lines; keys are compared in lower case (LoongArch writes `Model Name`)."""
    block: dict[str, str] = {}
    for line in text.split("\n"):
        key, colon, value = line.partition(":")
        if colon:
            block.setdefault(" ".join(key.lower().split()), value.strip())
        elif not line.strip() and block:
            yield block
            block = {}
    if block:
        yield block


def _decide(info: Mapping[str, str], machine: str, dmi: str) -> tuple[str, str, str]:
    model = info.get("model name", "")
    if "cpu implementer" in info:
        return _arm(info, model, dmi)
    if "loongson" in info.get("cpu family", "").lower() or "loongson" in f"{model} {info.get('cpu model', '')}".lower():
        return "loongson", model or info.get("cpu model", ""), "model name"
    if machine.startswith("loongarch"):
        return "loongson", model, "uname -m"
    if machine.startswith("sw_64") or {"vpn", "upn"} <= set(info.get("flags", "").split()):
        # vendor and model come from its firmware: no known values
        return "sunway", model, "uname -m, flags"
    if "vendor_id" in info:
        return _x86(info, model)
    return "", model or info.get("cpu model", ""), "model name" if model else ""


def _arm(info: Mapping[str, str], model: str, dmi: str) -> tuple[str, str, str]:
    implementer, part = _number(info["cpu implementer"]), _number(info.get("cpu part", ""))
    by = f"implementer {info['cpu implementer']} part {info.get('cpu part', '?')}"
    maker = IMPLEMENTERS.get(implementer, "")
    if maker == "kunpeng":
        return maker, KUNPENG.get(part) or HISILICON_ARM.get(part) or model or f"part 0x{max(part, 0):x}", by
    if maker == "phytium":
        core = PHYTIUM.get(part, "")
        # Phytium's kernels name the product; the ids only name the core inside
        return maker, f"{model} ({core})" if model and core else model or core or f"part 0x{max(part, 0):x}", by
    if maker == "arm" and part == 0xD08 and "kunpeng 916" in dmi.lower().replace("-", " "):
        return "kunpeng", "Kunpeng-916", f"{by}, DMI"
    return maker, model or ARM.get(part, "") or by, by


def _x86(info: Mapping[str, str], model: str) -> tuple[str, str, str]:
    vendor = info["vendor_id"]
    maker = X86_VENDORS.get(vendor.strip(), "")
    if vendor.strip() == "CentaurHauls":
        # VIA and Zhaoxin share the id; Zhaoxin names itself, and family 7 is Zhaoxin's alone
        zhaoxin = "zhaoxin" in model.lower() or info.get("cpu family") == "7"
        return ("zhaoxin" if zhaoxin else "via"), model, "vendor_id CentaurHauls, model name, cpu family"
    return maker, model, f"vendor_id {vendor}"


def _number(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return -1
