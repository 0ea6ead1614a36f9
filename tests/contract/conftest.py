"""Gives every contract test each way into each database in turn, with an empty set of contract tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from drivers.sql.grammar import CAPABILITIES
from harness.ports import Session
from tests.contract.ledger import Ledger
from tests.contract.schema import METADATA
from tests.contract.targets import Servers, Target, opened, ways

_LEDGER = pytest.StashKey[Ledger]()
_LAST = "test_readme.py"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "capability(name): skipped where the product declares that it lacks this")
    config.stash[_LEDGER] = ledger = Ledger()
    config.pluginmanager.register(Bookkeeper(ledger))


class Bookkeeper:
    """Keeps the ledger. A plugin of its own, because hooks of this file see this folder's tests only."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.ledger.collected(items)
        items.sort(key=lambda item: item.path.name == _LAST)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.ledger.left_out(items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.note(report)


@pytest.fixture(scope="session")
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return request.config.stash[_LEDGER]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("servers"))
    yield running
    running.close()


@pytest.fixture(scope="session", params=ways())
def target(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Target]:
    with opened(request.param, servers) as target:
        yield target


@pytest.fixture(autouse=True)
def _capable(request: pytest.FixtureRequest, ledger: Ledger) -> None:
    """The one reason to skip: the product's own file says that it does not have this."""
    for mark in request.node.iter_markers("capability"):
        (name,) = mark.args
        assert name in CAPABILITIES
        target: Target = request.getfixturevalue("target")
        if target.lacks(name):
            ledger.as_declared.add(request.node.nodeid)
            pytest.skip(f"{target.product.title} 没有 {name}")


@pytest.fixture(scope="session")
def created(target: Target) -> Target:
    target.driver.create(METADATA, mark="contract")
    return target


@pytest.fixture
def tables(created: Target) -> Target:
    """The contract tables, empty. Emptied only where a test committed something: TRUNCATE is slow on some products."""
    session = created.driver.connect()
    filled = [name for name in METADATA.tables if created.run(session, f"SELECT count(*) FROM {name}").rows[0][0]]
    session.close()
    if filled:
        created.driver.clear(METADATA)
    return created


@pytest.fixture
def connect(target: Target) -> Iterator[Callable[..., Session]]:
    """Opens sessions and closes them at the end of the test."""
    opened: list[Session] = []

    def opener(**how: Any) -> Session:
        opened.append(target.driver.connect(**how))
        return opened[-1]

    yield opener
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture
def session(tables: Target, connect: Callable[..., Session]) -> Session:
    return connect()
