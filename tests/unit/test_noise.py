"""What the original does to itself, and how much of the migrated stack's differences that excuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from harness.compare.differences import Difference
from harness.compare.noise import Noise
from harness.normalise import Kind

AT = dt.datetime(2026, 3, 2, 8, 0, 0)
UTC = dt.UTC


def moved(kind: Kind, **more: Any) -> Difference:
    known = {"scope": "table:audit_log", "step": "after", "column": "created_at", "place": 0, "a": 1, "b": 2} | more
    return Difference(kind=kind, **known)


def learned(*differences: Difference) -> Noise:
    noise = Noise()
    noise.learn(differences)
    return noise


@pytest.mark.parametrize(
    ("seen", "met", "excused"),
    [
        (Kind.NUMBER, Kind.NUMBER, True),
        (Kind.NUMBER, Kind.DECIMAL_SCALE, True),
        (Kind.NUMBER, Kind.IDENTITY, True),
        (Kind.NUMBER, Kind.NULL, False),
        (Kind.NUMBER, Kind.TYPE, False),
        (Kind.NUMBER, Kind.TEXT, False),
        (Kind.TEXT, Kind.PADDING, True),
        (Kind.TEXT, Kind.CHARSET, False),
        (Kind.ROW_ORDER, Kind.NULL_ORDER, True),
        (Kind.ROW_ORDER, Kind.ROW_MISSING, False),
        (Kind.NULL, Kind.NULL, True),
        (Kind.NULL, Kind.EMPTY_NULL, False),
    ],
)
def test_a_moving_value_may_move_and_not_vanish(seen: Kind, met: Kind, excused: bool) -> None:
    assert learned(moved(seen)).excuses(moved(met)) is excused


@pytest.mark.parametrize("elsewhere", [{"scope": "table:other"}, {"step": "before"}, {"column": "id"}])
def test_noise_stays_where_it_was_seen(elsewhere: dict[str, str]) -> None:
    noise = learned(moved(Kind.NUMBER))
    assert noise.excuses(moved(Kind.NUMBER))
    assert not noise.excuses(moved(Kind.NUMBER, **elsewhere))


@pytest.mark.parametrize(("delta", "excused"), [(1, True), (-2, True), (2, True), (3, False), (-20, False)])
def test_rows_that_varied_by_two_do_not_excuse_twenty(delta: int, excused: bool) -> None:
    noise = learned(moved(Kind.ROW_COUNT, column="", delta=2), moved(Kind.ROW_COUNT, column="", delta=1))
    assert noise.excuses(moved(Kind.ROW_COUNT, column="", delta=delta)) is excused
    assert noise.excuses(moved(Kind.ROW_MISSING, column="", delta=delta)) is excused


def test_how_far_a_value_moved_is_no_number_of_rows() -> None:
    assert learned(moved(Kind.NUMBER, delta=1)).excuses(moved(Kind.NUMBER, delta=50))


@pytest.mark.parametrize(
    ("later", "excused"),
    [
        (dt.timedelta(minutes=5), True),  # the migrated pass comes later
        (dt.timedelta(minutes=40), True),  # 30 min and ten times what the original moved
        (dt.timedelta(hours=8), False),  # a wrong time zone
        (-dt.timedelta(hours=8), False),
    ],
)
def test_a_clock_that_moved_by_a_minute_does_not_excuse_eight_hours(later: dt.timedelta, excused: bool) -> None:
    for zone in (None, UTC):
        at = AT.replace(tzinfo=zone)
        noise = learned(moved(Kind.TIME, a=at, b=at + dt.timedelta(minutes=1)))
        assert noise.excuses(moved(Kind.TIME, a=at, b=at + later)) is excused


def test_a_moment_without_a_zone_is_held_against_none_with_one() -> None:
    mixed = moved(Kind.TIME, a=AT, b=AT.replace(tzinfo=UTC))
    assert learned(mixed).excuses(mixed)
    assert learned(moved(Kind.TIME, a=AT, b=AT)).excuses(moved(Kind.TIME, a="08:00", b=AT))


def test_an_outcome_is_excused_by_the_same_two_outcomes_only() -> None:
    noise = learned(moved(Kind.OUTCOME, pair=("ok", "refused")))
    assert noise.excuses(moved(Kind.OUTCOME, pair=("refused", "ok")))
    assert not noise.excuses(moved(Kind.OUTCOME, pair=("ok", "failed")))


def test_moving_columns_are_told_by_statement() -> None:
    noise = learned(moved(Kind.NUMBER), moved(Kind.ROW_COUNT, column="", delta=1), moved(Kind.TIME, column="seen_at"))
    assert noise.masks() == {("table:audit_log", "after"): frozenset({"created_at", "seen_at"})}
    assert any("（1 处）" in line for line in noise.lines())
