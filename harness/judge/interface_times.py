"""PV-INTF-3: is every message of every interface answered as fast as by the original?  And the journey across systems.

Non-inferiority as for transactions, over service times: from the moment a message has left to its answer. What was
never sent under load was not measured, and an interface of which nothing was measured keeps the clause open. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.interface_result import ExchangeTimes
from harness.judge.interfaces import nothing_to_judge, unused
from harness.judge.material import Material, Opinion, failed, inconclusive, listed, not_run, passed
from harness.judge.performance import ONCE_IN_TWENTY, Asked, chance_of, decisive_levels, no_slower
from harness.result import Judgement

_TIMES, _FINDINGS, _LEDGER = "result.json#/exchange_times", "result.json#/findings", "result.json#/ledger"
_ORDER = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN, Judgement.PASS)


def intf_3(m: Material) -> Opinion:
    """Every message no slower, none lost more often than may be, no used interface left out."""
    nothing = nothing_to_judge(m)
    if nothing:
        return nothing
    if not m.load:
        return not_run("没有执行负载测试，接口响应时间没有测量。")
    wanted = list(
        dict.fromkeys((t.pack, t.level, t.message) for t in m.exchange_times if t.level in decisive_levels(m, t.pack))
    )
    if not wanted:
        return not_run("负载测试中没有发送过接口报文，接口响应时间没有测量。")
    titles = {(i.pack, message.name): message.title for i in m.interfaces for message in i.messages}
    times = no_slower(m, Asked(wanted=wanted, titles=titles, what="报文", scope="message", quantity="服务时间"))
    lost = _lost(m, lambda t: titles.get((t.pack, t.message), t.message))
    if lost:
        more = times.reason if times.verdict is Judgement.FAIL else ""
        return failed(f"{listed(lost)}。{more}", _TIMES, *times.evidence)
    gaps = _gaps(m)
    if times.verdict is Judgement.PASS and gaps:
        return inconclusive(f"{times.reason.rstrip('。')}；但{'；'.join(gaps)}。", _TIMES, *times.evidence)
    sent = sum(t.count for t in m.exchange_times)
    interfaces = len({(t.pack, t.interface) for t in m.exchange_times})
    unsent = len(titles) - len({(pack, name) for pack, _, name in wanted})
    seldom = f"另有 {unsent} 种报文不在负载中，没有测量。" if unsent > 0 else ""
    return Opinion(
        verdict=times.verdict,
        reason=f"{times.reason}共测量 {interfaces} 个接口 {sent} 次交互。{seldom}",
        evidence=(_TIMES, *times.evidence),
    )


def _lost(m: Material, title: Callable[[ExchangeTimes], str]) -> list[str]:
    """Messages that the migrated stack leaves without an answer more often than the limit and the original allow."""
    limit = m.plan.limits.error_rate.value
    original = {(t.pack, t.message, t.level): t for t in m.exchange_times if t.stack == "original"}
    migrated = [t for t in m.exchange_times if t.stack == "migrated" and _bad(t)]
    found = []
    for t in migrated:
        base = original.get((t.pack, t.message, t.level))
        usual = _bad(base) / max(1, _all(base)) if base else 0.0
        surely = chance_of(_bad(t), expected=limit * _all(t)) < ONCE_IN_TWENTY / max(1, len(m.exchange_times) // 2)
        if surely and usual <= limit:
            found.append(
                f"{title(t)}（{t.level}）{_all(t)} 次中超时 {t.timed_out} 次、失败 {t.failed} 次，超过限值 {limit:.2%}"
            )
    return found


def _bad(t: ExchangeTimes) -> int:
    return t.timed_out + t.failed


def _all(t: ExchangeTimes) -> int:
    return t.count + t.refused + _bad(t)


def _gaps(m: Material) -> list[str]:
    """Interfaces that the clause asks for and of which nothing is known."""
    measured = {(t.pack, t.interface) for t in m.exchange_times}
    idle = [i.title for i in m.interfaces if i.used and (i.pack, i.name) not in measured]
    gaps = [f"{listed(missing)}没有在两边都配置端点"] if (missing := unused(m)) else []
    return [*gaps, f"{listed(idle)}在负载中没有发送过报文"] if idle else gaps


# --------------------------------------------------------------------------- the journey


def journey(m: Material) -> Opinion:
    """A business that crosses systems: the same on both stacks, and no slower as a whole and on each of its legs."""
    journeys = {(pack, name): legs for pack, known in m.packs.items() for name, legs in known.journeys.items()}
    if not journeys:
        return not_run("场景包里没有跨系统的业务。")
    opinions = [_same(m, list(journeys))]
    loaded = [(pack, name) for pack, name in journeys if name in m.packs[pack].loaded]
    if not m.load or not loaded:
        opinions.append(inconclusive("跨系统业务没有在负载下办理，用时没有测量。"))
    else:
        titles = {(pack, name): m.packs[pack].titles.get(name, name) for pack, name in loaded}
        whole = [(pack, level, name) for pack, name in loaded for level in decisive_levels(m, pack)]
        opinions.append(no_slower(m, Asked(wanted=whole, titles=titles, what="跨系统业务")))
        of_legs = {(p, f"{name}/{leg}"): title for p, name in loaded for leg, title in journeys[p, name].items()}
        legs = [(pack, level, name) for pack, name in of_legs for level in decisive_levels(m, pack)]
        opinions.append(no_slower(m, Asked(wanted=legs, titles=of_legs, what="分段", scope="leg", quantity="用时")))
    worst = min((opinion.verdict for opinion in opinions), key=_ORDER.index)
    told = [o.reason for o in opinions if o.verdict is worst]
    evidence = dict.fromkeys(place for opinion in opinions for place in opinion.evidence)
    return Opinion(verdict=worst, reason="".join(told), evidence=tuple(evidence))


def _same(m: Material, journeys: list[tuple[str, str]]) -> Opinion:
    """Whether every journey did the same on both stacks."""
    different = [
        m.packs[pack].titles.get(name, name)
        for pack, name in journeys
        if any((f.pack, f.transaction) == (pack, name) and not f.explained_by for f in m.findings)
    ]
    if different:
        return failed(f"跨系统业务的结果不同：{listed(different)}。", _FINDINGS)
    open_ = [m.packs[pack].titles.get(name, name) for pack, name in journeys if name not in m.packs[pack].agreed]
    if open_:
        return inconclusive(f"跨系统业务没有在两边都办成：{listed(open_)}。", _LEDGER)
    return passed(f"{len(journeys)} 项跨系统业务在两边办理的结果一致。", _LEDGER)
