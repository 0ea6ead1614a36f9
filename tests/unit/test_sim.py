"""The simulation environment composes servers; fakes stand for them here, the real ones are under contract."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import BadInput, Fault
from harness.model import Role
from harness.settings import load_stacks
from harness.sim import Simulation

PRODUCTS = {Role.ORIGINAL: "postgresql", Role.MIGRATED: "oceanbase"}


class FakeServer:
    """A server that only remembers what was asked of it; `up` is shared by all objects of one home, as in life."""

    up: set[Path] = set()  # noqa: RUF012
    fails: type[BaseException] | None = None

    def __init__(self, product_id: str, home: Path) -> None:
        self.product_id = product_id
        self.home = home
        self.discarded = False

    def start(self) -> Mapping[str, str]:
        if FakeServer.fails is not None and self.product_id == "oceanbase":
            raise FakeServer.fails("boom")
        FakeServer.up.add(self.home)
        return {"url": f"{self.product_id}://u@/db?x={self.home}", "product": self.product_id, "pid_file": 'p"i\\d'}

    def stop(self) -> None:
        FakeServer.up.discard(self.home)

    def running(self) -> bool:
        return self.home in FakeServer.up

    def discard(self) -> None:
        self.stop()
        self.discarded = True


class FakeApplication:
    """Answers for one interface, and remembers which database it was started on."""

    def __init__(self, role: Role, home: Path) -> None:
        self.role = role
        self.home = home

    def start(self, sql: Mapping[str, str], /) -> Mapping[str, Mapping[str, str]]:
        if FakeServer.fails is not None and FakeServer.fails is not Fault and "migrated" in self.home.name:
            raise FakeServer.fails("boom")
        FakeServer.up.add(self.home)
        self.home.mkdir(exist_ok=True)
        document = self.home / "lis.wsdl"
        document.write_text(sql["url"])
        url = f"http://127.0.0.1/{self.role.value}"
        return {"lis_soap": {"kind": "soap", "url": url, "charset": "GB18030", "wsdl": str(document)}}

    def stop(self) -> None:
        FakeServer.up.discard(self.home)

    def running(self) -> bool:
        return self.home in FakeServer.up

    def discard(self) -> None:
        self.stop()


@pytest.fixture(autouse=True)
def _fresh_fakes() -> None:
    FakeServer.up = set()
    FakeServer.fails = None


def test_up_writes_a_private_stacks_file(tmp_path: Path) -> None:
    told: list[str] = []
    simulation = Simulation(tmp_path / "sim", PRODUCTS, FakeServer)
    file = simulation.up(told.append)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stacks = tomllib.loads(file.read_text(encoding="utf-8"))["stacks"]
    assert list(stacks) == ["original", "migrated"]
    for role, product in PRODUCTS.items():
        stack = stacks[role.value]
        assert stack["production"] is False
        assert stack["sql"]["product"] == product
        assert stack["sql"]["url"].endswith(f"sim/{role.value}")
        assert stack["hosts"] == [{"name": f"sim-{role.value}", "agent": "local", "pid_file": 'p"i\\d'}]
    assert [line.split("：")[0] for line in told] == ["启动", "启动"]
    assert all(standing.running for standing in simulation.status())


def test_up_twice_finds_what_runs(tmp_path: Path) -> None:
    Simulation(tmp_path, PRODUCTS, FakeServer).up()
    told: list[str] = []
    Simulation(tmp_path, PRODUCTS, FakeServer).up(told.append)
    assert [line.split("：")[0] for line in told] == ["已在运行", "已在运行"]


def test_a_later_command_finds_and_stops_it(tmp_path: Path) -> None:
    Simulation(tmp_path, PRODUCTS, FakeServer).up()
    found = Simulation.found(tmp_path, FakeServer)
    assert found.products == PRODUCTS
    assert all(standing.running for standing in found.status())
    found.down()
    found.down()
    assert not any(standing.running for standing in found.status())
    assert found.stacks_file.exists()
    found.down(discard=True)
    assert not found.stacks_file.exists()
    with pytest.raises(BadInput, match="sim up"):
        Simulation.found(tmp_path, FakeServer)


def test_each_stack_gets_an_application_on_its_own_database(tmp_path: Path) -> None:
    told: list[str] = []
    simulation = Simulation(tmp_path / "sim", PRODUCTS, FakeServer, FakeApplication)
    stacks = load_stacks(simulation.up(told.append))
    for stack in stacks.values():
        endpoint = stack.endpoints["lis_soap"]
        assert (endpoint.kind, endpoint.charset) == ("soap", "GB18030")
        assert Path(endpoint.wsdl).read_text() == stack.sql.url
    assert all(standing.application for standing in simulation.status())
    assert len(told) == 4
    found = Simulation.found(tmp_path / "sim", FakeServer, FakeApplication)
    found.applications[Role.MIGRATED].stop()
    assert [standing.application for standing in found.status()] == [True, False]
    found.up(told.append)
    assert [line.split("：")[0] for line in told[4:]] == ["已在运行", "已在运行", "已在运行", "启动"]
    found.down(discard=True)
    assert FakeServer.up == set()


def test_a_failed_application_takes_everything_that_was_started_with_it(tmp_path: Path) -> None:
    FakeServer.fails = KeyboardInterrupt
    simulation = Simulation(tmp_path, {Role.MIGRATED: "postgresql"}, FakeServer, FakeApplication)
    with pytest.raises(KeyboardInterrupt):
        simulation.up()
    assert FakeServer.up == set()


@pytest.mark.parametrize("failure", [Fault, KeyboardInterrupt])
def test_a_failed_start_leaves_no_server_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    FakeServer.fails = failure
    with pytest.raises(failure):
        Simulation(tmp_path, PRODUCTS, FakeServer).up()
    assert FakeServer.up == set()
    assert not (tmp_path / "stacks.toml").exists()


def test_a_failed_start_leaves_alone_what_ran_before(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, PRODUCTS, FakeServer)
    simulation.servers[Role.ORIGINAL].start()
    FakeServer.fails = Fault
    with pytest.raises(Fault):
        simulation.up()
    assert {tmp_path / "original"} == FakeServer.up


def test_another_pair_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Simulation(tmp_path, PRODUCTS, FakeServer).up()
    with pytest.raises(BadInput, match="postgresql → oceanbase"):
        Simulation(tmp_path, {**PRODUCTS, Role.MIGRATED: "postgresql"}, FakeServer).up()


def test_a_damaged_note_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "sim.json").write_text("{")
    with pytest.raises(BadInput, match="已损坏"):
        Simulation.found(tmp_path, FakeServer)
