"""The ways into real databases that the contract is tried on, and how each is opened."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from drivers.servers import SERVERS, server_for
from drivers.sql import driver_for
from drivers.sql.product import Product
from drivers.sql.registry import product
from harness.model import Rendered, Reply, SqlEndpoint, Statement
from harness.ports import Driver, Session
from tests.conftest import jar_folder
from tests.contract.traits import Traits, traits_of
from tests.relay import relay

_MARIADB = pytest.mark.needs_apt("mariadb-server-core")
_CONNECTORJ = pytest.mark.needs_apt("libmariadb-java")

# Way → what it needs from Debian. One product's ways stand together: they share its server.
WAYS: dict[str, list[pytest.MarkDecorator]] = {
    "postgresql-native": [],
    "postgresql-jdbc": [pytest.mark.needs_apt("libpostgresql-jdbc-java")],
    "oceanbase-native": [],
    "oceanbase-jdbc": [_CONNECTORJ],
    "mariadb-native": [_MARIADB],
    "mariadb-jdbc": [_MARIADB, _CONNECTORJ],
    "h2-jdbc": [pytest.mark.needs_apt("libh2-java")],
    "hsqldb-jdbc": [pytest.mark.needs_apt("libhsqldb-java")],
    "sqlite-native": [],
}
# Engines that live inside this process, as long as somebody is connected.
_INSIDE = {
    "h2": SqlEndpoint(url="jdbc:h2:mem:contract", product="h2", user="sa", jdbc=True),
    "hsqldb": SqlEndpoint(url="jdbc:hsqldb:mem:contract", product="hsqldb", user="SA", jdbc=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A database under contract, and one way into it."""

    way: str
    endpoint: SqlEndpoint
    driver: Driver
    product: Product
    traits: Traits
    ours: bool  # a server that we started ourselves

    def lacks(self, capability: str) -> bool:
        return capability in self.product.lacks

    def render(self, statement: Statement) -> Rendered:
        return self.driver.render(statement)

    def text(self, sql: str) -> Rendered:
        """A text with `%s` for parameters and words of the product in braces."""
        said = sql.format_map(self.driver.words()) if "{" in sql else sql
        return Rendered(name="text", sql=said.replace("%s", self.driver.placeholder), order=(), returns_rows=False)

    def run(self, session: Session, sql: str, *params: Any) -> Reply:
        return session.execute(self.text(sql), params)


class Servers:
    """Starts each server when it is first asked for and keeps it until the end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._facts: dict[str, Any] = {}
        self._closing = contextlib.ExitStack()

    def facts(self, product_id: str) -> dict[str, str]:
        if product_id not in self._facts:
            server = server_for(product_id, self.home / product_id)
            self._closing.callback(server.discard)
            self._facts[product_id] = dict(server.start())
        known: dict[str, str] = self._facts[product_id]
        return known

    def close(self) -> None:
        self._closing.close()


def ways() -> list[Any]:
    """The parameters of the suite: all ways, or the one server that the environment names."""
    if os.environ.get("XINHENG_CONTRACT_URL"):
        return ["other"]
    return [pytest.param(way, marks=marks) for way, marks in WAYS.items()]


@contextlib.contextmanager
def opened(way: str, servers: Servers) -> Iterator[Target]:
    product_id, _, how = way.partition("-")
    with contextlib.ExitStack() as stack:
        if way == "other":
            endpoint = _named_by_environment()
        elif product_id in SERVERS:
            facts = servers.facts(product_id)
            endpoint = SqlEndpoint(url=facts["url"], product=facts["product"])
            if how == "jdbc":
                endpoint = stack.enter_context(_through_the_relay(endpoint))
        elif how == "jdbc":
            endpoint = _INSIDE[product_id]
        else:
            file = servers.home / f"{product_id}.db"
            file.touch()
            endpoint = SqlEndpoint(url=f"{product_id}:///{file}", product=product_id)
        if endpoint.jdbc and not endpoint.jar:
            endpoint = replace(endpoint, jar=str(jar_folder()))
        target = _target(way, endpoint)
        stack.callback(target.driver.connect().close)
        yield target


def _target(way: str, endpoint: SqlEndpoint) -> Target:
    driver = driver_for(endpoint)
    facts = product(driver.product_id)
    return Target(
        way=way,
        endpoint=endpoint,
        driver=driver,
        product=facts,
        traits=traits_of(facts),
        ours=way.partition("-")[0] in SERVERS,
    )


def _named_by_environment() -> SqlEndpoint:
    given = {name: os.environ.get(f"XINHENG_CONTRACT_{name}", "") for name in ("URL", "PRODUCT", "JDBC", "JAR", "USER")}
    return SqlEndpoint(
        url=given["URL"],
        product=given["PRODUCT"],
        jdbc=given["JDBC"] == "1",
        jar=given["JAR"],
        user=given["USER"],
        password_env="XINHENG_CONTRACT_PASSWORD" if "XINHENG_CONTRACT_PASSWORD" in os.environ else "",
    )


@contextlib.contextmanager
def _through_the_relay(endpoint: SqlEndpoint) -> Iterator[SqlEndpoint]:
    url = make_url(endpoint.url)
    socket = str(url.query["unix_socket"]) if "unix_socket" in url.query else f"{url.query['host']}/.s.PGSQL.5432"
    with relay(Path(socket)) as port:
        text = f"{url.drivername}://{url.username}@127.0.0.1:{port}/{url.database}"
        yield SqlEndpoint(url=text, product=endpoint.product, jdbc=True)
