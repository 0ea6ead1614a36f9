"""From two snapshots of raw counters to one reading. Pure arithmetic; `reading.py` has the nouns.

Counters of a kernel may run backwards (iowait does, devices are reset, cores go off-line): such a rate is None or 0,
never negative and never a huge number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.agent.reading import (
    Consumer,
    Counters,
    Cpu,
    CpuTimes,
    Disk,
    DiskCount,
    DiskFlow,
    NetCount,
    NetFlow,
    Network,
    Process,
    ProcessCount,
    QueueCount,
    Reading,
    TcpCount,
    TreeCount,
)

TOP = 5


def reading_between(before: Counters, after: Counters) -> Reading:
    """The reading of the time between two snapshots of the same host; `after` must be later."""
    gap = (after.mono_ns - before.mono_ns) / 1e9
    if gap <= 0:
        raise ValueError("snapshots out of order")
    swap_before, swap_after = before.swapped or (None, None), after.swapped or (None, None)
    files, files_limit = after.open_files or (None, None)
    return Reading(
        wall=after.wall,
        mono_ns=after.mono_ns,
        gap_s=gap,
        agent_cpu=max(0.0, after.agent_cpu_s - before.agent_cpu_s) / gap * 100,
        cpu=_cpu(before.cpu, after.cpu),
        memory=after.memory,
        disk=_disk(before.disks, after.disks, gap),
        network=_network(before, after, gap),
        retransmits=_rate(_of(before.tcp, "resent"), _of(after.tcp, "resent"), gap),
        segments=_rate(_of(before.tcp, "sent"), _of(after.tcp, "sent"), gap),
        connections=_of(after.tcp, "established"),
        load=after.load,
        switches=_rate(_of(before.queue, "switches"), _of(after.queue, "switches"), gap),
        running=_of(after.queue, "running"),
        blocked=_of(after.queue, "blocked"),
        swap_in=_rate(swap_before[0], swap_after[0], gap),
        swap_out=_rate(swap_before[1], swap_after[1], gap),
        open_files=files,
        open_files_limit=files_limit,
        pressure=_pressure(before.pressure, after.pressure, gap),
        process=_process(before.tree, after.tree, gap),
    )


def _of(count: TcpCount | QueueCount | None, name: str) -> int | None:
    found: int | None = None if count is None else getattr(count, name)
    return found


def _rate(before: float | None, after: float | None, gap: float) -> float | None:
    if before is None or after is None or after < before:
        return None
    return (after - before) / gap


def _cpu(before: CpuTimes | None, after: CpuTimes | None) -> Cpu | None:
    if before is None or after is None or len(before.cores) != len(after.cores):
        return None  # a core went on- or off-line: the sums are not comparable
    total = after.total - before.total
    if total <= 0:
        return None

    def share(now: float, then: float) -> float:
        return min(100.0, max(0.0, (now - then) / total * 100))

    busy_before = sum(busy for busy, _ in before.cores)
    busy_after = sum(busy for busy, _ in after.cores)
    return Cpu(
        busy=share(busy_after, busy_before),
        user=share(after.user, before.user),
        system=share(after.system, before.system),
        iowait=share(after.iowait, before.iowait),
        steal=share(after.steal, before.steal),
        cores=tuple(_core(b, a) for b, a in zip(before.cores, after.cores, strict=True)),
    )


def _core(before: tuple[float, float], after: tuple[float, float]) -> float:
    total = after[1] - before[1]
    return min(100.0, max(0.0, (after[0] - before[0]) / total * 100)) if total > 0 else 0.0


def _pressure(before: Mapping[str, int] | None, after: Mapping[str, int] | None, gap: float) -> dict[str, float] | None:
    if before is None or after is None:
        return None
    rates = {name: _rate(before.get(name), value, gap) for name, value in after.items()}
    return {name: min(100.0, rate / 10_000) for name, rate in rates.items() if rate is not None}  # µs per second → %


def _disk(before: Mapping[str, DiskCount] | None, after: Mapping[str, DiskCount] | None, gap: float) -> Disk | None:
    if before is None or after is None:
        return None
    flows = {}
    for name, now in after.items():
        then = before.get(name)
        if then is None or now.read_bytes < then.read_bytes or now.write_bytes < then.write_bytes:
            continue  # new or reset: no rate for this second
        flows[name] = _disk_flow(then, now, gap)
    return Disk(
        read=sum(f.read for f in flows.values()),
        write=sum(f.write for f in flows.values()),
        iops=sum(f.iops for f in flows.values()),
        busy=_most(f.busy for f in flows.values()),
        devices=flows,
        read_await=_most(f.read_await for f in flows.values()),
        write_await=_most(f.write_await for f in flows.values()),
        queue=_most(f.queue for f in flows.values()),
    )


def _disk_flow(then: DiskCount, now: DiskCount, gap: float) -> DiskFlow:
    busy, queued = _rate(then.busy_ms, now.busy_ms, gap), _rate(then.queued_ms, now.queued_ms, gap)
    return DiskFlow(
        read=(now.read_bytes - then.read_bytes) / gap,
        write=(now.write_bytes - then.write_bytes) / gap,
        iops=max(0, now.reads + now.writes - then.reads - then.writes) / gap,
        busy=None if busy is None else min(100.0, busy / 10),  # ms per second → %
        read_await=_await(then.read_ms, now.read_ms, now.reads - then.reads),
        write_await=_await(then.write_ms, now.write_ms, now.writes - then.writes),
        queue=None if queued is None else queued / 1000,
    )


def _await(before: int | None, after: int | None, operations: int) -> float | None:
    """Milliseconds per operation, None where none ended."""
    if before is None or after is None or after < before or operations <= 0:
        return None
    return (after - before) / operations


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _flow(then: NetCount | None, now: NetCount | None, gap: float) -> NetFlow | None:
    if then is None or now is None or now.recv_bytes < then.recv_bytes or now.sent_bytes < then.sent_bytes:
        return None
    recv, sent = (now.recv_bytes - then.recv_bytes) / gap, (now.sent_bytes - then.sent_bytes) / gap
    return NetFlow(
        recv=recv,
        sent=sent,
        used=min(100.0, max(recv, sent) / now.speed * 100) if now.speed else None,
        packets=max(0, now.packets - then.packets) / gap,
        errors=max(0, now.errors - then.errors) / gap,
    )


def _network(before: Counters, after: Counters, gap: float) -> Network | None:
    if before.networks is None or after.networks is None:
        return None
    found = {name: _flow(before.networks.get(name), now, gap) for name, now in after.networks.items()}
    flows = {name: flow for name, flow in found.items() if flow is not None}
    return Network(
        recv=sum(f.recv for f in flows.values()),
        sent=sum(f.sent for f in flows.values()),
        packets=sum(f.packets for f in flows.values()),
        errors=sum(f.errors for f in flows.values()),
        loopback=_flow(before.loopback, after.loopback, gap),
        interfaces=flows,
        used=_most(f.used for f in flows.values()),
    )


def _process(before: TreeCount | None, after: TreeCount | None, gap: float) -> Process | None:
    if after is None:
        return None
    then: Mapping[int, ProcessCount] = before.processes if before is not None else {}
    now = after.processes
    same = _same_root(before, after)
    return Process(
        root=after.root,
        gone=after.root == 0,
        restarted=before is not None and after.restarts > before.restarts,
        count=len(now),
        cpu=_tree_cpu(then, now) / gap * 100 if same else None,
        rss=sum(p.rss for p in now.values()),
        memory=sum(p.rss - p.shared for p in now.values()) + max((p.shared for p in now.values()), default=0),
        threads=sum(p.threads for p in now.values()),
        fds=_total(now, "fds"),
        read=_rate(_total(then, "read_bytes"), _total(now, "read_bytes"), gap) if same else None,
        write=_rate(_total(then, "write_bytes"), _total(now, "write_bytes"), gap) if same else None,
        top=_top(then, now, gap) if same else (),
    )


def _same_root(before: TreeCount | None, after: TreeCount) -> bool:
    if before is None or before.root == 0 or before.root != after.root:
        return False
    return before.processes[before.root].started == after.processes[after.root].started


def _tree_cpu(before: Mapping[int, ProcessCount], after: Mapping[int, ProcessCount]) -> float:
    """CPU seconds of the tree between two snapshots.

    A child that ended took its own counter with it, but its parent inherited the sum when it waited for it: own +
    waited over the living never loses a short-lived server process. Where the parent ignores its children's end, that
    sum shrinks; then what the living did themselves is a lower bound.
    """
    inherited = sum(p.cpu_s + p.waited_s for p in after.values()) - sum(p.cpu_s + p.waited_s for p in before.values())
    living = 0.0
    for pid, now in after.items():
        then = before.get(pid)
        living += now.cpu_s - (then.cpu_s if then is not None and then.started == now.started else 0.0)
    return max(0.0, inherited, living)


def _top(before: Mapping[int, ProcessCount], after: Mapping[int, ProcessCount], gap: float) -> tuple[Consumer, ...]:
    used = []
    for pid, now in after.items():
        then = before.get(pid)
        if then is not None and then.started == now.started and now.cpu_s > then.cpu_s:
            used.append((now.cpu_s - then.cpu_s, pid, then, now))
    used.sort(key=lambda each: (-each[0], each[1]))
    return tuple(
        Consumer(
            pid=pid,
            name=now.name,
            cpu=cpu_s / gap * 100,
            threads=now.threads,
            rss=now.rss,
            read=_rate(then.read_bytes, now.read_bytes, gap),
            write=_rate(then.write_bytes, now.write_bytes, gap),
        )
        for cpu_s, pid, then, now in used[:TOP]
    )


def _total(processes: Mapping[int, ProcessCount], name: str) -> int | None:
    """The sum, or None when one process does not tell: half a sum would look like a small number."""
    total = 0
    for process in processes.values():
        value = getattr(process, name)
        if value is None:
            return None
        total += value
    return total if processes else None
