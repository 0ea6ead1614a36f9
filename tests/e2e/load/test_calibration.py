"""Before a level the generator is held against the reference server, once for each load; what came of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.assess.calibrations import calibrations
from harness.cli.parts import tools
from harness.errors import Fault
from harness.events import Event, Stage
from harness.execute import calibration
from harness.execute.calibration import ToCalibrate, calibrate, family_of, to_calibrate
from harness.execute.no_database import NoDatabase
from harness.execute.site import Job
from harness.model import Role, SqlEndpoint, Stack
from harness.ports import Waiting
from harness.settings import load_plan
from harness.settings_load import Level
from tests.unit.fakes import FakePack

LEVEL = Level(name="早高峰", users=20, rate_per_s=40.0)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(
        run_dir=tmp_path,
        plan=load_plan("smoke"),
        stacks={role: Stack(role=role, title="无", sql=SqlEndpoint(url="")) for role in Role},
        drivers={Role.ORIGINAL: NoDatabase(), Role.MIGRATED: NoDatabase()},
        hospitals=(),
        tools=tools(),
    )


def carried_out(job: Job, what: ToCalibrate) -> tuple[int, list[Event]]:
    events: list[Event] = []

    def run() -> Iterator[Event]:
        nonlocal processes
        processes = yield from calibrate(job, what)

    processes = 0
    events.extend(run())
    return processes, events


def test_a_level_is_calibrated_once_and_the_next_pack_has_it_for_nothing(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "SECONDS", 1.5)
    monkeypatch.setattr(calibration, "TRIES", 1)
    what = ToCalibrate(pack="his", level=LEVEL, families=("http",), steps=2.0, most=2)
    processes, events = carried_out(job, what)
    (found,) = calibrations(job.run_dir)
    assert processes == found.processes == 1
    assert [type(event) for event in events].count(Stage) == 1
    assert (found.pack, found.level, found.family, found.users) == ("his", LEVEL.name, "http", 20)
    assert found.rate_per_s == 80.0
    assert found.n > 40
    assert found.service_error.keys() == found.response_error.keys() == {"p50", "p95", "p99"}
    assert found.holds is (found.reason == "")
    assert found.cpu > 0

    _, events = carried_out(job, replace(what, pack="lis"))
    assert not any(isinstance(event, Stage) for event in events)
    assert calibrations(job.run_dir) == (found, replace(found, pack="lis"))


def test_a_plan_may_do_without(job: Job, tmp_path: Path) -> None:
    without = replace(job, plan=replace(job.plan, load=replace(job.plan.load, calibrate=False, processes=2)))
    what = ToCalibrate(pack="his", level=LEVEL, families=("http",), steps=2.0, most=4)
    assert carried_out(without, what) == (2, [])
    assert calibrations(tmp_path) == ()


def test_the_steps_of_a_transaction_are_those_of_the_mix(job: Job, tmp_path: Path) -> None:
    workload = tmp_path / "items.jsonl"
    workload.write_text("", encoding="utf-8")
    what = to_calibrate(job, FakePack(), LEVEL, workload, 2)
    assert (what.families, what.steps, what.most) == (("http",), 1.0, 2)


@pytest.mark.parametrize(
    ("spoken", "waiting", "family"),
    [
        ("postgresql", Waiting.GREEN, "postgresql"),
        ("mysql", Waiting.GREEN, "mysql"),
        ("oracle", Waiting.BLOCKING, "http"),
        ("postgresql", Waiting.BLOCKING, "http"),
        ("", Waiting.GREEN, "http"),
    ],
)
def test_the_real_driver_is_calibrated_where_the_reference_server_speaks_its_protocol(
    spoken: str, waiting: Waiting, family: str
) -> None:
    assert family_of(FakePack(), spoken, waiting) == family


def test_a_generator_that_ends_by_itself_is_a_fault(job: Job, tmp_path: Path) -> None:
    broken = replace(job, tools=replace(job.tools, locustfile=lambda _: tmp_path / "nothing.py"))
    what = ToCalibrate(pack="his", level=LEVEL, families=("http",), steps=1.0, most=1)
    with pytest.raises(Fault):
        carried_out(broken, what)
