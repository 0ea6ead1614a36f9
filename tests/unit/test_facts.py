"""Texts of real machines, quoted in facts.md §4.1 and §4.2 (fixtures of util-linux, libcpuid and ansible; kernels)."""

import os
import platform

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.facts import (
    DOMESTIC_MAKERS,
    DOMESTIC_SYSTEMS,
    free_mib,
    host_facts,
    parse_cpuinfo,
    parse_os,
    parse_virtualisation,
)
from harness.facts.cpu import MAKERS
from harness.facts.system import OS_FILES, parse_meminfo, parse_numa, parse_os_release


def arm(implementer: str, part: str, model: str = "") -> str:
    name = f"model name\t: {model}\n" if model else ""
    return (
        f"processor\t: 0\n{name}BogoMIPS\t: 200.00\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32\n"
        f"CPU implementer\t: {implementer}\nCPU architecture: 8\nCPU part\t: {part}\nCPU revision\t: 0\n\n"
    )


def x86(vendor: str, family: int, model: int, name: str) -> str:
    return (
        f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {model}\nmodel name\t: {name}\n"
        f"physical id\t: 0\nflags\t\t: fpu vme sse2\n\nprocessor\t: 1\nvendor_id\t: {vendor}\nphysical id\t: 1\n"
    )


LOONGARCH = """system type\t\t: generic-loongson-machine

processor\t\t: 0
package\t\t\t: 0
core\t\t\t: 0
CPU Family\t\t: Loongson-64bit
Model Name\t\t: Loongson-3A5000-HV
CPU Revision\t\t: 0x11
FPU Revision\t\t: 0x00
CPU MHz\t\t\t: 2500.00
ISA\t\t\t: loongarch32 loongarch64
"""
SUNWAY = """processor\t: 0
vendor_id\t: sunway
cpu family\t: 6
model name\t: sw6b CPU @ 2.500000GHz
flags\t\t: fpu simd vpn upn cpuid
page size\t: 8192
"""


