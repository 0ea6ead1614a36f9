"""Finds the driver of an SQL endpoint: `driver_for(endpoint)`.

A name (the URL's scheme or `product = …`) leads to a module path as text; a module is imported when its name is first
asked for, so that installing for one hospital does not need every vendor's wheel. Not here: how a product is spoken to.
"""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING

from drivers.sql.product import Product
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.model import SqlEndpoint
    from harness.ports import Driver

# One line per product. Within a family the order is the order of detection: a plain product stands after everything
# that imitates it, because imitators carry the plain product's name in their banner.
PRODUCTS: dict[str, str] = {
    "postgresql": "drivers.sql.products.postgresql",
    "oceanbase": "drivers.sql.products.oceanbase",
    "mariadb": "drivers.sql.products.mariadb",
    "mysql": "drivers.sql.products.mysql",
}

# What people write, in a URL or as a product, for a name above.
ALIASES: dict[str, str] = {"postgres": "postgresql", "pg": "postgresql", "seekdb": "oceanbase"}


def product(name: str) -> Product:
    """The declared facts of a product; `name` is an id of `PRODUCTS` or an alias."""
    known = ALIASES.get(name.lower(), name.lower())
    path = PRODUCTS.get(known)
    if path is None:
        raise BadInput(f"不认识的数据库产品“{name}”。", hint=_nearest(name))
    found: Product = importlib.import_module(path).PRODUCT
    return found


def family(name: str) -> tuple[Product, ...]:
    """All products of a family in the order of detection."""
    every = (product(known) for known in PRODUCTS)
    return tuple(each for each in every if each.family == name)


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


def _nearest(name: str) -> str:
    every = [*PRODUCTS, *ALIASES]
    near = difflib.get_close_matches(name.lower(), every, n=1, cutoff=0.4)
    told = f"是否想写“{near[0]}”？" if near else ""
    return f"{told}已支持：{'、'.join(PRODUCTS)}。"
