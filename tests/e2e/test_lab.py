"""One probe at a time on a real PostgreSQL: waiting, dying and hanging sessions, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.sql import driver_for
from harness import pipeline
from harness.errors import StackProtected
from harness.execute.lab import Lab
from harness.execute.scratch import Scratch
from harness.model import Group, Part, Probe, Role, Stack
from harness.observation import Observation
from tests.e2e.running import TOOLS, small_plan, with_cursor

pytestmark = pytest.mark.e2e

SETUP = "CREATE TABLE {t} (id {int} PRIMARY KEY, n {int})\nINSERT INTO {t} VALUES (1, 10)"
GUEST = "xinheng_guest"


def probe(script: str, setup: str = SETUP, probe_id: str = "one", **params: Any) -> Probe:
    return Probe(
        id=probe_id, title="一", group=Group.TRANSACTION, source="BD-00", script=script, setup=setup, params=params,
        meaning="无",
    )  # fmt: skip


@contextmanager
def lab_on(stack: Stack, *probes: Probe, again: bool = False) -> Iterator[Lab]:
    driver = driver_for(stack.sql)
    scratch = Scratch(driver, "xinheng_dbcompat_test", title="原系统")
    scratch.make(probes, again=again)
    try:
        yield Lab(driver, scratch)
    finally:
        scratch.clear()


def observed(stack: Stack, one: Probe) -> Observation:
    with lab_on(stack, one) as lab:
        return lab.observe(one)


def texts(stack: Stack, script: str, **params: Any) -> list[str]:
    """The answers to a script, without those of the setup."""
    found = observed(stack, probe(script, **params))
    assert not found.trouble
    return [seen.text for seen in found.seen if not seen.prepares]


def asked(stack: Stack, sql: str) -> list[Any]:
    found: list[Any] = []

    def act(cursor: Any) -> None:
        cursor.execute(sql)
        found.extend(cursor.fetchall())

    with_cursor(stack, act)
    return found


def ours(stack: Stack) -> list[Any]:
    return asked(
        stack,
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema LIKE 'xinheng_dbcompat%' OR table_name LIKE 'xhc_%'",
    )


def test_a_line_that_waits_is_noted_where_it_stands(original: Stack) -> None:
    found = texts(
        original,
        """
        A: UPDATE {t} SET n = 11 WHERE id = 1
        B~: UPDATE {t} SET n = n + 1 WHERE id = 1
        B~: COMMIT
        A: COMMIT
        C: SELECT n FROM {t}
        """,
    )
    assert found == ["ok 改 1 行", "等待 → ok 改 1 行", "等待 → ok", "ok", "ok 1 行: (12)"]


def test_a_line_that_may_wait_and_does_not_is_an_ordinary_answer(original: Stack) -> None:
    assert texts(original, "A~: UPDATE {t} SET n = 1\nB~: SELECT n FROM {t}") == ["ok 改 1 行", "ok 1 行: (10)"]


def test_a_wait_that_nobody_ends_is_ended_by_the_server(original: Stack) -> None:
    began = time.monotonic()
    found = texts(original, "A: UPDATE {t} SET n = 11\nB~: UPDATE {t} SET n = 12")
    assert found == ["ok 改 1 行", "等待 → timed_out statement_timeout"]
    assert time.monotonic() - began < 30


def test_a_session_can_be_killed_and_come_back(original: Stack) -> None:
    found = texts(original, "B: UPDATE {t} SET n = 11\nA: KILL B\nB: SELECT 1\nB: CONNECT\nB: SELECT n FROM {t}")
    assert found == ["ok 改 1 行", "ok", "unreachable connection_lost", "ok", "ok 1 行: (10)"]


def test_many_sessions_at_once(original: Stack) -> None:
    assert texts(original, "A: POOL 20\nA: SELECT n FROM {t}") == ["ok", "ok 1 行: (10)"]


def test_parameters_are_bound_and_percent_signs_are_safe(original: Stack) -> None:
    script = "A: SELECT :name, '100%', '%s', 7 % 4 WHERE :name LIKE '%三%'"
    assert texts(original, script, name="张三'; --") == ["ok 1 行: ('张三\\'; --', '100%', '%s', 3)"]
    (seen,) = [s for s in observed(original, probe(script, name="张三")).seen if not s.prepares]
    assert seen.bound == (("name", "'张三'"),)


@pytest.mark.parametrize(
    ("script", "setup", "said"),
    [
        ("A: SELECT 1", "SELECT nonsense", "准备的第 1 行失败（failed unknown_object）"),
        ("A: SELECT {nonsense}", "", "{nonsense} 不是已知的词"),
        ("A: SELECT :missing", "", "missing"),
    ],
)
def test_trouble_says_what_and_where(original: Stack, script: str, setup: str, said: str) -> None:
    assert said in observed(original, probe(script, setup)).trouble


def test_an_interrupted_probe_ends_at_once(original: Stack) -> None:
    one = probe("A: UPDATE {t} SET n = 11\nB: UPDATE {t} SET n = 12\nA: IDLE 60")
    with lab_on(original, one) as lab:
        threading.Timer(1.0, lab.stop.set).start()
        began = time.monotonic()
        assert lab.observe(one).trouble == "已中断。"
        assert time.monotonic() - began < 20
    assert not ours(original)


def test_nothing_is_left_behind(original: Stack) -> None:
    one = probe("A: CREATE TABLE {u} (n {int})\nA: COMMIT\nA: CREATE VIEW {v} AS SELECT 1 AS n\nA: COMMIT")
    with lab_on(original, one) as lab:
        lab.observe(one)
        assert {schema for schema, _ in ours(original)} == {"xinheng_dbcompat_test"}
    assert not ours(original)
    assert not asked(original, "SELECT 1 FROM pg_namespace WHERE nspname LIKE 'xinheng_dbcompat%'")


@pytest.mark.parametrize("name", ["original", "seekdb"])
def test_a_probe_can_be_run_again(name: str, request: pytest.FixtureRequest) -> None:
    """As the pass does with one that lost its connection on the way."""
    one = probe("A: CREATE TABLE {u} (n {int})\nA: COMMIT")
    with lab_on(request.getfixturevalue(name), one) as lab:
        first = lab.observe(one)
        lab.forget(first)
        second = lab.observe(one)
    assert not second.trouble
    assert [s.text for s in first.seen] == [s.text for s in second.seen]


# --------------------------------------------------------------------------- without the right to make a schema


@pytest.fixture
def guest(original: Stack) -> Iterator[Stack]:
    """The original for somebody who may make tables and no schemas."""

    def leave(cursor: Any) -> None:
        cursor.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{GUEST}'")
        if cursor.fetchall():
            cursor.execute(f"DROP OWNED BY {GUEST}")
            cursor.execute(f"DROP ROLE {GUEST}")

    def come(cursor: Any) -> None:
        leave(cursor)
        cursor.execute(f"CREATE ROLE {GUEST} LOGIN")
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {GUEST}")

    with_cursor(original, come)
    yield replace(original, sql=replace(original.sql, url=original.sql.url.replace("postgres@", f"{GUEST}@")))
    with_cursor(original, leave)


def test_names_of_ours_do_where_a_schema_is_refused(guest: Stack) -> None:
    one = probe("A: CREATE VIEW {v} AS SELECT n FROM {t}\nA: COMMIT\nA: SELECT n FROM {v}")
    with lab_on(guest, one) as lab:
        assert not lab.scratch.own_schema
        first, second = lab.observe(one), lab.observe(one)
    assert [s.text for s in first.seen] == [s.text for s in second.seen]
    assert first.seen[-1].text == "ok 1 行: (10)"
    assert not ours(guest)


def test_a_table_that_was_there_is_not_touched(guest: Stack) -> None:
    with_cursor(guest, lambda cursor: cursor.execute("CREATE TABLE xhc_one_t (n INT)"))
    with pytest.raises(StackProtected, match="xhc_one_t"), lab_on(guest, probe("A: SELECT 1")):
        pass
    assert ours(guest) == [("public", "xhc_one_t")]
    with lab_on(guest, probe("A: SELECT 1"), again=True):  # the rest of our own run that was killed
        assert not ours(guest)


def test_a_production_stack_is_refused(original: Stack, twin: Stack, tmp_path: Path) -> None:
    stacks = {Role.ORIGINAL: replace(original, production=True), Role.MIGRATED: twin}
    events = pipeline.run(tmp_path, plan=small_plan(), stacks=stacks, packs=[], tools=TOOLS, parts=(Part.COMPAT,))
    with pytest.raises(StackProtected, match="生产环境"):
        list(events)
