"""Finds the driver of an SQL endpoint: `driver_for(endpoint)`.

A name (the URL's scheme or `product = …`) leads to a product (`registry.py`), the product to a way in: its Python
module, or JDBC. Not here: how a product is spoken to.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from drivers.sql.registry import PRODUCTS, family, product
from harness.errors import BadInput

if TYPE_CHECKING:
    from drivers.sql.product import Product
    from harness.model import SqlEndpoint
    from harness.ports import Driver

JDBC = "jdbc:"


def driver_for(endpoint: SqlEndpoint) -> Driver:
    """The driver of an endpoint. Nothing is connected yet; what answers is checked at the first connection."""
    named = product(endpoint.product) if endpoint.product else None
    spoken, alone = _spoken(endpoint.url, named)
    if named is not None and named.family != spoken.family:
        scheme = endpoint.url.partition("//")[0]
        raise BadInput(
            f"地址写的是 {scheme}//，产品写的却是 {named.id}，两者不是同一种协议。",
            hint=f"{named.id} 的地址应以 {_beginning(named, endpoint)} 开头。",
        )
    if named is None and alone and spoken.id != spoken.family:
        named = spoken  # oceanbase://… names the product; mysql://… only the protocol
    facts = named or spoken
    if endpoint.jdbc or endpoint.url.startswith(JDBC):
        if facts.jdbc is None:
            raise BadInput(f"{facts.title} 没有 JDBC 驱动可用。", hint="请去掉 jdbc = true，改用 Python 原生驱动。")
        from drivers.sql.jdbc import jdbc_driver

        return jdbc_driver(endpoint, named, family(spoken.family), facts.jdbc)
    if facts.native is None:
        raise BadInput(
            f"{facts.title} 没有可用的 Python 原生驱动。", hint="请写 jdbc = true 并用 jar 指出厂商的 JDBC 驱动。"
        )
    module, _, kind = facts.native.client.partition(":")
    driver: Driver = getattr(importlib.import_module(module), kind)(endpoint, named, family(spoken.family))
    return driver


def _spoken(url: str, named: Product | None) -> tuple[Product, bool]:
    """The product that the beginning of a URL names, and whether it names no other."""
    if url.startswith(JDBC):
        return _of_jdbc(url, named)
    scheme = url.partition("://")[0]
    if not scheme or scheme == url:
        raise BadInput(
            "数据库地址不是一个 URL。",
            hint="写法如 postgresql+psycopg2://用户@主机:5432/库 或 mysql+pymysql://用户@主机:2881/库。",
        )
    return product(scheme.partition("+")[0]), True


def _of_jdbc(url: str, named: Product | None) -> tuple[Product, bool]:
    """By what the vendors' URLs begin with, the longest beginning first; at least `jdbc:name:` is the same."""
    head = ":".join(url.split(":")[:2]) + ":"
    matching: dict[str, int] = {}
    for known in map(product, PRODUCTS):
        beginning = known.jdbc.url.partition("{")[0] if known.jdbc is not None else ""
        if beginning.startswith(head):
            matching[known.id] = len(beginning) if url.startswith(beginning) else len(head)
    if not matching:
        if named is not None:
            return named, True  # a driver that also answers to a name of its own, as MariaDB's does to jdbc:mariadb:
        raise BadInput(f"看不出 {head} 是哪个数据库产品的地址。", hint='请另写一行 product = "产品名"。')
    longest = [product(name) for name, length in matching.items() if length == max(matching.values())]
    return next((each for each in longest if each.id == each.family), longest[0]), len(longest) == 1


def _beginning(named: Product, endpoint: SqlEndpoint) -> str:
    if endpoint.url.startswith(JDBC) and named.jdbc is not None:
        return named.jdbc.url.partition("{")[0]
    return f"{named.dialect}://"
