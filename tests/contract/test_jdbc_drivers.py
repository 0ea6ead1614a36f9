"""Vendors' drivers side by side in one Java: every jar for itself, every complaint a reply or one sentence.

Not here: what all ways into a database have in common.
"""

from __future__ import annotations

import dataclasses
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from drivers.sql import driver_for
from drivers.sql.registry import PRODUCTS, product
from harness.errors import BadInput, DriverMissing, StackRefused, StackUnreachable
from harness.model import ErrorClass, Rendered, ReplyKind, SqlEndpoint
from tests.contract.targets import Servers, Target, opened
from tests.relay import relay

pytestmark = pytest.mark.needs_apt("libpostgresql-jdbc-java")
_SECRET = "geheim-7f3a"


@pytest.fixture(scope="module")
def jdbc(servers: Servers) -> Iterator[Target]:
    with opened("postgresql-jdbc", servers) as target:
        yield target


@pytest.fixture(scope="module")
def seekdb(servers: Servers) -> Iterator[Target]:
    with opened("oceanbase-jdbc", servers) as target:
        yield target


def _jar(target: Target) -> Path:
    driver: Any = target.driver
    path: Path = driver._jar.path
    return path.resolve()


@pytest.mark.needs_apt("libmariadb-java")
def test_two_copies_of_one_driver_and_another_vendors_in_one_java(jdbc: Target, seekdb: Target, tmp_path: Path) -> None:
    copies = [tmp_path / f"postgresql-{name}.jar" for name in ("a", "b")]
    for copy in copies:
        shutil.copy(_jar(jdbc), copy)
    drivers: list[Any] = [driver_for(dataclasses.replace(jdbc.endpoint, jar=str(copy))) for copy in copies]
    sessions = [driver.connect() for driver in (*drivers, seekdb.driver)]
    try:
        for session in sessions:
            assert session.execute(Rendered(name="q", sql="SELECT 1", order=(), returns_rows=True), ()).rows[0] == (1,)
        first, second = (session._connection.jconn.getClass() for session in sessions[:2])
        assert str(first.getName()) == str(second.getName()) == "org.postgresql.jdbc.PgConnection"
        assert not first.equals(second)
    finally:
        for session in sessions:
            session.close()


# --------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("url", "named", "found"),
    [
        ("jdbc:postgresql://h:5432/db", "", "postgresql"),
        ("jdbc:vastbase://h:5432/db?x=1", "", "vastbase"),
        ("jdbc:dm://h:5236?schema=HIS", "", "dm"),
        ("jdbc:oracle:thin:@h:1521:orcl", "", "oracle"),
        ("jdbc:oceanbase:oracle://h:2881/db", "", "oceanbase_oracle"),
        ("jdbc:mysql://h:3306/db", "", "mysql"),
        ("jdbc:mysql://h:2881/db", "oceanbase", "oceanbase"),
        ("jdbc:mariadb://h:3306/db", "mariadb", "mariadb"),
        ("jdbc:h2:mem:x", "", "h2"),
        ("jdbc:sqlserver://h;databaseName=db", "", "sqlserver"),
    ],
)
def test_the_product_is_known_by_how_its_address_begins(url: str, named: str, found: str) -> None:
    from drivers.sql import _spoken

    spoken, alone = _spoken(url, product(named) if named else None)
    assert spoken.family == product(found).family
    if not named:
        assert (spoken.id, alone or spoken.id == spoken.family) == (found, True)


def test_an_address_of_several_products_names_none_of_them(tmp_path: Path, jdbc: Target) -> None:
    """KingbaseES has one driver for all its modes: which it is, the server says."""
    shutil.copy(_jar(jdbc), tmp_path / "kingbase8.jar")
    with pytest.raises(DriverMissing, match=r"com\.kingbase8\.Driver"):
        driver_for(SqlEndpoint(url="jdbc:kingbase8://h:54321/db", user="u", jar=str(tmp_path)))


def test_every_product_with_a_jdbc_driver_is_known_by_its_own_address() -> None:
    from drivers.sql import _spoken

    for known in map(product, PRODUCTS):
        if known.jdbc is not None:
            url = known.jdbc.url.format(host="h", port=known.default_port, database="db")
            assert _spoken(url, None)[0].family == known.family, known.id


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        (SqlEndpoint(url="jdbc:nobody://h/db"), "product"),
        (SqlEndpoint(url="jdbc:mysql://h/db", product="postgresql"), "jdbc:postgresql://"),
        (SqlEndpoint(url="postgresql://u@/db?host=/run", product="postgresql", jdbc=True), "jdbc: 开头"),
        (SqlEndpoint(url="postgresql:///db", product="postgresql", jdbc=True), "主机和端口"),
        (SqlEndpoint(url=f"postgresql://u:{_SECRET}@h/db", jdbc=True), "password_env"),
        (SqlEndpoint(url="sqlite:///x", jdbc=True), "JDBC"),
    ],
)
def test_addresses_that_cannot_be_used(endpoint: SqlEndpoint, told: str, jdbc: Target) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        driver_for(dataclasses.replace(endpoint, jar=jdbc.endpoint.jar))
    assert _SECRET not in str(caught.value)
    assert caught.value.hint


