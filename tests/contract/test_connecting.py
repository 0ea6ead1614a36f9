"""Connecting, identifying, and the one sentence a user gets when it does not work."""

from __future__ import annotations

import contextlib
import dataclasses
import operator
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from drivers.sql import driver_for
from drivers.sql.registry import every, product
from harness.errors import BadInput, DriverMissing, StackRefused, StackUnreachable
from harness.model import ReplyKind, SqlEndpoint
from harness.ports import Session
from tests.contract.targets import Target

_SECRET = "geheim-7f3a"


def test_identify_reports_what_answers(target: Target) -> None:
    facts = target.driver.identify()
    assert facts.product_id == target.driver.product_id
    assert facts.version
    assert facts.version in facts.banner
    assert facts.settings
    name, _, version = facts.driver.partition(" ")
    assert name
    assert version
    unnamed = driver_for(dataclasses.replace(target.endpoint, product=""))
    assert unnamed.identify().product_id == facts.product_id
    assert unnamed.product_id == facts.product_id


def test_another_product_than_named_is_refused(target: Target) -> None:
    """Of the same protocol: what answers says so. Of another one: the address does."""
    others = [each for each in every() if each.id != target.product.id]
    # Only those that the same client serves: another one finds no socket, and another jar is not here.
    way = operator.attrgetter("jdbc" if target.endpoint.jdbc else "native")
    akin = [o for o in others if o.family == target.product.family and way(o) == way(target.product)]
    for other in akin[:3]:
        with pytest.raises(StackUnreachable, match=rf"{other.id}.*{re.escape(target.product.banners[0].name)}"):
            driver_for(dataclasses.replace(target.endpoint, product=other.id)).connect()
    stranger = next(each for each in others if each.family != target.product.family)
    with pytest.raises(BadInput, match=stranger.id):
        driver_for(dataclasses.replace(target.endpoint, product=stranger.id)).connect()


@pytest.mark.capability("network")
def test_nothing_listens(target: Target) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StackUnreachable, match=f"127.0.0.1:{port}") as caught:
        driver_for(_at(target, port)).connect()
    _one_sentence(caught.value)


def _at(target: Target, port: int) -> SqlEndpoint:
    """The same way in, to another port of this machine."""
    url = f"{make_url(target.endpoint.url).drivername}://u@127.0.0.1:{port}/db"
    return dataclasses.replace(target.endpoint, url=url)


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


@pytest.mark.capability("network")
def test_something_else_answers(target: Target, web_server: int) -> None:
    with pytest.raises(StackUnreachable, match="协议") as caught:
        driver_for(_at(target, web_server)).connect()
    _one_sentence(caught.value)


def test_unknown_database(target: Target) -> None:
    url = target.endpoint.url
    if url.startswith("jdbc:"):  # an engine inside this process makes what it is not told to find
        url = url.replace(":contract", ":contract_absent") + ";ifexists=true"
    else:
        url = make_url(url).set(database="contract_absent").render_as_string(hide_password=False)
    with pytest.raises(StackRefused, match="contract_absent") as caught:
        driver_for(dataclasses.replace(target.endpoint, url=url)).connect()
    _one_sentence(caught.value)


@pytest.fixture
def guarded(target: Target, connect: Callable[..., Session]) -> Iterator[SqlEndpoint]:
    """An account that needs the password `_SECRET`."""
    session = connect()

    def say(*statements: str) -> None:
        for statement in statements:
            reply = target.run(session, statement)
            assert reply.kind is ReplyKind.OK, reply.message
            session.commit()

    with contextlib.ExitStack() as undo:
        if target.driver.family == "postgresql":
            if not target.ours:
                pytest.skip("changes pg_hba.conf, which it does only on a server of its own")
            rules = Path(str(target.run(session, "SHOW data_directory").rows[0][0])) / "pg_hba.conf"
            undo.callback(rules.write_text, rules.read_text())
            rules.write_text("local all contract_guarded scram-sha-256\n" + rules.read_text())
            say(f"CREATE ROLE contract_guarded LOGIN PASSWORD '{_SECRET}'", "SELECT pg_reload_conf()")
            undo.callback(say, "DROP ROLE contract_guarded")
        elif target.driver.family == "mysql":
            database = make_url(target.endpoint.url).database
            say(
                f"CREATE USER contract_guarded IDENTIFIED BY '{_SECRET}'",
                f"GRANT ALL ON {database}.* TO contract_guarded",
            )
            undo.callback(say, "DROP USER contract_guarded")
        else:
            say(f"CREATE USER contract_guarded PASSWORD '{_SECRET}'")
            undo.callback(say, "DROP USER contract_guarded")
        if target.endpoint.url.startswith("jdbc:"):
            yield dataclasses.replace(target.endpoint, user="CONTRACT_GUARDED")  # names fold to upper case
        else:
            url = make_url(target.endpoint.url).set(username="contract_guarded")
            yield dataclasses.replace(target.endpoint, url=url.render_as_string(hide_password=False))


@pytest.mark.capability("accounts")
def test_passwords(guarded: SqlEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = dataclasses.replace(guarded, password_env="CONTRACT_SECRET")
    with pytest.raises(BadInput, match="CONTRACT_SECRET"):
        driver_for(endpoint).connect()
    monkeypatch.setenv("CONTRACT_SECRET", f"{_SECRET}-wrong")
    with pytest.raises(StackRefused, match=r"(?i)contract_guarded") as caught:
        driver_for(endpoint).connect()
    _one_sentence(caught.value)
    assert "CONTRACT_SECRET" in caught.value.hint
    with pytest.raises(StackRefused, match=r"(?i)contract_guarded"):
        driver_for(dataclasses.replace(guarded, password_env="")).connect()
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


@pytest.mark.parametrize("name", [each.id for each in every() if each.native and each.native.package])
def test_missing_wheel_names_the_package(name: str) -> None:
    # In a process of its own: the module must look as if it had never been installed.
    native = product(name).native
    assert native is not None
    code = (
        f"import sys; sys.modules[{native.module!r}] = None\n"
        "from drivers.sql import driver_for\n"
        "from harness.errors import DriverMissing\n"
        "from harness.model import SqlEndpoint\n"
        f"try: driver_for(SqlEndpoint(url='{name}://u@h/db'))\n"
        "except DriverMissing as fault: print(fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install {native.package}" in done.stdout
    assert issubclass(DriverMissing, BadInput)
