"""What a transaction costs the host it runs on: CPU, bytes read, written and sent, on average and each by itself.

The average is what the watched process tree used in the measured parts of a level's blocks ÷ the transactions answered
there: the server's own housekeeping is in it, because the work causes it. What each transaction costs by itself follows
from the seconds in which more or fewer of it ended (`attribution.py`), all levels together, and only where they tell.
Where no process is watched the whole host stands in, unless it also generates the load: then nothing is said. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.agent.reading import Reading
from harness.agent.summary import LATE
from harness.assess.attribution import attribute, ratio_interval
from harness.assess.blocks import NS, Block
from harness.assess.usage import Floats, Flow, Rate, completed, host_cpu, measured, throughput, tree_cpu
from harness.load_result import TransactionCost

_NOTHING: dict[str, float | None] = dict.fromkeys(("cpu_s", "read_bytes", "write_bytes", "net_bytes"))
ALL = "*"  # transactions, or levels, together
ENOUGH = 0.9  # of the measured time must have readings
TREE, HOST = "process tree", "whole host"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackUse:
    """What is known of a stack's hosts."""

    stack: str
    architecture: str  # x86_64, aarch64 …
    shared: bool  # one of them generates the load, too
    hosts: Mapping[str, Sequence[Reading]]


def costs_of(blocks: Sequence[Block], use: StackUse) -> list[TransactionCost]:
    """The costs on one stack: of the average transaction at each level, and of each transaction over all levels."""
    own = [b for b in blocks if b.summary.stack == use.stack and b.summary.valid and b.throughput.sum()]
    basis = _basis(use)
    if not basis or not own:
        return []
    flows = _flows(use, basis)
    found = []
    for pack, level in dict.fromkeys((b.summary.pack, b.summary.level) for b in own):
        together = [b for b in own if (b.summary.pack, b.summary.level) == (pack, level)]
        found.append((pack, level, ALL, _answered(together), _average(together, flows)))
    for pack in dict.fromkeys(b.summary.pack for b in own):
        together = [b for b in own if b.summary.pack == pack]
        found += [(pack, ALL, name, n, figures) for name, n, figures in _each(together, flows)]
    return [
        TransactionCost(
            pack=pack, level=level, stack=use.stack, transaction=transaction, n=n, architecture=use.architecture,
            basis=basis, **{**_NOTHING, **figures},
        )
        for pack, level, transaction, n, figures in found
    ]  # fmt: skip


def unknown(costs: Sequence[TransactionCost]) -> int:
    """How many transactions' CPU could not be told apart."""
    return sum(1 for cost in costs if cost.transaction != ALL and cost.cpu_s is None)


def _basis(use: StackUse) -> str:
    if any(tree_cpu(r) is not None for readings in use.hosts.values() for r in readings):
        return TREE
    return "" if use.shared or not use.hosts else HOST


def _flows(use: StackUse, basis: str) -> dict[str, list[Flow]]:
    """Resource → its flow on each host that tells it. Bytes on the network are always those of the whole host."""
    of_tree: dict[str, Rate] = {
        "cpu_s": tree_cpu,
        "read_bytes": lambda r: None if r.process is None else r.process.read,
        "write_bytes": lambda r: None if r.process is None else r.process.write,
    }
    of_host: dict[str, Rate] = {
        "cpu_s": host_cpu,
        "read_bytes": lambda r: None if r.disk is None else r.disk.read,
        "write_bytes": lambda r: None if r.disk is None else r.disk.write,
    }
    rates = of_tree if basis == TREE else of_host
    if not use.shared:
        rates["net_bytes"] = lambda r: None if r.network is None else r.network.recv + r.network.sent
    found = {name: [Flow(readings, rate) for readings in use.hosts.values()] for name, rate in rates.items()}
    return {name: told for name, flows in found.items() if (told := [flow for flow in flows if len(flow.ends)])}


def _answered(blocks: Sequence[Block]) -> int:
    return int(sum(b.throughput.sum() for b in blocks))


def _average(blocks: Sequence[Block], flows: Mapping[str, Sequence[Flow]]) -> dict[str, float | None]:
    """Used in the covered time, carried over to all of it, ÷ answered."""
    begins, ends = np.array([measured(b) for b in blocks], dtype=np.float64).T
    seconds, done = float((ends - begins).sum()) / NS, _answered(blocks)
    figures: dict[str, float | None] = {}
    for name, told in flows.items():
        covered = [float(flow.covered(begins, ends).sum()) for flow in told]
        if min(covered) >= ENOUGH * seconds:
            used = [
                float(flow.between(begins, ends).sum()) / c * seconds for flow, c in zip(told, covered, strict=True)
            ]
            figures[name] = sum(used) / done
    if "cpu_s" in figures:
        rows = _rows(blocks, flows["cpu_s"])
        interval = ratio_interval(
            _used(flows["cpu_s"], rows), throughput(blocks, rows[1]) - throughput(blocks, rows[0])
        )
        if interval is not None:
            figures["cpu_s_low"], figures["cpu_s_high"] = interval
    return figures


def _each(
    blocks: Sequence[Block], flows: Mapping[str, Sequence[Flow]]
) -> Iterator[tuple[str, int, dict[str, float | None]]]:
    """Every transaction of the blocks, how often it was completed, and what it costs as far as that can be told."""
    names = list(dict.fromkeys(name for b in blocks for name in b.completed))
    known: dict[str, dict[str, float | None]] = {name: {} for name in names}
    for resource, told in flows.items():
        rows = _rows(blocks, told)
        counts = np.column_stack([_completed(blocks, name, rows) for name in names])
        for name, share in zip(names, attribute(counts, _used(told, rows)), strict=True):
            if share is not None:
                known[name][resource] = share.value
                if resource == "cpu_s":
                    known[name] |= {"cpu_s_low": share.low, "cpu_s_high": share.high}
    for name in names:
        yield name, sum(len(b.completed[name].value_ns) for b in blocks if name in b.completed), known[name]


Rows = tuple[Floats, Floats]  # beginnings and ends


def _rows(blocks: Sequence[Block], flows: Sequence[Flow]) -> Rows:
    """The readings' own seconds inside the measured parts, without those that speak for a longer time."""
    begins, ends = [], []
    for block in blocks:
        begin, end = measured(block)
        inside = flows[0].ends[(flows[0].ends >= begin) & (flows[0].ends <= end)]
        begins.append(inside[:-1])
        ends.append(inside[1:])
    first, last = np.concatenate(begins), np.concatenate(ends)
    seconds = (last - first) / NS
    whole = seconds <= LATE * np.median(seconds) if len(seconds) else seconds > 0
    for flow in flows:
        whole = whole & (flow.covered(first, last) >= ENOUGH * seconds)
    return first[whole], last[whole]


def _used(flows: Sequence[Flow], rows: Rows) -> Floats:
    return np.asarray(sum(flow.between(*rows) for flow in flows), dtype=np.float64)


def _completed(blocks: Sequence[Block], name: str, rows: Rows) -> Floats:
    begins, ends = rows
    return np.asarray(sum(completed(b, name, ends) - completed(b, name, begins) for b in blocks), dtype=np.float64)
