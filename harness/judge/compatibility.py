"""PV-COMP-2: does the database behave like the one it replaces?  PV-COMP-1: does all this happen on a 信创 system?

The compatibility suite asks the database itself, the packs ask it through the hospital's business; a clause passes when
nothing that was asked speaks against it and nothing that the clause needs was left out. Pure.
"""

from __future__ import annotations

from collections import Counter

from harness.facts.system import DOMESTIC_SYSTEMS
from harness.judge.function import database_by_packs, func_1, unidentified
from harness.judge.material import Material, Opinion, failed, inconclusive, listed, not_run, passed
from harness.model import Group, Part
from harness.result import BehaviourClass, Judgement

GROUPS = {Group.CONNECTION: "连接", Group.STORAGE: "存储", Group.QUERY: "查询", Group.TRANSACTION: "事务"}
NOT_COVERED = "安装卸载、字体、打印和外设不在信衡的验证范围内，须另行验证"

_CONTENTS = "result.json#/consistency"
_BEHAVIOURS, _HOST = "result.json#/behaviours", "result.json#/stacks/migrated/host"
_BAD = (BehaviourClass.DIFFERENT, BehaviourClass.UNSUPPORTED)


def suite(m: Material) -> Opinion:
    """What the compatibility suite alone says."""
    if Part.COMPAT not in m.parts:
        return not_run("兼容性用例没有执行。")
    if not m.behaviours:
        return not_run("兼容性用例没有做完。")
    total = len(m.behaviours)
    bad = [b for b in m.behaviours if b.outcome in _BAD and not b.accepted]
    if bad:
        per_group = Counter(b.group for b in bad)
        counts = "、".join(f"{title} {per_group[group]}" for group, title in GROUPS.items() if per_group[group])
        return failed(
            f"{total} 个兼容性用例中有 {len(bad)} 个与原系统行为不同或不支持，且方案没有接受（{counts}）："
            f"{listed([b.title for b in bad])}。",
            _BEHAVIOURS,
        )
    unknown = [b.title for b in m.behaviours if b.outcome is BehaviourClass.ERROR]
    if unknown:
        return inconclusive(f"{total} 个兼容性用例中有 {len(unknown)} 个没有得出结果：{listed(unknown)}。", _BEHAVIOURS)
    accepted = sum(1 for b in m.behaviours if b.accepted)
    return passed(f"{total} 个兼容性用例中 {total - accepted} 个行为一致，{accepted} 个差异已由方案接受。", _BEHAVIOURS)


def comp_2(m: Material) -> Opinion:
    """The suite and the packs together; either fails the clause, and it passes only on both where both were to run."""
    unknown = unidentified(m)
    if unknown:
        return not_run(unknown)
    opinions = [suite(m)]
    if Part.FUNCTIONAL in m.parts:
        opinions.insert(0, database_by_packs(m))
    if Part.DATA in m.parts:
        opinions.insert(0, contents(m))
    kinds = [opinion.verdict for opinion in opinions]
    if Judgement.FAIL in kinds:
        return failed(*_joined([o for o in opinions if o.verdict is Judgement.FAIL]))
    if set(kinds) == {Judgement.NOT_RUN}:
        return not_run(_joined(opinions)[0])
    doubtful = [o for o in opinions if o.verdict is not Judgement.PASS]
    return inconclusive(*_joined(doubtful)) if doubtful else passed(*_joined(opinions))


def contents(m: Material) -> Opinion:
    """PV-COMP-2 asks for complete and consistent data: every table, every row."""
    if m.consistency is None:
        return not_run("数据一致性比对没有做完。")
    reason = f"数据一致性：{m.consistency.reason}"
    told = {Judgement.PASS: passed, Judgement.FAIL: failed}
    if m.consistency.judgement is Judgement.NOT_RUN:
        return not_run(reason)
    return told.get(m.consistency.judgement, inconclusive)(reason, _CONTENTS)


def comp_1(m: Material) -> Opinion:
    """Only what ran on a 信创 operating system can speak for one; and this is not all that the clause wants."""
    host = m.stacks["migrated"].host if "migrated" in m.stacks else {}
    system, system_id = host.get("os", ""), host.get("os_id", "")
    if not system and not system_id:
        return not_run("没有迁移后系统的主机事实（没有配置主机或探针），不知道操作系统是什么。")
    if system_id not in DOMESTIC_SYSTEMS:
        return inconclusive(
            f"迁移后系统的主机运行 {system or system_id}，不是信创操作系统，本次结果不能证明在信创操作系统上的兼容性。",
            _HOST,
        )
    opinions = [suite(m)] if Part.COMPAT in m.parts else []
    if Part.FUNCTIONAL in m.parts:
        opinions.append(func_1(m))
    doubtful = [o for o in opinions if o.verdict is not Judgement.PASS]
    if doubtful:
        return inconclusive(f"迁移后系统运行在 {system} 上，但{_joined(doubtful)[0]}", _HOST)
    reason, *evidence = _joined(opinions)
    return passed(f"迁移后系统运行在 {system} 上：{reason}{NOT_COVERED}。", _HOST, *evidence)


def _joined(opinions: list[Opinion]) -> tuple[str, ...]:
    """One reason and all evidence."""
    evidence = dict.fromkeys(place for opinion in opinions for place in opinion.evidence)
    return ("".join(opinion.reason for opinion in opinions), *evidence)
