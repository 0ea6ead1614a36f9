"""`comparison.html` and `comparison.json`: what holding two runs of one plan against each other came to.

Layout is in `templates/run_comparison.html.j2`, pictures in `run_charts.py`. The terminal speaks Chinese, the page
either language. Not here: any figure that is not in a `RunComparison`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness.result import Estimate
from harness.run_comparison import Change, Ground, LevelChange, Move, Pair, RunComparison, TimeChange
from reports import numbers, run_charts, text
from reports.files import write_whole
from reports.page import environment, whole
from reports.words import Words

PAGE, DATA = "comparison.html", "comparison.json"
SECTIONS = ("summary", "systems", "clauses", "function", "performance", "resources", "consistency", "how")
BADGES = {
    Change.FASTER: "good", Change.NO_WORSE: "good", Change.SLOWER: "bad", Change.OPEN: "open",
    Change.NOT_COUNTED: "void",
}  # fmt: skip
MOVES = {
    "better": "good", "gone": "good", "worse": "bad", "new": "bad", "same": "void", "changed": "open",
    "untested": "open",
}  # fmt: skip
SECTION_OF = {
    "clause_worse": "clauses", "clause_untested": "clauses", "finding_new": "function", "behaviour_worse": "function",
    "table_worse": "consistency", "slower": "performance", "fewer": "performance", "open": "performance",
    "apart": "performance", "throughput_open": "performance", "unsent_a": "performance", "unsent_b": "performance",
    "invalid_a": "performance", "invalid_b": "performance", "unmeasured": "performance",
    "nothing": "clauses",
}  # fmt: skip
_SIGNS = {"faster": "↓", "no_worse": "✓", "is_slower": "✗", "is_open": "?", "not_counted": "–"}
_SHOWN = 40  # lines of one kind in a terminal


def document(found: RunComparison) -> dict[str, Any]:
    """`comparison.json`."""
    return asdict(found)


def write_all(folder: Path, found: RunComparison, lang: str = "zh") -> list[Path]:
    """The data first, so that a failing page costs no figure."""
    data = json.dumps(document(found), ensure_ascii=False, indent=1, allow_nan=False).encode(
        "utf-8", "backslashreplace"
    )
    return [
        write_whole(folder / DATA, data + b"\n"),
        write_whole(folder / PAGE, render(found, lang).encode()),
    ]


def render(found: RunComparison, lang: str = "zh") -> str:
    """The whole page."""
    words = Words(lang)
    made = environment(words, found)
    made.filters.update(
        bounds=_bounds,
        relative=_relative,
        told_ground=lambda ground: ground_told(ground, words),
        fact_name=lambda pair: fact_name(pair, words),
    )
    return whole(
        made,
        "run_comparison.html.j2",
        foot=f"{found.a.run_id} : {found.b.run_id}",
        sections=[name for name in SECTIONS if name != "consistency" or found.tables],
        stack_name=words(f"stack.{found.stack}"),
        other_name=words(f"stack.{found.other}"),
        confidence=f"{found.confidence * 100:g}%",
        interval=f"{found.interval * 100:g}%",
        section_of=SECTION_OF,
        kind={"pass": "good", "fail": "bad"}.get(found.conclusion.value, "open"),
        badges=BADGES,
        moves=MOVES,
        change_words=run_charts.WORDS,
        differing=list(_grouped([pair for pair in found.identity if pair.differs])),
        equal=list(_grouped([pair for pair in found.identity if not pair.differs and pair.a])),
        drifted=[level for level in found.levels if level.moved],
        levels=[_level(found, level, n, words) for n, level in enumerate(found.levels, 1)],
        several_packs=len({level.pack for level in found.levels}) > 1,
    )


def ground_told(ground: Ground, words: Words) -> str:
    names = words("doc.list_sep").join(ground.names)
    more = words("runs.and_more") if ground.n > len(ground.names) else ""
    return words(f"runs.{ground.kind}", n=ground.n, names=names + more)


def fact_name(pair: Pair, words: Words) -> str:
    """Settings are named by their product, what hosts and products say of themselves by the catalogue."""
    if pair.group == "product":
        return words.label("system", {"title": "name"}.get(pair.name, pair.name))
    return words.label("host", pair.name) if pair.group == "host" else pair.name


def _grouped(pairs: list[Pair]) -> Iterator[tuple[tuple[str, str], list[Pair]]]:
    for place in dict.fromkeys((pair.stack, pair.group) for pair in pairs):
        yield place, [pair for pair in pairs if (pair.stack, pair.group) == place]


# --------------------------------------------------------------------------- one level


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A level as it is laid out."""

    change: LevelChange
    main: tuple[TimeChange, ...]
    others: tuple[tuple[str, tuple[TimeChange, ...]], ...]  # by metric
    chart: Markup


