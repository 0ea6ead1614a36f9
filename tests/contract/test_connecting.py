"""Connecting, identifying, and the one sentence a user gets when it does not work."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from drivers.sql import driver_for
from drivers.sql.product import Product
from drivers.sql.registry import PRODUCTS
from harness.errors import BadInput, DriverMissing, StackRefused, StackUnreachable
from harness.model import ReplyKind, SqlEndpoint
from harness.ports import Session
from tests.contract.conftest import Target

_SECRET = "geheim-7f3a"


def test_identify_reports_what_answers(target: Target) -> None:
    facts = target.driver.identify()
    assert facts.product_id == target.driver.product_id
    assert facts.version
    assert facts.version in facts.banner
    assert facts.settings
    assert facts.driver.split()[0] in {"psycopg2", "pymysql"}
    unnamed = driver_for(dataclasses.replace(target.endpoint, product=""))
    assert unnamed.identify().product_id == facts.product_id
    assert unnamed.product_id == facts.product_id


def test_another_product_than_named_is_refused(target: Target) -> None:
    other = {"postgresql": "mysql", "oceanbase": "mysql", "mysql": "oceanbase"}[target.driver.product_id]
    endpoint = dataclasses.replace(target.endpoint, product=other)
    with pytest.raises(BadInput, match=other):
        driver_for(endpoint).connect()


def test_session_settings(target: Target, connect: Callable[..., Session]) -> None:
    session = connect(statement_timeout_s=7)
    shown = {
        "postgresql": ("SHOW transaction_isolation", "read committed"),
        "mysql": ("SELECT @@transaction_isolation", "READ-COMMITTED"),
    }[target.driver.family]
    assert target.run(session, shown[0]).rows[0][0] == shown[1]


def test_nothing_listens(target: Target) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"{make_url(target.endpoint.url).drivername}://u@127.0.0.1:{port}/db"
    with pytest.raises(StackUnreachable, match=f"127.0.0.1:{port}") as caught:
        driver_for(SqlEndpoint(url=url)).connect()
    _one_sentence(caught.value)


@pytest.fixture
def web_server() -> Iterator[int]:
    """Something that listens and is no database."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client, contextlib.suppress(OSError):
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                    client.shutdown(socket.SHUT_WR)
                    client.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def test_something_else_answers(target: Target, web_server: int) -> None:
    url = f"{make_url(target.endpoint.url).drivername}://u@127.0.0.1:{web_server}/db"
    with pytest.raises(StackUnreachable, match="协议") as caught:
        driver_for(SqlEndpoint(url=url)).connect()
    _one_sentence(caught.value)


def test_unknown_database(target: Target) -> None:
    url = make_url(target.endpoint.url).set(database="contract_absent")
    with pytest.raises(StackRefused, match="contract_absent") as caught:
        driver_for(dataclasses.replace(target.endpoint, url=url.render_as_string(hide_password=False))).connect()
    _one_sentence(caught.value)


@pytest.fixture
def guarded(target: Target, connect: Callable[..., Session]) -> Iterator[str]:
    """The URL of an account that needs the password `_SECRET`."""
    session = connect()
    if target.driver.family == "postgresql":
        if target.home is None:
            pytest.skip("changes pg_hba.conf, which it does only on a server of its own")
        data = Path(str(target.run(session, "SHOW data_directory").rows[0][0]))
        rules = data / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text("local all contract_guarded scram-sha-256\n" + before)
        make = (f"CREATE ROLE contract_guarded LOGIN PASSWORD '{_SECRET}'", "SELECT pg_reload_conf()")
        undo = ("DROP ROLE contract_guarded",)
    else:
        database = make_url(target.endpoint.url).database
        make = (
            f"CREATE USER contract_guarded IDENTIFIED BY '{_SECRET}'",
            f"GRANT ALL ON {database}.* TO contract_guarded",
        )
        undo = ("DROP USER contract_guarded",)
    for statement in make:
        assert target.run(session, statement).kind is ReplyKind.OK
        session.commit()
    url = make_url(target.endpoint.url).set(username="contract_guarded")
    yield url.render_as_string(hide_password=False)
    for statement in undo:
        target.run(session, statement)
        session.commit()
    if target.driver.family == "postgresql":
        rules.write_text(before)


def test_passwords(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = SqlEndpoint(url=guarded, password_env="CONTRACT_SECRET")
    with pytest.raises(BadInput, match="CONTRACT_SECRET"):
        driver_for(endpoint).connect()
    monkeypatch.setenv("CONTRACT_SECRET", f"{_SECRET}-wrong")
    with pytest.raises(StackRefused, match="contract_guarded") as caught:
        driver_for(endpoint).connect()
    _one_sentence(caught.value)
    assert "CONTRACT_SECRET" in caught.value.hint
    with pytest.raises(StackRefused, match="contract_guarded"):
        driver_for(SqlEndpoint(url=guarded)).connect()
    monkeypatch.setenv("CONTRACT_SECRET", _SECRET)
    session = driver_for(endpoint).connect()
    assert session.commit().kind is ReplyKind.OK
    session.close()


def _one_sentence(fault: BadInput) -> None:
    assert "\n" not in str(fault)
    assert "Traceback" not in str(fault)
    assert _SECRET not in str(fault)
    assert fault.hint


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgre+psycopg2://u@h/db", "postgres"),
        ("oceanbas://u@h/db", "oceanbase"),
        ("no url at all", "URL"),
        ("mysql+pymysql://u:geheim-7f3a@h/db", "password_env"),
        ("mysql+pymysql://u@h/db?unix_sockt=/x", "unix_socket"),
        ("postgresql+psycopg2://u@h:port/db", "解析"),
    ],
)
def test_bad_urls_name_the_nearest_right_one(url: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        driver_for(SqlEndpoint(url=url))
    assert _SECRET not in str(caught.value)


def test_product_of_another_family_is_refused() -> None:
    with pytest.raises(BadInput, match=r"mysql\+pymysql"):
        driver_for(SqlEndpoint(url="postgresql+psycopg2://u@h/db", product="oceanbase"))


@pytest.mark.parametrize("name", PRODUCTS)
def test_missing_wheel_names_the_package(name: str) -> None:
    # In a process of its own: the module must look as if it had never been installed.
    from drivers.sql.registry import product

    facts: Product = product(name)
    code = (
        f"import sys; sys.modules[{facts.native.module!r}] = None\n"
        "from drivers.sql import driver_for\n"
        "from harness.errors import DriverMissing\n"
        "from harness.model import SqlEndpoint\n"
        f"try: driver_for(SqlEndpoint(url='{facts.dialect}://u@h/db'))\n"
        "except DriverMissing as fault: print(fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install {facts.native.package}" in done.stdout
    assert issubclass(DriverMissing, BadInput)
