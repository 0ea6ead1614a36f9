"""What is read straight from Linux, against psutil and against the files' own arithmetic."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from harness.agent import kernel
from harness.agent.counters import HostCounters
from harness.agent.rates import reading_between

pytestmark = pytest.mark.skipif(not Path("/proc/diskstats").exists(), reason="needs Linux")


def test_disks_agree_with_psutil() -> None:
    before, theirs, after = kernel.disks(), psutil.disk_io_counters(perdisk=True, nowrap=False), kernel.disks()
    assert set(before) == set(theirs)
    for name, count in theirs.items():
        first, last = before[name], after[name]
        assert first.write_bytes <= count.write_bytes <= last.write_bytes
        assert first.reads <= count.read_count <= last.reads
        assert first.read_ms is not None and last.read_ms is not None
        assert first.read_ms <= count.read_time <= last.read_ms


def test_swap_agrees_with_psutil_where_pages_have_4_kib() -> None:
    total, used, (came, went) = kernel.swap()
    theirs = psutil.swap_memory()
    assert total == theirs.total and abs(used - theirs.used) < 64 << 20
    if os.sysconf("SC_PAGE_SIZE") == 4096:
        assert abs(came - theirs.sin) < 64 << 20 and abs(went - theirs.sout) < 64 << 20


def test_counts_of_the_whole_host_are_plausible_and_only_grow() -> None:
    one, two = kernel.queue(), kernel.queue()
    assert two.switches >= one.switches > 0 and one.running is not None and one.running >= 0
    used, most = kernel.open_files()
    assert 0 < used < most
    first, second = kernel.tcp(), kernel.tcp()
    assert second.sent >= first.sent >= first.resent and first.established >= 0


def test_pressure_is_told_whole_or_not_at_all() -> None:
    found = kernel.pressure()
    assert found is None or {"cpu_some", "memory_some", "memory_full", "io_some", "io_full"} <= set(found)
    assert found is None or all(value >= 0 for value in found.values())


def test_a_link_without_a_speed_is_left_out() -> None:
    assert kernel.link_speeds(["lo", "no-such-interface"]) == {}


def test_this_host_is_read_without_complaint() -> None:
    complaints: list[str] = []
    host = HostCounters(lambda key, sentence: complaints.append(f"{key}: {sentence}"))
    before = host.snapshot()
    time.sleep(0.05)
    reading = reading_between(before, host.snapshot())
    assert [told for told in complaints if not told.startswith("disk:")] == []  # a container has none
    assert reading.segments is not None and reading.swap_in is not None and reading.open_files is not None
    assert reading.disk is None or all(flow.queue is not None for flow in reading.disk.devices.values())
