"""PV-INTF-1: does every interface exchange what it should?  PV-INTF-2: is what was sent what was stored?

An interface that nobody could reach, a message that was never accepted and a value that nobody looked up are doubts,
never a pass. Not here: response times, error handling, interface documents; each has a page of its own.
"""

from __future__ import annotations

from harness.interface_result import ImagesHeld, InterfaceUse, MessageUse, StoredFields
from harness.judge.material import STACK_TITLES, Material, Opinion, failed, inconclusive, listed, not_run, passed
from harness.model import ReplyKind
from harness.normalise import label_of
from harness.result import Finding

_INTERFACES, _FINDINGS = "result.json#/interfaces", "result.json#/findings"
_STORED, _IMAGES = "result.json#/stored_fields", "result.json#/images"
_OK = ReplyKind.OK.label
_BROKEN = tuple(kind.label for kind in ReplyKind if kind > ReplyKind.REFUSED)


def unused(m: Material) -> list[str]:
    """The interfaces that one of the stacks has no endpoint for."""
    return [i.title for i in m.interfaces if not i.used]


def nothing_to_judge(m: Material) -> Opinion | None:
    """Where no interface was declared or none could be used; None where there is something to look at."""
    if not m.interfaces:
        return not_run("本次运行的场景包没有声明接口。")
    if not any(i.used for i in m.interfaces):
        return not_run(f"两边没有都配置接口的端点：{listed(unused(m))}；请在 stacks.toml 中写出它们的地址。")
    return None


def intf_1(m: Material) -> Opinion:
    """Every interface used, every message accepted at least once by both, no reply differing without explanation."""
    nothing = nothing_to_judge(m)
    if nothing:
        return nothing
    wrong = _of_messages(m)
    if wrong:
        roots = [f for f in wrong if not f.consequence_of]
        following = f"，另有 {len(wrong) - len(roots)} 类由其他差异引起" if len(roots) < len(wrong) else ""
        return failed(
            f"接口应答中未解释的差异 {len(roots)} 类{following}："
            f"{listed([_named(m, f) for f in roots or wrong])}。",
            _FINDINGS, _INTERFACES,
        )  # fmt: skip
    doubts = [f"{len(missing)} 个接口没有在两边都配置端点（{listed(missing)}）"] if (missing := unused(m)) else []
    for interface in m.interfaces:
        doubts += _doubts(interface) if interface.used else []
    if doubts:
        return inconclusive(f"没有发现未解释的应答差异，但{'；'.join(doubts)}。", _INTERFACES)
    messages = [message for i in m.interfaces for message in i.messages]
    return passed(
        f"{len(m.interfaces)} 个接口的 {len(messages)} 种报文在两边都收发成功，"
        f"{sum(message.sent for message in messages)} 次交互的应答逐字段比对，未解释的差异 0 类。",
        _INTERFACES, _FINDINGS,
    )  # fmt: skip


def _of_messages(m: Material) -> list[Finding]:
    """The unexplained findings in replies, whatever they follow from: the peer gets another answer all the same."""
    spoken = {(i.pack, message.name) for i in m.interfaces for message in i.messages}
    return [f for f in m.findings if not f.explained_by and (f.pack, f.step) in spoken]


def _named(m: Material, f: Finding) -> str:
    titles = {(i.pack, message.name): message.title for i in m.interfaces for message in i.messages}
    place = f" {f.column}" if f.column else ""
    return f"{titles[f.pack, f.step]}{place}（{label_of(f.kind)} {f.count} 处）"


def _doubts(interface: InterfaceUse) -> list[str]:
    """Why an interface without a difference has not yet been shown to work."""
    if not interface.messages:
        return [f"{interface.title}没有可收发的报文"]
    doubts = []
    never = [message.title for message in interface.messages if not _accepted(message)]
    if never:
        doubts.append(f"{interface.title}有 {len(never)} 种报文没有在两边都成功收发过（{listed(never)}）")
    broken = sum(sum(m.original.get(kind, 0) for kind in _BROKEN) - m.provoked for m in interface.messages)
    if broken:
        doubts.append(f"{interface.title}有 {broken} 次收发在原系统上失败或超时，没有得到验证")
    unseen = sum(message.sent - message.equal for message in interface.messages)
    if unseen:
        doubts.append(f"{interface.title}有 {unseen} 次交互没有比对到底")
    return doubts


def _accepted(message: MessageUse) -> bool:
    return bool(message.sent and message.original.get(_OK) and message.migrated.get(_OK))


def intf_2(m: Material) -> Opinion:
    """Every value that a message carried is what the migrated system holds, and every image that it took is there."""
    nothing = nothing_to_judge(m)
    if nothing:
        return nothing
    lost = [held for held in m.images if held.stack == "migrated" and held.lost]
    before = sum(held.lost for held in m.images if held.stack == "original")
    if sum(held.lost for held in lost) > before:
        return failed(
            f"迁移后系统对存储应答成功的影像中，有 {sum(held.lost for held in lost)} 幅事后列不出或取不回："
            f"{listed([_gone(held) for held in lost])}。",
            _IMAGES,
        )
    migrated = [s for s in m.stored_fields if s.stack == "migrated"]
    if not migrated:
        return not_run("没有一种报文声明了它的内容存到哪里，或没有存储数据的记录。")
    checked, wrong = sum(s.checked for s in migrated), sum(s.wrong for s in migrated)
    bad = [s for s in migrated if s.wrong + s.missing_rows > s.alike]
    if bad:
        rows = sum(s.missing_rows for s in bad)
        return failed(
            f"迁移后系统存储的 {checked} 个字段值中有 {wrong} 个与发送的不同，缺少 {rows} 行："
            f"{listed([_shown(s) for s in bad])}。",
            _STORED,
        )
    doubts = [f"{listed(missing)}没有在两边都配置端点"] if (missing := unused(m)) else []
    if before:
        doubts.append(f"原系统应答存储成功的影像中有 {before} 幅事后列不出或取不回，迁移后系统不比它更差")
    idle = sorted({s.message for s in migrated if s.checked == s.wrong})
    if idle:
        doubts.append(f"{len(idle)} 种报文没有一个字段核对到与发送相同（{listed([_title(m, name) for name in idle])}）")
    alike = sum(s.alike for s in migrated)
    same = f"其中 {alike} 处与发送的不同，但{STACK_TITLES['original']}也是如此" if alike else ""
    if doubts:
        return inconclusive("；".join(filter(None, (f"核对了 {checked} 个字段值", same, *doubts))) + "。", _STORED)
    images = sum(held.acknowledged for held in m.images if held.stack == "migrated")
    kept = f"；应答存储成功的 {images} 幅影像全部列得出、取得回" if images else ""
    return passed(
        f"{len({s.message for s in migrated})} 种报文发送的 {checked} 个字段值与迁移后系统存储的逐一核对"
        f"{f'；{same}' if same else '，全部一致'}{kept}。",
        _STORED, *((_IMAGES,) if images else ()),
    )  # fmt: skip


def _gone(held: ImagesHeld) -> str:
    return f"{held.modality} {held.lost} 幅（如 {held.lost_examples[0]}）"


def _shown(s: StoredFields) -> str:
    return f"{s.message} → {s.table}（{s.examples[0] if s.examples else f'{s.wrong} 个字段'}）"


def _title(m: Material, name: str) -> str:
    return next((message.title for i in m.interfaces for message in i.messages if message.name == name), name)
