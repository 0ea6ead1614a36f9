"""Three observations of a probe become one outcome, by the rules that the module states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.compare.behaviours import Sides, behaviour
from harness.model import Group, Probe
from harness.observation import Observation, Seen
from harness.result import Behaviour, BehaviourClass

SAME, DIFFERENT = BehaviourClass.SAME, BehaviourClass.DIFFERENT
UNSUPPORTED, ERROR = BehaviourClass.UNSUPPORTED, BehaviourClass.ERROR
PROBE = Probe(id="one", title="一", group=Group.QUERY, source="BD-00", script="A: SELECT 1", meaning="无")

Line = tuple[str, str]  # sql, canonical text


def seen(sql: str, text: str) -> Seen:
    session, sql = sql.split(": ", 1) if sql[1:3] == ": " else ("A", sql)
    failed = text.removeprefix("等待 → ").split(" ")
    error = failed[1] if failed[0] in ("failed", "refused", "timed_out", "unreachable") and len(failed) > 1 else ""
    setup = sql.startswith("setup ")
    return Seen(session=session, sql=sql.removeprefix("setup "), text=text, error_class=error, prepares=setup)


def observed(*lines: Line, trouble: str = "", repeated: bool = False) -> Observation:
    return Observation(probe="one", seen=tuple(seen(*line) for line in lines), trouble=trouble, repeated=repeated)


def compared(
    original: Observation,
    migrated: Observation,
    *,
    again: Observation | None = None,
    migrated_again: Observation | None = None,
) -> Behaviour:
    return behaviour(PROBE, Sides(original, migrated, again or original, migrated_again or migrated), {})


def sides(*steps: tuple[str, str, str]) -> Behaviour:
    """(sql, original, migrated) per line."""
    return compared(observed(*((s, a) for s, a, _ in steps)), observed(*((s, b) for s, _, b in steps)))


ROW, OTHER = "ok 1 行: (1)", "ok 1 行: (2)"
SYNTAX, UNKNOWN, ABORTED = "failed syntax", "failed unknown_object", "failed aborted"


def test_equal_lines_are_the_same() -> None:
    assert sides(("SELECT 1", ROW, ROW), ("SELECT x", SYNTAX, SYNTAX)).outcome is SAME


@pytest.mark.parametrize(
    ("original", "migrated"),
    [
        (ROW, OTHER),
        ("ok 改 1 行", "ok 改 2 行"),
        ("refused unique", "refused check"),
        ("ok", "timed_out lock_timeout"),
        ("等待 → ok", "ok"),
        ("refused too_long", "ok 改 1 行"),  # the migrated stack takes what the original refuses
        (ROW, ABORTED),
        (ROW, "failed privilege"),
    ],
)
def test_any_other_answer_is_different(original: str, migrated: str) -> None:
    assert sides(("SELECT 1", original, migrated)).outcome is DIFFERENT


@pytest.mark.parametrize("lacks", [SYNTAX, UNKNOWN])
def test_what_the_migrated_stack_does_not_know_is_unsupported(lacks: str) -> None:
    assert sides(("SELECT nvl(1, 2)", ROW, lacks)).outcome is UNSUPPORTED
    assert sides(("SELECT nvl(1, 2)", "refused unique", lacks)).outcome is UNSUPPORTED


@pytest.mark.parametrize("lacks", [SYNTAX, UNKNOWN])
@pytest.mark.parametrize("answer", [ROW, SYNTAX, UNKNOWN, "refused unique"])
def test_what_the_original_does_not_know_no_application_uses(lacks: str, answer: str) -> None:
    found = sides(("SELECT nvl(1, 2)", lacks, answer))
    assert found.outcome is SAME
    assert ("原系统没有第 1 步的写法" in found.reason) is (lacks != answer)


def test_what_follows_from_a_lacking_query_ends_with_its_transaction() -> None:
    aborted = ("SELECT nvl(1, 2)", SYNTAX, ROW), ("INSERT", ABORTED, "ok 改 1 行"), ("ROLLBACK", "ok", "ok")
    assert sides(*aborted).outcome is SAME
    assert sides(*aborted, ("SELECT 1", ROW, OTHER)).outcome is DIFFERENT
    other_session = ("B: SELECT 1", ROW, OTHER)
    assert sides(aborted[0], other_session).outcome is DIFFERENT


def test_what_follows_from_a_lacking_change_lasts_if_it_is_committed() -> None:
    change = ("REPLACE INTO t VALUES (1)", SYNTAX, "ok 改 1 行")
    count = ("SELECT count(*) FROM t", "ok 1 行: (0)", ROW)
    assert sides(change, ("COMMIT", "ok", "ok"), count).outcome is SAME
    assert sides(change, ("ROLLBACK", "ok", "ok"), count).outcome is DIFFERENT


def test_what_the_original_does_and_the_migrated_stack_lacks_is_never_excused() -> None:
    found = sides(
        ("REPLACE INTO t VALUES (1)", SYNTAX, "ok 改 1 行"),
        ("COMMIT", "ok", "ok"),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "ok 改 1 行", SYNTAX),
    )
    assert found.outcome is UNSUPPORTED


def test_what_follows_from_a_lack_of_the_migrated_stack_leaves_it_unsupported() -> None:
    lack = ("CREATE SEQUENCE xhc_one_v", "ok", SYNTAX), ("COMMIT", "ok", "ok")
    assert sides(*lack, ("SELECT nextval('xhc_one_v')", ROW, UNKNOWN), ("SELECT 2", ROW, OTHER)).outcome is UNSUPPORTED
    before = ("SELECT 1", ROW, OTHER)
    assert sides(before, *lack).outcome is DIFFERENT


def test_an_object_that_the_script_made_itself_is_what_the_probe_asks_for() -> None:
    """DDL that is rolled back on one side only: no lack, in either direction."""
    made = ("CREATE TABLE xhc_one_t (n INT)", "ok", "ok"), ("ROLLBACK", "ok", "ok")
    count = "SELECT count(*) FROM xhc_one_t"
    assert sides(*made, (count, UNKNOWN, "ok 1 行: (0)")).outcome is DIFFERENT
    assert sides(*made, (count, "ok 1 行: (0)", UNKNOWN)).outcome is DIFFERENT
    in_setup = ("setup CREATE TABLE xhc_one_t (c TEXT)", "ok", "ok"), ("setup COMMIT", "ok", "ok")
    operator = "SELECT count(*) FROM xhc_one_t WHERE c = 1"
    assert sides(*in_setup, (operator, UNKNOWN, ROW)).outcome is SAME
    assert sides(*in_setup, (operator, ROW, UNKNOWN)).outcome is UNSUPPORTED


def test_a_line_that_a_product_has_no_words_for_is_no_difference() -> None:
    assert sides(("{read_uncommitted}", "ok", "略"), ("SELECT 1", ROW, ROW)).outcome is SAME
    assert sides(("{read_uncommitted}", "ok", "略"), ("SELECT 1", ROW, OTHER)).outcome is DIFFERENT


# --------------------------------------------------------------------------- nothing is known


def test_trouble_on_any_side_is_an_error_that_says_where() -> None:
    good, bad = observed(("SELECT 1", ROW)), observed(trouble="准备的第 1 行失败")
    for found, side in (
        (compared(bad, good, again=good), "原系统："),
        (compared(good, good, again=bad), "原系统："),
        (compared(good, bad), "迁移后系统："),
        (compared(good, good, migrated_again=bad), "迁移后系统："),
    ):
        assert found.outcome is ERROR
        assert found.reason == f"{side}准备的第 1 行失败"


def test_a_side_that_contradicts_itself_is_an_error() -> None:
    first, second = observed(("SELECT 1", ROW)), observed(("SELECT 1", OTHER))
    for migrated in (first, second):
        found = compared(first, migrated, again=second)
        assert found.outcome is ERROR
        assert "原系统两遍的应答不同（第 1 步：ok 1 行: (1)；ok 1 行: (2)）" in found.reason
    stalled = compared(second, first, migrated_again=second)
    assert stalled.outcome is ERROR
    assert "迁移后系统两遍的应答不同" in stalled.reason


def test_what_the_original_lacks_may_waver_on_the_migrated_stack() -> None:
    lacking = observed(("CREATE TRIGGER a", SYNTAX))
    once, again = observed(("CREATE TRIGGER a", "ok")), observed(("CREATE TRIGGER a", "failed other"))
    assert compared(lacking, once, migrated_again=again).outcome is SAME


def test_messages_and_the_moment_of_a_late_answer_are_not_compared() -> None:
    a = observed(("UPDATE t SET n = 1", "等待 → ok 改 1 行"))
    late = Observation(probe="one", seen=(replace(a.seen[0], message="锁等待", came_after=3, sql="UPDATE T"),))
    assert compared(a, late, again=late).outcome is SAME


def test_a_lost_connection_counts_only_when_it_is_lost_twice() -> None:
    kept, lost = ("SELECT 1", ROW), ("SELECT 1", "unreachable connection_lost")
    assert compared(observed(kept), observed(lost)).outcome is ERROR
    assert compared(observed(lost), observed(kept)).outcome is ERROR
    assert compared(observed(kept), observed(lost, repeated=True)).outcome is DIFFERENT
    assert compared(observed(lost), observed(lost)).outcome is SAME
    cut = replace(PROBE, script="B: KILL A\nA: SELECT 1")
    found = behaviour(cut, Sides(observed(kept), observed(lost), observed(kept), observed(lost)), {})
    assert found.outcome is DIFFERENT


# --------------------------------------------------------------------------- what is shown


def test_every_line_is_shown_with_both_answers() -> None:
    original = Observation(
        probe="one",
        seen=(Seen(session="A", sql="CREATE TABLE xhc_one_t (n INTEGER)", text="ok"), seen("COMMIT", "ok")),
    )
    migrated = Observation(
        probe="one",
        seen=(
            Seen(
                session="A", sql="CREATE TABLE xhc_one_t (n INT)", text=SYNTAX, error_class="syntax",
                message="1064: near", bound=(("n", "1"),),
            ),
        ),
        trouble="准备失败",
    )  # fmt: skip
    first, second = compared(original, migrated).script
    assert (first.sql, first.original_sql) == ("CREATE TABLE xhc_one_t (n INT)", "CREATE TABLE xhc_one_t (n INTEGER)")
    assert (first.original, first.migrated, first.migrated_said) == ("ok", SYNTAX, "1064: near")
    assert first.bound == (("n", "1"),)
    assert (second.sql, second.original, second.migrated, second.original_sql) == ("COMMIT", "ok", "", "")


def test_acceptance_is_for_differences_only() -> None:
    reasons = {"one": "科室确认"}

    def accepted(original: Observation, migrated: Observation) -> str:
        return behaviour(PROBE, Sides(original, migrated, original, migrated), reasons).accepted

    row, other, lacks = (observed(("SELECT 1", text)) for text in (ROW, OTHER, SYNTAX))
    assert accepted(row, other) == accepted(row, lacks) == "科室确认"
    assert accepted(row, row) == accepted(row, observed(trouble="没有应答")) == ""
