"""PV-INTF-4: do the interfaces bear what goes wrong as well as they did before?  Pure.

Held against the original: what that handles badly itself cannot be asked of the migrated stack, but proves nothing.
Not here: how a case was handled (`compare/handled.py`).
"""

from __future__ import annotations

from collections import Counter

from harness.interface_result import HandledCase
from harness.judge.material import STACK_TITLES, Material, Opinion, failed, inconclusive, listed, not_run, passed

_BATTERY = "result.json#/battery"
_NAMES = {"different": "应答或结果不同", "dirty": "留下脏数据", "stuck": "不能继续收发"}


def intf_4(m: Material) -> Opinion:
    """Every case handled alike, no dirty data, every interface able to go on."""
    done = [h for h in m.battery if h.outcome != "not run"]
    if not done:
        return not_run("没有执行接口异常用例：场景包没有接口，或两侧没有都配置接口的地址，或用例没有做完。")
    worse = [h for h in done if h.worse]
    if worse:
        counts = Counter(_NAMES[h.outcome] for h in worse)
        told = "、".join(f"{name} {n} 例" for name, n in counts.items())
        return failed(
            f"{len(done)} 个异常用例中，迁移后系统有 {len(worse)} 例不如原系统（{told}）：{listed(_named(worse))}。",
            _BATTERY,
        )
    doubts = _doubts(m, done)
    if doubts:
        return inconclusive(f"没有发现迁移后系统不如原系统之处，但{'；'.join(doubts)}。", _BATTERY)
    interfaces = {(h.pack, h.interface) for h in done if h.message}
    messages = {(h.pack, h.message) for h in done if h.message}
    odd = sum(1 for h in done if h.outcome == "unexpected")
    remark = f"其中 {odd} 例两侧一致，但都没有按期望处理，建议一并改进。" if odd else ""
    return passed(
        f"{len(interfaces)} 个接口、{len(messages)} 种报文的 {len(done)} 个异常用例：两侧应答类别一致，没有留下脏数据，"
        f"之后都能继续收发。{remark}",
        _BATTERY,
    )


def _doubts(m: Material, done: list[HandledCase]) -> list[str]:
    """Why "no worse" is not yet "good"."""
    missing = len(m.battery) - len(done)
    dirty = [h for h in done if h.outcome == "dirty"]
    stuck = [h for h in done if h.outcome == "stuck"]
    doubts = [f"有 {missing} 例没有执行"] if missing else []
    tried = {h.interface for h in done}
    untried = list(dict.fromkeys(i.title for i in m.interfaces if i.used and i.name not in tried))
    if untried:
        doubts.append(f"{listed(untried)}没有异常用例")
    blind = [STACK_TITLES[name] for name, facts in m.stacks.items() if not facts.product_id]
    if blind:
        doubts.append(f"{'、'.join(blind)}没有数据库可查，有没有脏数据无从得知")
    if dirty:
        doubts.append(f"原系统自身在 {len(dirty)} 例中留下同样的脏数据：{listed(_named(dirty))}")
    if stuck:
        doubts.append(f"原系统自身在 {len(stuck)} 例之后也不能继续收发：{listed(_named(stuck))}")
    return doubts


def _named(cases: list[HandledCase]) -> list[str]:
    return [f"{h.message or h.interface} {h.title}" for h in cases]
