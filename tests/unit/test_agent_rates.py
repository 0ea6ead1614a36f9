"""From two snapshots to a reading: arithmetic, checked with figures worked out by hand."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.agent.collector import next_deadline
from harness.agent.counters import counted_interfaces, whole_disks
from harness.agent.rates import reading_between
from harness.agent.reading import (
    Counters,
    CpuTimes,
    DiskCount,
    Memory,
    NetCount,
    ProcessCount,
    QueueCount,
    TcpCount,
    TreeCount,
    decode,
    encode,
)

S = 1_000_000_000


def cpu(user: float, system: float, iowait: float, steal: float, *cores: tuple[float, float]) -> CpuTimes:
    total = sum(t for _, t in cores)
    return CpuTimes(user=user, system=system, iowait=iowait, steal=steal, total=total, cores=cores)


def process(
    cpu_s: float, waited_s: float = 0.0, *, started: int = 1, rss: int = 0, shared: int = 0, io: int | None = 0
) -> ProcessCount:
    return ProcessCount(
        started=started, cpu_s=cpu_s, waited_s=waited_s, rss=rss, shared=shared, threads=2, fds=3,
        read_bytes=io, write_bytes=io,
    )  # fmt: skip


def tree(root: int, restarts: int = 0, **processes: ProcessCount) -> TreeCount:
    return TreeCount(root=root, restarts=restarts, processes={int(k[1:]): v for k, v in processes.items()})


def at(second: float, **values: object) -> Counters:
    base = Counters(wall=1000.0 + second, mono_ns=int(second * S), agent_cpu_s=second * 0.002)
    return dataclasses.replace(base, **values)  # type: ignore[arg-type]


def test_cpu_shares_over_two_seconds_of_two_cores() -> None:
    before = at(0, cpu=cpu(10, 5, 1, 0, (8, 100), (8, 100)))
    after = at(2, cpu=cpu(11, 5.4, 1.2, 0.2, (9.2, 102), (8.4, 102)))  # 4 s of core time, 1.6 s busy
    found = reading_between(before, after).cpu
    assert found is not None
    assert found.busy == pytest.approx(40)
    assert (found.user, found.system, found.iowait, found.steal) == pytest.approx((25, 10, 5, 5))
    assert found.cores == pytest.approx((60, 20))


def test_an_iowait_that_runs_backwards_gives_no_negative_share() -> None:
    found = reading_between(at(0, cpu=cpu(1, 1, 9, 0, (2, 50))), at(1, cpu=cpu(1.5, 1, 8, 0, (2.5, 51)))).cpu
    assert found is not None and found.iowait == 0 and found.busy == pytest.approx(50)


def test_a_core_that_went_away_leaves_no_cpu_figure() -> None:
    assert reading_between(at(0, cpu=cpu(1, 1, 0, 0, (1, 9), (1, 9))), at(1, cpu=cpu(2, 1, 0, 0, (2, 10)))).cpu is None


def test_disks_are_summed_and_a_reset_one_is_left_out() -> None:
    before = at(
        0,
        disks={
            "vda": DiskCount(read_bytes=1000, write_bytes=0, reads=10, writes=0, busy_ms=100),
            "vdb": DiskCount(read_bytes=9999, write_bytes=9, reads=9, writes=0, busy_ms=9),
            "vdc": DiskCount(read_bytes=0, write_bytes=0, reads=0, writes=0, busy_ms=0),
        },
    )
    after = at(
        2,
        disks={
            "vda": DiskCount(read_bytes=3000, write_bytes=500, reads=30, writes=0, busy_ms=600),
            "vdb": DiskCount(read_bytes=1, write_bytes=1, reads=1, writes=0, busy_ms=1),
            "vdc": DiskCount(read_bytes=0, write_bytes=100, reads=1, writes=0, busy_ms=20),
            "vdd": DiskCount(read_bytes=7, write_bytes=7, reads=7, writes=0, busy_ms=7),
        },
    )
    found = reading_between(before, after).disk
    assert found is not None
    assert (found.read, found.write, found.iops, found.busy) == pytest.approx((1000, 300, 10.5, 25))
    assert sorted(found.devices) == ["vda", "vdc"]


def test_waits_are_per_operation_and_the_worst_disk_counts() -> None:
    def disk(operations: int, read_ms: int, write_ms: int, queued_ms: int) -> DiskCount:
        return DiskCount(
            read_bytes=0, write_bytes=0, reads=operations, writes=operations, busy_ms=0,
            read_ms=read_ms, write_ms=write_ms, queued_ms=queued_ms,
        )  # fmt: skip

    found = reading_between(
        at(0, disks={"vda": disk(0, 0, 0, 0), "vdb": disk(5, 50, 50, 100)}),
        at(2, disks={"vda": disk(100, 300, 800, 5000), "vdb": disk(5, 50, 50, 100)}),
    ).disk
    assert found is not None
    assert (found.read_await, found.write_await, found.queue) == pytest.approx((3, 8, 2.5))
    idle = found.devices["vdb"]
    assert idle.read_await is None and idle.write_await is None and idle.queue == 0


def test_the_fuller_direction_of_the_fullest_link_counts() -> None:
    def net(recv: int, sent: int, speed: int | None) -> NetCount:
        return NetCount(recv_bytes=recv, sent_bytes=sent, packets=0, errors=0, speed=speed)

    found = reading_between(
        at(0, networks={"eth0": net(0, 0, 125), "eth1": net(0, 0, None)}),
        at(1, networks={"eth0": net(25, 100, 125), "eth1": net(10**9, 0, None)}),
    ).network
    assert found is not None and found.used == pytest.approx(80)
    assert found.interfaces["eth1"].used is None  # a virtual interface does not know its speed


def test_swap_pressure_and_queues() -> None:
    found = reading_between(
        at(0, swapped=(0, 4096), pressure={"io_full": 0}, queue=QueueCount(switches=10, running=0, blocked=0)),
        at(
            2,
            swapped=(8192, 4096),
            pressure={"io_full": 500_000},
            queue=QueueCount(switches=30, running=7, blocked=1),
            open_files=(90, 100),
            tcp=TcpCount(established=12, sent=5, resent=1),
        ),
    )
    assert (found.swap_in, found.swap_out, found.pressure) == (4096, 0, {"io_full": 25.0})
    assert (found.switches, found.running, found.blocked) == (10, 7, 1)
    assert (found.open_files, found.open_files_limit, found.connections) == (90, 100, 12)
    assert found.segments is None  # there was nothing before to compare with


def test_the_greediest_processes_are_named_most_first() -> None:
    before = {f"p{n}": process(1.0) for n in range(1, 9)}
    after = {f"p{n}": process(1.0 + n / 100) for n in range(1, 8)} | {"p8": process(9.0, started=2), "p9": process(9.0)}
    found = reading_between(at(0, tree=tree(1, **before)), at(1, tree=tree(1, **after))).process
    assert found is not None
    assert [(p.pid, round(p.cpu)) for p in found.top] == [(7, 7), (6, 6), (5, 5), (4, 4), (3, 3)]


def test_what_an_earlier_version_wrote_can_still_be_read() -> None:
    line = json.loads(encode(reading_between(at(0), at(1))))
    for later in ("segments", "connections", "running", "pressure", "open_files"):
        del line[later]
    assert decode(line).connections is None


def test_loopback_stands_apart_from_the_network() -> None:
    def net(n: int) -> NetCount:
        return NetCount(recv_bytes=n, sent_bytes=2 * n, packets=n, errors=0)

    found = reading_between(
        at(0, networks={"eth0": net(0), "eth1": net(0)}, loopback=net(0)),
        at(1, networks={"eth0": net(10), "eth1": net(5)}, loopback=net(1000)),
    ).network
    assert found is not None and found.loopback is not None
    assert (found.recv, found.sent) == (15, 30)
    assert (found.loopback.recv, found.loopback.sent) == (1000, 2000)


def test_a_short_lived_child_is_not_lost() -> None:
    """It ended between two snapshots: its parent has waited for it and inherited its second."""
    before = at(0, tree=tree(7, p7=process(1.0), p8=process(0.4)))
    after = at(1, tree=tree(7, p7=process(1.1, 0.4 + 0.3)))
    found = reading_between(before, after).process
    assert found is not None and found.cpu == pytest.approx(40)  # 0.1 s itself + 0.3 s of the child's last second


def test_a_parent_that_does_not_wait_leaves_what_the_living_did() -> None:
    before = at(0, tree=tree(7, p7=process(1.0), p8=process(5.0)))
    after = at(1, tree=tree(7, p7=process(1.25)))
    found = reading_between(before, after).process
    assert found is not None and found.cpu == pytest.approx(25)


def test_shared_memory_counts_once() -> None:
    shared = {"rss": 100, "shared": 80}
    found = reading_between(at(0), at(1, tree=tree(7, p7=process(0, **shared), p8=process(0, **shared)))).process
    assert found is not None and (found.rss, found.memory) == (200, 120)


def test_one_unreadable_process_leaves_no_half_sum() -> None:
    before = at(0, tree=tree(7, p7=process(0, io=10), p8=process(0, io=10)))
    after = at(1, tree=tree(7, p7=process(0, io=20), p8=process(0, io=None)))
    found = reading_between(before, after).process
    assert found is not None and found.read is None and found.write is None


def test_gone_and_restarted() -> None:
    first = at(0, tree=tree(7, p7=process(9)))
    away = at(1, tree=tree(0))
    back = at(2, tree=tree(8, 1, p8=process(0.5, started=2)))
    later = at(3, tree=tree(8, 1, p8=process(0.7, started=2)))
    gone = reading_between(first, away).process
    restarted = reading_between(away, back).process
    steady = reading_between(back, later).process
    assert gone is not None and gone.gone and gone.cpu is None and gone.count == 0
    assert restarted is not None and restarted.restarted and not restarted.gone and restarted.cpu is None
    assert steady is not None and not steady.restarted and steady.cpu == pytest.approx(20)


def test_a_pid_used_again_is_another_process() -> None:
    found = reading_between(
        at(0, tree=tree(7, p7=process(9))), at(1, tree=tree(7, 1, p7=process(0.5, started=2)))
    ).process
    assert found is not None and found.restarted and found.cpu is None


def test_nothing_readable_is_null_not_zero() -> None:
    line = json.loads(encode(reading_between(at(0), at(1))))
    assert {k for k, v in line.items() if v is not None} == {"wall", "mono_ns", "gap_s", "agent_cpu"}


def test_snapshots_out_of_order_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="out of order"):
        reading_between(at(1), at(1))


numbers = st.integers(0, 2**53)
floats = st.floats(0, 1e9)
disks = st.dictionaries(
    st.sampled_from(["vda", "nvme0n1", "sda"]),
    st.builds(DiskCount, read_bytes=numbers, write_bytes=numbers, reads=numbers, writes=numbers,
        busy_ms=st.none() | numbers, read_ms=st.none() | numbers, write_ms=numbers, queued_ms=numbers),
)  # fmt: skip
nets = st.builds(
    NetCount, recv_bytes=numbers, sent_bytes=numbers, packets=numbers, errors=numbers, speed=st.none() | numbers
)
times = st.builds(
    CpuTimes, user=floats, system=floats, iowait=floats, steal=floats, total=floats,
    cores=st.lists(st.tuples(floats, floats), max_size=3).map(tuple),
)  # fmt: skip
memories = st.builds(
    Memory, total=numbers, used=numbers, available=numbers, percent=floats, swap_total=numbers, swap_used=numbers
)


@st.composite
def trees(draw: st.DrawFn) -> TreeCount:
    count = st.none() | numbers
    found = draw(
        st.dictionaries(
            st.integers(1, 4),
            st.builds(
                ProcessCount, started=st.integers(1, 2), cpu_s=floats, waited_s=floats, rss=numbers, shared=numbers,
                threads=numbers, fds=count, read_bytes=count, write_bytes=count,
            ),
        )
    )  # fmt: skip
    root = draw(st.sampled_from(sorted(found))) if found else 0
    return TreeCount(root=root, restarts=draw(st.integers(0, 3)), processes=found)


snapshots: st.SearchStrategy[dict[str, object]] = st.builds(
    dict,
    cpu=st.none() | times,
    memory=st.none() | memories,
    disks=st.none() | disks,
    networks=st.none() | st.dictionaries(st.sampled_from(["eth0", "ens3"]), nets),
    loopback=st.none() | nets,
    tcp=st.none() | st.builds(TcpCount, established=numbers, sent=numbers, resent=numbers),
    load=st.none() | st.tuples(floats, floats, floats),
    queue=st.none() | st.builds(QueueCount, switches=numbers, running=numbers, blocked=numbers),
    swapped=st.none() | st.tuples(numbers, numbers),
    open_files=st.none() | st.tuples(numbers, numbers),
    pressure=st.none() | st.dictionaries(st.sampled_from(["cpu_some", "io_full"]), numbers),
    tree=st.none() | trees(),
)


@given(snapshots, snapshots, st.floats(0.001, 1000))
def test_whatever_the_kernel_says_no_rate_is_negative_and_the_line_reads_back(
    one: dict[str, object], two: dict[str, object], gap: float
) -> None:
    reading = reading_between(at(0, **one), at(gap, **two))
    found = reading.process
    flat = [
        reading.agent_cpu,
        reading.retransmits,
        reading.switches,
        reading.segments,
        reading.swap_in,
        reading.swap_out,
        *(reading.pressure or {}).values(),
        *(() if found is None else (found.cpu, found.read, found.write, *(p.cpu for p in found.top))),
        *(() if reading.disk is None else (reading.disk.read, reading.disk.write, reading.disk.iops)),
        *(() if reading.disk is None else (reading.disk.queue, reading.disk.read_await, reading.disk.write_await)),
        *(() if reading.network is None else (reading.network.recv, reading.network.sent)),
        *(() if reading.cpu is None else (reading.cpu.busy, reading.cpu.iowait, *reading.cpu.cores)),
    ]
    assert all(value is None or value >= 0 for value in flat)
    line = encode(reading)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert encode(decode(json.loads(line))) == line


@given(st.floats(0, 1e6), st.floats(0.1, 60), st.floats(0, 1e4))
def test_deadlines_stay_on_their_grid(start: float, interval: float, late: float) -> None:
    now = start + late
    due = next_deadline(start, interval, now)
    assert now < due + 1e-6 and due - now <= interval + 1e-6
    assert abs((due - start) / interval - round((due - start) / interval)) < 1e-6


def test_only_whole_disks_are_summed() -> None:
    names = [
        "sda",
        "sda1",
        "sda2",
        "nvme0n1",
        "nvme0n1p1",
        "vda",
        "loop0",
        "ram1",
        "zram0",
        "sr0",
        "dm-0",
        "md127",
        "sdb",
    ]
    assert whole_disks(names, lambda _: None) == {"sda", "nvme0n1", "vda", "sdb"}
    assert whole_disks(["vda", "rbd0"], lambda name: name == "rbd0") == {"vda"}


def test_bridges_and_bonds_do_not_count_twice() -> None:
    names = ["lo", "eth0", "eth1", "bond0", "docker0", "veth12"]
    assert counted_interfaces(names, lambda name: name.startswith("eth")) == {"eth0", "eth1"}
    assert counted_interfaces(["lo", "eth0"], lambda _: False) == {"eth0"}  # inside a container
    assert counted_interfaces(["Loopback Pseudo-Interface 1", "以太网"], lambda _: True) == {"以太网"}
