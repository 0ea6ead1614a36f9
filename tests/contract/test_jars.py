"""JDBC drivers of products whose servers cannot be had here: really loaded from a jar, really failing to connect."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from drivers.sql import driver_for
from drivers.sql.product import Product
from drivers.sql.registry import every
from harness.errors import DriverMissing, StackUnreachable
from harness.model import SqlEndpoint
from tests.conftest import jar_folder

_BY_JDBC = [product for product in every() if product.jdbc]


def _endpoint(product: Product, folder: Path, port: int = 1) -> SqlEndpoint:
    return SqlEndpoint(url=f"{product.id}://u@127.0.0.1:{port}/db", product=product.id, jdbc=True, jar=str(folder))


def _here(product: Product) -> bool:
    assert product.jdbc is not None
    return any(path for name in product.jdbc.jars for path in jar_folder().glob(name))


@pytest.mark.parametrize("product", [each for each in _BY_JDBC if _here(each)], ids=lambda product: product.id)
def test_a_driver_from_a_jar_fails_to_connect_in_one_sentence(product: Product) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = driver_for(_endpoint(product, jar_folder(), port))
    with pytest.raises(StackUnreachable, match=f"127.0.0.1:{port}") as caught:
        driver.connect()
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("product", _BY_JDBC, ids=lambda product: product.id)
def test_a_jar_that_is_not_there_is_named(product: Product, tmp_path: Path) -> None:
    assert product.jdbc is not None
    with pytest.raises(DriverMissing) as caught:
        driver_for(_endpoint(product, tmp_path))
    for said in (product.title, product.jdbc.jars[0], product.jdbc.classes[0], str(tmp_path)):
        assert said in caught.value.message
    assert caught.value.hint
