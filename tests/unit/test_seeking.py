"""The capacity search: where it looks next, what it believes, how it ends. The system is a function here."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.seeking import Ask, Bounds, Found, Seen, conclude, next_step
from harness.settings_load import CapacityPlan

BOUNDS = Bounds(plan=CapacityPlan(repeats=2), error_rate=0.001, most_processes=4)
System = Callable[[Ask, int], Seen]


def seen(ask: Ask, ms: float, *, achieved: float = 1.0, errors: int = 0, not_run: int = 0, gave_way: str = "") -> Seen:
    return Seen(
        rate_per_s=ask.rate_per_s, offered_per_s=ask.rate_per_s, achieved_per_s=achieved * ask.rate_per_s, users=64,
        seconds=8.0, n=100, milliseconds=dict.fromkeys(("p50", "p90", "p95", "p99"), ms), errors=errors, answered=1000,
        not_run=not_run, processes=ask.processes, gave_way=gave_way,
    )  # fmt: skip


def bearing(capacity: float) -> System:
    def system(ask: Ask, _: int) -> Seen:
        return seen(ask, 10.0 if ask.rate_per_s < capacity / 2 else 30.0 if ask.rate_per_s < capacity else 900.0)

    return system


def searched(system: System, bounds: Bounds = BOUNDS) -> tuple[list[Seen], Found]:
    history: list[Seen] = []
    while (ask := next_step(history, bounds)) is not None:
        history.append(system(ask, len(history)))
        assert len(history) <= bounds.plan.most_steps + 1
    return history, conclude(history, bounds)


@given(st.floats(1, 5000))
def test_the_capacity_lies_between_the_two_answers_and_they_are_near(capacity: float) -> None:
    _, found = searched(bearing(capacity), replace(BOUNDS, plan=CapacityPlan(repeats=2, limit_ms=100.0)))
    assert found.sustained_per_s < capacity <= found.refused_per_s
    assert found.refused_per_s / found.sustained_per_s <= 1.05


def test_what_is_near_the_limit_is_run_twice_and_what_is_far_from_it_once() -> None:
    history, _ = searched(bearing(600))
    runs = {rate: sum(each.rate_per_s == rate for each in history) for rate in {each.rate_per_s for each in history}}
    assert runs[20.0] == 2, "it sets the limit"
    assert runs[40.0] == runs[80.0] == runs[160.0] == 1, "far within it"
    assert all(n == 2 for rate, n in runs.items() if rate > 300)


def test_one_bad_moment_does_not_decide() -> None:
    good = bearing(600)
    history, found = searched(lambda ask, n: seen(ask, 5000.0) if n == 4 else good(ask, n))
    assert history[4].rate_per_s == 160.0
    assert [each.rate_per_s for each in history].count(160.0) == 3
    assert 560 < found.sustained_per_s < 600


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"errors": 50}, "失败率"),
        ({"not_run": 7}, "没有发出"),
        ({"achieved": 0.8}, "积压"),
        ({"ms": 60.0}, "P95 60.0 ms 超过限值 50.0 ms"),
    ],
)
def test_every_limit_can_end_it_and_is_named(bad: dict[str, float], why: str) -> None:
    _, found = searched(lambda ask, _: seen(ask, **({"ms": 10.0} | (bad if ask.rate_per_s >= 100 else {}))))
    assert found.refused_per_s < 105
    assert why in found.why


def test_a_start_too_high_goes_down_and_gives_up_at_last() -> None:
    fixed = replace(BOUNDS, plan=CapacityPlan(repeats=2, limit_ms=100.0))
    _, found = searched(bearing(3.0), fixed)
    assert 2.8 < found.sustained_per_s < 3.0
    _, found = searched(lambda ask, _: seen(ask, 900.0), fixed)
    assert found.sustained_per_s == 0
    assert found.refused_per_s == pytest.approx(20 / 2**6)


def test_a_generator_at_its_limit_gets_processes_and_is_never_called_the_systems_capacity() -> None:
    def system(ask: Ask, _: int) -> Seen:
        busy = ask.rate_per_s > 100 * ask.processes
        return seen(ask, 10.0, gave_way="压测进程占用 CPU 95%" if busy else "")

    history, found = searched(system)
    assert [each.processes for each in history if each.rate_per_s == 160.0] == [1, 2]
    assert history[-1].processes == 4
    assert found.sustained_per_s == 320
    assert found.refused_per_s == 0
    assert found.generator_gave_way


def test_a_resumed_search_asks_for_the_same_step() -> None:
    history, _ = searched(bearing(600))
    for n in range(len(history)):
        ask = next_step(history[:n], BOUNDS)
        assert ask is not None
        assert ask.rate_per_s == history[n].rate_per_s


def test_an_endless_system_ends_by_the_number_of_steps() -> None:
    history, found = searched(
        lambda ask, _: seen(ask, 10.0), replace(BOUNDS, plan=CapacityPlan(repeats=2, most_steps=9))
    )
    assert len(history) == 9
    assert found.refused_per_s == 0


def test_an_answer_that_was_clear_at_once_is_confirmed_all_the_same() -> None:
    steep = replace(BOUNDS, plan=CapacityPlan(repeats=2, limit_ms=100.0, resolution=0.5, growth=1.5))
    history, found = searched(lambda ask, _: seen(ask, 10.0 if ask.rate_per_s < 200 else 900.0), steep)
    assert [each.rate_per_s for each in history].count(found.sustained_per_s) == 2
    wavering, found = searched(
        lambda ask, n: seen(ask, 10.0 if ask.rate_per_s < 200 and n < len(history) - 1 else 900.0), steep
    )
    assert len(wavering) > len(history)
    assert found.sustained_per_s < history[-1].rate_per_s


def test_a_lateness_that_cannot_have_broken_the_limit_spoils_nothing() -> None:
    bounds = replace(BOUNDS, plan=CapacityPlan(repeats=2, limit_ms=100.0))
    late = replace(seen(Ask(rate_per_s=50.0, processes=4), 900.0), late="压测机滞后 P99 60 ms", own_ms=300.0)
    assert bounds.spoilt(late, 100.0) == ""
    assert "P95 900.0 ms" in bounds.why_refused(late, 100.0)
    assert bounds.spoilt(replace(late, own_ms=850.0), 100.0) == "压测机滞后 P99 60 ms"
    assert bounds.spoilt(replace(late, gave_way="压测进程中途消失"), 100.0) == "压测进程中途消失"


def test_the_limit_rests_on_the_lowest_rates_that_are_no_load_yet() -> None:
    def at(rate: float, p50: float, p95: float) -> Seen:
        return replace(seen(Ask(rate_per_s=rate, processes=1), p95), milliseconds={"p50": p50, "p95": p95})

    ratio = BOUNDS.plan.limit_ratio
    first, second, third = at(20, 2, 13), at(40, 2, 6), at(80, 2, 7)
    assert BOUNDS.limit_ms([first]) == 13 * ratio
    assert BOUNDS.limit_ms([first, second, third, at(160, 2, 100)]) == 7 * ratio
    assert BOUNDS.limit_ms([first, at(40, 900, 2000), at(30, 800, 1500)]) == 13 * ratio
