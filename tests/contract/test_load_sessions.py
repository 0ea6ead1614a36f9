"""Sessions of a load process say the same as all others, though they begin a transaction with its first statement, and
an answer that takes too long is given up all the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from drivers.sql import driver_for
from drivers.sql.prompt_session import PromptSession
from drivers.sql.psycopg2_driver import Psycopg2Driver
from harness.model import Rendered, SqlEndpoint
from harness.ports import Session
from tests.contract.targets import Servers

_TABLE = "load_session"
_SCRIPTS = {
    "committed": ("INSERT INTO {t} VALUES (1)", "COMMIT", "SELECT * FROM {t}", "ROLLBACK"),
    "rolled back": ("INSERT INTO {t} VALUES (2)", "SELECT * FROM {t}", "ROLLBACK", "SELECT * FROM {t}"),
    "refused first": ("INSERT INTO {t} VALUES (NULL)", "SELECT * FROM {t}", "COMMIT", "SELECT * FROM {t}", "COMMIT"),
    "refused later": ("INSERT INTO {t} VALUES (3)", "INSERT INTO {t} VALUES (3)", "COMMIT", "SELECT * FROM {t}"),
    "no grammar": ("SELEKT 1", "SELECT * FROM {t}", "COMMIT", "SELECT * FROM {t}", "COMMIT"),
    "isolation": ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SHOW transaction_isolation", "COMMIT"),
    "nothing": ("COMMIT", "ROLLBACK", "COMMIT", "SELECT * FROM {t}", "ROLLBACK"),
    "savepoint": ("SAVEPOINT a", "SELECT 1 / 0", "ROLLBACK TO SAVEPOINT a", "INSERT INTO {t} VALUES (4)", "COMMIT"),
}


@pytest.fixture(scope="module")
def connect(servers: Servers) -> Callable[[bool], Session]:
    endpoint = SqlEndpoint(url=servers.facts("postgresql")["url"], product="postgresql")

    def connect(green: bool) -> Session:
        driver = driver_for(endpoint)
        assert isinstance(driver, Psycopg2Driver)
        driver._green = green
        return driver.connect()

    return connect


def carried_out(session: Session, script: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Kind, class, affected and rows of each line, twice over: statements are known the second time."""
    said = []
    lines = [Rendered(name=line, sql=line.format(t=_TABLE), order=(), returns_rows=False) for line in script]
    for line in lines * 2:
        ends = {"COMMIT": session.commit, "ROLLBACK": session.rollback}
        reply = ends[line.name]() if line.name in ends else session.execute(line, ())
        said.append((line.name, reply.kind, reply.error_class, reply.affected, list(reply.rows)))
    session.rollback()
    return said


@pytest.mark.parametrize("name", _SCRIPTS)
def test_both_kinds_of_session_say_the_same(connect: Callable[[bool], Session], name: str) -> None:
    said = []
    for green in (False, True):
        session = connect(green)
        assert isinstance(session, PromptSession) is green
        for sql in (f"DROP TABLE IF EXISTS {_TABLE}", f"CREATE TABLE {_TABLE} (id int PRIMARY KEY)"):
            assert not session.execute(Rendered(name="x", sql=sql, order=(), returns_rows=False), ()).kind
        session.commit()
        said.append(carried_out(session, _SCRIPTS[name]))
        session.close()
    assert said[0] == said[1]


_SLOW = """
from gevent import monkey
monkey.patch_all()
import io, time
from gevent import socket, spawn
from drivers.sql.green import GreenReaders
ours, theirs = socket.socketpair()
file = GreenReaders().reader(ours, 0.5)
spawn(theirs.sendall, b"x" * 100_000)
assert file.read(100_000) == b"x" * 100_000
began = time.monotonic()
try:
    file.read(1)
except TimeoutError as error:
    assert "timed out" in str(error)
assert 0.5 <= time.monotonic() - began
theirs.sendall(b"y")
assert file.read(1) == b"y"
theirs.close()
assert file.read(1) == b""
"""


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    done = subprocess.run([sys.executable, "-c", _SLOW], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
