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
    # --- postgresql
    "kingbase_oracle": "drivers.sql.products.kingbase_oracle",
    "kingbase_mysql": "drivers.sql.products.kingbase_mysql",
    "kingbase_sqlserver": "drivers.sql.products.kingbase_sqlserver",
    "kingbase": "drivers.sql.products.kingbase",
    "vastbase": "drivers.sql.products.vastbase",
    "gaussdb": "drivers.sql.products.gaussdb",
    "opengauss": "drivers.sql.products.opengauss",
    "ivorysql_oracle": "drivers.sql.products.ivorysql_oracle",
    "ivorysql": "drivers.sql.products.ivorysql",
    "highgo": "drivers.sql.products.highgo",
    "polardb_pg": "drivers.sql.products.polardb_pg",
    "postgresql": "drivers.sql.products.postgresql",
    # --- mysql
    "oceanbase": "drivers.sql.products.oceanbase",
    "tidb": "drivers.sql.products.tidb",
    "tdsql": "drivers.sql.products.tdsql",
    "polardb_x": "drivers.sql.products.polardb_x",
    "goldendb": "drivers.sql.products.goldendb",
    "gbase8a": "drivers.sql.products.gbase8a",
    "mariadb": "drivers.sql.products.mariadb",
    "mysql": "drivers.sql.products.mysql",
    # --- oracle
    "oceanbase_oracle": "drivers.sql.products.oceanbase_oracle",
    "dm": "drivers.sql.products.dm",
    "yashandb": "drivers.sql.products.yashandb",
    "oscar": "drivers.sql.products.oscar",
    "oracle": "drivers.sql.products.oracle",
    # --- families of one
    "sqlserver": "drivers.sql.products.sqlserver",
    "gbase8s": "drivers.sql.products.gbase8s",
    # What the contract suite can run anywhere; no hospital's database.
    "h2": "drivers.sql.products.h2",
    "hsqldb": "drivers.sql.products.hsqldb",
    "sqlite": "drivers.sql.products.sqlite",
}

# What people write, in a URL or as a product, for a name above.
ALIASES: dict[str, str] = {
    "postgres": "postgresql",
    "pg": "postgresql",
    "seekdb": "oceanbase",
    "mssql": "sqlserver",
    "dm8": "dm",
    "dameng": "dm",
    "kingbasees": "kingbase",
    "kingbase8": "kingbase",
    "kes": "kingbase",
    "shentong": "oscar",
    "yasdb": "yashandb",
}


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
    return tuple(each for each in every() if each.family == name)


def every() -> tuple[Product, ...]:
    """All products, imported; in the order of detection within each family."""
    return tuple(product(known) for known in PRODUCTS)


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), [*PRODUCTS, *ALIASES], n=1, cutoff=0.4)
    told = f"是否想写“{near[0]}”？" if near else ""
    return f"{told}已支持：{'、'.join(PRODUCTS)}。"
