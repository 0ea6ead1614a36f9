"""PV-PERF-1: is every transaction at most so much slower?  PV-PERF-3: does the system stand many users at once?

Non-inferiority: every transaction's high bound must lie within the margin; a low bound beyond it is a failure
(`stats/deciding.py`). Wide intervals, invalid blocks and excluded transactions make a clause inconclusive, never
passed. Load and peak levels decide on response times; stress and endurance are shown, and count for PV-PERF-3.

A stack that drops or times out must not look fast. A transaction that was sent and broke is in the percentiles of both
stacks as one that took longer than any other (`BlockSamples.lost`): its time is censored, and at least that is known.
What was never sent has no transaction of its own to count for, so there the clause stays open as soon as it is more
than a tenth of the tail beyond the judged percentile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from harness.judge.capacity import capacity_told
from harness.judge.material import (
    DECISIVE,
    STACK_TITLES,
    STACKS,
    Material,
    Opinion,
    failed,
    inconclusive,
    listed,
    not_run,
    passed,
)
from harness.result import Estimate, Judgement, LoadBlock
from harness.stats import MOST_BLOCKS, SHARES, standing

ONCE_IN_TWENTY = 0.05
LEVELS = 3  # 低谷 典型 高峰
_MANY = 100
_BEYOND_WORDS = 1000  # so many times as slow: what was never answered, or a bound of which nothing is known
_ESTIMATES, _LOAD, _INVARIANTS = "result.json#/estimates", "result.json#/load", "result.json#/invariants"

Chosen = Callable[[str, str], bool]  # (pack, transaction) → belongs to the clause
Place = tuple[str, str, str]  # pack, level, transaction or message or leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What must be no slower than on the original."""

    wanted: Sequence[Place]
    titles: Mapping[tuple[str, str], str]  # (pack, name) → 中文
    what: str = ""  # a word for them
    scope: str = "transaction"
    quantity: str = "响应时间"


def perf_1(m: Material) -> Opinion:
    return _response(m, lambda pack, transaction: True, "")


def perf_1a(m: Material) -> Opinion:
    return _response(m, lambda pack, transaction: transaction not in m.packs[pack].bulk, "并发业务")


def perf_1b(m: Material) -> Opinion:
    return _response(m, lambda pack, transaction: transaction in m.packs[pack].bulk, "大规模数据处理")


def _response(m: Material, chosen: Chosen, what: str) -> Opinion:
    if not m.load:
        return not_run("没有执行负载测试。")
    wanted = [
        (pack, level, transaction)
        for pack, known in m.packs.items()
        for level in decisive_levels(m, pack)
        for transaction in known.loaded
        if chosen(pack, transaction)
    ]
    if not wanted:
        return not_run(f"没有在负载或峰值级下执行{what or '可判定'}的业务。")
    titles = {(pack, name): title for pack, known in m.packs.items() for name, title in known.titles.items()}
    opinion = no_slower(m, Asked(wanted=wanted, titles=titles, what=what))
    return replace(opinion, reason=opinion.reason + _few_levels(m, {pack for pack, _, _ in wanted}))


def decisive_levels(m: Material, pack: str) -> list[str]:
    """The levels of a pack at which nothing may be slower."""
    return [level.name for level in m.plan.load.levels_of(pack) if level.kind in DECISIVE]


def _few_levels(m: Material, packs: Collection[str]) -> str:
    """How far the plan stays behind the three levels of a load test; a plan that asks for fewer may still pass."""
    few = [known.title for pack, known in m.packs.items() if pack in packs and len(decisive_levels(m, pack)) < LEVELS]
    return f"其中{listed(few)}的负载不足低谷、典型、高峰三级。" if few else ""


def no_slower(m: Material, asked: Asked) -> Opinion:
    """Every high bound within the margin; a low bound beyond it fails, anything unsettled is inconclusive."""
    metric = f"{m.plan.performance.metric}_ratio"
    known = {(e.pack, e.level, e.transaction): e for e in m.estimates if e.metric == metric and e.scope == asked.scope}
    judged = [known[place] for place in asked.wanted if place in known and not known[place].excluded]
    limit = 1 + m.plan.performance.margin
    stand = {verdict: [e for e in judged if _standing(e, limit) is verdict] for verdict in Judgement}
    worse, open_ones = stand[Judgement.FAIL], stand[Judgement.INCONCLUSIVE]
    told = (
        f"{m.plan.performance.metric.upper()} {asked.quantity}比值的界限是 {limit:.2f}：{len(asked.wanted)} 项"
        f"{asked.what}中通过 {len(stand[Judgement.PASS])} 项，不通过 {len(worse)} 项，"
        f"未定 {len(asked.wanted) - len(judged) + len(open_ones)} 项"
    )
    if worse:
        return failed(f"{told}。不通过：{_worst(asked, worse)}。{_named_open(asked, open_ones)}", _ESTIMATES)
    doubts = _doubts(m, asked.wanted, known) + _weak_blocks(m, {level for _, level, _ in asked.wanted})
    if open_ones or doubts:
        return inconclusive(
            f"{told}{'；' if doubts else ''}{'；'.join(doubts)}。{_named_open(asked, open_ones)}", _ESTIMATES, _LOAD
        )
    highest = max(judged, key=lambda e: e.high_adjusted)
    return passed(f"{told}；上限最高的是{_figure(asked, highest)}。", _ESTIMATES)


