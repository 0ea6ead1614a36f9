"""Finds a vendor's JDBC driver in a jar or a folder of jars, and loads it apart from all others.

Every jar has a class loader of its own: drivers that were forked from one another keep the original's class names and
could not live side by side otherwise. Not here: connecting.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jpype

from drivers.sql.jdbc import jvm
from drivers.sql.jdbc.classes import known
from drivers.sql.product import Jdbc
from harness.errors import DriverMissing

_VERSION = re.compile(r"^(?:Implementation-Version|Bundle-Version):\s*(\S+)", re.MULTILINE)
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """A driver's jar and the class in it that is the driver."""

    path: Path
    driver: str
    version: str
    sha256: str


def located(given: str, jdbc: Jdbc, title: str) -> Jar:
    """The driver's jar; `given` is a jar or a folder of jars. Raises DriverMissing, saying what is there instead."""
    if not given:
        raise DriverMissing(
            f"经 JDBC 连接{title} 需要厂商的驱动 jar。", hint="请在 stacks.toml 中用 jar 写出它的路径。"
        )
    place = Path(given)
    if place.is_file():
        return _chosen([place], jdbc, title)
    if place.is_dir():
        return _chosen(list(_matching(place, jdbc)), jdbc, title, folder=place)
    raise DriverMissing(f"找不到{title} 的 JDBC 驱动：{place}。", hint="请检查 stacks.toml 中 jar 的路径。")


@cache
def driver_of(jar: Jar) -> Any:
    """The java.sql.Driver of a jar. Starts the JVM where it is not running yet."""
    jvm.start()
    java = jpype.java
    url = known(java.io.File)(str(jar.path.resolve())).toURI().toURL()
    loader = known(java.net.URLClassLoader)([url], java.lang.ClassLoader.getPlatformClassLoader())
    try:
        return known(java.lang.Class).forName(jar.driver, True, loader).getDeclaredConstructor().newInstance()
    except java.lang.Throwable as error:
        raise DriverMissing(
            f"{jar.path} 里的 {jar.driver} 装不进来：{' '.join(str(error).split())}",
            hint="请换用与 Java 版本相配的驱动 jar。",
        ) from None


def _matching(folder: Path, jdbc: Jdbc) -> Iterator[Path]:
    """Jars named as the vendor names them; links to one file count once."""
    seen = set()
    for pattern in jdbc.jars:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def _chosen(paths: Sequence[Path], jdbc: Jdbc, title: str, folder: Path | None = None) -> Jar:
    for driver in jdbc.classes:
        holding = [path for path in paths if _holds(path, driver)]
        if len(holding) > 1:
            names = "、".join(path.name for path in holding)
            raise DriverMissing(
                f"{folder} 里有 {len(holding)} 个{title} 驱动：{names}。", hint="请把 jar 写成其中一个文件。"
            )
        if holding:
            return _described(holding[0], driver)
    wanted = "、".join(jdbc.classes)
    if folder is None:
        raise DriverMissing(f"{paths[0]} 里没有驱动类 {wanted}。", hint=f"请换成{title} 的 JDBC 驱动 jar。")
    there = sorted(path.name for path in folder.glob("*.jar"))
    shown = "、".join(there[:_SHOWN]) + ("等" if len(there) > _SHOWN else "") if there else "没有任何 jar"
    raise DriverMissing(
        f"{folder} 里没有{title} 的 JDBC 驱动（{'、'.join(jdbc.jars)}，含 {wanted}），里面有：{shown}。",
        hint="请把厂商的驱动 jar 放进去，或把 jar 写成该文件的路径。",
    )


def _holds(path: Path, driver: str) -> bool:
    try:
        with zipfile.ZipFile(path) as jar:
            return f"{driver.replace('.', '/')}.class" in jar.NameToInfo
    except (zipfile.BadZipFile, OSError):
        return False


def _described(path: Path, driver: str) -> Jar:
    with zipfile.ZipFile(path) as jar:
        try:
            manifest = jar.read("META-INF/MANIFEST.MF").decode(errors="replace")
        except KeyError:
            manifest = ""
    version = _VERSION.search(manifest)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Jar(path=path, driver=driver, version=version[1] if version else "", sha256=digest)
