"""Two PostgreSQL and one OceanBase seekdb for all end-to-end tests of a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from drivers.servers import server_for
from harness.model import Role, Stack
from tests.e2e.running import small_plan, stack_on


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder below which servers are started; whatever was started is stopped and removed."""
    home = tmp_path_factory.mktemp("servers")
    yield home
    for product in home.iterdir():
        for role in product.iterdir():
            server_for(product.name, role).discard()


@pytest.fixture(scope="session")
def original(servers: Path) -> Stack:
    return stack_on(Role.ORIGINAL, "postgresql", servers)


@pytest.fixture(scope="session")
def seekdb(servers: Path) -> Stack:
    return stack_on(Role.MIGRATED, "oceanbase", servers)


@pytest.fixture(scope="session")
def twin(servers: Path) -> Stack:
    return stack_on(Role.MIGRATED, "postgresql", servers)


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """Four short blocks, as a plan file."""
    plan = small_plan()
    text = resources.files("harness").joinpath("plans/smoke.toml").read_text(encoding="utf-8")
    smaller = {
        "transactions =": f"transactions = {plan.functional.transactions}",
        "outpatients_per_day =": f"outpatients_per_day = {plan.data.outpatients_per_day}",
        "days =": f"days = {plan.data.days}",
    }
    lines = []
    for line in text.splitlines():
        line = next((ours for start, ours in smaller.items() if line.startswith(start)), line)
        if line.startswith("run = true"):
            line = "run = false"  # the compatibility suite has tests of its own
        if line.startswith("seconds ="):
            line = "seconds = 3.0\ncalibrate = false\nrepeats = 0"
        if line.lstrip().startswith('{ name = "典型"') or line.lstrip().startswith('{ name = "高峰"'):
            continue
        lines.append(line)
    path = tmp_path / "plan.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def stacks_file(tmp_path: Path, original: Stack, seekdb: Stack) -> Path:
    path = tmp_path / "stacks.toml"
    parts = []
    for stack in (original, seekdb):
        role = stack.role.value
        parts.append(
            f'[stacks.{role}]\n[stacks.{role}.sql]\nurl = "{stack.sql.url}"\n'
            f'[[stacks.{role}.hosts]]\nname = "here"\nagent = "local"\n'
        )
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


@pytest.fixture
def plan_without_data(tmp_path: Path) -> Path:
    """A few transactions and two short blocks."""
    text = resources.files("harness").joinpath("plans/smoke.toml").read_text(encoding="utf-8")
    for old, new in (
        (r"^transactions = \d+", "transactions = 30"),
        (r"^order = .*", 'order = "AB"'),
        (r"^margin = [0-9.]+", "margin = 9.0"),  # nobody's speed is the question
        (r"^seconds = .*", "seconds = 2.0\ncalibrate = false\nrepeats = 0"),
        (r"^warmup_seconds = .*", "warmup_seconds = 0.5"),
        (r"^levels = \[\n(?:.*\n)*?\]", 'levels = [{ name = "典型", users = 8, rate_per_s = 40.0 }]'),
    ):
        text, changed = re.subn(old, new, text, flags=re.MULTILINE)
        assert changed == 1, old
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path