def _standing(e: Estimate, limit: float) -> Judgement:
    return standing(e.low_adjusted, e.high_adjusted, limit)


def _named_open(asked: Asked, open_ones: Sequence[Estimate]) -> str:
    return f"区间跨过界限：{_worst(asked, open_ones)}。" if open_ones else ""


def _worst(asked: Asked, some: Sequence[Estimate]) -> str:
    return listed([_figure(asked, e) for e in sorted(some, key=lambda e: -e.value)])


def _figure(asked: Asked, e: Estimate) -> str:
    title = asked.titles.get((e.pack, e.transaction), e.transaction)
    return f"{title}（{e.level}）{_times(e.value)}［{_times(e.low_adjusted)}, {_times(e.high_adjusted)}］"


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < _BEYOND_WORDS else f"＞{_BEYOND_WORDS}"


def _doubts(m: Material, wanted: Sequence[Place], known: Mapping[Place, Estimate]) -> list[str]:
    """What keeps transactions from being judged at all, and how much more would decide."""
    doubts = []
    missing = [place for place in wanted if place not in known]
    if missing:
        doubts.append(f"{len(missing)} 项没有可比的样本")
    reasons: dict[str, int] = {}
    for place in wanted:
        if place in known and known[place].excluded:
            reason = known[place].excluded.split("（")[0]
            reasons[reason] = reasons.get(reason, 0) + 1
    doubts += [f"{count} 项{reason}" for reason, count in sorted(reasons.items())]
    needed = max((known[p].blocks_needed for p in wanted if p in known), default=0)
    if needed:
        about = f"超过 {MOST_BLOCKS}" if needed >= MOST_BLOCKS else f"约 {needed}"
        doubts.append(f"估计每边每级还需{about} 块（每块 {m.plan.load.seconds:g} 秒）")
    return doubts


def _weak_blocks(m: Material, levels: Collection[str] | None = None) -> list[str]:
    """What is wrong with the load blocks as a whole; of the named levels only."""
    doubts = []
    load = [b for b in m.load if levels is None or b.level in levels]
    missing = m.blocks_missing(levels)
    if missing:
        doubts.append(f"负载块不齐（{listed(missing)}）")
    invalid = [b for b in load if not b.valid]
    if invalid:
        doubts.append(f"{len(invalid)} 个负载块无效（{invalid[0].invalid_reason}）")
    enough = 1 - (1 - SHARES[m.plan.performance.metric]) / 10
    for stack in STACKS:
        rate, carried = _error_rate(load, stack), _carried_out(load, stack)
        if rate > m.plan.limits.error_rate.value:
            doubts.append(f"{STACK_TITLES[stack]}有 {rate:.2%} 的交易失败，响应时间的样本不完整")
        if carried < enough:
            doubts.append(f"{STACK_TITLES[stack]}只发出了计划的 {carried:.1%}")
    return doubts


def _error_rate(load: Sequence[LoadBlock], stack: str) -> float:
    """Failed, timed out or unreachable, of all answered; of the worst level, so that a calm one hides nothing."""
    return max(
        (
            sum(b.errors for b in blocks) / max(1, sum(b.done for b in blocks))
            for blocks in _by_level(load, stack).values()
        ),
        default=0.0,
    )


def _surely_above(load: Sequence[LoadBlock], stack: str, limit: float) -> bool:
    """Whether some level has more errors than a true rate of `limit` would bring by chance once in twenty times."""
    return any(
        chance_of(sum(b.errors for b in blocks), expected=limit * sum(b.done for b in blocks)) < ONCE_IN_TWENTY
        for blocks in _by_level(load, stack).values()
    )


def chance_of(count: int, *, expected: float) -> float:
    """Probability of at least `count` rare events where `expected` are expected (Poisson; normal where many are)."""
    if expected > _MANY:
        return 1 - NormalDist(expected, math.sqrt(expected)).cdf(count - 0.5)
    below = sum(math.exp(-expected + n * math.log(expected) - math.lgamma(n + 1)) for n in range(count) if expected)
    return max(0.0, 1 - below) if expected else float(count == 0)


def _carried_out(load: Sequence[LoadBlock], stack: str) -> float:
    """Share of the planned transactions that were done, of the worst open level; a closed one plans no number."""
    return min(
        (
            sum(b.done for b in blocks) / max(1, sum(b.planned for b in blocks))
            for blocks in _by_level([b for b in load if b.model == "open"], stack).values()
        ),
        default=1.0 if load else 0.0,
    )


