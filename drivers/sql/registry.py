"""The products we know by name: one line each, imported when its name is first asked for.

Installing for one hospital does not need every vendor's wheel. Not here: how a product is spoken to.
"""

from __future__ import annotations

import difflib
import importlib

from drivers.sql.product import Product
from harness.errors import BadInput

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


def _nearest(name: str) -> str:
    every = [*PRODUCTS, *ALIASES]
    near = difflib.get_close_matches(name.lower(), every, n=1, cutoff=0.4)
    told = f"是否想写“{near[0]}”？" if near else ""
    return f"{told}已支持：{'、'.join(PRODUCTS)}。"
