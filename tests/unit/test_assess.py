"""A run folder written by hand is assessed; every part of it is taken away once, and nothing crashes or passes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.agent.reading import FORMAT as READING_FORMAT
from harness.agent.reading import KIND, Cpu, Disk, Memory, Network, Reading, encode, encode_line
from harness.assess import assess
from harness.model import Group, Item, Part, Probe, ReplyKind, Rule, StepRecord, TableState, TransactionRecord
from harness.observation import Observation, Seen
from harness.recording import Recording, observation_line, transaction_line, write_items, write_json, write_state
from harness.result import Judgement, Result, StackFacts
from harness.runfile import probe_as_dict, write_run
from harness.samples import SAMPLE, SEALED, appended_by, seal_samples
from harness.settings import load_plan, plan_as_dict

NS = 1_000_000_000
PLAN = load_plan("smoke")
LEVELS = PLAN.load.levels
NAMES = ("charge", "find", "daily")
TITLES = {"charge": "收费结算", "find": "患者检索", "daily": "门诊日报"}
STEPS = ["select", "insert", "commit", "rollback"]
ERRORS = ["", "unique", "deadlock"]
EPOCH = 10**12
PROBE = Probe(
    id="one", title="一", group=Group.QUERY, source="BD-00", meaning="没有含义", script="A: SELECT 1"
)  # fmt: skip
PADDED = Rule(id="R1", kind="padding", where="find.select.name", reason="定长", source="BD-04")


def functional(name: str, *, tail: str = "") -> list[TransactionRecord]:
    return [
        TransactionRecord(
            seq=n, transaction=NAMES[n % 3], outcome=ReplyKind.OK, reason="",
            steps=(
                StepRecord(
                    statement="select", kind=ReplyKind.OK, error_class="", affected=-1, columns=("id", "name"),
                    rows=((n, "张三" + tail),),
                ),
                StepRecord(statement="commit", kind=ReplyKind.OK, error_class="", affected=-1),
            ),
        )
        for n in range(30)
    ]  # fmt: skip


def write_functional(run: Path, name: str, *, tail: str = "") -> None:
    recording = Recording(run / "recordings/his/functional" / name)
    recording.begin()
    with (recording.folder / "transactions.jsonl").open("wb") as out:
        out.writelines(map(transaction_line, functional(name, tail=tail)))
    state = TableState(table="patient", columns=("patient_id", "name"), key=("patient_id",), rows=(("P0001", "张三"),))
    for when in ("before", "after"):
        write_state(recording.folder / f"state-{when}.jsonl", [state])
    write_json(recording.folder / "invariants.json", [invariant()])
    recording.seal({"kind": "functional"})


def write_observations(run: Path, name: str, text: str = "ok 1 行: (1)") -> None:
    recording = Recording(run / "recordings/dbcompat" / name)
    recording.begin()
    seen = (Seen(session="A", sql="SELECT 1", text=text),)
    line = observation_line(Observation(probe=PROBE.id, seen=seen))
    (recording.folder / "observations.jsonl").write_bytes(line)
    recording.seal({"kind": "dbcompat", "prelude": ["SET autocommit = 0;", ""]})


def invariant() -> dict[str, Any]:
    return {"pack": "his", "name": "slot_once", "title": "一号一人", "holds": True, "violations": 0, "examples": []}


def samples(seed: int, n: int, seconds: float, *, slower: float = 1.0) -> Any:
    """n transactions of two steps each: a select and a commit; every hundredth is refused and rolled back."""
    rng = np.random.default_rng(seed)
    whole = np.zeros((n, 2), dtype=SAMPLE)
    due = np.sort(rng.integers(0, int(seconds * NS), n))
    first, second = (np.exp(rng.normal(0, 0.3, n)) * ms * 1e6 * slower for ms in (4.0, 1.0))
    sent = due + 100_000
    whole["due"] = np.stack([due, sent + first.astype(np.int64)], axis=1)
    whole["sent"] = np.stack([sent, sent + first.astype(np.int64)], axis=1)
    whole["answered"] = whole["sent"] + np.stack([first, second], axis=1).astype(np.int64)
    whole["item"] = np.arange(n)[:, None]
    whole["user"] = (np.arange(n) % 8)[:, None]
    whole["transaction"] = (np.arange(n) % 3)[:, None]
    whole["step"] = [[0, 2]]
    refused = np.arange(n) % 100 == 99
    whole["step"][refused, 1] = 3
    whole["reply"][refused, 1] = int(ReplyKind.REFUSED)
    return whole


def write_block(run: Path, position: int, stack: str, level: int, *, n: int = 900, **more: Any) -> None:
    recording = Recording(run / "recordings/his/load" / f"{position:02d}-{stack}")
    recording.begin()
    known = {"slower": 1.0, "cpu": 0.2, "planned": n} | more
    seconds = PLAN.load.seconds
    samples(position, n, seconds, slower=known["slower"]).tofile(appended_by(recording.folder, 0))
    seal_samples(recording.folder)
    write_json(recording.folder / "invariants.json", [invariant()])
    start = EPOCH + position * 10 * NS
    recording.seal(
        {
            "kind": "load", "pack": "his", "stack": stack, "level": LEVELS[level].name, "level_number": level + 1,
            "position": position, "users": 8, "seconds": seconds, "warmup_s": PLAN.load.warmup_seconds,
            "planned": known["planned"], "epoch_mono_ns": start, "start_mono_ns": start,
            "end_mono_ns": start + int(seconds * NS), "transactions": list(NAMES), "steps": STEPS, "errors": ERRORS,
            "generator": {"cpu": known["cpu"], "max_loop_delay_ms": 1.0}, "self_test": {"ok": True},
        }
    )  # fmt: skip


def write_readings(run: Path, stack: str) -> None:
    lines = [encode_line({"kind": KIND, "format": READING_FORMAT, "host": "db"})]
    for second in range(-2, 140):
        reading = Reading(
            mono_ns=EPOCH + second * NS, wall=1e9 + second, gap_s=1.0, load=None, switches=None, retransmits=None,
            cpu=Cpu(busy=30.0, user=20.0, system=9.0, iowait=1.0, steal=0.0, cores=(30.0,)),
            memory=Memory(percent=40.0, used=4, available=6, total=10, swap_total=0, swap_used=0),
            disk=Disk(read=1.0, write=2.0, iops=3.0, busy=1.0, devices={}),
            network=Network(recv=1.0, sent=1.0, packets=1.0, errors=0.0, loopback=None, interfaces={}),
            process=None, agent_cpu=0.1,
        )  # fmt: skip
        lines.append(encode(reading))
    path = run / "readings" / f"{stack}-db.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(lines))


def write_whole(run: Path, *, tail: str = "", slower: float = 1.0, n: int = 900) -> Path:
    """A complete, healthy run; `tail` is what the migrated stack adds to names."""
    write_run(
        run,
        {
            "format": 1, "run_id": "r1", "created": "2026-11-22T08:00:00+08:00", "plan": plan_as_dict(PLAN),
            "stacks": {s: {"title": s, "hosts": [{"name": "db"}]} for s in ("original", "migrated")},
            "packs": {
                "his": {
                    "title": "HIS", "version": "1", "rules": [asdict(PADDED)],
                    "transactions": [
                        {"name": t, "title": TITLES[t], "bulk": t == "daily", "probe": False, "weight": 1}
                        for t in NAMES
                    ],
                    "workload": {},
                }
            },
            "versions": {"xinheng": "0"}, "epoch": {"wall": 0.0, "mono_ns": EPOCH}, "self_test": {},
            "shared_host": False, "parts": [part for part in Part if part is not Part.DATA],
            "probes": [probe_as_dict(PROBE)],
        },
    )  # fmt: skip
    write_items(
        run / "workload/his-functional.jsonl",
        [Item(seq=i, transaction=NAMES[i % 3], params={"patient_id": f"P{i:04d}"}) for i in range(30)],
    )
    for stack, product in (("original", "PostgreSQL"), ("migrated", "OceanBase")):
        facts = StackFacts(title=stack, product=product, product_id=product.lower(), version="1", banner="b")
        write_json(run / "facts" / f"{stack}.json", asdict(facts))
        write_readings(run, stack)
    for name in ("original-1", "original-2", "migrated-1"):
        write_functional(run, name, tail=tail if name == "migrated-1" else "")
    for name in ("original-1", "migrated-1"):
        write_observations(run, name)
    for number in range(len(LEVELS)):
        for i, letter in enumerate(PLAN.load.order):
            stack = "original" if letter == "A" else "migrated"
            write_block(run, number * 4 + i + 1, stack, number, slower=slower if letter == "B" else 1.0, n=n)
    return run


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole(tmp_path_factory.mktemp("healthy") / "run")


@pytest.fixture
def run(healthy: Path, tmp_path: Path) -> Path:
    """A copy to take apart."""
    return Path(shutil.copytree(healthy, tmp_path / "run"))


def verdicts(result: Result) -> dict[str, Judgement]:
    return {v.clause: v.verdict for v in result.verdicts}


# --------------------------------------------------------------------------- a whole run


def test_a_healthy_run_passes(healthy: Path) -> None:
    result, series = assess(healthy)
    judged = {v.clause: v for v in result.verdicts if v.asked}
    assert {c: v.verdict for c, v in judged.items()} == dict.fromkeys(judged, Judgement.PASS), judged
    assert result.ledger["his"].equal == result.ledger["his"].total == 30
    assert result.tables["his"].equal == 2
    assert len(result.load) == 12 and all(b.valid and b.not_run == 0 for b in result.load)
    assert {s: set(r) for s, r in result.readings.items()} == {
        s: {"cpu", "memory", "disk", "network"} for s in ("original", "migrated")
    }
    assert len(result.invariants) == 2 + 12
    assert len(series.windows) == 12 and len(series.timelines) == 2
    assert len(series.distributions) == 3 * 3 * 2
    assert len(series.percentiles) == 3 * 2 * (1 + 3) * 4
    assert all(point.low <= point.milliseconds <= point.high for point in series.percentiles)
    assert [heat.stack for heat in series.heat_maps] == ["original", "migrated"]
    assert sum(map(sum, series.heat_maps[0].counts)) == 6 * 891


def test_the_same_folder_gives_the_same_result(healthy: Path) -> None:
    assert msgspec.json.encode(assess(healthy)) == msgspec.json.encode(assess(healthy))


def test_blocks_are_counted_as_they_were(healthy: Path) -> None:
    result, _ = assess(healthy)
    block = result.load[0]
    assert (block.stack, block.level, block.planned, block.done, block.refused, block.errors) == (
        "original", LEVELS[0].name, 900, 900, 9, 0,
    )  # fmt: skip
    assert block.replies == {"ok": 891, "refused": 9}
    assert block.lag_p99_ms == pytest.approx(0.1, abs=0.5)
    # 900 transactions evenly over the block, one in a hundred is refused
    assert block.throughput_per_s == pytest.approx(891 / PLAN.load.seconds, rel=0.05)
    estimate = next(e for e in result.estimates if e.transaction == "charge" and e.metric == "p95_ratio")
    assert 400 < estimate.n < 600  # two blocks of 300, without the warm-up
    assert estimate.original == pytest.approx(7.8, rel=0.15)
    assert 0.8 < estimate.low_adjusted < estimate.value < estimate.high_adjusted < 1.2
    assert estimate.verdict is Judgement.PASS
    assert {e.metric for e in result.estimates} == {
        "p50_ratio", "p90_ratio", "p95_ratio", "p99_ratio", "throughput_ratio",
    }  # fmt: skip
    assert {e.verdict for e in result.estimates if e.metric != "p95_ratio"} == {None}


def test_a_slower_system_fails(tmp_path: Path) -> None:
    result, _ = assess(write_whole(tmp_path / "run", slower=2.0))
    assert verdicts(result)["PV-PERF-1"] is Judgement.FAIL
    estimate = next(e for e in result.estimates if e.metric == "p95_ratio")
    assert estimate.value == pytest.approx(2.0, rel=0.2)


def test_rules_of_the_run_apply_and_others_can_be_tried(tmp_path: Path) -> None:
    folder = write_whole(tmp_path / "run", tail="  ")
    result, _ = assess(folder)
    # The rule covers one of the three transactions that read the name.
    assert [(f.transaction, f.explained_by) for f in result.findings if f.explained_by] == [("find", "R1")]
    assert verdicts(result)["PV-FUNC-1"] is Judgement.FAIL
    assert result.rules[0]["count"] == 10 and result.rules[0]["accepted"]
    excluded = {e.transaction for e in result.estimates if "功能不一致" in e.excluded}
    assert excluded == {"charge", "daily"}
    wider = Rule(id="R2", kind="padding", where="*.select.name", reason="定长", source="BD-04")
    assert verdicts(assess(folder, {"his": [wider]})[0])["PV-FUNC-1"] is Judgement.PASS


# --------------------------------------------------------------------------- a run with something missing


def unseal(path: str) -> Callable[[Path], None]:
    return lambda run: (run / path / "recording.json").unlink()


def empty(path: str) -> Callable[[Path], None]:
    def act(run: Path) -> None:
        (run / path).write_bytes(b"")

    return act


def remove(path: str) -> Callable[[Path], None]:
    def act(run: Path) -> None:
        target = run / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    return act


def test_a_difference_counts_when_both_sides_showed_it_twice(run: Path) -> None:
    write_observations(run, "migrated-1", "ok 1 行: (2)")
    assert verdicts(assess(run)[0])["PV-COMP-2"] is Judgement.INCONCLUSIVE
    write_observations(run, "original-2")
    write_observations(run, "migrated-2", "ok 1 行: (2)")
    assert verdicts(assess(run)[0])["PV-COMP-2"] is Judgement.FAIL
    # The migrated stack wavers: a third answer is wanted, and decides.
    write_observations(run, "migrated-2")
    assert verdicts(assess(run)[0])["PV-COMP-2"] is Judgement.INCONCLUSIVE
    write_observations(run, "original-3")
    for third, judgement in (("ok 1 行: (2)", Judgement.FAIL), ("ok 1 行: (1)", Judgement.PASS)):
        write_observations(run, "migrated-3", third)
        assert verdicts(assess(run)[0])["PV-COMP-2"] is judgement
    write_observations(run, "migrated-3", "ok 1 行: (3)")
    result, _ = assess(run)
    assert verdicts(result)["PV-COMP-2"] is Judgement.INCONCLUSIVE
    assert "两遍的应答不同" in result.behaviours[0].reason


@pytest.mark.parametrize(
    ("act", "open_clauses"),
    [
        (unseal("recordings/his/functional/original-1"), {"PV-FUNC-1", "PV-COMP-2", "PV-PERF-1"}),
        (unseal("recordings/his/functional/original-2"), {"PV-FUNC-1", "PV-COMP-2", "PV-PERF-1"}),
        (unseal("recordings/his/functional/migrated-1"), {"PV-FUNC-1", "PV-COMP-2", "PV-PERF-1"}),
        (unseal("recordings/his/load/02-migrated"), {"PV-PERF-1", "PV-PERF-2", "PV-PERF-3"}),
        (remove("recordings"), {"PV-FUNC-1", "PV-COMP-2", "PV-PERF-1", "PV-PERF-2", "PV-PERF-3"}),
        (remove("recordings/his/load"), {"PV-PERF-1", "PV-PERF-2", "PV-PERF-3"}),
        (remove("recordings/his/load/02-migrated/samples.parquet"), {"PV-PERF-1", "PV-PERF-3"}),
        (remove("recordings/his/load/02-migrated/invariants.json"), {"PV-PERF-3"}),
        (unseal("recordings/dbcompat/original-1"), {"PV-COMP-2"}),
        (unseal("recordings/dbcompat/migrated-1"), {"PV-COMP-2"}),
        (empty("recordings/dbcompat/migrated-1/observations.jsonl"), {"PV-COMP-2"}),
        (remove("workload"), {"PV-FUNC-1", "PV-COMP-2", "PV-PERF-1"}),
        (remove("readings"), {"PV-PERF-2"}),
        (remove("readings/migrated-db.jsonl"), {"PV-PERF-2"}),
        (remove("facts"), {"PV-COMP-2"}),
    ],
)
def test_what_is_missing_leaves_its_clauses_open(
    run: Path, act: Callable[[Path], None], open_clauses: set[str]
) -> None:
    act(run)
    result, _ = assess(run)
    found = {c: v for c, v in verdicts(result).items() if c in PLAN.clauses}
    assert {c for c, v in found.items() if v is not Judgement.PASS} == open_clauses
    assert Judgement.FAIL not in found.values()
    assert result.notes


def test_a_torn_sample_file_counts_what_is_whole(run: Path) -> None:
    folder = run / "recordings/his/load/01-original"
    whole = samples(1, 900, PLAN.load.seconds).tobytes()
    (folder / SEALED).unlink()
    appended_by(folder, 0).write_bytes(whole[: -SAMPLE.itemsize * 20 - 7])
    block = assess(run)[0].load[0]
    assert 880 < block.done < 900 and block.done + block.not_run == 900


def test_set_aside_and_unfinished_folders_are_not_read(run: Path) -> None:
    load = run / "recordings/his/load"
    shutil.copytree(load / "01-original", load / "01-original.1")
    assert len(assess(run)[0].load) == 12


@pytest.mark.parametrize(
    ("more", "word"), [({"cpu": 0.95}, "CPU 95%"), ({"planned": 100}, "多于计划"), ({"n": 0}, "没有样本")]
)
def test_an_invalid_block_says_why(run: Path, more: dict[str, Any], word: str) -> None:
    shutil.rmtree(run / "recordings/his/load/02-migrated")
    write_block(run, 2, "migrated", 0, **more)
    result, _ = assess(run)
    block = next(b for b in result.load if b.position == 2)
    assert not block.valid and word in block.invalid_reason
    assert verdicts(result)["PV-PERF-1"] is Judgement.INCONCLUSIVE


_MEASURE = r"""
import re, sys, time
from pathlib import Path
from harness.assess import assess
began = time.process_time()
result, _ = assess(Path(sys.argv[1]))
print(time.process_time() - began)
# Not getrusage: its peak includes the process that we were forked from.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
print(sum(b.done for b in result.load))
"""


def test_a_million_samples_in_seconds(tmp_path: Path) -> None:
    folder = write_whole(tmp_path / "run", n=42_000)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(folder)], capture_output=True, text=True, check=True, timeout=120
    )
    seconds, megabytes, transactions = map(float, done.stdout.split())
    assert transactions * 2 > 1_000_000
    assert seconds < 20  # of CPU, on whatever else this machine is doing
    assert megabytes < 400