@pytest.mark.parametrize(
    ("text", "machine", "maker", "name"),
    [
        (arm("0x48", "0xd01"), "aarch64", "kunpeng", "Kunpeng-920"),
        (arm("0x48", "0xd02"), "aarch64", "kunpeng", "Kunpeng-920"),
        (arm("0x48", "0xd06"), "aarch64", "kunpeng", "Kunpeng-950"),
        (arm("0x48", "0xd22"), "aarch64", "kunpeng", "Kunpeng-920"),
        (arm("0x48", "0xfff"), "aarch64", "kunpeng", "part 0xfff"),
        (arm("0x70", "0x662"), "aarch64", "phytium", "FTC662"),
        (arm("0x70", "0x663", "Phytium,S2500/64 C00"), "aarch64", "phytium", "Phytium,S2500/64 C00 (FTC663)"),
        (arm("0x70", "0x862", "Phytium D2000/8"), "aarch64", "phytium", "Phytium D2000/8 (FTC862)"),
        (arm("0x41", "0xd08"), "aarch64", "arm", "Cortex-A72"),
        (x86("HygonGenuine", 24, 1, "Hygon C86 7280 32-core Processor"),
         "x86_64", "hygon", "Hygon C86 7280 32-core Processor"),
        (x86("  Shanghai  ", 7, 91, "ZHAOXIN KaisHeng KH-40000"), "x86_64", "zhaoxin", "ZHAOXIN KaisHeng KH-40000"),
        (x86("CentaurHauls", 7, 59, "ZHAOXIN KaiXian KX-U6780A@2.7GHz"),
         "x86_64", "zhaoxin", "ZHAOXIN KaiXian KX-U6780A@2.7GHz"),
        (x86("CentaurHauls", 6, 15, "ZHAOXIN ZX-C+ C4701"), "x86_64", "zhaoxin", "ZHAOXIN ZX-C+ C4701"),
        (x86("CentaurHauls", 6, 15, "VIA Nano U3500@1000MHz"), "x86_64", "via", "VIA Nano U3500@1000MHz"),
        (x86("GenuineIntel", 6, 85, "Intel(R) Xeon(R) Gold 6230"), "x86_64", "intel", "Intel(R) Xeon(R) Gold 6230"),
        (x86("AuthenticAMD", 25, 17, "AMD EPYC"), "x86_64", "amd", "AMD EPYC"),
        (LOONGARCH, "loongarch64", "loongson", "Loongson-3A5000-HV"),
        (LOONGARCH, "", "loongson", "Loongson-3A5000-HV"),
        ("system type\t: x\ncpu model\t: ICT Loongson-3 V0.4 FPU V0.1\n", "mips64", "loongson",
         "ICT Loongson-3 V0.4 FPU V0.1"),
        ("", "loongarch64", "loongson", ""),
        (SUNWAY, "sw_64", "sunway", "sw6b CPU @ 2.500000GHz"),
        (SUNWAY, "", "sunway", "sw6b CPU @ 2.500000GHz"),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_processors(text: str, machine: str, maker: str, name: str) -> None:
    found = parse_cpuinfo(text, machine=machine)
    assert (found.maker, found.name) == (maker, name)
    assert found.decided_by or not maker


def test_kunpeng_916_is_only_told_by_the_firmware() -> None:
    assert parse_cpuinfo(arm("0x41", "0xd08"), dmi="Huawei Kunpeng 916").maker == "kunpeng"


def test_the_title_names_the_maker_once() -> None:
    assert parse_cpuinfo(x86("AuthenticAMD", 25, 17, "AMD EPYC")).title == "AMD EPYC"
    assert parse_cpuinfo(arm("0x48", "0xd01")).title == "华为鲲鹏 Kunpeng-920"
    assert parse_cpuinfo("").title == "未识别"


def test_sockets_are_counted_and_flags_do_not_fill_the_evidence() -> None:
    found = parse_cpuinfo(x86("GenuineIntel", 6, 85, "Intel Xeon"))
    assert found.sockets == 2
    assert "model name: Intel Xeon" in found.raw and "sse2" not in found.raw


KYLIN = """NAME="Kylin Linux Advanced Server"
VERSION="V10 (Sword)"
ID="kylin"
VERSION_ID="V10"
PRETTY_NAME="Kylin Linux Advanced Server V10 (Sword)"
ANSI_COLOR="0;31"
"""
DESKTOP = """NAME="Kylin"
VERSION="银河麒麟桌面操作系统V10 (SP1)"
ID=kylin
ID_LIKE=debian
PRETTY_NAME="Kylin V10 SP1"
PROJECT_CODENAME=V10SP1
KYLIN_RELEASE_ID="2403"
"""
UOS = 'NAME="UnionTech OS Server 20"\nID="{}"\nVERSION_ID="20"\nPLATFORM_ID="platform:{}"\n'
OPENEULER = (
    'NAME="openEuler"\nVERSION="22.03 LTS"\nID="openEuler"\nVERSION_ID="22.03"\nPRETTY_NAME="openEuler 22.03 {}"\n'
)
ANOLIS = (
    'NAME="Anolis OS"\nVERSION="8.6"\nID="anolis"\nID_LIKE="rhel fedora centos"\n'
    'VERSION_ID="8.6"\nPLATFORM_ID="platform:an8"\n'
)
DEBIAN = (
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n'
    "VERSION_CODENAME=bookworm\nID=debian\n"
)
ADVANCED = "Kylin Linux Advanced Server\n"
NEO = "NeoKylin Linux Advanced Server\nrelease V7Update6/(Chromium)-x86_64\nb4.lic/20190820\n"


@pytest.mark.parametrize(
    ("files", "os_id", "version", "pack", "code"),
    [
        ({"os-release": KYLIN}, "kylin", "V10", "SP2", "Sword"),
        ({"system-release": "Kylin Linux Advanced Server release V10 (Sword)\n"}, "kylin", "V10", "SP2", "Sword"),
        ({"os-release": KYLIN.replace("Sword", "Tercel")}, "kylin", "V10", "SP1", "Tercel"),
        ({"os-release": KYLIN.replace("Sword", "Lance")}, "kylin", "V10", "SP3", "Lance"),
        ({"os-release": KYLIN.replace("Sword", "Halberd")}, "kylin", "V10", "SP3 2403", "Halberd"),
        ({".productinfo": ADVANCED + "release V10 (SP1) /(Tercel)-x86_64-Build20/20210518"},
         "kylin", "V10", "SP1", "Tercel"),
        ({".productinfo": ADVANCED + "release V10 (SP3) /(Lance)-x86_64-Build23/20230324"},
         "kylin", "V10", "SP3", "Lance"),
        ({".productinfo": ADVANCED + "release V10 SP3 2403/(Halberd)-aarch64-Build20/20240426", "os-release": KYLIN},
         "kylin", "V10", "SP3 2403", "Halberd"),
        ({"os-release": KYLIN.replace("(Sword)", "(Unheard)")}, "kylin", "V10", "", "Unheard"),
        ({"os-release": DESKTOP}, "kylin-desktop", "V10", "SP1 2403", ""),
        ({"neokylin-release": "NeoKylin Linux Advanced Server release V7Update6 (Chromium)"},
         "neokylin", "V7", "Update6", "Chromium"),
        ({".productinfo": NEO}, "neokylin", "V7", "Update6", "Chromium"),
        ({"os-release": UOS.format("uos", "uelc20"), "uos-release": "UnionTech OS Server release 20 (kongzi)"},
         "uos", "20", "", "kongzi"),
        ({"os-release": UOS.format("UOS", "uel20"), "system-release": "uos release 20 (fuyu)"},
         "uos", "20", "", "fuyu"),
        ({"system-release": "uos release 20 (fuyu)"}, "uos", "20", "", "fuyu"),
        ({"os-release": OPENEULER.format("LTS")}, "openeuler", "22.03", "", ""),
        ({"os-release": OPENEULER.format("(LTS-SP3)")}, "openeuler", "22.03", "SP3", ""),
        ({"openEuler-release": "openEuler release 20.03 (LTS)"}, "openeuler", "20.03", "", ""),
        ({"os-release": ANOLIS}, "anolis", "8.6", "", ""),
        ({"os-release": DEBIAN}, "debian", "12", "", "bookworm"),
        ({}, "", "", "", ""),
    ],
)  # fmt: skip
def test_operating_systems(files: dict[str, str], os_id: str, version: str, pack: str, code: str) -> None:
    found = parse_os({f"/etc/{name}": text for name, text in files.items()})
    assert (found.id, found.version, found.service_pack, found.code_name) == (os_id, version, pack, code)
    assert bool(found.title) == bool(files)
    assert found.decided_by.startswith("/etc/") == bool(files)


def test_which_systems_and_processors_count_as_domestic() -> None:
    texts = (KYLIN, DESKTOP, UOS.format("UOS", "uel20"), OPENEULER.format("LTS"), ANOLIS)
    assert {parse_os({"/etc/os-release": text}).id for text in texts} <= DOMESTIC_SYSTEMS
    assert parse_os({"/etc/.productinfo": NEO}).id in DOMESTIC_SYSTEMS
    assert parse_os({"/etc/os-release": DEBIAN}).id not in DOMESTIC_SYSTEMS
    assert set(MAKERS) - DOMESTIC_MAKERS == {"intel", "amd", "via", "arm", "apple", "ampere"}


def test_a_guessed_service_pack_says_so_and_a_contradiction_too() -> None:
    assert "推定" in parse_os({"/etc/os-release": KYLIN}).decided_by
    found = parse_os({"/etc/.productinfo": ADVANCED + "release V10 (SP1) /(Lance)-x86_64"})
    assert found.service_pack == "SP1" and "不一致" in found.decided_by


@pytest.mark.parametrize(
    ("dmi", "cpuinfo", "container", "expected"),
    [
        ({"sys_vendor": "QEMU", "product_name": "KVM Virtual Machine"}, "", "", "KVM"),
        ({"sys_vendor": "VMware, Inc.", "product_name": "VMware Virtual Platform"}, "", "", "VMware"),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine"}, "", "", "Hyper-V"),
        ({"sys_vendor": "Huawei", "product_name": "TaiShan 200 (Model 2280)"}, "", "", ""),
        ({}, "flags\t\t: fpu hypervisor lahf_lm\n", "docker", "虚拟机（类型未知），容器 docker"),
        ({}, "flags\t\t: fpu lahf_lm\n", "", ""),
    ],
)
def test_virtualisation(dmi: dict[str, str], cpuinfo: str, container: str, expected: str) -> None:
    assert parse_virtualisation(dmi=dmi, cpuinfo=cpuinfo, container=container) == expected


def test_small_texts() -> None:
    assert parse_meminfo("MemTotal:       24684096 kB\nMemFree: 1 kB\n") == 24684096 * 1024
    assert [parse_numa(text) for text in ("0\n", "0-3\n", "0-1,4,6-7", "", "x", "0-")] == [1, 4, 5, 0, 0, 0]
    assert parse_os_release('A=\'b c\'\nB="d\\"e"\n# no=comment\nC=f\n') == {"A": "b c", "B": 'd"e', "C": "f"}


FRAGMENTS = """CPU implementer : |0x48|CPU part:|0xd01|vendor_id : |CentaurHauls|model name\t: |\n|\n\n|SP9|)|(|"|=|:|²
|Kylin Linux Advanced Server|release V10 (|ID=kylin\n|ID=uos\n|VERSION_ID=|MemTotal: | kB|99999999999999999999|-|,|\x00
|Loongson|flags : vpn upn|\u2028|UnionTech|NeoKylin|V7Update"""
words = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS.split("|"))).map("".join))


