"""Which operating system, how much memory, which virtualisation: decided from given texts.

Pure. Sources of the strings: facts.md §4.2. A service pack of Kylin does not stand in os-release: it follows from
/etc/.productinfo or from the code name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

OS_RELEASE = "/etc/os-release"
PRODUCTINFO = "/etc/.productinfo"
RELEASE_FILES = (
    "/etc/kylin-release",
    "/etc/neokylin-release",
    "/etc/uos-release",
    "/etc/openEuler-release",
    "/etc/anolis-release",
    "/etc/system-release",
)
OS_FILES = (OS_RELEASE, PRODUCTINFO, *RELEASE_FILES)

# Ids as `parse_os` gives them, and those of further Chinese distributions as their os-release has them.
DOMESTIC_SYSTEMS = frozenset(
    {
        "kylin", "kylin-desktop", "neokylin", "openkylin", "uos", "deepin", "openeuler", "anolis", "opencloudos",
        "tencentos", "alinux", "bclinux", "ctyunos", "loongnix", "euleros",
    }
)  # fmt: skip

KYLIN_PACKS = {"tercel": "SP1", "sword": "SP2", "lance": "SP3", "halberd": "SP3 2403"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Os:
    """A decision. `id` is lower case: kylin, kylin-desktop, neokylin, uos, openeuler, anolis, debian …"""

    id: str = ""
    title: str = ""
    version: str = ""
    service_pack: str = ""
    code_name: str = ""
    decided_by: str = ""
    release: dict[str, str] = field(default_factory=dict)  # os-release as read


def parse_os_release(text: str) -> dict[str, str]:
    """KEY=value lines; quotes and backslashes as a shell would read them."""
    found = {}
    for line in text.split("\n"):
        key, equals, value = line.strip().partition("=")
        if equals and key.replace("_", "").isalnum():
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            found[key] = re.sub(r"\\(.)", r"\1", value)
    return found


def parse_os(files: Mapping[str, str]) -> Os:
    """From the texts of OS_FILES, by path, as many as there are. Never raises."""
    release = parse_os_release(files.get(OS_RELEASE, ""))
    product = files.get(PRODUCTINFO, "")
    lines = {path: files[path].strip().split("\n")[0] for path in RELEASE_FILES if files.get(path, "").strip()}
    everything = "\n".join((product, *lines.values()))
    name = release.get("NAME", "")
    known = release.get("ID", "").lower()
    if "NeoKylin" in everything or "neokylin" in known:
        return _neokylin(release, everything, lines)
    if known == "kylin" or "Kylin Linux" in everything:
        if _is_desktop(release):
            return _kylin_desktop(release)
        return _kylin(release, product, lines)
    if known == "uos" or "uos release" in everything.lower() or "UnionTech" in f"{name}{everything}":
        return _uos(release, lines)
    return _other(release, lines)


def _is_desktop(release: Mapping[str, str]) -> bool:
    """`ID=kylin` stands for the RPM server and the deb desktop alike."""
    like = release.get("ID_LIKE", "")
    return "debian" in like or "ubuntu" in like or "桌面" in release.get("VERSION", "")


def _kylin(release: dict[str, str], product: str, lines: Mapping[str, str]) -> Os:
    text = product or next((line for line in lines.values() if "Kylin" in line), "")
    by = PRODUCTINFO if product else next((path for path, line in lines.items() if "Kylin" in line), OS_RELEASE)
    if not text:
        text = release.get("PRETTY_NAME", "")
    code = _code_name(text) or _code_name(release.get("VERSION", ""))
    stated = re.search(r"\bSP\d+(?:\s+\d{4})?", text)
    pack = stated.group() if stated else KYLIN_PACKS.get(code.lower(), "")
    if stated and code.lower() in KYLIN_PACKS and not KYLIN_PACKS[code.lower()].startswith(pack):
        by += "（与代号不一致）"
    elif not stated and pack:
        by += "（按代号推定）"
    found = re.search(r"\bV\d+", text) or re.search(r"\bV?\d+", release.get("VERSION_ID", ""))
    version = found.group() if found else ""
    return Os(
        id="kylin",
        title=_joined("银河麒麟高级服务器操作系统", version, pack, f"({code})" if code else ""),
        version=version,
        service_pack=pack,
        code_name=code,
        decided_by=by,
        release=release,
    )


def _kylin_desktop(release: dict[str, str]) -> Os:
    words = f"{release.get('PROJECT_CODENAME', '')} {release.get('VERSION', '')} {release.get('PRETTY_NAME', '')}"
    version, pack = re.search(r"V\d+", words, re.IGNORECASE), re.search(r"SP\d+", words)
    update = release.get("KYLIN_RELEASE_ID", "")
    return Os(
        id="kylin-desktop",
        title=_joined("银河麒麟桌面操作系统", _group(version).upper(), _group(pack), update),
        version=_group(version).upper() or release.get("VERSION_ID", ""),
        service_pack=_joined(_group(pack), update),
        decided_by=OS_RELEASE,
        release=release,
    )


def _neokylin(release: dict[str, str], everything: str, lines: Mapping[str, str]) -> Os:
    found = re.search(r"V(\d+)(Update\d+)?", everything) or re.search(r"V(\d+)()", release.get("VERSION_ID", ""))
    version, pack = (f"V{found.group(1)}", found.group(2) or "") if found else ("", "")
    code = _code_name(everything)
    return Os(
        id="neokylin",
        title=_joined("中标麒麟高级服务器操作系统", version, pack, f"({code})" if code else ""),
        version=version,
        service_pack=pack,
        code_name=code,
        decided_by=next((path for path, line in lines.items() if "NeoKylin" in line), PRODUCTINFO),
        release=release,
    )


def _uos(release: dict[str, str], lines: Mapping[str, str]) -> Os:
    line = lines.get("/etc/uos-release") or lines.get("/etc/system-release", "")
    code = release.get("VERSION_CODENAME", "") or _code_name(line) or _code_name(release.get("VERSION", ""))
    version = release.get("VERSION_ID", "") or _group(re.search(r"\d+", line))
    server = "server" in f"{release.get('NAME', '')} {line}".lower() or code.lower() in ("kongzi", "fuyu", "fou")
    kind = "统信服务器操作系统 UOS" if server else "统信桌面操作系统 UOS"
    return Os(
        id="uos",
        title=_joined(kind, version, f"({code})" if code else ""),
        version=version,
        code_name=code,
        decided_by=OS_RELEASE if release else next(iter(lines), ""),
        release=release,
    )


def _other(release: dict[str, str], lines: Mapping[str, str]) -> Os:
    path, line = next(iter(lines.items()), ("", ""))
    pretty = release.get("PRETTY_NAME", "") or _joined(release.get("NAME", ""), release.get("VERSION", "")) or line
    pack = re.search(r"LTS[- ]?(SP\d+)", pretty) or re.search(r"\b(SP\d+)\b", pretty)
    return Os(
        id=release.get("ID", "").lower() or (line.split(" ")[0].lower() if line else ""),
        title=pretty,
        version=release.get("VERSION_ID", "") or _group(re.search(r"\d[\d.]*", line)),
        service_pack=pack.group(1) if pack else "",
        code_name=release.get("VERSION_CODENAME", ""),
        decided_by=OS_RELEASE if release else path,
        release=release,
    )


def _code_name(text: str) -> str:
    """The word in brackets that is not a service pack: `release V10 (SP1) /(Tercel)-x86_64-Build20`, `V10 (Sword)`."""
    words: list[str] = re.findall(r"\(([A-Za-z]+)\)", text)
    return next((word for word in words if word not in ("LTS", "Core")), "")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _group(found: re.Match[str] | None) -> str:
    return found.group() if found else ""


# --------------------------------------------------------------------------- machine

HYPERVISORS = (
    ("kvm", "KVM"),
    ("qemu", "KVM/QEMU"),
    ("openstack", "KVM/OpenStack"),
    ("vmware", "VMware"),
    ("virtualbox", "VirtualBox"),
    ("innotek", "VirtualBox"),
    ("virtual machine", "Hyper-V"),
    ("xen", "Xen"),
    ("alibaba cloud", "阿里云"),
    ("huawei cloud", "华为云"),
    ("amazon ec2", "Amazon EC2"),
    ("tencent cloud", "腾讯云"),
)


def parse_virtualisation(*, dmi: Mapping[str, str], cpuinfo: str, hypervisor: str = "", container: str = "") -> str:
    """Hypervisor and container in words; "" for what looks like bare metal."""
    words = " ".join(dmi.values()).lower()
    found = next((title for key, title in HYPERVISORS if re.search(rf"\b{key}\b", words)), "")
    if not found and hypervisor.strip():
        found = hypervisor.strip().capitalize()
    if not found and re.search(r"^flags\s*:.*\bhypervisor\b", cpuinfo, re.MULTILINE):
        found = "虚拟机（类型未知）"
    return "，".join(part for part in (found, f"容器 {container}" if container else "") if part)


def parse_meminfo(text: str) -> int:
    """Main memory in bytes, 0 where it is not told."""
    found = re.search(r"^MemTotal:\s*(\d{1,15}) kB", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def parse_numa(text: str) -> int:
    """Nodes in a list like `0-3,8`; 0 where it is not one."""
    if not re.fullmatch(r"\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*", text.strip(), re.ASCII):
        return 0
    nodes = 0
    for part in text.strip().split(","):
        low, _, high = part.partition("-")
        nodes += max(0, int(high or low) - int(low) + 1)
    return nodes
