"""What the hosts did under load: summaries, lines, gaps, costs and bottlenecks, from the readings files of a run.

Hosts are kept apart; where one figure stands for a stack it is that of the host that was worst off, and it says which.
Not here: the arithmetic of each (`agent/summary.py`, `gaps.py`, `costs.py`, `bottleneck.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.agent.reader import read_notes, read_readings
from harness.agent.reading import Reading
from harness.agent.summary import summarise, timeline
from harness.assess.blocks import Block
from harness.assess.bottleneck import Scene, bottlenecks
from harness.assess.costs import StackUse, costs_of, unknown
from harness.assess.gaps import Watched, agent_gaps, worker_gaps
from harness.assess.usage import pace
from harness.judge.material import DECISIVE
from harness.load_result import Bottleneck, Gap, TransactionCost
from harness.recording import Recording, read_json
from harness.result import ReadingSummary, StackFacts, Timeline
from harness.settings_plan import LimitsPlan

STACKS = ("original", "migrated")
TITLES = {"original": "原系统", "migrated": "迁移后系统"}

Summaries = dict[str, ReadingSummary]  # by resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything of one run."""

    readings: dict[str, Summaries] = field(default_factory=dict)  # stack → of the host that was worst off
    host_readings: dict[str, dict[str, Summaries]] = field(default_factory=dict)  # stack → host → …
    timelines: tuple[Timeline, ...] = ()
    gaps: tuple[Gap, ...] = ()
    costs: tuple[TransactionCost, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] = ()
    notes: tuple[str, ...] = ()


def resources(
    run_dir: Path,
    run: Mapping[str, Any],
    blocks: Sequence[Block],
    stacks: Mapping[str, StackFacts],
    limits: LimitsPlan,
) -> Resources:
    """Read all readings once. Without blocks there is nothing to sum over, but the lines are drawn all the same."""
    each = [_Stack(run_dir, run, stack, [b for b in blocks if b.summary.stack == stack]) for stack in STACKS]
    lost = worker_gaps(_accounts(run_dir, blocks), {_name(b) for b in blocks})
    costs = [cost for one in each for cost in one.costs(stacks)]
    return Resources(
        readings={one.stack: one.worst() for one in each},
        host_readings={one.stack: dict(one.summaries) for one in each if one.summaries},
        timelines=tuple(line for one in each if (line := one.line()) is not None),
        gaps=(*lost, *(gap for one in each for gap in one.gaps())),
        costs=tuple(costs),
        bottlenecks=tuple(b for one in each for b in bottlenecks(one.blocks, one.scene(limits))),
        notes=(*(note for one in each for note in one.notes), *_weak(costs)),
    )


def _accounts(run_dir: Path, blocks: Sequence[Block]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the load processes left of every block, and of the attempts that were set aside beside it."""
    for block in blocks:
        pack = block.summary.pack
        sealed = run_dir / "recordings" / pack / "load" / block.folder
        for aside in sorted(sealed.parent.glob(f"{block.folder}.*/block.json")):
            yield f"{pack}/{aside.parent.name}", read_json(aside)
        yield _name(block), Recording(sealed).facts()


def _name(block: Block) -> str:
    return f"{block.summary.pack}/{block.folder}"


def _weak(costs: Sequence[TransactionCost]) -> list[str]:
    """What must be known of the costs before they are quoted."""
    notes = []
    if any(cost.write_bytes is not None for cost in costs):
        notes.append("单笔业务的平均写入量包含服务器在负载期间补写此前装载的数据（检查点等）的字节。")
    count = unknown(costs)
    if count:
        why = "笔数太少、消耗太小，或总与别的业务同增同减"
        notes.append(
            f"有 {count} 项单笔业务的 CPU 消耗（按系统计）没有给出，只有全部业务的平均值：每秒用量分不开它们（{why}）。"
        )
    return notes


class _Stack:
    """The hosts of one stack."""

    def __init__(self, run_dir: Path, run: Mapping[str, Any], stack: str, blocks: Sequence[Block]) -> None:
        self.stack, self.blocks = stack, blocks
        self.notes: list[str] = []
        self.hosts: dict[str, list[Reading]] = {}
        self._shared = run.get("shared_host") is not False
        self._epoch_ns = int(run["epoch"]["mono_ns"])
        self._names = [host["name"] for host in run["stacks"].get(stack, {}).get("hosts", ())]
        decisive = [block for block in blocks if block.summary.kind in DECISIVE]  # a stress level is to use up all
        windows = [block.window for block in decisive or blocks]
        for host in self._names:
            path = run_dir / "readings" / f"{stack}-{host}.jsonl"
            if path.exists():
                self.hosts[host] = list(read_readings(path))
                self.notes += [f"{TITLES[stack]}主机 {host}：{note}" for note in read_notes(path)]
            else:
                self.notes.append(f"没有{TITLES[stack]}主机 {host} 的资源读数。")
        self.summaries = {host: summarise(readings, windows) for host, readings in self.hosts.items()}

    def worst(self) -> Summaries:
        """Per resource the host that was worst off; covered only as far as every host is."""
        together: Summaries = {}
        for resource in dict.fromkeys(name for known in self.summaries.values() for name in known):
            known = {host: each[resource] for host, each in self.summaries.items() if resource in each}
            coverage = min(s.coverage for s in known.values()) if len(known) == len(self._names) else 0.0
            host = max(known, key=lambda name: _strain(resource, known[name]))
            together[resource] = replace(known[host], coverage=coverage, host=host)
        return together

    def line(self) -> Timeline | None:
        """The busiest host's, with the load that it bore."""
        lines = [timeline(readings, self._epoch_ns, self.stack, host) for host, readings in self.hosts.items()]
        if not lines:
            return None
        line = max(lines, key=lambda line: sum(line.values.get("cpu", ())))
        if not self.blocks:
            return line
        return replace(line, values={**line.values, "throughput": pace(self.blocks, self._epoch_ns, line.t)})

    def gaps(self) -> list[Gap]:
        windows = {_name(b): b.window for b in self.blocks}
        return [
            gap
            for host, readings in self.hosts.items()
            for gap in agent_gaps(
                Watched(stack=self.stack, host=host, readings=readings, blocks=windows, epoch_ns=self._epoch_ns)
            )
        ]

    def costs(self, stacks: Mapping[str, StackFacts]) -> list[TransactionCost]:
        architecture = stacks[self.stack].host.get("architecture", "") if self.stack in stacks else ""
        use = StackUse(stack=self.stack, architecture=architecture, shared=self._shared, hosts=self.hosts)
        return costs_of(self.blocks, use)

    def scene(self, limits: LimitsPlan) -> Scene:
        return Scene(
            stack=self.stack, hosts=self.hosts, shared=self._shared, limits=limits, epoch_ns=self._epoch_ns
        )  # fmt: skip


def _strain(resource: str, summary: ReadingSummary) -> tuple[float, float]:
    """By what hosts are compared: what a limit is set on, and only then the plain amount."""
    limited = {
        "memory": summary.maximum,
        "disk": summary.details.get("busy", 0.0),
        "network": summary.details.get("used", 0.0),
    }
    return limited.get(resource, summary.mean), summary.mean