@given(words, words, words)
def test_no_processor_text_breaks_the_parser(text: str, machine: str, dmi: str) -> None:
    found = parse_cpuinfo(text, machine=machine, dmi=dmi)
    assert found.maker in ("", *MAKERS) and found.title


@given(st.dictionaries(st.sampled_from(OS_FILES), words))
def test_no_release_text_breaks_the_parser(files: dict[str, str]) -> None:
    found = parse_os(files)
    assert all(isinstance(text, str) for text in (found.id, found.title, found.version, found.service_pack))


@given(words, words, words)
def test_no_other_text_breaks_a_parser(one: str, two: str, three: str) -> None:
    assert parse_meminfo(one) >= 0 and parse_numa(one) >= 0
    assert isinstance(parse_virtualisation(dmi={"sys_vendor": one}, cpuinfo=two, hypervisor=three), str)


def test_free_space() -> None:
    known = free_mib("/")
    assert known is not None
    assert known > 0
    assert free_mib("/no/such/place") is None


def test_facts_of_this_machine() -> None:
    found = host_facts()
    assert {"cpu", "cores", "architecture", "os", "kernel", "memory_mib", "page_size", "disk", "python"} <= set(found)
    assert found["architecture"] == platform.machine() and found["cores"] == str(os.cpu_count())
    assert int(found["memory_mib"]) > 100 and int(found["page_size"]) >= 4096
    assert all(isinstance(value, str) and value for value in found.values())
    assert any(name.startswith("raw_/etc/os-release") for name in found) and found["raw_cpu"]
