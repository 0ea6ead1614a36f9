"""PV-FUNC-1: do the two systems do the same?  And does the database keep, find and protect the same data (PV-COMP-2)?

Pass means that nothing unexplained is left and that everything was looked at. Not here: how differences are found.
"""

from __future__ import annotations

from harness.judge.material import (
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
from harness.normalise import label_of
from harness.result import Finding

_FINDINGS, _LEDGER, _TABLES = "result.json#/findings", "result.json#/ledger", "result.json#/tables"


def func_1(m: Material) -> Opinion:
    """Everything compared, nothing unexplained."""
    done = [p for p in m.packs.values() if p.ledger is not None and p.ledger.total > p.ledger.not_run]
    if not done:
        return not_run("没有完成功能比对：原系统两遍、迁移后系统一遍的记录不齐。")
    different = sum(p.ledger.different + p.ledger.error for p in done if p.ledger)
    rows = sum(p.tables.different for p in done if p.tables)
    if m.roots or different or rows:
        total = sum(p.ledger.total for p in done if p.ledger)
        return failed(
            f"{total} 笔业务交易中 {different} 笔结果不同，存储数据有 {rows} 行不同，未解释的差异 {len(m.roots)} 类："
            f"{listed([_named(m, f) for f in m.roots])}。",
            _FINDINGS, _LEDGER,
        )  # fmt: skip
    doubts = _gaps(m)
    if doubts:
        return inconclusive(f"没有发现未解释的差异，但{'；'.join(doubts)}。", _LEDGER, _TABLES)
    transactions = sum(p.ledger.total for p in done if p.ledger)
    by_rule = sum(p.ledger.equal_by_rule for p in done if p.ledger)
    stored = sum(p.tables.total for p in done if p.tables)
    return passed(
        f"{transactions} 笔业务交易与 {stored} 行存储数据逐项比对，未解释的差异 0 类；"
        f"其中 {by_rule} 笔的差异由已声明的规则或噪声解释。",
        _LEDGER, _TABLES, _FINDINGS,
    )  # fmt: skip


def _named(m: Material, f: Finding) -> str:
    stored = f.transaction.startswith("table:")
    titles = m.packs[f.pack].titles if f.pack in m.packs else {}
    where = f"表 {f.transaction.removeprefix('table:')}" if stored else titles.get(f.transaction, f.transaction)
    place = f.column or ("" if stored else f.step)
    return f"{where}{f' {place}' if place else ''}（{label_of(f.kind)} {f.count} 处）"


def _gaps(m: Material) -> list[str]:
    """Why "no difference" does not yet mean "equal"."""
    doubts = []
    for pack in m.packs.values():
        if pack.ledger is None or not pack.ledger.total:
            doubts.append(f"{pack.title}没有功能比对记录")
            continue
        if pack.ledger.not_run:
            doubts.append(f"{pack.title}有 {pack.ledger.not_run} 笔没有执行")
        if not pack.noise_known:
            doubts.append(f"{pack.title}缺少原系统第二遍记录，噪声未知")
        if pack.tables is None or not pack.tables.total:
            doubts.append(f"{pack.title}没有存储数据的记录")
        elif pack.tables.not_run:
            doubts.append(f"{pack.title}有 {pack.tables.not_run} 行存储数据没有比对")
        if pack.failed_alike:
            doubts.append(f"{pack.title}有 {pack.failed_alike} 笔在两边同样失败，其功能没有得到验证")
        if not pack.agreed:
            doubts.append(f"{pack.title}没有一项业务办理成功过")
    return doubts


def unidentified(m: Material) -> str:
    """Whose database did not say what it is, as a sentence; or ''."""
    unknown = [
        STACK_TITLES[s] for s in STACKS if s not in m.stacks or not m.stacks[s].product or not m.stacks[s].version
    ]
    return f"{'、'.join(unknown)}的数据库产品没有识别出来。" if unknown else ""


def database_by_packs(m: Material) -> Opinion:
    """PV-COMP-2 as far as the packs go: data the same before and after, every reply explained, invariants kept."""
    unknown = unidentified(m)
    if unknown:
        return not_run(unknown)
    pair = " → ".join(f"{m.stacks[s].product} {m.stacks[s].version}" for s in STACKS)
    opinion = func_1(m)
    broken = sorted({i.title for i in m.invariants if i.stack == "migrated" and not i.holds})
    if broken:
        return failed(f"{pair}：迁移后系统违反了业务不变量：{listed(broken)}。", "result.json#/invariants")
    if opinion.verdict == "not run":
        return not_run(f"{pair}：{opinion.reason}")
    if opinion.verdict == "fail":
        return failed(f"{pair}：{opinion.reason}", *opinion.evidence)
    doubts = [] if opinion.verdict == "pass" else [opinion.reason.rstrip("。")]
    kept = {(i.stack, i.pack) for i in m.invariants if i.when == "functional"}
    unchecked = [STACK_TITLES[s] for s in STACKS if any((s, pack) not in kept for pack in m.packs)]
    if unchecked:
        doubts.append(f"{'、'.join(unchecked)}没有业务不变量的检查记录")
    baseless = sorted({i.title for i in m.invariants if i.stack == "original" and not i.holds})
    if baseless:
        doubts.append(f"原系统自身就违反不变量：{listed(baseless)}")
    if doubts:
        return inconclusive(f"{pair}：{'；'.join(doubts)}。", *opinion.evidence)
    checks = sum(1 for i in m.invariants if i.stack == "migrated")
    return passed(
        f"{pair}：连接、存储、查询、事务处理的差异均已解释，迁移后系统的 {checks} 次业务不变量检查全部成立。"
        f"本条要求定期进行，这是其中一次。",
        *opinion.evidence, "result.json#/invariants",
    )  # fmt: skip
