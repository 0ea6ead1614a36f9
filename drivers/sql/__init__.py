"""Finds the driver of an SQL endpoint: `driver_for(endpoint)`.

A name (the URL's scheme or `product = …`) leads to a product (`registry.py`), the product to a way in: its Python
module, or JDBC. Not here: how a product is spoken to.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from drivers.sql.registry import family, product
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.model import SqlEndpoint
    from harness.ports import Driver


def driver_for(endpoint: SqlEndpoint) -> Driver:
    """The driver of an endpoint. Nothing is connected yet; what answers is checked at the first connection."""
    scheme = endpoint.url.partition("://")[0]
    if not scheme or scheme == endpoint.url:
        raise BadInput(
            "数据库地址不是一个 URL。",
            hint="写法如 postgresql+psycopg2://用户@主机:5432/库 或 mysql+pymysql://用户@主机:2881/库。",
        )
    if endpoint.jdbc:
        raise BadInput("此版本还不能经 JDBC 连接数据库。", hint="请去掉 jdbc = true，改用 Python 原生驱动的地址。")
    spoken = product(scheme.partition("+")[0])
    named = product(endpoint.product) if endpoint.product else None
    if named is not None and named.family != spoken.family:
        raise BadInput(
            f"地址写的是 {scheme}://，产品写的却是 {named.id}，两者不是同一种协议。",
            hint=f"{named.id} 的地址应以 {named.dialect}:// 开头。",
        )
    if named is None and spoken.id != spoken.family:
        named = spoken  # oceanbase://… names the product; mysql://… only the protocol
    facts = named or spoken
    if facts.native is None:
        raise BadInput(
            f"{facts.title} 没有可用的 Python 原生驱动。", hint="请写 jdbc = true 并用 jar 指出厂商的 JDBC 驱动。"
        )
    module, _, kind = facts.native.client.partition(":")
    driver: Driver = getattr(importlib.import_module(module), kind)(endpoint, named, family(spoken.family))
    return driver
