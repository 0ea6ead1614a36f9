"""Reproduction scripts: whatever a server said stays on one comment line, and only statements are statements."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from harness.result import Behaviour, BehaviourClass, Exchange
from reports.reproduction import script, write_scripts
from tests.golden import fake_result


def behaviour(*steps: Exchange, **more: str) -> Behaviour:
    known = {"id": "one", "title": "一", "group": "query", "source": "BD-00", "meaning": "无"} | more
    return Behaviour(outcome=BehaviourClass.DIFFERENT, script=steps, **known)


def step(sql: str, session: str = "A", **more: object) -> Exchange:
    known = {"original": "ok", "migrated": "failed syntax"} | more
    return Exchange(session=session, sql=sql, **known)  # type: ignore[arg-type]


def statements(*steps: Exchange, **more: str) -> list[str]:
    """What a client would run after the prelude."""
    text = script(behaviour(*steps, **more), dataclasses.replace(fake_result.small(), prelude=()))
    return [line for line in text.splitlines() if line and not line.startswith("-- ")]


def test_a_single_session_is_statements_and_cleaning_up() -> None:
    found = statements(
        step("CREATE TABLE xhc_one_t (n INT)"), step("CREATE VIEW xhc_one_v AS SELECT 1"), step("COMMIT")
    )
    assert found == [
        "CREATE TABLE xhc_one_t (n INT);",
        "CREATE VIEW xhc_one_v AS SELECT 1;",
        "COMMIT;",
        "ROLLBACK;",
        "DROP VIEW IF EXISTS xhc_one_v;",
        "DROP TABLE IF EXISTS xhc_one_t;",
        "COMMIT;",
    ]


def test_several_sessions_are_for_several_windows() -> None:
    assert statements(step("SELECT 1"), step("SELECT 2", "B")) == ["SELECT 1;", "SELECT 2;"]


@pytest.mark.parametrize("directive", ["CONNECT", "CONNECT PLAIN", "CLOSE", "KILL B", "IDLE 2.5", "POOL 20"])
def test_what_is_no_statement_is_a_comment(directive: str) -> None:
    assert directive not in " ".join(statements(step(directive)))


@pytest.mark.parametrize(
    ("value", "statement"),
    [
        ("1", "SELECT 1, ':x', a::xml;"),
        ("'张三'", "SELECT '张三', ':x', a::xml;"),
        ("NULL", "SELECT NULL, ':x', a::xml;"),
        ("2026-03-02 08:00:00", "SELECT '2026-03-02 08:00:00', ':x', a::xml;"),
    ],
)
def test_parameters_become_literals(value: str, statement: str) -> None:
    (found, *_) = statements(step("SELECT :x, '::x', a::xml".replace("'::x'", "':xy'"), bound=(("x", value),)))
    assert found == statement.replace("':x'", "':xy'")


@pytest.mark.parametrize("value", ["<52428800 字节，sha256:0011>", "x'00ff'", "'a\\u{0}b'", "'it\\'s'"])
def test_a_value_without_a_literal_disables_its_statement(value: str) -> None:
    found = statements(step("INSERT INTO t VALUES (:x)", bound=(("x", value),)), step("SELECT 1"))
    assert found[0] == "SELECT 1;"


def test_a_comment_does_not_swallow_the_end_of_its_statement() -> None:
    assert statements(step("SELECT 5--1"))[:2] == ["SELECT 5--1", ";"]


def test_what_came_from_outside_cannot_leave_its_comment() -> None:
    nasty = "x\nDROP DATABASE hospital;\r\n\x1b[31m"
    found = statements(
        step("SELECT 1", original=nasty, migrated=nasty, original_said=nasty, migrated_said=nasty, original_sql=nasty),
        title=nasty, meaning=nasty, source=nasty, accepted=nasty,
    )  # fmt: skip
    assert found[0] == "SELECT 1;" and not [line for line in found if "hospital" in line]


def test_scripts_of_an_earlier_assessment_do_not_stay(tmp_path: Path) -> None:
    result = fake_result.small()
    first = write_scripts(tmp_path, result)
    assert len(first) == 2
    agreed = dataclasses.replace(result, behaviours=())
    assert write_scripts(tmp_path, agreed) == []
    assert not [path for path in first if path.exists()]


def test_an_id_that_is_no_file_name_writes_nothing(tmp_path: Path) -> None:
    one = behaviour(step("SELECT 1"), id="../../etc/passwd")
    assert write_scripts(tmp_path, dataclasses.replace(fake_result.small(), behaviours=(one,))) == []


def test_the_prelude_comes_first() -> None:
    text = script(behaviour(step("SELECT 1")), fake_result.small())
    assert re.search(r"^SET autocommit = 0;\nSET SESSION time_zone = '\+08:00';\n\n-- 会话 A\nSELECT 1;$", text, re.M)
