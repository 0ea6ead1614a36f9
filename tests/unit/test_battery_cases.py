"""Which case comes next, how one is judged, and the verdict: the error-handling battery without sockets."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import Any

import pytest

from harness.compare.handled import dirty, handled
from harness.content.battery import Expect, Knowledge
from harness.errors import Fault
from harness.execute.battery_cases import GOOD, OUT_OF_ORDER, REPLAY, Course
from harness.execute.battery_items import Tape
from harness.execute.battery_rows import growth
from harness.interface_result import HandledCase, InterfaceUse
from harness.judge.error_handling import intf_4
from harness.judge.material import Material
from harness.message import Message, Misbehaviour, Outgoing
from harness.model import CaseRecord, Item
from harness.result import Judgement, StackFacts
from harness.settings import load_plan

NUMBERED = Knowledge(mandatory=("$.no",), free_text="$.text", identity="$.no")


def message(known: Knowledge | None = NUMBERED, content: str = "json") -> Message:
    def compose(**_: Any) -> Outgoing:
        raise AssertionError("nobody composes here")

    return Message(name="m", title="报文", interface="i", content=content, compose=compose, battery=known)


def good(number: int, text: str = "好") -> Outgoing:
    return Outgoing(body=f'{{"no": "{number}", "text": "{text}"}}'.encode())


def gone_through(course: Course, *, refusing: frozenset[str] = frozenset(), most: int = 200) -> list[str]:
    """The names of the cases of a course whose good messages are accepted, but after the `refusing` ones."""
    names = []
    for number in range(most):
        if not course.open:
            break
        one = good(number)
        case = course.next(one, "UTF-8")
        if case is None:
            continue
        if case.waits:
            course.hold(one)
            continue
        names.append(case.name)
        course.done(case, one, accepted=case.name not in refusing, took=False)
    return names


# ------------------------------------------------------------------ the order of cases


def test_the_good_message_goes_first_and_every_case_once() -> None:
    names = gone_through(Course(message(), tuple(Misbehaviour)))
    assert names[0] == GOOD
    assert len(names) == len(set(names))
    assert {*Misbehaviour, REPLAY, OUT_OF_ORDER, "duplicate", "missing:$.no", "oversized", "not_json"} <= set(names)


def test_a_message_without_a_body_has_no_bad_ones() -> None:
    course = Course(message(), (Misbehaviour.RESET,))
    names = []
    while course.open and len(names) < 20:
        one = Outgoing(body=b"", method="GET", path="reports/1")
        case = course.next(one, "UTF-8")
        if case is not None and case.waits:
            course.hold(one)
        elif case is not None:
            names.append(case.name)
            course.done(case, one, accepted=True, took=False)
    assert names == [GOOD, "reset", REPLAY, OUT_OF_ORDER]


def test_what_was_not_accepted_is_followed_by_a_good_message_and_gets_another_one() -> None:
    names = gone_through(Course(message(), ()), refusing=frozenset({"empty"}))
    at = names.index("empty")
    assert names[at : at + 4] == ["empty", GOOD, "empty", GOOD]
    assert names.count("empty") == 2


def test_an_interface_that_takes_nothing_more_is_given_up() -> None:
    course = Course(message(), tuple(Misbehaviour))
    everything = frozenset({GOOD, *Misbehaviour, REPLAY, OUT_OF_ORDER})
    assert len(gone_through(course, refusing=everything)) < 12
    assert course.left


def test_cases_that_no_message_fits_are_left() -> None:
    course = Course(message(), ())
    numbers = itertools.count()
    first = good(next(numbers))
    case = course.next(first, "UTF-8")
    assert case is not None
    course.done(case, first, accepted=True, took=False)
    seen = 0
    while course.open:  # wrong_charset needs a text that is not ASCII
        seen += 1
        one = good(next(numbers), text="plain")
        case = course.next(one, "UTF-8")
        if case is not None and case.waits:
            course.hold(one)
        elif case is not None:
            course.done(case, one, accepted=True, took=False)
    assert {left.name for left in course.left} == {"wrong_charset", "broken_character"}
    assert seen < 100


def test_what_has_no_number_cannot_be_known_again() -> None:
    course = Course(message(Knowledge()), ())
    gone_through(course, most=1)
    (duplicate,) = [case for case in course.left if case.name == "duplicate"]
    assert duplicate.expect is Expect.ALIKE
    assert "没有编号" in duplicate.expected


def test_a_message_that_is_not_what_the_pack_says_is_a_fault() -> None:
    with pytest.raises(Fault, match="m 自身读不成 json"):
        Course(message(), ()).next(Outgoing(body=b"MSH|"), "UTF-8")


# ------------------------------------------------------------------ how a case went


def record(case: str = "x", **changed: Any) -> CaseRecord:
    known: dict[str, Any] = {
        "seq": 1, "transaction": "t", "interface": "i", "message": "m", "case": case, "title": case, "expected": "…",
        "expect": "alike", "good": "ok",
    }  # fmt: skip
    return CaseRecord(**(known | changed))


REFUSED: dict[str, Any] = {"replies": ("refused",), "said": ("AE",), "left": ({},), "good_left": {"a": 1}}


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        (REFUSED, {}),
        (REFUSED | {"left": ({"a": 1},)}, {"a": 1}),
        (REFUSED | {"left": ({"a": -1},)}, {"a": -1}),
        ({"replies": ("timed_out",), "left": ({"a": 1, "b": 2},)}, {"a": 1, "b": 2}),
        ({"replies": ("ok",), "left": ({"a": 1},), "good": "refused"}, {}),
        ({"replies": ("ok",), "left": ({"a": 1},), "good": "refused", "good_left": {"b": 1}}, {"b": 1}),
        ({"replies": ("ok", "refused"), "left": ({"a": 2}, {}), "good": "refused", "expect": "once"}, {}),
        ({"replies": ("ok", "ok"), "left": ({"a": 2}, {"a": 2}), "expect": "once"}, {"a": 2}),
        ({"replies": ("ok", "ok"), "left": ({"a": 2}, {"a": 2})}, {}),
        ({"replies": ("ok",), "left": ({"a": 1},), "good_left": {"a": 1}, "expect": "once"}, {"a": 1}),
        ({"case": "gone", "left": ({"a": 1},), "good": "refused", "expect": "once"}, {}),
        ({"case": "gone", "left": ({},), "good_left": {"a": 1}, "expect": "once"}, {}),
        ({"case": "gone", "left": ({"a": 1},), "good_left": {"a": 1}, "expect": "once"}, {"a": 1}),
        ({"case": "half_open", "replies": ("ok",), "left": ({"a": 1},), "expect": "once"}, {"a": 1}),
        (
            {"case": "replay", "replies": ("ok",), "left": ({"a": 1},), "good_left": {"a": 1}, "expect": "once"},
            {"a": 1},
        ),
        ({"case": "pipelined", "replies": ("ok", "refused"), "left": ({"a": 1},), "expect": "once"}, {}),
        ({"case": "pipelined", "replies": ("failed", "failed"), "left": ({"a": 1},), "good": "refused"}, {"a": 1}),
    ],
)  # fmt: skip
def test_rows_that_should_not_be(changed: dict[str, Any], rows: dict[str, int]) -> None:
    assert dirty(record(**changed)) == rows


def both(original: list[CaseRecord], migrated: list[CaseRecord]) -> HandledCase:
    return handled("p", original, migrated)[0]


def test_alike() -> None:
    case = both([record(**REFUSED)], [record(**REFUSED)])
    assert (case.outcome, case.reason, case.original, case.migrated) == ("alike", "", "refused ok", "refused ok")
    assert case.migrated_recovers


@pytest.mark.parametrize(
    ("migrated", "outcome", "told"),
    [
        ({"replies": ("timed_out",)}, "different", "应答类别不同"),
        ({"replies": ("refused", "refused")}, "different", "应答类别不同"),
        ({"left": ({"a": 1},)}, "dirty", "a +1；原系统没有"),
        ({"good_left": {}}, "dirty", "a -1"),
        ({"good_left": {"a": 2}}, "dirty", "a +1"),
        ({"good": "refused", "good_left": {}}, "different", "应答类别不同"),
        ({"seq": 0}, "not run", "迁移后系统"),
    ],
)
def test_worse_than_the_original(migrated: dict[str, Any], outcome: str, told: str) -> None:
    case = both([record(**REFUSED)], [record(**(REFUSED | migrated))])
    assert case.outcome == outcome
    assert told in case.reason
    assert opinion(case) is (Judgement.NOT_RUN if outcome == "not run" else Judgement.FAIL)


def test_stuck_is_shown_by_the_next_good_message() -> None:
    taken = record(replies=("ok",), left=({"a": 1},), good="refused")
    fine, refused = record(GOOD, good="ok"), record(GOOD, good="refused")
    assert both([taken, fine], [taken, fine]).outcome == "alike"
    assert both([taken, fine], [taken, refused, fine]).outcome == "alike"
    stuck = both([taken, fine], [taken, refused, refused])
    assert (stuck.outcome, stuck.migrated_recovers) == ("stuck", False)
    assert opinion(stuck) is Judgement.FAIL
    same = both([taken, refused], [taken, refused])
    assert same.outcome == "stuck"
    assert opinion(same) is Judgement.INCONCLUSIVE
    assert both([taken], [taken]).outcome == "not run"


def test_the_last_try_of_a_case_counts() -> None:
    first = record(**(REFUSED | {"good": "refused", "good_left": {}}))
    tries = [first, record(GOOD), record(**REFUSED)]
    assert both(tries, tries).original == "refused ok"


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"expect": "declined", "replies": ("ok",)}, "unexpected"),
        ({"expect": "declined", "replies": ("timed_out",)}, "unexpected"),
        ({"expect": "declined", "replies": ("failed",)}, "alike"),
        ({"case": "slow", "replies": ("refused",)}, "unexpected"),
    ],
)
def test_alike_but_not_as_expected(changed: dict[str, Any], outcome: str) -> None:
    one = record(**(REFUSED | changed))
    case = both([one], [one])
    assert case.outcome == outcome
    assert opinion(case) is Judgement.PASS


def test_dirty_on_both_proves_nothing() -> None:
    one = record(**(REFUSED | {"left": ({"a": 1},)}))
    case = both([one], [one])
    assert case.outcome == "dirty"
    assert opinion(case) is Judgement.INCONCLUSIVE


def test_the_migrated_stack_may_be_better() -> None:
    case = both([record(**(REFUSED | {"left": ({"a": 1},)}))], [record(**REFUSED)])
    assert (case.outcome, opinion(case)) == ("alike", Judgement.PASS)
    assert "迁移后系统没有" in case.reason


def test_what_only_one_side_met_was_not_run() -> None:
    assert both([record(**REFUSED)], []).outcome == "not run"
    nothing = record("", seq=0, good="")
    assert "没有一笔业务" in both([nothing], [nothing]).reason


def opinion(*cases: HandledCase) -> Judgement:
    return intf_4(Material(plan=load_plan("smoke"), stacks={}, packs={}, battery=cases)).verdict


def test_no_case_is_no_verdict() -> None:
    assert opinion() is Judgement.NOT_RUN


def test_an_interface_without_a_case_and_a_stack_without_a_database_leave_it_open() -> None:
    case = both([record(**REFUSED)], [record(**REFUSED)])
    whole = Material(plan=load_plan("smoke"), stacks={}, packs={}, battery=(case,))
    assert intf_4(whole).verdict is Judgement.PASS
    other = InterfaceUse(
        pack="p", name="other", title="别的接口", kind="http", peer="x", version="1", used=True, document=""
    )
    assert intf_4(replace(whole, interfaces=(other,))).verdict is Judgement.INCONCLUSIVE
    assert intf_4(replace(whole, interfaces=(replace(other, used=False),))).verdict is Judgement.PASS
    unknown = StackFacts(title="x", product="未知", product_id="", version="", banner="")
    assert intf_4(replace(whole, stacks={"migrated": unknown})).verdict is Judgement.INCONCLUSIVE


# ------------------------------------------------------------------ rows and items


def test_growth() -> None:
    assert growth({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 3, "c": 1}) == {"b": 1, "c": -2}


def items(n: int) -> list[Item]:
    return [Item(seq=seq, transaction="t", params={}) for seq in range(1, n + 1)]


def test_who_follows_gets_the_same_items() -> None:
    tape, followed = Tape(), []
    follower = threading.Thread(target=lambda: followed.extend(tape.follow()))
    follower.start()
    led = list(tape.noting(iter(items(50))))
    tape.end()
    follower.join(timeout=5)
    assert followed == led == items(50)
    assert tape.whole


def test_a_tape_that_breaks_off_is_not_whole() -> None:
    tape = Tape()
    noting = tape.noting(iter(items(5)))
    next(noting)
    tape.end()
    assert [item.seq for item in tape.follow()] == [1]
    assert not tape.whole


def test_the_hospital_of_the_battery_is_small() -> None:
    for name in ("smoke", "nightly", "acceptance"):
        plan = load_plan(name)
        assert plan.battery.run
        assert plan.battery_scale.outpatients_per_day <= plan.data.outpatients_per_day
        assert plan.battery_scale.outpatients_per_day * plan.battery_scale.days <= 1000
        assert plan.battery_scale.seed == plan.data.seed