def test_a_vendors_own_address_with_options_and_user(jdbc: Target) -> None:
    plain = driver_for(jdbc.endpoint)
    url: Any = plain._url  # type: ignore[attr-defined]
    address = f"jdbc:postgresql://{url.host}:{url.port}/{url.database}?ApplicationName=xinheng"
    driver: Any = driver_for(SqlEndpoint(url=address, user=url.username, jar=jdbc.endpoint.jar))
    assert driver.where == f"{url.host}:{url.port}/{url.database}"
    session = driver.connect()
    reply = session.execute(Rendered(name="q", sql="SHOW application_name", order=(), returns_rows=True), ())
    session.close()
    assert reply.rows[0] == ("xinheng",)
    assert driver.identify().product_id == "postgresql"


# --------------------------------------------------------------------------- complaints


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []
        stopping = threading.Event()

        def accept() -> None:
            while not stopping.is_set():
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        stopping.set()
        listening.shutdown(socket.SHUT_RDWR)
        for line in held:
            line.close()


@pytest.mark.needs_apt("libmariadb-java")
@pytest.mark.parametrize("way", ["jdbc", "seekdb"])
def test_a_server_that_never_answers_is_given_up(way: str, silent: int, request: pytest.FixtureRequest) -> None:
    target: Target = request.getfixturevalue(way)
    url = f"{target.product.family}://u@127.0.0.1:{silent}/db"
    began = time.monotonic()
    with pytest.raises(StackUnreachable, match=f"127.0.0.1:{silent}") as caught:
        driver_for(dataclasses.replace(target.endpoint, url=url)).connect()
    assert time.monotonic() - began < 20
    assert "\n" not in str(caught.value)


@pytest.mark.needs_apt("libmariadb-java")
def test_a_server_that_takes_its_time_is_waited_for(seekdb: Target) -> None:
    port = make_url(seekdb.endpoint.url).port
    assert port
    with relay(port, delay_s=0.6) as slow:
        url = seekdb.endpoint.url.replace(f":{port}/", f":{slow}/")
        session = driver_for(dataclasses.replace(seekdb.endpoint, url=url)).connect()
        assert seekdb.run(session, "SELECT 1").rows[0] == (1,)
        session.close()


def test_a_password_is_never_part_of_the_sentence(jdbc: Target, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JDBC_SECRET", _SECRET)
    url = f"jdbc:postgresql://127.0.0.1:1/{_SECRET}"
    with pytest.raises(StackUnreachable) as caught:
        driver_for(SqlEndpoint(url=url, user="u", jar=jdbc.endpoint.jar, password_env="JDBC_SECRET")).connect()
    assert _SECRET not in caught.value.message


def test_a_batch_is_told_by_the_statement_that_failed(jdbc: Target) -> None:
    driver: Any = jdbc.driver
    with driver._admin("测试") as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TEMP TABLE jdbc_batch (id int PRIMARY KEY)")
        with pytest.raises(driver.dbapi.DatabaseError) as caught:
            cursor.executemany("INSERT INTO jdbc_batch VALUES (?)", [(1,), (2,), (1,)])
        error_class, said = driver.classify(caught.value)
        connection.rollback()
    assert error_class is ErrorClass.UNIQUE
    assert said.startswith("23505: ")
    assert "Batch entry" not in said


def test_a_drivers_own_mistake_is_a_failure_of_the_database(jdbc: Target) -> None:
    import jpype

    from drivers.sql.jdbc.errors import SqlError

    java = jpype.java
    mistake = SqlError(java.lang.IllegalStateException("of the driver"), lost=False)
    assert jdbc.driver.error_class(mistake) is ErrorClass.OTHER
    assert "IllegalStateException" in str(mistake)
    full = SqlError(java.lang.OutOfMemoryError("Java heap space"), lost=False)
    assert jdbc.driver.error_class(full) is ErrorClass.RESOURCES
    slow = SqlError(java.sql.SQLTimeoutException("slow"), lost=False)
    assert jdbc.driver.error_class(slow) is ErrorClass.STATEMENT_TIMEOUT
    gone = SqlError(java.sql.SQLException("closed", "08003"), lost=True)
    assert jdbc.driver.error_class(gone) is ErrorClass.CONNECTION_LOST


def test_a_committed_failure_is_not_a_commit(jdbc: Target) -> None:
    session = jdbc.driver.connect()
    jdbc.run(session, "SELECT 1/0")
    refused = session.commit()
    assert (refused.kind, refused.error_class) == (ReplyKind.FAILED, ErrorClass.ABORTED)
    assert session.commit().kind is ReplyKind.OK
    # What a savepoint saved is committed.
    jdbc.run(session, "CREATE TEMP TABLE jdbc_saved (id int)")
    jdbc.run(session, "SAVEPOINT s")
    jdbc.run(session, "SELECT 1/0")
    jdbc.run(session, "ROLLBACK TO SAVEPOINT s")
    assert session.commit().kind is ReplyKind.OK
    assert jdbc.run(session, "SELECT count(*) FROM jdbc_saved").rows[0] == (0,)
    session.close()


def test_a_refused_account_names_the_way_to_the_password(jdbc: Target) -> None:
    driver: Any = jdbc.driver
    url = jdbc.endpoint.url.replace("postgres@", "jdbc_nobody@")
    with pytest.raises(StackRefused, match="jdbc_nobody") as caught:
        driver_for(dataclasses.replace(jdbc.endpoint, url=url)).connect()
    assert "\n" not in str(caught.value)
    assert driver.where in str(caught.value)
