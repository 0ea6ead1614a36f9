"""The error-handling battery on real databases: a good system passes, each way of handling errors badly is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from drivers.messages import misbehaving
from harness import pipeline
from harness.assess import assess
from harness.errors import Fault
from harness.events import Event, Sealed
from harness.execute import battery_pass, battery_rows
from harness.model import Pack, Part, Role, Stack
from harness.recording import read_cases, read_items
from harness.result import Judgement, Result
from tests.e2e.interfaces.ward import Ward, at_work
from tests.e2e.running import TOOLS, small_plan

pytestmark = pytest.mark.e2e

PLAN = small_plan()
WARD: Pack = Ward()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, shorter."""
    monkeypatch.setattr(misbehaving, "SLOW_S", 0.2)
    monkeypatch.setattr(misbehaving, "SILENCE_S", 0.2)
    monkeypatch.setattr(battery_rows, "SETTLE_S", 0.15)


def events(run_dir: Path, original: Stack, migrated: Stack) -> Iterator[Event]:
    stacks = {Role.ORIGINAL: original, Role.MIGRATED: migrated}
    return pipeline.run(run_dir, plan=PLAN, stacks=stacks, packs=[WARD], tools=TOOLS, parts=(Part.BATTERY,))


def run(run_dir: Path, original: Stack, migrated: Stack, *, faults: Sequence[str] = ("", "")) -> Result:
    with at_work(original, faults[0]) as one, at_work(migrated, faults[1]) as two:
        list(events(run_dir, one, two))
    return assess(run_dir)[0]


def verdict(result: Result) -> tuple[Judgement, str]:
    (found,) = [verdict for verdict in result.verdicts if verdict.clause == "PV-INTF-4"]
    return found.verdict, found.reason


def outcomes(result: Result) -> Counter[str]:
    return Counter(case.outcome for case in result.battery)


@pytest.mark.parametrize("other", ["twin", "seekdb"])
def test_a_good_system_passes(other: str, original: Stack, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    result = run(tmp_path, original, request.getfixturevalue(other))
    assert set(outcomes(result)) <= {"alike", "unexpected"}, [c for c in result.battery if c.outcome != "alike"]
    names = {case.case for case in result.battery}
    assert {"half_open", "reset", "slow", "gone", "answer_lost", "pipelined", "replay", "out_of_order"} <= names
    assert {"truncated_half", "oversized", "wrong_charset", "control_characters", "no_segment:PID"} <= names
    assert {"missing:PID.3", "unknown_code:OBX.3", "duplicate", "no_identity", "stored_state"} <= names
    assert verdict(result)[0] is Judgement.PASS
    assert_same_work(tmp_path)


def assert_same_work(run_dir: Path) -> None:
    """The same transactions with the same cases in the same order on both stacks."""
    folders = [run_dir / "recordings/ward/error-handling" / role.value for role in Role]
    first, second = ([i.params for i in read_items(folder / "items.jsonl")] for folder in folders)
    assert first == second
    left, right = ([(c.seq, c.case) for c in read_cases(folder / "cases.jsonl")] for folder in folders)
    assert left == right


@pytest.mark.parametrize(
    ("fault", "outcome", "case"),
    [
        ("forgets", "dirty", "good"),  # answers AA and stores nothing
        pytest.param("stores again", "dirty", "duplicate", marks=pytest.mark.long),
        ("hangs up", "different", "missing:PID.3"),
        ("leaves half", "dirty", "missing:PID.3"),
        pytest.param("takes offence", "stuck", "slow", marks=pytest.mark.long),
        ("dies of it", "stuck", "slow"),
        pytest.param("garbles", "different", "stored_state", marks=pytest.mark.long),
    ],
)
def test_a_bad_system_is_seen(
    fault: str, outcome: str, case: str, original: Stack, twin: Stack, tmp_path: Path
) -> None:
    result = run(tmp_path, original, twin, faults=("", fault))
    (seen,) = [c for c in result.battery if c.case == case]
    assert seen.outcome == outcome, seen
    assert verdict(result)[0] is Judgement.FAIL


def test_what_the_original_does_badly_itself_proves_nothing(original: Stack, twin: Stack, tmp_path: Path) -> None:
    result = run(tmp_path, original, twin, faults=("leaves half", "leaves half"))
    judgement, reason = verdict(result)
    assert judgement is Judgement.INCONCLUSIVE
    assert "原系统自身" in reason
    (seen,) = [c for c in result.battery if c.case == "missing:PID.3"]
    assert seen.original_dirty == seen.migrated_dirty == {"ward_note": 1}


class Broken(Fault):
    """A database that is gone for a moment."""


def test_a_fault_in_the_middle_loses_nothing(
    original: Stack, twin: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack that is through keeps its recording; the other one then runs the same transactions."""
    seal = battery_pass.write_state
    failing = True

    def write_state(path: Path, states: object) -> int:
        if failing and path.parent.name == "migrated":
            raise Broken("没了。", hint="")
        return seal(path, states)  # type: ignore[arg-type]

    monkeypatch.setattr(battery_pass, "write_state", write_state)
    with at_work(original) as one, at_work(twin) as two:
        with pytest.raises(Broken):
            list(events(tmp_path, one, two))
        unfinished = assess(tmp_path)[0]
        assert outcomes(unfinished) == {"not run": 1}
        assert verdict(unfinished)[0] is Judgement.NOT_RUN
        failing = False
        sealed = [e.folder.name for e in events(tmp_path, one, two) if isinstance(e, Sealed)]
    assert "migrated" in sealed
    assert (tmp_path / "recordings/ward/error-handling/migrated.1").exists()
    assert verdict(assess(tmp_path)[0])[0] is Judgement.PASS
