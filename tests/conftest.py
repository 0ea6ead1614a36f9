"""What all tests share: Debian packages that may be missing, and the list of what was skipped because of that.

`@pytest.mark.needs_apt("chromium")` asks for a package of `tests/apt.txt`. Where it is missing the test is skipped and
named at the end; with CI=true it fails, so that a build never looks greener than it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Two cores that others use, too: how long a case takes says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

CONTRACT = "tests/contract/"
APT_LIST = Path(__file__).with_name("apt.txt")
_SKIPPED = pytest.StashKey[list[tuple[str, str]]]()


def apt_packages() -> dict[str, str]:
    """Package → how to know that it is there."""
    lines = (line.split("#")[0].split(maxsplit=1) for line in APT_LIST.read_text(encoding="utf-8").splitlines())
    return {words[0]: words[1].strip() for words in lines if words}


def jar_folder() -> Path:
    """Where the jars of JDBC drivers lie."""
    return Path(os.environ.get("XINHENG_JARS", "/usr/share/java"))


def is_there(proof: str) -> bool:
    """`command:NAME|NAME`, `file:PATH`, `font:FAMILY` or `jar:NAME`."""
    kind, _, what = proof.partition(":")
    if kind == "command":
        # Debian keeps servers where an ordinary user's PATH does not look.
        path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
        return any(shutil.which(name, path=path) for name in what.split("|"))
    if kind == "file":
        return Path(what).exists()
    if kind == "jar":
        return any(jar_folder().glob(what))
    if kind == "font":
        listing = shutil.which("fc-list")
        return listing is not None and bool(
            subprocess.run([listing, what], capture_output=True, text=True, check=True).stdout.strip()
        )
    raise pytest.UsageError(f"tests/apt.txt: unknown proof {proof!r}")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def pytest_configure(config: pytest.Config) -> None:
    # A shell that starts the tests in the background has Ctrl-C ignored, and so would every process under test.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_SKIPPED] = []


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """A file's tests stay in one process, and those of the contract suite all in the same one."""
    return ByFile(config, log)


class ByFile(LoadFileScheduling):
    """xdist's own `loadfile`, but for the contract suite: one table is written from all of its results."""

    def _split_scope(self, nodeid: str) -> str:
        return CONTRACT if nodeid.startswith(CONTRACT) else str(super()._split_scope(nodeid))


def pytest_runtest_setup(item: pytest.Item) -> None:
    known = apt_packages()
    for mark in item.iter_markers("needs_apt"):
        for package in mark.args:
            if package not in known:
                pytest.fail(f"needs_apt({package!r}): not listed in tests/apt.txt", pytrace=False)
            if is_there(known[package]):
                continue
            if in_ci():
                pytest.fail(f"Debian package {package} is missing, and with CI=true nothing is skipped", pytrace=False)
            item.config.stash[_SKIPPED].append((item.nodeid, package))
            pytest.skip(f"Debian package {package} is missing")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = config.stash[_SKIPPED]
    if skipped:
        terminalreporter.section("没有执行：缺少 Debian 软件包（以 root 运行 make test 会自动安装）")
        for test, package in skipped:
            terminalreporter.line(f"{test}  需要 {package}")
