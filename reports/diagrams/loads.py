"""The charts of load as finished pictures: throughput of every block, and how much each stack bears.

Not here: how they are drawn (`load_charts.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.load_result import Capacity
from harness.result import LoadBlock, Result
from reports import load_charts, view
from reports.diagrams.drawing import Drawing, captioned, table
from reports.diagrams.times import pack_name
from reports.numbers import significant
from reports.text import one_line
from reports.words import Words


def throughputs(result: Result, words: Words) -> tuple[Drawing, ...]:
    """One picture per pack."""
    packs = dict.fromkeys(b.pack for b in result.load)
    return tuple(
        _throughput(result, [b for b in result.load if b.pack == pack], f"throughput-{n}", words)
        for n, pack in enumerate(packs)
    )


def _throughput(result: Result, own: list[LoadBlock], name: str, words: Words) -> Drawing:
    own.sort(key=lambda b: (b.position, b.attempt))
    heads = (
        "block", "stack", "level", "users", "rate", "throughput", "errors", "unsent", "valid", "reason",
    )  # fmt: skip
    rows = (
        (
            b.position, words(f"stack.{b.stack}"), b.level, b.users, b.rate_per_s or None, b.throughput_per_s, b.errors,
            b.not_run, _yes(b.valid, words), b.invalid_reason,
        )
        for b in own
    )  # fmt: skip
    return Drawing(
        name=name, pack=own[0].pack,
        title=captioned(pack_name(result, own[0].pack), words("chart.throughput_title")),
        svg=load_charts.against_load(own, words, name=name), alt=one_line(_throughput_said(own, words)),
        csv=table([words(f"diagram.{head}") for head in heads], rows),
    )  # fmt: skip


def _yes(value: bool, words: Words) -> str:
    return words("diagram.yes") if value else words("diagram.no")


def _throughput_said(own: Sequence[LoadBlock], words: Words) -> str:
    """What each stack did in its valid blocks at the heaviest load, and how much failed in all."""
    heaviest = max(own, key=lambda b: (b.rate_per_s, b.users)).level
    sides = []
    for stack in view.STACKS:
        done = [b.throughput_per_s for b in own if (b.stack, b.level) == (stack, heaviest) and b.valid]
        if done:
            low, high = significant(min(done)), significant(max(done))
            sides.append(f"{words(f'stack.{stack}')} {low if low == high else f'{low}–{high}'}")
    return words(
        "diagram.throughput_alt", n=len(own), level=heaviest, invalid=sum(not b.valid for b in own),
        sides=words("doc.list_sep").join(sides) or "–", failed=sum(b.errors + b.not_run for b in own),
    )  # fmt: skip


# --------------------------------------------------------------------------- capacity


def capacities(result: Result, words: Words) -> tuple[Drawing, ...]:
    """One picture per pack whose capacity was sought, both stacks in it."""
    packs = dict.fromkeys(c.pack for c in result.capacities if c.steps)
    return tuple(
        _capacity(result, [c for c in result.capacities if c.pack == pack and c.steps], f"capacity-{n}", words)
        for n, pack in enumerate(packs)
    )


def _capacity(result: Result, own: Sequence[Capacity], name: str, words: Words) -> Drawing:
    heads = (
        "stack", "rate", "achieved", "users", "p50", "p95", "p99", "errors", "unsent", "sustained", "valid", "reason",
        "limit_ms", "sustained_rate", "knee",
    )  # fmt: skip
    rows = (
        (
            words(f"stack.{c.stack}"), s.rate_per_s, s.achieved_per_s, s.users, s.p50_ms, s.p95_ms, s.p99_ms, s.errors,
            s.not_run, _yes(s.sustained, words), _yes(s.valid, words), s.reason, c.limit_ms, c.sustained_per_s or None,
            c.knee_per_s or None,
        )
        for c in own
        for s in sorted(c.steps, key=lambda step: step.rate_per_s)
    )  # fmt: skip
    return Drawing(
        name=name, pack=own[0].pack, title=captioned(pack_name(result, own[0].pack), words("chart.capacity_title")),
        svg=load_charts.capacity(own, words, name=name), alt=one_line(_capacity_said(own, words)),
        csv=table([words(f"diagram.{head}") for head in heads], rows),
    )  # fmt: skip


def _capacity_said(own: Sequence[Capacity], words: Words) -> str:
    said = ""
    for one in own:
        said += words(
            "diagram.capacity_alt", stack=words(f"stack.{one.stack}"), metric=one.metric.upper(),
            limit=significant(one.limit_ms), sustained=significant(one.sustained_per_s or None),
            knee=significant(one.knee_per_s or None),
        )  # fmt: skip
    return said
