"""Summaries and lines from readings made by hand."""

import dataclasses
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.agent.reading import Cpu, Disk, Memory, NetFlow, Network, Process, Reading
from harness.agent.summary import POINTS, UNITS, summarise, timeline

S = 1_000_000_000
MIB = 1 << 20


def reading(second: float, *, busy: float | None = 50.0, gap: float = 1.0, **values: object) -> Reading:
    base = Reading(
        wall=1e9 + second,
        mono_ns=int(second * S),
        gap_s=gap,
        agent_cpu=0.2,
        cpu=None if busy is None else Cpu(busy=busy, user=busy, system=0, iowait=3, steal=1, cores=(busy, 9)),
        memory=Memory(total=100 * MIB, used=40 * MIB, available=60 * MIB, percent=40, swap_total=0, swap_used=0),
        disk=Disk(read=10, write=30, iops=4, busy=20, devices={}),
        network=Network(
            recv=100, sent=200, packets=3, errors=0, interfaces={},
            loopback=NetFlow(recv=1000, sent=1000, packets=5, errors=0),
        ),
        retransmits=2,
        load=(1, 2, 3),
        switches=500,
        process=Process(
            root=7, gone=False, restarted=False, count=3, cpu=120, rss=90 * MIB, memory=50 * MIB, threads=9, fds=11,
            read=5, write=6,
        ),
    )  # fmt: skip
    return dataclasses.replace(base, **values)  # type: ignore[arg-type]


def test_only_the_windows_count() -> None:
    readings = [reading(s, busy=100.0 if 10 < s <= 20 else 1.0) for s in range(1, 31)]
    found = summarise(readings, [(10 * S, 20 * S)])
    assert set(found) == set(UNITS)
    assert (found["cpu"].mean, found["cpu"].p95, found["cpu"].maximum, found["cpu"].n) == (100, 100, 100, 10)
    assert found["cpu"].coverage == 1
    assert found["cpu"].details["iowait"] == 3 and found["cpu"].details["steal_max"] == 1
    assert found["cpu"].details["busiest_core"] == 100
    assert (found["disk"].mean, found["disk"].details["iops"], found["disk"].unit) == (40, 4, "B/s")
    assert (found["network"].mean, found["network"].details["recv"], found["network"].details["sent"]) == (
        2300,
        1100,
        1200,
    )
    assert found["network"].details["retransmits_per_s"] == 2
    assert (found["process_cpu"].mean, found["process_memory"].mean) == (120, 50)
    assert found["process_memory"].details["rss_sum_mib"] == 90 and found["process_cpu"].details["restarts"] == 0


def test_p95_is_between_neighbours_and_a_blip_is_kept_as_the_maximum() -> None:
    found = summarise([reading(s, busy=float(s)) for s in range(1, 101)], [(0, 100 * S)])["cpu"]
    assert found.p95 == pytest.approx(95.05)  # numpy.percentile(range(1, 101), 95)
    assert found.mean == pytest.approx(50.5) and found.maximum == 100


def test_several_windows_and_the_hole_between() -> None:
    readings = [reading(s, busy=float(s)) for s in range(1, 41)]
    found = summarise(readings, [(0, 10 * S), (30 * S, 40 * S)])["cpu"]
    assert found.n == 20 and found.mean == pytest.approx(statistics.mean([*range(1, 11), *range(31, 41)]))


@given(st.floats(0, 1))
def test_coverage_does_not_depend_on_how_deadlines_and_windows_fall(phase: float) -> None:
    found = summarise([reading(s + phase) for s in range(31)], [(5 * S, 25 * S)])
    assert found["cpu"].coverage == 1


def test_a_sleeping_agent_shows_in_the_coverage() -> None:
    readings = [reading(s) for s in range(1, 11)] + [reading(20, gap=10.0)] + [reading(s) for s in range(21, 31)]
    found = summarise(readings, [(0, 30 * S)])["cpu"]
    assert 20 / 30 <= found.coverage <= 22 / 30


def test_what_could_not_be_read_is_left_out_or_lowers_its_own_coverage() -> None:
    readings = [reading(s, busy=None if s > 5 else 10.0, disk=None, process=None) for s in range(1, 11)]
    found = summarise(readings, [(0, 10 * S)])
    assert set(found) == {"cpu", "memory", "network"}
    assert (found["cpu"].coverage, found["cpu"].n, found["memory"].coverage) == (0.5, 5, 1)


def test_nothing_at_all() -> None:
    assert summarise([], [(0, S)]) == {}
    assert summarise([reading(1)], []) == {}
    assert timeline([], 0, "original").t == ()


def test_a_server_that_was_away_and_came_back() -> None:
    up = reading(1).process
    assert up is not None
    away = dataclasses.replace(up, root=0, gone=True, count=0, cpu=None, rss=0, memory=0, threads=0, fds=None)
    readings = [reading(1), reading(2, process=away), reading(3, process=dataclasses.replace(up, restarted=True))]
    found = summarise(readings, [(0, 3 * S)])
    assert found["process_cpu"].details["gone_share"] == pytest.approx(1 / 3)
    assert found["process_cpu"].details["restarts"] == 1
    assert found["process_memory"].mean == 50  # not pulled down by the zero while it was away


def test_lines_begin_at_the_run_and_have_equal_length() -> None:
    found = timeline([reading(s) for s in range(100, 110)], 100 * S, "original")
    assert found.stack == "original" and found.t == tuple(float(s) for s in range(10))
    assert {len(line) for line in found.values.values()} == {10}
    assert found.values["net_recv"][0] == 1100 and found.values["disk_write"][0] == 30


@settings(max_examples=20)
@given(st.integers(1, 3000))
def test_long_runs_are_thinned_without_moving_the_mean(seconds: int) -> None:
    found = timeline([reading(s, busy=float(s % 7)) for s in range(1, seconds + 1)], 0, "original")
    assert 1 <= len(found.t) <= POINTS and list(found.t) == sorted(found.t)
    assert found.t[-1] == seconds
    assert {len(line) for line in found.values.values()} == {len(found.t)}
    assert statistics.mean(found.values["cpu"]) == pytest.approx(
        statistics.mean(s % 7 for s in range(1, seconds + 1)), abs=0.6
    )


def test_holes_are_not_filled() -> None:
    readings = [reading(s, busy=None if s == 7 else 1.0, disk=None if s % 2 else reading(0).disk) for s in range(1, 21)]
    found = timeline(readings, 0, "original")
    assert 7.0 not in found.t and len(found.t) == 19
    assert "disk_read" not in found.values and "cpu" in found.values
