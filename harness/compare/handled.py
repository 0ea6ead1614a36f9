"""One case of the error-handling battery on both stacks → how it was handled: alike, or what is wrong. Pure.

Rows are dirty when they appeared although nothing was accepted, or when one message was stored twice. A stack recovers
when a good message is accepted afterwards: the same one, or the next.
Not here: reading the recordings (`assess/battery.py`), verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from harness.content.battery import Expect
from harness.interface_result import HandledCase
from harness.message import Misbehaviour
from harness.model import CaseRecord

OK, GOOD = "ok", "good"
_DECLINED = frozenset({"refused", "failed"})
_HALVES = frozenset({Misbehaviour.HALF_OPEN.value, Misbehaviour.RESET.value})
_TITLES = {"original": "原系统", "migrated": "迁移后系统"}

Place = tuple[str, str]  # message, case


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a case went on one stack."""

    record: CaseRecord
    dirty: Mapping[str, int]
    recovers: bool | None  # None: no message came afterwards that could have shown it

    @property
    def kinds(self) -> str:
        return " ".join(filter(None, (*self.record.replies, self.record.good)))

    @property
    def rows(self) -> Mapping[str, int]:
        """What the case and its good message left together."""
        return _sum((*self.record.left, self.record.good_left))


def handled(pack: str, original: Sequence[CaseRecord], migrated: Sequence[CaseRecord]) -> list[HandledCase]:
    """Every case that either stack met, in the order of the original."""
    there, here = _by_place(original), _by_place(migrated)
    return [_handled(pack, there.get(place), here.get(place)) for place in dict.fromkeys((*there, *here))]


def _by_place(records: Sequence[CaseRecord]) -> dict[Place, Went]:
    """The last try of each case counts; of the good message alone, the first that was accepted."""
    found: dict[Place, Went] = {}
    for n, record in enumerate(records):
        place = record.message, record.case
        if record.case == GOOD and place in found and found[place].recovers:
            continue
        after = [r for r in records[n + 1 :] if r.message == record.message]
        proofs = list(takewhile(lambda r: r.case == GOOD, after))
        found[place] = Went(record=record, dirty=dirty(record), recovers=_recovers(record, proofs))
    return found


def dirty(record: CaseRecord) -> dict[str, int]:
    """Table → rows more than there should be, or fewer."""
    once = record.expect == Expect.ONCE
    known_before = once and record.case == "replay"
    if known_before or record.case in _HALVES:
        wrong = list(record.left)
    elif len(record.left) == len(record.replies):
        wrong = [rows for rows, kind in zip(record.left, record.replies, strict=True) if kind != OK]
    else:
        wrong = list(record.left) if record.replies and OK not in record.replies else []
    if record.good != OK:
        wrong.append(dict(record.good_left))
    if once and not known_before and record.case not in _HALVES:
        wrong += [rows for rows in (*record.left, record.good_left) if rows][1:]
    return _sum(wrong)


def _recovers(record: CaseRecord, proofs: Sequence[CaseRecord]) -> bool | None:
    if OK in (record.good, *(proof.good for proof in proofs)):
        return True
    return False if proofs or record.case == GOOD else None


def _sum(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in rows:
        total.update(each)
    return {table: n for table, n in total.items() if n}


# --------------------------------------------------------------------------- both stacks


def _handled(pack: str, there: Went | None, here: Went | None) -> HandledCase:
    known = there or here
    assert known is not None
    ran = there is not None and here is not None and bool(there.record.seq) and bool(here.record.seq)
    missing = _missing_rows(there, here) if there and here and ran else {}
    outcome, reason = _outcome(there, here, missing) if there and here and ran else _not_run(there, here)
    record = known.record
    return HandledCase(
        pack=pack,
        interface=record.interface,
        message=record.message,
        case=record.case,
        title=record.title,
        expected=record.expected,
        original=there.kinds if there else "",
        migrated=here.kinds if here else "",
        original_dirty=dict(there.dirty) if there else {},
        migrated_dirty=dict(here.dirty or missing) if here else {},
        original_recovers=there is None or there.recovers is not False,
        migrated_recovers=here is None or here.recovers is not False,
        outcome=outcome,
        reason=reason,
    )


def _missing_rows(there: Went, here: Went) -> dict[str, int]:
    """Where both answered alike to the same messages, both must have stored alike."""
    same_work = there.record.seq == here.record.seq and there.kinds == here.kinds
    if not same_work or there.dirty or here.dirty:
        return {}
    return _sum((here.rows, {table: -n for table, n in there.rows.items()}))


def _not_run(there: Went | None, here: Went | None) -> tuple[str, str]:
    if there is not None and here is not None and not there.record.seq and not here.record.seq:
        if not there.record.case:
            return "not run", "负载里没有一笔业务发出这种报文。"
        return "not run", "负载抽不出更多会发出这种报文的业务，轮不到本例。"
    side = "original" if there is None or not there.record.seq else "migrated"
    return "not run", f"{_TITLES[side]}上没有做到这一例：接口已不再接受正确的报文，或业务没有走到发送报文这一步。"


def _outcome(there: Went, here: Went, missing: Mapping[str, int]) -> tuple[str, str]:
    """The worst that can be said of the migrated stack; what the original does just the same comes after it."""
    if here.dirty and here.dirty != there.dirty:
        return "dirty", f"迁移后系统留下了不该有的行：{_listed(here.dirty)}；原系统{_dirty_or_clean(there)}。"
    if missing:
        return "dirty", f"两侧应答相同，迁移后系统存下的行数与原系统相差：{_listed(missing)}。"
    if here.recovers is False and there.recovers is not False:
        return "stuck", f"此后正确的报文在迁移后系统上也不被接受（{here.record.good}），在原系统上可以。"
    if there.kinds != here.kinds:
        return "different", f"应答类别不同：原系统 {_said(there)}，迁移后系统 {_said(here)}。"
    if here.dirty:
        return "dirty", f"两侧留下了同样的不该有的行：{_listed(here.dirty)}，原系统自身就处理不当。"
    if here.recovers is False:
        return "stuck", "此后正确的报文在两侧都不被接受，原系统自身就不能继续。"
    if here.recovers is None or there.recovers is None:
        return "not run", "此后没有新的报文可以证明还能继续收发。"
    if not _as_expected(here.record):
        return "unexpected", f"两侧应答一致（{here.kinds}），但不符合“{here.record.expected}”。"
    if there.dirty:
        return "alike", f"原系统留下了不该有的行：{_listed(there.dirty)}；迁移后系统没有。"
    return "alike", ""


def _as_expected(record: CaseRecord) -> bool:
    if record.case == Misbehaviour.SLOW:
        return record.replies == (OK,)
    if record.case == GOOD:
        return record.good == OK
    return record.expect != Expect.DECLINED or set(record.replies) <= _DECLINED


def _dirty_or_clean(went: Went) -> str:
    return f"留下 {_listed(went.dirty)}" if went.dirty else "没有"


def _said(went: Went) -> str:
    told = next((said for said, kind in zip(went.record.said, went.record.replies, strict=False) if kind != OK), "")
    return f"{went.kinds or '无应答'}{f'（{told[:80]}）' if told else ''}"


def _listed(rows: Mapping[str, int]) -> str:
    shown = [f"{table} {n:+d}" for table, n in list(rows.items())[:4]]
    return "、".join(shown) + ("…" if len(rows) > 4 else "")
