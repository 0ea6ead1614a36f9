"""No exception of a client library is without a class; the tables of codes cannot rot unseen."""

from __future__ import annotations

import psycopg2
import psycopg2.errorcodes
import pymysql.err
import pytest

from drivers.sql import driver_for
from drivers.sql.codes import KINDS, class_of
from drivers.sql.products.mysql import PRODUCT as MYSQL
from drivers.sql.products.postgresql import PRODUCT as POSTGRESQL
from drivers.sql.registry import every, product
from harness.model import ErrorClass, ReplyKind, SqlEndpoint
from harness.model import ErrorClass as E

_PG = driver_for(SqlEndpoint(url="postgresql+psycopg2://u@h/db", product="postgresql"))
_OB = driver_for(SqlEndpoint(url="mysql+pymysql://u@h/db", product="oceanbase"))

# SQLSTATE classes without a neutral class: misuse of cursors and transactions, procedures' own errors, foreign data,
# configuration, internal errors. They are compared by their text, as "other".
_UNCLASSED = frozenset(
    "00 01 02 03 09 0B 0F 0L 0P 0Z 10 20 21 24 25 26 27 2B 2D 2F 34 38 39 3B 55 57 58 72 F0 HV P0 XX".split()
)

# An object that exists already: no neutral class, on no product.
_EXISTS = frozenset("42701 42710 42P06 42P07".split())

# Codes of MySQL that PyMySQL gives a class of its own and that have no neutral one.
_UNCLASSED_NUMBERS = frozenset(
    "1007 1008 1050 1060 1061 1102 1103 1110 1111 1112 1113 1166 1171 1179 1180 1181 1196 1215 1230 1231 1232 1233 "
    "1234 1236 1286 1289 1340 1341 1401".split()
)


def test_every_sqlstate_of_psycopg2_has_a_class() -> None:
    states = {value for value in vars(psycopg2.errorcodes).values() if isinstance(value, str) and len(value) == 5}
    states = {state for state in states if state.isupper() or state.isdigit()}
    assert len(states) > 200
    unknown = {state for state in states if class_of(POSTGRESQL.errors, state) is ErrorClass.OTHER}
    assert {state for state in unknown if state[:2] not in _UNCLASSED} == _EXISTS


def test_every_code_of_pymysql_has_a_class() -> None:
    codes = {str(code) for code in pymysql.err.error_map}
    assert len(codes) > 30
    unknown = {code for code in codes if MYSQL.error_class(code) is ErrorClass.OTHER} - _UNCLASSED_NUMBERS
    assert unknown == set()


@pytest.mark.parametrize("module", [psycopg2, pymysql.err])
def test_every_dbapi_class_without_a_code_is_classified(module: object) -> None:
    names = "Error InterfaceError DatabaseError DataError OperationalError IntegrityError InternalError"
    driver = _PG if module is psycopg2 else _OB
    for name in [*names.split(), "ProgrammingError", "NotSupportedError"]:
        error_class = driver.error_class(getattr(module, name)("said"))
        assert error_class is not ErrorClass.NONE, name
        if name in {"InterfaceError", "OperationalError"}:
            assert error_class is ErrorClass.CONNECTION_LOST, name
        if name == "DataError":
            assert error_class is ErrorClass.BAD_VALUE, name


