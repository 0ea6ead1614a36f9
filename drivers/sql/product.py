"""What is declared about a database product: one frozen value per file in `products/`.

Not here: behaviour. A product that needs code of its own gets a driver class beside `psycopg2_driver.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.model import ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One rule that recognises a product by what the server says about itself."""

    source: str  # key of the banner texts the driver asked for: version, version_comment
    pattern: str  # regular expression, case-insensitive; group "version" is the product's own version
    name: str  # the product's name for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The declared facts of one product."""

    id: str
    family: str  # postgresql, mysql: the wire protocol and the key of `Statement.texts` after the id
    dialect: str  # SQLAlchemy dialect that writes its SQL; the driver name is always spelled out
    client: str  # "module:Class" of the driver
    module: str  # DB-API module that the driver imports
    package: str  # what pip installs for it
    default_port: int
    banners: tuple[Banner, ...]  # tried in order
    errors: Mapping[str, ErrorClass]  # the product's code (SQLSTATE or number as text) → class
    setup: tuple[str, ...]  # statements of a new session; {ms} {us} {s} are the statement time-out
    settings: tuple[str, ...] = ()  # server settings worth showing beside a result
    server_timeout: bool = True  # whether the server itself ends a statement that takes too long
    load_rows: int = 2000  # rows per chunk of a bulk load: where tests/bench/bench_load.py is fastest

    def recognise(self, texts: Mapping[str, str]) -> tuple[str, str] | None:
        """(name, version) when the banner texts are this product's."""
        for banner in self.banners:
            found = re.search(banner.pattern, texts.get(banner.source, ""), re.IGNORECASE)
            if found:
                return banner.name, found.groupdict().get("version") or ""
        return None