def _level(found: RunComparison, level: LevelChange, number: int, words: Words) -> _Level:
    main = tuple(time for time in level.times if time.judged)
    metrics = dict.fromkeys(time.metric for time in level.times if not time.judged)
    drawn = tuple(time for time in main if time.direct.value > 0)
    slower = sum(time.change is Change.SLOWER for time in main)
    title = words(
        "runs.chart_title", level=level.level, metric=found.metric.upper(), n=len(drawn), slower=slower
    )  # fmt: skip
    shown = run_charts.Ratios(times=drawn, limit=found.limit, titles=found.titles, title=title)
    return _Level(
        change=level, main=main,
        others=tuple((metric, tuple(t for t in level.times if t.metric == metric)) for metric in metrics),
        chart=Markup(run_charts.ratios(shown, words, name=f"runs{number}")) if drawn else Markup(""),
    )  # fmt: skip


def _bounds(estimate: Estimate) -> str:
    """The interval; "" where nothing could be estimated."""
    if not estimate.value:
        return ""
    return f"{numbers.ratio(estimate.low)} – {numbers.ratio(estimate.high)}"


def _relative(a: float | None, b: float | None) -> str:
    """By how much B is more than A."""
    return numbers.signed(b / a - 1) if a and b is not None else numbers.MISSING


# --------------------------------------------------------------------------- the terminal


def told(found: RunComparison) -> str:
    """The same for a terminal: what differs, then the conclusion."""
    out, words = io.StringIO(), Words("zh")
    for line in _told(found, words):
        out.write(f"  {text.one_line(line)}\n")
    reasons = "；".join(ground_told(ground, words) for ground in found.grounds) or words("runs.nothing_against")
    return f"{out.getvalue()}结论：{words(f'runs.{found.conclusion}')}。{text.one_line(reasons)}"


def _told(found: RunComparison, words: Words) -> Iterator[str]:
    for mark, run in (("A", found.a), ("B", found.b)):
        yield f"{mark} {run.folder}  {run.run_id}  {run.products.get(found.stack, '')}"
    for pair in [pair for pair in found.identity if pair.differs][:_SHOWN]:
        side = words.label("stack", pair.stack) if pair.stack else words.label("runs", pair.group)
        yield f"≠ {side} {fact_name(pair, words)}：{pair.a or '无'} → {pair.b or '无'}"
    for verdict in found.verdicts:
        if verdict.move is not Move.SAME:
            before, after = (words(f"verdict.{each}") for each in (verdict.a, verdict.b))
            yield f"{words(f'runs.{verdict.move}')} {verdict.clause} {verdict.title}：{before} → {after}"
    changed = [finding for finding in found.findings if finding.move is not Move.SAME]
    for finding in changed[:_SHOWN]:
        name = found.titles.get(finding.transaction, finding.transaction)
        place = ".".join(part for part in (name, finding.step, finding.column) if part)
        kind = words.label("kind", finding.kind)
        yield f"{words(f'runs.{finding.move}')} {place}：{kind}（{finding.count_a} → {finding.count_b} 次）"
    for capacity in found.capacities:
        side = words(f"stack.{capacity.stack}")
        rates = " → ".join(numbers.significant(rate) for rate in (capacity.sustained_a, capacity.sustained_b))
        yield f"{side}可持续的容量：{rates} 笔/秒（{_relative(capacity.sustained_a, capacity.sustained_b)}）"
    for level in found.levels:
        yield from _level_told(found, level, words)


def _level_told(found: RunComparison, level: LevelChange, words: Words) -> Iterator[str]:
    yield f"{level.level}  {found.metric.upper()} 响应时间 B ÷ A（直接 | 对照 | 校正）"
    counted = [time for time in level.times if time.judged and time.change is not Change.NOT_COUNTED]
    for time in [time for time in counted if time.direct.value]:
        word = run_charts.WORDS[time.change]
        figures = " | ".join(_figure(each) for each in (time.direct, time.control, time.corrected))
        name = found.titles.get(time.transaction, time.transaction)
        yield f"  {_SIGNS[word]} {words(f'runs.{word}')} {name}  {figures}"
    thin = sum(not time.direct.value for time in counted)
    if thin:
        yield f"  ? {words('runs.is_open')}：{thin} 项业务没有足够的样本"
    if level.moved:
        other = words(f"stack.{found.other}")
        yield "  注意：" + words("runs.drifted", level=level.level, other=other, n=len(level.moved))


def _figure(estimate: Estimate) -> str:
    return f"{numbers.ratio(estimate.value)} [{_bounds(estimate)}]" if estimate.value else numbers.MISSING
