"""Real servers for the packs: PostgreSQL as the original, OceanBase seekdb as the migrated one, once per session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import scenarios
from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import Pack, SqlEndpoint
from harness.ports import Driver
from tests.packs.replaying import Replayed, replay


@pytest.fixture(scope="session", params=[name for name in scenarios.names() if name != "journey"])
def pack(request: pytest.FixtureRequest) -> Pack:
    """Every pack of a system: what is asked here is asked of all of them. A journey has tests of its own."""
    return scenarios.pack(request.param)


def _driver(product: str, home: Path) -> Iterator[Driver]:
    server = server_for(product, home)
    facts = server.start()
    try:
        yield driver_for(SqlEndpoint(url=facts["url"], product=facts["product"]))
    finally:
        server.discard()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    yield from _driver("postgresql", tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(scope="session")
def seekdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    yield from _driver("oceanbase", tmp_path_factory.mktemp("oceanbase"))


# --------------------------------------------------------------------------- one pass on each stack


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="module")
def original(request: pytest.FixtureRequest, postgresql: Driver, scratch: Path) -> Replayed:
    """The module's PACK, WORLD and ITEMS."""
    return _replayed(request, postgresql, scratch)


@pytest.fixture(scope="module")
def original_again(request: pytest.FixtureRequest, original: Replayed, postgresql: Driver, scratch: Path) -> Replayed:
    return _replayed(request, postgresql, scratch)


@pytest.fixture(scope="module")
def migrated(request: pytest.FixtureRequest, seekdb: Driver, scratch: Path) -> Replayed:
    return _replayed(request, seekdb, scratch)


def _replayed(request: pytest.FixtureRequest, driver: Driver, scratch: Path) -> Replayed:
    module = request.module
    return replay(module.PACK, module.WORLD, module.ITEMS, driver, scratch)
