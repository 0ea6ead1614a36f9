"""The Python modules of products whose servers cannot be had here: really imported, really failing to connect."""

from __future__ import annotations

import importlib.util
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, or_, select, text

from drivers.sql import driver_for, native_driver, registry
from drivers.sql.product import Native, Product
from harness.errors import DriverMissing, StackUnreachable
from harness.model import ErrorClass, SqlEndpoint, Statement
from harness.ports import Waiting

LIMIT_S = 15.0
NATIVE = [each for each in registry.every() if each.native and "network" not in each.lacks]
# The extras that `make test` installs; only GBase 8s would have to be compiled.
INSTALLED = {"psycopg2", "pymysql", "ksycopg2", "dmPython", "oracledb", "pymssql", "pyoceanbase"}
BY_THREADS = ("dm", "oracle", "sqlserver")
# python-oracledb leaves its socket to the garbage collector when a hand-shake fails.
forgets_its_socket = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)


def module_of(product: Product) -> str:
    assert product.native is not None
    return product.native.module


def with_wheel(*, there: bool) -> list[Product]:
    return [each for each in NATIVE if (importlib.util.find_spec(module_of(each)) is not None) is there]


def endpoint_at(product: str, port: int) -> SqlEndpoint:
    return SqlEndpoint(url=f"{product}://u@127.0.0.1:{port}/db", product=product)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where somebody listens who is no database."""
    accepted: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            accepted.append(client)
            answer(client)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for client in accepted:
                client.close()
            for left in threading.enumerate():
                if left.name == native_driver.DIAL:
                    left.join(LIMIT_S)


def test_the_wheels_of_the_extras_are_installed() -> None:
    assert {module_of(each) for each in with_wheel(there=True)} >= INSTALLED


@pytest.mark.parametrize("product", with_wheel(there=True), ids=lambda each: each.id)
def test_a_closed_port_is_told_in_one_sentence(product: Product, closed_port: int) -> None:
    began = time.monotonic()
    driver = driver_for(endpoint_at(product.id, closed_port))
    assert driver.dbapi.__name__ == module_of(product)
    with pytest.raises(StackUnreachable) as caught:
        driver.connect()
    assert time.monotonic() - began < LIMIT_S
    assert f"127.0.0.1:{closed_port}" in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("product", with_wheel(there=False), ids=lambda each: each.id)
def test_a_missing_wheel_is_told_by_name(product: Product, closed_port: int) -> None:
    assert product.native is not None
    with pytest.raises(DriverMissing) as caught:
        driver_for(endpoint_at(product.id, closed_port))
    assert product.native.package in caught.value.message
    assert product.native.package in (caught.value.hint or "")


def test_a_missing_wheel_is_told_by_name_wherever_all_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = registry.product("dm")
    nowhere = Native(client="drivers.sql.dmpython_driver:DmPythonDriver", module="not_there", package="not-there")
    absent = replace(declared, native=nowhere)
    module = type(declared.native).__module__
    assert module == "drivers.sql.product"
    monkeypatch.setattr("drivers.sql.products.dm.PRODUCT", absent)
    with pytest.raises(DriverMissing, match="not-there"):
        driver_for(SqlEndpoint(url="dm://u@h/db"))


@forgets_its_socket
@pytest.mark.parametrize("product", [*BY_THREADS, "kingbase", "oceanbase_oracle"])
def test_another_protocol_is_told_in_one_sentence(product: str) -> None:
    began = time.monotonic()
    with listening(lambda client: client.close()) as port, pytest.raises(StackUnreachable) as caught:
        driver_for(endpoint_at(product, port)).connect()
    assert time.monotonic() - began < LIMIT_S
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "\n" not in caught.value.message


@forgets_its_socket
@pytest.mark.parametrize("product", BY_THREADS)
def test_silence_is_not_waited_for_ever(product: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_driver, "_WATCH_S", 0.5)
    began = time.monotonic()
    with listening(lambda client: None) as port, pytest.raises(StackUnreachable, match="没有按"):
        driver_for(endpoint_at(product, port)).connect()
    assert time.monotonic() - began < LIMIT_S / 3


@pytest.mark.parametrize("product", BY_THREADS)
def test_c_libraries_get_threads(product: str) -> None:
    driver = driver_for(endpoint_at(product, 1))
    assert driver.waiting is Waiting.BLOCKING
    driver.make_green()


# ------------------------------------------------------------------ what these modules hand over and take


def test_dmpython_errors() -> None:
    driver = driver_for(endpoint_at("dm", 1))
    error = driver.dbapi.DatabaseError(SimpleNamespace(code=-6602, message="[CODE:-6602]违反表[T]唯一性约束"))
    assert driver.classify(error) == (ErrorClass.UNIQUE, "-6602: 违反表[T]唯一性约束")
    lost = driver.dbapi.InterfaceError("Not Open")
    assert driver.classify(lost)[0] is ErrorClass.CONNECTION_LOST


def test_oracledb_errors() -> None:
    driver = driver_for(endpoint_at("oracle", 1))

    def raised(full_code: str, message: str) -> tuple[ErrorClass, str]:
        said = SimpleNamespace(code=0, full_code=full_code, message=f"{full_code}: {message}")
        found: tuple[ErrorClass, str] = driver.classify(driver.dbapi.DatabaseError(said))
        return found

    assert raised("ORA-00001", "unique constraint violated")[0] is ErrorClass.UNIQUE
    assert raised("ORA-12899", "value too large for column")[0] is ErrorClass.TOO_LONG
    assert raised("ORA-20001", "申请单已作废")[0] is ErrorClass.OTHER  # an application's own error
    assert raised("DPY-4024", "call timeout of 1000 ms exceeded")[0] is ErrorClass.STATEMENT_TIMEOUT
    assert raised("DPY-6005", "cannot connect\nDPY-6001: Service is not registered")[0] is ErrorClass.UNKNOWN_OBJECT


def test_pymssql_errors() -> None:
    driver = driver_for(endpoint_at("sqlserver", 1))
    said = (
        b"Violation of UNIQUE KEY constraint 'k'.DB-Lib error message 20018, severity 14:\n"
        b"General SQL Server error: Check messages from the SQL Server\n"
    )
    error = driver.dbapi.IntegrityError((2627, said))
    error_class, message = driver.classify(error)
    assert error_class is ErrorClass.UNIQUE
    assert message.startswith("2627: Violation of UNIQUE KEY constraint 'k'.")
    assert "\n" not in message


def test_pyoceanbase_errors() -> None:
    driver = driver_for(endpoint_at("oceanbase_oracle", 1))
    error = driver.dbapi.err.OperationalError(600, "ORA-01400: cannot insert NULL into '(T.C)'")
    assert driver.error_class(error) is ErrorClass.NOT_NULL
    gone = driver.dbapi.err.OperationalError(2006, "server has gone away")
    assert driver.error_class(gone) is ErrorClass.CONNECTION_LOST


T = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(20)))


@pytest.mark.parametrize(
    ("product", "mark"),
    [("dm", "= ? OR t.name = ?"), ("oracle", "= :1 OR t.name = :2"), ("sqlserver", "= %s OR t.name = %s")],
)
def test_parameters_are_marked_as_the_module_wants(product: str, mark: str) -> None:
    driver = driver_for(endpoint_at(product, 1))
    twice = select(T.c.id).where(or_(T.c.id == bindparam("v"), T.c.name == bindparam("v")))
    made = driver.render(Statement(name="twice", body=twice))
    assert mark in made.sql
    assert made.order == ("v", "v")


@pytest.mark.parametrize("product", BY_THREADS)
def test_a_percent_sign_stays_single(product: str) -> None:
    made = driver_for(endpoint_at(product, 1)).render(
        Statement(name="like", body=text("SELECT 1 WHERE 'a' LIKE '50%'"))
    )
    assert "'50%'" in made.sql
