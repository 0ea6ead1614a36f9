"""PV-INTF-5: does what really goes over the interfaces agree with the documents that the two sides rely on?

A deviation that only the migrated stack shows is the migration's; one that both show says that the document is wrong,
and the clause wants document and traffic to agree. What no document speaks of is a doubt. Pure.
"""

from __future__ import annotations

from harness.content.message_checks import Breach
from harness.interface_result import DocumentDeviation
from harness.judge.interfaces import nothing_to_judge, unused
from harness.judge.material import Material, Opinion, failed, inconclusive, listed, not_run, passed

_DOCUMENTS = "result.json#/documents"
_PARTS = {"request": "请求", "reply": "应答"}
_LABELS = {breach.value: breach.label for breach in Breach}


def intf_5(m: Material) -> Opinion:
    """Every interface used has a document, everything was held against it, and nothing departs from it."""
    nothing = nothing_to_judge(m)
    if nothing:
        return nothing
    if not any(check.checked or check.unchecked for check in m.documents):
        return not_run("没有接口报文的记录，接口文档没有可核对的内容。")
    deviations = [deviation for check in m.documents for deviation in check.deviations]
    own = [d for d in deviations if d.migrated and not d.original]
    both = [d for d in deviations if d.migrated and d.original]
    checked = sum(check.checked for check in m.documents)
    if own or both:
        told = []
        if own:
            told.append(f"{len(own)} 处只有迁移后系统的报文与接口文档不符：{listed([_shown(m, d) for d in own])}")
        if both:
            told.append(f"{len(both)} 处两边的报文都与文档不符，应更正文档：{listed([_shown(m, d) for d in both])}")
        return failed(f"核对了 {checked} 个请求与应答，{'；'.join(told)}。", _DOCUMENTS)
    doubts = _doubts(m)
    if doubts:
        return inconclusive(f"核对了 {checked} 个请求与应答，没有发现不符，但{'；'.join(doubts)}。", _DOCUMENTS)
    gone = [d for d in deviations if d.original]
    healed = f"；另有 {len(gone)} 处只有原系统的报文与文档不符" if gone else ""
    return passed(f"{len(m.documents)} 个接口的 {checked} 个请求与应答都与接口文档一致{healed}。", _DOCUMENTS)


def _doubts(m: Material) -> list[str]:
    """Why "no deviation" does not yet mean "agrees"."""
    doubts = [f"{listed(missing)}没有在两边都配置端点"] if (missing := unused(m)) else []
    checked = {(check.pack, check.interface) for check in m.documents}
    unseen = [i.title for i in m.interfaces if i.used and (i.pack, i.name) not in checked]
    without = [_interface(m, check.interface) for check in m.documents if not check.document]
    if unseen or without:
        doubts.append(f"{listed(without + unseen)}没有接口文档")
    doubts += [f"{_interface(m, c.interface)}：{c.trouble.rstrip('。')}" for c in m.documents if c.trouble]
    idle = [_interface(m, c.interface) for c in m.documents if c.document and not (c.checked or c.unchecked)]
    if idle:
        doubts.append(f"{listed(idle)}没有报文可核对")
    silent = sum(c.unchecked for c in m.documents if c.document and not c.trouble)
    if silent:
        doubts.append(f"有 {silent} 个请求或应答是文档没有写到的")
    return doubts


def _shown(m: Material, d: DocumentDeviation) -> str:
    titles = {(i.pack, message.name): message.title for i in m.interfaces for message in i.messages}
    title = titles.get((d.pack, d.message), d.message)
    return f"{title}{_PARTS[d.part]} {d.path}（{_LABELS[d.breach]}，{d.original + d.migrated} 个）"


def _interface(m: Material, name: str) -> str:
    return next((i.title for i in m.interfaces if i.name == name), name)
