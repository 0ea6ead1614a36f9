"""From a hospital's words to load: the arithmetic, and that every step of it is said."""

from dataclasses import replace

import pytest

from harness.errors import BadInput
from harness.hospital_day import (
    CURVES,
    FEWEST_USERS,
    hours_of,
    settled,
    share_of,
    transactions_per_visit,
    visits_per_day,
)
from harness.settings import Plan, load_plan, plan_as_dict, plan_from_dict
from harness.settings_load import DayPlan, Level
from scenarios.his import PACK as HIS
from scenarios.lis import PACK as LIS

SMOKE = load_plan("smoke")
MIX = [t for t in HIS.transactions if t.weight > 0 and not t.probe]
CHECK_IN = next(t.weight for t in MIX if t.name == "check_in")


def plan_of(*levels: Level, day: DayPlan = SMOKE.load.day) -> Plan:
    return replace(SMOKE, load=replace(SMOKE.load, levels=levels, day=day))


def only(plan: Plan) -> Level:
    (level,) = plan.load.levels
    return level


def test_a_plan_that_says_everything_is_left_as_it_is() -> None:
    assert settled(SMOKE, [HIS]) == SMOKE


def test_outpatients_become_the_rate_of_the_busiest_hour() -> None:
    level = only(settled(plan_of(Level(name="高峰", outpatients_per_day=40_000)), [HIS]))
    per_visit = sum(t.weight for t in MIX) / CHECK_IN
    assert level.rate_per_s == pytest.approx(40_000 * per_visit * 0.15 / 3600)
    assert level.packs == ("his",)
    assert "假设" in level.derived
    assert f"每秒 {level.rate_per_s:.2f} 笔" in level.derived


def test_hours_of_a_day_order_as_they_should() -> None:
    hours = hours_of(DayPlan())
    peak, typical, trough = (share_of(hour, hours)[0] for hour in ("peak", "typical", "trough"))
    assert peak == max(hours) > typical > trough > 1 / 24
    assert share_of(3, hours)[0] == pytest.approx(0.002)
    assert sum(hours) == pytest.approx(1)
    assert all(len(curve) == 24 for curve in CURVES.values())
    assert sum(hours[8:11]) > 0.4, "the morning carries the day"


def test_a_hospitals_own_hours_count_and_are_named() -> None:
    counted = DayPlan(hourly=(0.0,) * 9 + (30.0, 10.0) + (0.0,) * 13, source="2025 年 9 月挂号日志")
    level = only(settled(plan_of(Level(name="x", outpatients_per_day=4000), day=counted), [HIS]))
    assert level.rate_per_s == pytest.approx(4000 * transactions_per_visit(HIS) * 0.75 / 3600)
    assert "2025 年 9 月挂号日志" in level.derived
    with pytest.raises(BadInput, match="没有就诊"):
        settled(plan_of(Level(name="x", outpatients_per_day=4000, hour=3), day=counted), [HIS])


def test_beds_add_their_own_work_and_the_mix_then_counts_outpatients_only() -> None:
    day = DayPlan(transactions_per_bed_day=6.0, source="住院日志")
    beds = Level(name="x", outpatients_per_day=3000, inpatient_beds=800)
    level = only(settled(plan_of(beds, day=day), [HIS]))
    assert HIS.wards <= {t.name for t in MIX}, "every ward transaction that is named exists"
    clinic = sum(t.weight for t in MIX if t.name not in HIS.wards) / CHECK_IN
    assert level.rate_per_s == pytest.approx((3000 * clinic + 800 * 6) * 0.15 / 3600)


def test_each_pack_gets_the_level_in_its_own_terms_or_the_plan_is_refused() -> None:
    in_words = plan_of(Level(name="高峰", outpatients_per_day=3000))
    with pytest.raises(BadInput, match="场景包 lis 没有说") as refused:
        settled(in_words, [HIS, LIS])
    assert "transactions_per_visit" in refused.value.hint
    own = DayPlan(transactions_per_visit=4.0, source="接口日志")
    both = settled(plan_of(*in_words.load.levels, day=own), [HIS, LIS])
    assert [level.packs for level in both.load.levels] == [("his",), ("lis",)]
    assert [level.name for level in both.load.levels_of("lis")] == ["高峰"]


def test_users_follow_from_littles_law_and_are_never_too_few() -> None:
    few, many, burst = settled(
        plan_of(*(Level(name=name, rate_per_s=rate, burst=times) for name, rate, times in
                  (("a", 1.0, None), ("b", 500.0, None), ("c", 500.0, 3.0)))), [HIS],
    ).load.levels  # fmt: skip
    assert few.users == FEWEST_USERS
    assert many.users == 300  # 500/s × 0.2 s × 3
    assert burst.users == 900, "enough for the highest moment"
    assert "利特尔法则" in many.derived


def test_a_burst_and_a_compressed_day_have_a_shape() -> None:
    burst, day = settled(
        plan_of(Level(name="a", rate_per_s=10.0, burst=3.0), Level(name="b", rate_per_s=10.0, follow_day=True)), [HIS]
    ).load.levels
    assert burst.shape == (1.0, 3.0, 1.0)
    assert len(day.shape) == 24
    assert max(day.shape) == 1.0, "the level's rate is that of the busiest hour"


def test_users_who_think_have_a_highest_rate() -> None:
    level = only(settled(plan_of(Level(name="x", model="closed", users=50, think_s=5.0)), [HIS]))
    assert (level.users, level.rate_per_s) == (50, 10.0)


def test_settling_twice_changes_nothing_and_survives_the_recording() -> None:
    plan = plan_of(
        Level(name="a", outpatients_per_day=3000, burst=2.0),
        Level(name="b", model="closed", users=5),
        Level(name="c", rate_per_s=3.0, follow_day=True),
    )
    once = settled(plan, [HIS])
    assert settled(once, [HIS]) == once == plan_from_dict(plan_as_dict(once))
    assert plan_from_dict(plan_as_dict(plan)) == plan


def test_a_rate_means_as_many_outpatients_as_it_came_from() -> None:
    level = only(settled(plan_of(Level(name="x", outpatients_per_day=25_000)), [HIS]))
    back = visits_per_day(level.rate_per_s, SMOKE.load.day, per_visit=transactions_per_visit(HIS))
    assert back in (24_999, 25_000)
    assert visits_per_day(9.0, SMOKE.load.day, per_visit=transactions_per_visit(LIS)) == 0
