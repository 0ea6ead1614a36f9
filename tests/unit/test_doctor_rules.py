"""Each rule of the doctor: one thing is broken on an otherwise healthy pair, and just that rule speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.doctor.advice import Severity
from harness.doctor.advise import advise, ready
from harness.doctor.common import FACTS
from harness.doctor.examined import TITLES, Examined, Problem
from harness.doctor.pairs import PAIRS
from harness.result import StackFacts
from tests.unit.doctor_sides import COMMON, HERE, KYLIN, UNREACHED, database, machine, migrated, original

Break = Callable[[], tuple[Examined, Examined]]


def test_nothing_is_said_of_a_healthy_pair() -> None:
    assert advise(original(), migrated(), HERE) == ()


def facts(**changed: str) -> StackFacts:
    return replace(database().facts, **changed)  # type: ignore[arg-type]


BROKEN: dict[str, tuple[Break, Severity, str]] = {
    "utc_offset": (lambda: (original(), migrated(utc_offset="0")), Severity.CAUTION, "both"),
    "timezone": (lambda: (original(timezone="Asia/Shanghai"), migrated()), Severity.HINT, "both"),
    "isolation": (lambda: (original(isolation="REPEATABLE-READ"), migrated()), Severity.CAUTION, "both"),
    "charset": (lambda: (original(charset="GB18030"), migrated()), Severity.CAUTION, "both"),
    "collation": (lambda: (original(collation="C"), migrated()), Severity.CAUTION, "both"),
    "case_insensitive": (lambda: (original(case_insensitive="1"), migrated()), Severity.CAUTION, "both"),
    "pads_blanks": (lambda: (original(pads_blanks="1"), migrated()), Severity.CAUTION, "both"),
    "empty_is_null": (lambda: (original(empty_is_null="1"), migrated()), Severity.CAUTION, "both"),
    "identifier_case": (lambda: (original(identifier_case="upper"), migrated()), Severity.CAUTION, "both"),
    "lock_timeout": (lambda: (original(lock_timeout="-1"), migrated()), Severity.CAUTION, "both"),
    "statement_timeout": (lambda: (original(), migrated(statement_timeout="10")), Severity.CAUTION, "both"),
    "sql_mode": (lambda: (original(sql_mode="A"), migrated()), Severity.CAUTION, "both"),
    "compatible_mode": (lambda: (original(), migrated(compatible_mode="oracle")), Severity.CAUTION, "both"),
    "unreachable": (
        lambda: (original(found=None, problems=(UNREACHED,)), migrated()), Severity.BLOCK, "original"),
    "production": (lambda: (original(production=True), migrated()), Severity.BLOCK, "original"),
    "privileges": (
        lambda: (original(), migrated(privileges={"建表": True, "建索引": False})), Severity.BLOCK, "migrated"),
    "creates_schemas": (lambda: (original(creates_schemas="f"), migrated()), Severity.CAUTION, "original"),
    "read_only": (lambda: (original(), migrated(read_only="True")), Severity.BLOCK, "migrated"),
    "loses_commits": (lambda: (original(loses_commits="fsync = off"), migrated()), Severity.CAUTION, "original"),
    "charset_narrow": (lambda: (original(charset_bytes="3"), migrated()), Severity.HINT, "original"),
    "clock": (lambda: (original(), migrated(clock_offset_s=-3.0)), Severity.CAUTION, "migrated"),
    "max_connections": (lambda: (original(max_connections="49"), migrated()), Severity.BLOCK, "original"),
    "ways_in": (lambda: (original(jdbc=True), migrated()), Severity.CAUTION, "both"),
    "same_database": (lambda: (original(instance="x"), migrated(instance="x")), Severity.BLOCK, "both"),
    "version": (lambda: (original(facts=facts(version="8")), migrated()), Severity.CAUTION, "both"),
    "distance": (lambda: (original(round_trip_ms=0.2), migrated(round_trip_ms=2.0)), Severity.CAUTION, "both"),
    "no_agent": (lambda: (original(machines=()), migrated()), Severity.CAUTION, "original"),
    "agent": (
        lambda: (original(), migrated(machines=(machine("b", problem=UNREACHED),))), Severity.BLOCK, "migrated"),
    "agent_clock": (
        lambda: (original(), migrated(machines=(machine("b", clock_offset_s=9.0),))), Severity.CAUTION, "migrated"),
    "agent_version": (
        lambda: (original(machines=(machine("a", version="0.2"),)), migrated()), Severity.CAUTION, "original"),
    "disk": (
        lambda: (original(machines=(machine("a", disk_free_mib=2047),)), migrated()), Severity.CAUTION, "original"),
    "pid_file": (
        lambda: (original(machines=(machine("a", pid_file_missing="/x.pid"),)), migrated()),
        Severity.CAUTION, "original"),
    "not_domestic": (lambda: (original(domestic=False), migrated(domestic=False)), Severity.CAUTION, "migrated"),
    "same_machine": (lambda: (original(machines=(machine("b"),)), migrated()), Severity.CAUTION, "both"),
    "hardware": (
        lambda: (original(machines=(machine("a", facts={**KYLIN, "hostname": "a", "page_size": "4096"}),)), migrated()),
        Severity.HINT, "both"),
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_thing_is_named_and_nothing_else(rule: str) -> None:
    broken, severity, side = BROKEN[rule]
    found = [each for each in advise(*broken(), HERE) if each.id == rule]
    others = {each.id for each in advise(*broken(), HERE)} - {rule}
    assert [(each.severity, each.side) for each in found] == [(severity, side)]
    assert not others
    assert all(each.todo and (each.breaks or each.id == "unreachable") for each in found)
    assert ready(found) == (severity is not Severity.BLOCK)


def test_every_row_of_pairs_is_broken_above() -> None:
    assert {pair.fact for pair in PAIRS} <= set(BROKEN)
    assert {pair.fact for pair in PAIRS} <= set(FACTS)


@pytest.mark.parametrize(
    ("fact", "one", "other"),
    [
        ("isolation", "read committed", "READ-COMMITTED"),
        ("isolation", "READ_COMMITTED", "Read Committed"),
        ("charset", "UTF8", "utf8mb4"),
        ("charset", "AL32UTF8", "UTF-8"),
        ("lock_timeout", "50", "50.000"),
        ("statement_timeout", "-1", "-1.0"),
        ("utc_offset", "28800", "28800.000000"),
        ("empty_is_null", "0", "f"),
        ("sql_mode", "A, B", "b,a"),
        ("timezone", "GMT+08:00", "+08:00"),
    ],
)
def test_the_same_in_other_words_is_no_difference(fact: str, one: str, other: str) -> None:
    assert advise(original(**{fact: one}), migrated(**{fact: other}), HERE) == ()


def test_a_fact_that_one_side_cannot_tell_is_no_difference() -> None:
    silent = replace(database(instance="b"), common={})
    assert advise(original(), migrated(found=silent), HERE) == ()


def test_other_hours_say_more_than_another_name_of_the_zone() -> None:
    found = advise(original(), migrated(utc_offset="0", timezone="UTC"), HERE)
    assert [each.id for each in found] == ["utc_offset"]


@pytest.mark.parametrize("charset", ["GBK", "ZHS16GBK", "SQL_ASCII", "utf8mb3", "EUC_CN"])
def test_narrow_charsets_are_known_by_name_where_the_server_does_not_count_bytes(charset: str) -> None:
    common = {name: text for name, text in COMMON.items() if name != "charset_bytes"} | {"charset": charset}
    side = migrated(found=replace(database(), common=common))
    (advice,) = (each for each in advise(original(charset=charset), side, HERE) if each.id == "charset_narrow")
    assert advice.severity is Severity.CAUTION
    assert charset in advice.says


def test_all_problems_of_both_sides_are_told() -> None:
    told = (Problem(says="一"), Problem(says="二"))
    found = advise(
        original(found=None, problems=told),
        migrated(found=None, problems=told, machines=(machine(problem=told[0]),)),
        HERE,
    )
    assert [(each.side, each.says) for each in found if each.severity is Severity.BLOCK] == [
        ("original", "一"), ("original", "二"), ("migrated", "一"), ("migrated", "二"), ("migrated", "一"),
    ]  # fmt: skip


def test_without_a_plan_connections_are_not_counted() -> None:
    assert advise(original(max_connections="1"), migrated(max_connections="1"), replace(HERE, users=0)) == ()


def test_a_nearly_full_disk_here_is_told() -> None:
    (advice,) = advise(original(), migrated(), replace(HERE, disk_free_mib=100))
    assert (advice.id, advice.side) == ("disk", "here")


def test_a_single_endpoint_needs_no_agent() -> None:
    assert advise(replace(original(), side="endpoint", machines=()), None, HERE) == ()


def test_worst_first() -> None:
    found = advise(original(production=True, timezone="PRC"), migrated(production=True, isolation="serializable"), HERE)
    order = list(Severity)
    assert [order.index(each.severity) for each in found] == sorted(order.index(each.severity) for each in found)
    assert [each.id for each in found] == ["production", "production", "isolation", "timezone"]


@given(
    st.dictionaries(
        st.sampled_from([*COMMON, "instance"]), st.text(max_size=12) | st.sampled_from(["-1", "nan", "1e400"])
    )
)
def test_what_is_the_same_on_both_sides_is_no_difference(told: dict[str, str]) -> None:
    one = replace(database(), common=told)
    found = advise(original(found=one), migrated(found=one), replace(HERE, users=0))
    assert {each.id for each in found if each.side == "both"} <= {"same_database"}
    assert all(each.side in TITLES and each.says for each in found)
