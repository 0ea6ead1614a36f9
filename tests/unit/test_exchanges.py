"""From the samples of load blocks to the times of messages and of a journey's legs (PV-INTF-3)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.assess.blocks import Block, read_blocks
from harness.assess.exchanges import Exchanges, exchanges
from harness.compare.functional import Comparison
from harness.model import ReplyKind
from harness.recording import Recording
from harness.result import Estimate, Ledger
from harness.samples import SAMPLE, appended_by
from harness.settings import load_plan

NS, MS = 1_000_000_000, 1_000_000
SMOKE = load_plan("smoke")
LEVEL = SMOKE.load.levels[0].name
PLAN = replace(SMOKE, load=replace(SMOKE.load, levels=SMOKE.load.levels[:1]))
NAMES, STEPS = ("order", "story"), ("insert", "order_oml", "report_get", "commit", "rollback")
INSERT, ORDER, REPORT, COMMIT, ROLLBACK = range(5)
# (step, milliseconds) of each transaction; a journey of three legs, the second of which only sends
SCRIPTS = (
    ((INSERT, 2.0), (ORDER, 10.0), (COMMIT, 1.0)),
    ((INSERT, 2.0), (COMMIT, 1.0), (ORDER, 20.0), (COMMIT, 0.0), (REPORT, 5.0), (INSERT, 4.0), (COMMIT, 1.0)),
)
KNOWN = {
    "title": "检验",
    "messages": {name: {"interface": "lis_hl7", "title": name} for name in ("order_oml", "report_get", "never_sent")},
    "transactions": [
        {"name": "order", "title": "申请", "legs": {}},
        {"name": "story", "title": "全程", "legs": {"ask": "开单", "send": "发送", "report": "报告"}},
    ],
}
RUN = {"packs": {"lis": KNOWN}}
LEDGER = Ledger(total=4, equal=4, equal_by_rule=0, different=0, error=0, not_run=0)
COMPARED = Comparison(
    ledger=LEDGER, tables=LEDGER, findings=(), noise=(), noise_known=True, rule_counts={},
    agreed=frozenset(NAMES), failed_alike={}, exchanges={},
)  # fmt: skip


def samples(
    seed: int, *, count: int, slower: float = 1.0, spoil: dict[int, tuple[int, ReplyKind]] | None = None
) -> Any:
    """Transactions that take turns; `spoil`: of transaction n, this step got that reply, and a rollback ended it."""
    rng = np.random.default_rng(seed)
    dues = np.sort(rng.integers(0, int(PLAN.load.seconds * NS), count))
    rows = []
    for n, due in enumerate(dues):
        at = int(due) + 50_000
        for place, (step, ms) in enumerate(SCRIPTS[n % 2]):
            reply = ReplyKind.OK
            if spoil and n in spoil and spoil[n][0] == place:
                reply = spoil[n][1]
            took = int(ms * MS * (slower if step in (ORDER, REPORT) else 1.0) * rng.uniform(0.9, 1.1))
            rows.append((due, at, at + took, n, n % 8, n % 2, step, int(reply), 0))
            at += took
            if reply:
                rows.append((due, at, at + 1000, n, n % 8, n % 2, ROLLBACK, 0, 0))
                break
    return np.array(rows, dtype=SAMPLE)


def write_block(load: Path, position: int, stack: str, **more: Any) -> None:
    recording = Recording(load / f"{position:02d}-{stack}")
    recording.begin()
    samples(position, **more).tofile(appended_by(recording.folder, 0))
    recording.seal(
        {
            "pack": "lis", "stack": stack, "level": LEVEL, "position": position, "users": 8,
            "seconds": PLAN.load.seconds, "warmup_s": PLAN.load.warmup_seconds, "planned": more["count"],
            "start_mono_ns": 0, "end_mono_ns": NS, "transactions": NAMES, "steps": STEPS, "errors": [""],
            "generator": {"cpu": 0.1}, "self_test": {"ok": True},
        }
    )  # fmt: skip


def blocks(load: Path, *, slower: float = 1.0, count: int = 800, **more: Any) -> list[Block]:
    for position, stack in enumerate(("original", "migrated", "migrated", "original"), 1):
        migrated = stack == "migrated"
        write_block(
            load, position, stack, count=count, slower=slower if migrated else 1.0, **(more if migrated else {})
        )
    return read_blocks(load, PLAN.limits, KNOWN)[0]


def measured(load: Path, compared: Comparison = COMPARED, **more: Any) -> Exchanges:
    return exchanges(RUN, blocks(load, **more), {"lis": compared}, PLAN)


def ratios(found: Exchanges) -> dict[str, Estimate]:
    return {e.transaction: e for e in found.estimates if e.metric == "p95_ratio"}


def test_every_message_has_its_times_on_both_stacks(tmp_path: Path) -> None:
    found = measured(tmp_path, slower=1.5)
    times = {(t.message, t.stack): t for t in found.times}
    assert set(times) == {(m, s) for m in ("order_oml", "report_get") for s in ("original", "migrated")}
    inside = 1600 * PLAN.load.measured_seconds / PLAN.load.seconds
    for (message, stack), t in times.items():
        share = 1.0 if message == "order_oml" else 0.5
        assert t.count == pytest.approx(inside * share, rel=0.1)
        assert (t.interface, t.timed_out, t.failed, t.refused) == ("lis_hl7", 0, 0, 0)
        assert 0 < t.p50 <= t.p95 <= t.p99 <= t.maximum
        if message == "report_get":
            assert t.mean == pytest.approx(7.5 if stack == "migrated" else 5.0, rel=0.02)
    assert times["order_oml", "original"].maximum == pytest.approx(22.0, rel=0.02)


def test_ratios_of_messages_and_legs(tmp_path: Path) -> None:
    found = measured(tmp_path, slower=1.5)
    known = ratios(found)
    assert set(known) == {"order_oml", "report_get", "story/ask", "story/send", "story/report"}
    assert {e.scope for e in found.estimates} == {"message", "leg"}
    for name, ratio in {"order_oml": 1.5, "report_get": 1.5, "story/ask": 1.0, "story/send": 1.5}.items():
        assert known[name].value == pytest.approx(ratio, rel=0.05), name
        assert known[name].low_adjusted < known[name].value < known[name].high_adjusted
        assert not known[name].excluded
    assert "2 项" in known["order_oml"].method  # two messages at one level hold together
    assert "3 项" in known["story/ask"].method


def test_each_leg_goes_from_its_first_step_to_its_commit(tmp_path: Path) -> None:
    legs = {(leg.leg, leg.stack): leg for leg in measured(tmp_path).legs}
    assert {leg: legs[leg, "original"].title for leg in ("ask", "send", "report")} == KNOWN["transactions"][1]["legs"]  # type: ignore[index]
    for leg, ms in {"ask": 3.0, "send": 20.0, "report": 10.0}.items():
        assert legs[leg, "original"].mean == pytest.approx(ms, rel=0.02)
        assert legs[leg, "original"].p50 <= legs[leg, "original"].p95 <= legs[leg, "original"].maximum


def test_what_was_not_answered_has_no_time_but_is_counted(tmp_path: Path) -> None:
    kinds = (ReplyKind.REFUSED, ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE)
    spoil = {800 - 8 * (n + 1) + 1: (2, kind) for n, kind in enumerate(kinds)}  # a journey's order, late in the block
    times = {(t.message, t.stack): t for t in measured(tmp_path, spoil=spoil).times}
    migrated, original = times["order_oml", "migrated"], times["order_oml", "original"]
    assert (migrated.refused, migrated.failed, migrated.timed_out) == (2, 4, 2)  # two blocks
    assert (original.refused, original.failed, original.timed_out) == (0, 0, 0)
    legs = {(leg.leg, leg.stack): leg.count for leg in measured(tmp_path / "2", spoil=spoil).legs}
    assert (
        legs["ask", "migrated"] - legs["send", "migrated"] == legs["ask", "migrated"] - legs["report", "migrated"] == 8
    )


def test_a_message_counts_only_where_its_senders_agreed(tmp_path: Path) -> None:
    known = ratios(measured(tmp_path, replace(COMPARED, agreed=frozenset({"order"}))))
    assert known["order_oml"].excluded == known["report_get"].excluded == known["story/ask"].excluded == (
        "功能不一致，不参与性能比较"
    )  # fmt: skip
    uncompared = exchanges(RUN, blocks(tmp_path / "2"), {}, PLAN)
    assert {e.excluded for e in uncompared.estimates} == {"功能没有比对，不参与性能比较"}


def test_too_few_samples_give_times_but_no_interval(tmp_path: Path) -> None:
    found = measured(tmp_path, count=20)
    assert all(e.excluded.startswith("样本不足") for e in found.estimates)
    assert all(t.count for t in found.times)


def test_a_run_without_messages_has_none(tmp_path: Path) -> None:
    found = exchanges({"packs": {"his": {"transactions": []}}}, blocks(tmp_path), {}, PLAN)
    assert found == Exchanges()
