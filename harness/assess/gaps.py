"""What was not recorded during a run, from when to when, and which load blocks that touches.

An agent that was killed leaves seconds without any reading; one that could not run leaves a reading that speaks for too
long a time and tells only a mean. Load processes that were lost are named by their block's own account. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.agent.reading import Reading
from harness.agent.summary import LATE, Window
from harness.load_result import Gap

NS = 1_000_000_000
UNSEEN = 0.1  # of an interval: clocks of another host are corrected as we go, by less than that
MOST = 20  # of one host; what is more is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One host's readings, and the load blocks that they were to cover."""

    stack: str
    host: str
    readings: Sequence[Reading]
    blocks: Mapping[str, Window]  # block's folder → when it ran
    epoch_ns: int


def agent_gaps(watched: Watched) -> list[Gap]:
    """Stretches of time without a reading between the first and the last thing that was to be read."""
    holes = list(_holes(watched))
    found = [_gap(watched, begin, end, mean) for begin, end, mean in holes[:MOST]]
    if len(holes) > MOST:
        begin, end = holes[MOST][0], holes[-1][1]
        seconds = sum(b - a for a, b, _ in holes[MOST:]) / NS
        lost = f"主机 {watched.host} 的探针此后还有 {len(holes) - MOST} 处中断，共 {seconds:.1f} 秒没有资源读数。"
        found.append(_described(watched, begin, end, lost))
    return found


def worker_gaps(accounts: Iterable[tuple[str, Mapping[str, Any]]], sealed: Collection[str]) -> list[Gap]:
    """Load processes that were lost, as each block's own account says; what is not among `sealed` was repeated.

    Blocks are named by pack and folder, because every pack counts its own.
    """
    found = []
    for block, account in accounts:
        end = "。" if block in sealed else "；这一块因此或因别的缘故作废，已重做。"
        for gap in account.get("gaps", ()):
            lost = f"负载块 {block}：{gap['lost'].rstrip('。')}{end}"
            found.append(Gap(**{**gap, "block": block, "lost": lost}))
    return found


def _holes(watched: Watched) -> Iterable[tuple[int, int, bool]]:
    """(begin, end, whether a mean over it is known) in order of time."""
    readings = sorted(watched.readings, key=lambda r: r.mono_ns)
    last_end = max((end for _, end in watched.blocks.values()), default=0)
    if not readings:
        first = min((begin for begin, _ in watched.blocks.values()), default=0)
        if last_end:
            yield first, last_end, False
        return
    usual = sorted(r.gap_s for r in readings)[len(readings) // 2]
    least = int(UNSEEN * usual * NS)
    seen = min([readings[0].mono_ns - int(readings[0].gap_s * NS), *(begin for begin, _ in watched.blocks.values())])
    for reading in readings:
        begin = reading.mono_ns - int(reading.gap_s * NS)
        if begin - seen > least:
            yield seen, begin, False
        if reading.gap_s > LATE * usual:
            yield begin, reading.mono_ns, True
        seen = reading.mono_ns
    if last_end - seen > int(LATE * usual * NS):
        yield seen, last_end, False


def _gap(watched: Watched, begin: int, end: int, mean: bool) -> Gap:
    seconds = (end - begin) / NS
    start = (begin - watched.epoch_ns) / NS
    when = f"从运行第 {start:.1f} 秒到第 {start + seconds:.1f} 秒（{seconds:.1f} 秒）"
    lost = "只有一个平均读数" if mean else "没有资源读数"
    touched = [name for name, (first, last) in watched.blocks.items() if first < end and begin < last]
    concerns = f"涉及负载块 {'、'.join(touched)}" if touched else "不在任何负载块之内"
    return _described(watched, begin, end, f"主机 {watched.host} 的探针{when}{lost}，{concerns}。")


def _described(watched: Watched, begin: int, end: int, lost: str) -> Gap:
    return Gap(
        what="agent",
        name=watched.host,
        host=watched.host,
        stack=watched.stack,
        block="",
        start_s=(begin - watched.epoch_ns) / NS,
        end_s=(end - watched.epoch_ns) / NS,
        lost=lost,
    )