def _by_level(load: Sequence[LoadBlock], stack: str) -> dict[tuple[str, str], list[LoadBlock]]:
    levels: dict[tuple[str, str], list[LoadBlock]] = {}
    for block in load:
        if block.stack == stack:
            levels.setdefault((block.pack, block.level), []).append(block)
    return levels


# --------------------------------------------------------------------------- PV-PERF-3


def perf_3(m: Material) -> Opinion:
    """Truly concurrent, correct afterwards, nearly free of errors, and as much done as by the original."""
    if not m.load:
        return not_run("没有执行负载测试。")
    wrong = _wrong_under_load(m)
    if wrong:
        return failed(f"{'；'.join(wrong)}。", _LOAD, _INVARIANTS)
    doubts = _unproven_under_load(m)
    if doubts:
        return inconclusive(f"{'；'.join(doubts)}。", _LOAD, _INVARIANTS)
    users = max(block.users for block in m.load)
    ratio = min((e for e in _throughput(m)), key=lambda e: e.value)
    return passed(
        f"最高 {users} 个并发用户下，失败率 {_error_rate(m.load, 'migrated'):.3%}"
        f"（限值 {m.plan.limits.error_rate.value:.3%}），完成计划的 {_carried_out(m.load, 'migrated'):.1%}，"
        f"吞吐为原系统的 {ratio.value:.2f} 倍［{ratio.low:.2f}, {ratio.high:.2f}］，每块之后业务不变量全部成立。"
        f"{capacity_told(m)}",
        _LOAD, _INVARIANTS, _ESTIMATES,
    )  # fmt: skip


def _wrong_under_load(m: Material) -> list[str]:
    wrong = []
    broken = sorted({i.title for i in m.invariants if i.stack == "migrated" and i.when != "functional" and not i.holds})
    if broken:
        wrong.append(f"高并发后迁移后系统违反了业务不变量：{listed(broken)}")
    limit = m.plan.limits.error_rate.value
    rate, base = _error_rate(m.load, "migrated"), _error_rate(m.load, "original")
    if base <= limit and _surely_above(m.load, "migrated", limit):
        wrong.append(f"迁移后系统失败率 {rate:.2%}，超过限值 {limit:.2%}")
    floor = 1 - m.plan.performance.margin
    slow = [e for e in _throughput(m) if e.high_adjusted < floor and _generator_well(m, e)]
    if slow:
        wrong.append(f"{slow[0].level}级吞吐只有原系统的 {slow[0].value:.2f} 倍，低于 {floor:.2f}")
    return wrong


def _generator_well(m: Material, e: Estimate) -> bool:
    """Whether the blocks behind a throughput may be blamed on the system."""
    return all(b.valid for b in m.load if (b.pack, b.level) == (e.pack, e.level))


def _throughput(m: Material) -> list[Estimate]:
    return [e for e in m.estimates if e.metric == "throughput_ratio" and not e.excluded]


def _unproven_under_load(m: Material) -> list[str]:
    doubts = [
        f"{STACK_TITLES[s]}的并发自检没有做（{m.untested[s]}）"
        if s in m.untested
        else f"{STACK_TITLES[s]}的并发自检{'没有通过' if s in m.self_test else '没有记录'}"
        for s in STACKS
        if not m.self_test.get(s, False)
    ]
    doubts += _weak_blocks(m)
    checked = {(i.pack, i.when) for i in m.invariants}
    unchecked = sum(1 for b in m.load if (b.pack, block_id(b)) not in checked)
    if unchecked:
        doubts.append(f"{unchecked} 个负载块之后没有检查业务不变量")
    baseless = sorted(
        {i.title for i in m.invariants if i.stack == "original" and i.when != "functional" and not i.holds}
    )
    if baseless:
        doubts.append(f"原系统在并发后也违反不变量：{listed(baseless)}")
    # Journeys are few by nature; how they fare is judged by itself.
    counted = [name for name, pack in m.packs.items() if not set(pack.loaded) <= set(pack.journeys)]
    wanted = {(pack, level.name) for pack in counted for level in m.plan.load.levels_of(pack)}
    known = {(e.pack, e.level) for e in _throughput(m)}
    if wanted - known or not known:
        doubts.append("有负载级没有可比的吞吐")
    floor = 1 - m.plan.performance.margin
    unclear = [e for e in _throughput(m) if e.low_adjusted < floor]
    if unclear:
        doubts.append(
            f"{unclear[0].level}级吞吐比值 {unclear[0].value:.2f} 的区间低至 "
            f"{unclear[0].low_adjusted:.2f}，低于 {floor:.2f}"
        )
    return doubts


def block_id(block: LoadBlock) -> str:
    """How invariants and evidence name a block: its folder."""
    return f"{block.position:02d}-{block.stack}"
