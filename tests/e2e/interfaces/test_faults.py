"""Whatever goes wrong in the applications of the migrated system is found: every fault that there is, where it is.

The LIS and the EMR by their interfaces, message after message. Not here: the faults one by one at the application's
own door (`test_reference.py`), the same comparisons on made-up recordings (`tests/unit`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import scenarios
from drivers.messages import misbehaving
from harness import pipeline
from harness.assess import assess
from harness.execute import battery_rows
from harness.model import Part, Role, Stack
from harness.result import Judgement, Result
from harness.settings import Plan
from scenarios.reference.faults import FAULTS
from tests.e2e.interfaces.faulty import PACKS, Side, Told, Trial, answering, unexplained
from tests.e2e.running import TOOLS, small_plan

pytestmark = pytest.mark.e2e

# A few of every stage, for every day; all of them in the long run.
HANDFUL = (
    "store_text_cut", "store_nothing", "store_half", "reply_field_dropped", "reply_items_swapped", "reply_other_bytes",
    "reply_other_ack", "wire_closed", "wire_answered_twice",
)  # fmt: skip
BY_TIMES_ALONE = "wire_slow"
SLOW_MS = 150


class Lab:
    """Two systems with all packs."""

    def __init__(self, original: Side, migrated: Side, scratch: Path) -> None:
        self._original, self._migrated, self._scratch = original, migrated, scratch
        self._trials: dict[str, Trial] = {}

    def told(self, fault: str) -> Iterator[Told]:
        """By one pack after the other, as far as it is asked."""
        for name in PACKS:
            if name not in self._trials:
                self._trials[name] = Trial(scenarios.pack(name), self._original, self._migrated, self._scratch)
            yield self._trials[name].told(fault)


@pytest.fixture(scope="module", params=["twin", pytest.param("seekdb", marks=pytest.mark.long)])
def lab(request: pytest.FixtureRequest, original: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("lab")
    migrated: Stack = request.getfixturevalue(request.param)
    with answering(original, home / "original") as one, answering(migrated, home / "migrated") as two:
        yield Lab(one, two, home)


def test_without_a_fault_nothing_differs(lab: Lab) -> None:
    for told in lab.told(""):
        assert unexplained(told) == []
        assert [each for each in told.stored if each.wrong or each.missing_rows or not each.checked] == []
        assert told.compared.ledger.total == told.compared.ledger.equal + told.compared.ledger.equal_by_rule >= 30


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(name, marks=() if name in HANDFUL else pytest.mark.long)
        for name in FAULTS
        if name != BY_TIMES_ALONE and FAULTS[name].contents != ("dicom",)  # those: test_reference_archive.py
    ],
)
def test_a_fault_is_found_where_it_is(lab: Lab, fault: str) -> None:
    """In the one pack or in the other: where a fault spoils nothing in the first, or nothing that shows."""
    noted: list[str] = []
    for told in lab.told(fault):
        noted += told.noted
        if told.found(FAULTS[fault]):
            return
    pytest.fail(f"not found: {noted}" if noted else "the work has nothing in it that this fault could spoil")


# --------------------------------------------------------------------------- whole runs


@pytest.fixture
def sides(original: Stack, twin: Stack, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    with answering(original, tmp_path / "one") as one, answering(twin, tmp_path / "two") as two:
        yield one, two


def run(run_dir: Path, sides: tuple[Side, Side], plan: Plan, pack: str, part: Part, *interfaces: str) -> Result:
    stacks = {side.stack.role: side.as_stack(interfaces) for side in sides}
    parts = (Part.FUNCTIONAL, part) if part is Part.LOAD else (part,)
    list(pipeline.run(run_dir, plan=plan, stacks=stacks, packs=[scenarios.pack(pack)], tools=TOOLS, parts=parts))
    return assess(run_dir)[0]


@pytest.mark.long
def test_slowness_shows_in_the_times_of_every_interface(sides: tuple[Side, Side], tmp_path: Path) -> None:
    two = sides[1]
    two.switch(f"{BY_TIMES_ALONE} ms={SLOW_MS}")
    plan = small_plan()
    level = replace(plan.load.levels[0], users=16, rate_per_s=60.0, packs=("lis",))
    plan = replace(
        plan,
        data=replace(plan.data, outpatients_per_day=40, days=2),
        functional=replace(plan.functional, transactions=1),  # each of them a few times all the same
        load=replace(plan.load, seconds=4.0, levels=(level,)),
    )
    result = run(tmp_path / "run", sides, plan, "lis", Part.LOAD)
    assert two.noted()
    assert [f for f in result.findings if not f.explained_by] == []
    times = {(each.message, each.stack): each for each in result.exchange_times if each.count}
    both = {message for message, _ in times if {(message, role.value) for role in Role} <= times.keys()}
    assert {each.interface for each in times.values() if each.message in both} == {
        i.name for i in scenarios.pack("lis").interfaces
    }
    for message in both:
        assert times[message, "migrated"].p50 > times[message, "original"].p50 + SLOW_MS / 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "pack"),
    [
        ("", "lis"),
        ("", "emr"),
        ("store_nothing", "lis"),
        ("store_twice", "emr"),  # the laboratory's keys let nothing in a second time
        ("store_half", "lis"),
        ("reply_other_ack", "lis"),
        ("wire_closed", "lis"),
    ],
)
def test_the_battery_fails_a_system_that_handles_errors_badly(
    fault: str, pack: str, sides: tuple[Side, Side], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misbehaving, "SLOW_S", 0.2)
    monkeypatch.setattr(misbehaving, "SILENCE_S", 0.2)
    monkeypatch.setattr(battery_rows, "SETTLE_S", 0.15)
    sides[1].switch(fault)
    result = run(tmp_path / "run", sides, small_plan(), pack, Part.BATTERY, f"{pack}_hl7", f"{pack}_http")
    (verdict,) = [each for each in result.verdicts if each.clause == "PV-INTF-4"]
    assert bool(sides[1].noted()) is bool(fault)
    assert verdict.verdict is (Judgement.FAIL if fault else Judgement.PASS), verdict
