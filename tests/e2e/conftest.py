"""Two PostgreSQL and one OceanBase seekdb for all end-to-end tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.servers import server_for
from harness.model import Role, Stack
from tests.e2e.running import stack_on


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
