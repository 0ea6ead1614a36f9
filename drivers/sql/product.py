"""What is declared about a database product: one frozen value per file in `products/`.

A product names its *family* (`families/`): the wire protocol it answers and the SQL it is administered with. What a
product shares with its family it does not repeat. Not here: behaviour. A client library gets a driver class beside
`psycopg2_driver.py`; JDBC has one for all products (`jdbc/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from drivers.sql.codes import SQLSTATES, class_of
from drivers.sql.grammar import Grammar
from harness.model import ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One rule that recognises a product by what the server says about itself."""

    source: str  # key of `Product.ask`: version, version_comment
    pattern: str  # regular expression, case-insensitive; group "version" is the product's own version
    name: str  # the product's name for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """The way in through a Python DB-API module."""

    client: str  # "module:Class" of our driver
    module: str  # DB-API module that it imports on first use
    package: str  # what pip installs for it
    extra: str = ""  # our extra that brings it; "" where it is always installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Jdbc:
    """The way in through a JDBC driver. The jar is the hospital's: vendors do not let us ship theirs."""

    classes: tuple[str, ...]  # driver classes, tried in order: vendors renamed theirs
    url: str  # jdbc:postgresql://{host}:{port}/{database}
    jars: tuple[str, ...]  # how the vendor names its jar, as globs for a folder of jars
    properties: Mapping[str, str] = field(default_factory=dict)  # handed to every connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A parameter that cannot be changed after the instance or database was made: a wrong one means making it anew."""

    name: str  # as the vendor spells it
    sql: str  # one row, one value
    breaks: str  # what a wrong value breaks for an application, in Chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """A known difference of a product that an engineer should hear of before migrating to it."""

    id: str  # row of the behaviour catalogue, BD-05
    says: str  # in Chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The declared facts of one product."""

    id: str
    title: str  # 达梦 DM8
    family: str  # postgresql, mysql, oracle, …: the key of `Statement.texts` after the id
    dialect: str  # SQLAlchemy dialect that writes its SQL; the driver name is always spelled out
    default_port: int
    grammar: Grammar
    ask: Mapping[str, str]  # source → SQL with one value: what the banner rules look at
    banners: tuple[Banner, ...]  # tried in order
    errors: Mapping[str, ErrorClass]  # the product's code (SQLSTATE or number as text) → class
    codes: Literal["state", "number"] = "state"  # what `errors` is keyed by: SQLSTATE, or the vendor's number ("-6602")
    by_text: tuple[tuple[str, str, ErrorClass], ...] = ()  # a code of several mistakes: (code, pattern of text, class)
    native: Native | None = None
    jdbc: Jdbc | None = None
    setup: tuple[str, ...] = ()  # statements of a new session; {ms} {us} {s} are the statement time-out
    timeout: tuple[str, ...] = ()  # the part of `setup` that sets the statement time-out, also for plain sessions
    settings: tuple[str, ...] = ()  # the vendor's own parameters worth showing beside a result
    fixed: tuple[Fixed, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    lacks: frozenset[str] = frozenset()  # of grammar.CAPABILITIES: what the product does not have
    domestic: bool = False  # 国产: counts as a 信创 database
    server_timeout: bool = True  # whether the server itself ends a statement that takes too long
    load_rows: int = 2000  # rows per chunk of a bulk load: where tests/bench/bench_load.py is fastest

    def recognise(self, texts: Mapping[str, str]) -> tuple[str, str] | None:
        """(name, version) when the banner texts are this product's."""
        for banner in self.banners:
            found = re.search(banner.pattern, texts.get(banner.source, ""), re.IGNORECASE)
            if found:
                return banner.name, found.groupdict().get("version") or ""
        return None

    def error_class(self, code: str, text: str = "") -> ErrorClass:
        """The class of a code as `errors` spells it; the text decides where the product has one code for several."""
        for ambiguous, pattern, found in self.by_text:
            if code == ambiguous and re.search(pattern, text):
                return found
        return class_of(self.errors, code) if self.codes == "state" else self.errors.get(code, ErrorClass.OTHER)

    def error_of_jdbc(self, state: str | None, number: int, text: str = "") -> tuple[ErrorClass, str]:
        """The class of an SQLException by getSQLState and getErrorCode, and the code to show for it.

        A product keyed by numbers is judged by its number. What the JDBC driver complains of by itself has number 0, or
        a number of the driver's own with a state of class 08; there the state speaks, the same for all drivers.
        """
        state, vendor = state or "", str(number)
        if self.codes == "number" and (not number or (vendor not in self.errors and state.startswith("08"))):
            return class_of(SQLSTATES, state), state
        code = state if self.codes == "state" else vendor
        return self.error_class(code, text), code