def test_values_that_cannot_be_sent_are_bad_values() -> None:
    assert _PG.error_class(ValueError("A string literal cannot contain NUL (0x00) characters.")) is ErrorClass.BAD_VALUE
    assert _OB.error_class(UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates")) is ErrorClass.BAD_VALUE


# The same mistake as each family spells it, DM8 apart from Oracle's; · where no document says.
SPELLERS = "postgresql mysql oracle dm sqlserver gbase8s".split()
SAME = {
    E.UNIQUE: "23505 1062 1 -6602 2627 -268",
    E.FOREIGN_KEY: "23503 1452 2291 -6607 547 -691",
    E.NOT_NULL: "23502 1048 1400 -6609 515 -391",
    E.CHECK: "23514 3819 2290 -6604 550 -530",
    E.TOO_LONG: "22001 1406 12899 -6169 2628 -1279",
    E.NUMERIC_OVERFLOW: "22003 1264 1438 -6102 8115 -1226",
    E.DIVISION_BY_ZERO: "22012 1365 1476 -6103 8134 -1202",
    E.BAD_VALUE: "22P02 1366 1722 -6118 245 -1213",
    E.DEADLOCK: "40P01 1213 60 -6403 1205 -143",
    E.LOCK_TIMEOUT: "55P03 1205 54 -6407 1222 -154",
    E.SERIALIZATION: "40001 · 8177 -6543 3960 ·",
    E.STATEMENT_TIMEOUT: "57014 3024 1013 -608 · -213",
    E.UNKNOWN_OBJECT: "42P01 1146 942 -2106 208 -206",
    E.SYNTAX: "42601 1064 933 -2007 102 -201",
    E.PRIVILEGE: "42501 1142 1031 -5504 229 -272",
    E.READ_ONLY: "25006 1290 1456 -6506 3906 ·",
    E.CONNECTION_LOST: "08006 2006 3113 -6010 20047 -908",
}


@pytest.mark.parametrize("error_class", SAME, ids=str)
def test_same_mistake_same_class_on_every_product(error_class: ErrorClass) -> None:
    spelled = dict(zip(SPELLERS, SAME[error_class].split(), strict=True))
    for each in every():
        code = spelled.get("dm" if each.id == "dm" else each.family, "·")
        assert code == "·" or each.error_class(code) is error_class, each.id


def test_a_product_s_own_numbers_stay_its_own() -> None:
    assert product("oceanbase").error_class("4012") is E.STATEMENT_TIMEOUT
    assert product("mysql").error_class("4012") is E.OTHER
    assert product("tidb").error_class("9007") is E.SERIALIZATION
    assert product("dm").error_class("1") is E.OTHER
    assert product("oracle").error_class("20001") is E.OTHER, "an application's own error, not ORA-00020"


def test_a_number_is_never_read_as_the_class_of_an_sqlstate() -> None:
    for each in every():
        if each.codes == "number":
            assert each.error_class("23999") is E.OTHER, each.id


def test_one_code_of_two_mistakes_is_told_by_its_text() -> None:
    told = product("sqlserver").error_class
    assert told("547", 'The INSERT statement conflicted with the CHECK constraint "c".') is E.CHECK
    assert told("547", 'The INSERT statement conflicted with the FOREIGN KEY constraint "f".') is E.FOREIGN_KEY


@pytest.mark.parametrize(
    ("name", "state", "number", "expected"),
    [
        ("postgresql", "23505", 0, (E.UNIQUE, "23505")),
        ("kingbase", "40P01", 0, (E.DEADLOCK, "40P01")),
        ("postgresql", None, 0, (E.OTHER, "")),
        ("mysql", "23000", 1062, (E.UNIQUE, "1062")),
        ("mysql", "42000", 1142, (E.PRIVILEGE, "1142")),  # the number knows better than the state
        ("mysql", "08004", 1040, (E.RESOURCES, "1040")),
        ("mysql", "08000", 1220, (E.CONNECTION_LOST, "08000")),  # Connector/J of MariaDB: the connection is closed
        ("mysql", "08S01", 0, (E.CONNECTION_LOST, "08S01")),
        ("oracle", "23000", 1, (E.UNIQUE, "1")),
        ("oracle", "61000", 60, (E.DEADLOCK, "60")),
        ("oracle", "08006", 17002, (E.CONNECTION_LOST, "17002")),
        ("dm", "23000", -6602, (E.UNIQUE, "-6602")),
        ("sqlserver", "S0001", 2601, (E.UNIQUE, "2601")),
        ("gbase8s", "23000", -268, (E.UNIQUE, "-268")),
    ],
)
def test_an_exception_of_jdbc_is_judged_by_the_code_its_product_keeps(
    name: str, state: str | None, number: int, expected: tuple[ErrorClass, str]
) -> None:
    assert product(name).error_of_jdbc(state, number) == expected


def test_every_product_knows_the_classes_that_decide_a_comparison() -> None:
    wanted = {E.UNIQUE, E.FOREIGN_KEY, E.NOT_NULL, E.CHECK, E.DEADLOCK, E.LOCK_TIMEOUT, E.SYNTAX, E.UNKNOWN_OBJECT}
    for each in every():
        if "network" not in each.lacks:
            assert wanted <= set(each.errors.values()), each.id


def test_client_time_out_is_a_statement_timeout() -> None:
    lost = pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query (timed out)")
    assert _OB.error_class(lost) is ErrorClass.STATEMENT_TIMEOUT
    gone = pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query")
    assert _OB.error_class(gone) is ErrorClass.CONNECTION_LOST


def test_every_class_has_a_kind() -> None:
    assert set(KINDS) == set(ErrorClass)
    refused = {error_class for error_class, kind in KINDS.items() if kind is ReplyKind.REFUSED}
    constraints = {ErrorClass.UNIQUE, ErrorClass.FOREIGN_KEY, ErrorClass.NOT_NULL, ErrorClass.CHECK}
    assert refused == constraints | {ErrorClass.TOO_LONG, ErrorClass.NUMERIC_OVERFLOW, ErrorClass.BAD_VALUE}
