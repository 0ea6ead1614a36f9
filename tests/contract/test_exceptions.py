"""No exception of a client library is without a class; the tables of codes cannot rot unseen."""

from __future__ import annotations

import psycopg2
import psycopg2.errorcodes
import pymysql.err
import pytest

from drivers.sql import driver_for
from drivers.sql.codes import KINDS, class_of
from drivers.sql.products.mariadb import PRODUCT as MARIADB
from drivers.sql.products.mysql import PRODUCT as MYSQL
from drivers.sql.products.oceanbase import PRODUCT as OCEANBASE
from drivers.sql.products.postgresql import PRODUCT as POSTGRESQL
from harness.model import ErrorClass, ReplyKind, SqlEndpoint

_PG = driver_for(SqlEndpoint(url="postgresql+psycopg2://u@h/db", product="postgresql"))
_OB = driver_for(SqlEndpoint(url="mysql+pymysql://u@h/db", product="oceanbase"))

# SQLSTATE classes without a neutral class: misuse of cursors and transactions, procedures' own errors, foreign data,
# configuration, internal errors. They are compared by their text, as "other".
_UNCLASSED = frozenset(
    "00 01 02 03 09 0B 0F 0L 0P 0Z 10 20 21 24 25 26 27 2B 2D 2F 34 38 39 3B 55 57 58 72 F0 HV P0 XX".split()
)

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
    assert {state for state in unknown if state[:2] not in _UNCLASSED} == set()


def test_every_code_of_pymysql_has_a_class() -> None:
    codes = {str(code) for code in pymysql.err.error_map}
    assert len(codes) > 30
    unknown = {code for code in codes if class_of(MYSQL.errors, code) is ErrorClass.OTHER} - _UNCLASSED_NUMBERS
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


def test_same_mistake_same_class_on_every_product() -> None:
    same = {
        ErrorClass.UNIQUE: ("23505", "1062"),
        ErrorClass.FOREIGN_KEY: ("23503", "1452"),
        ErrorClass.NOT_NULL: ("23502", "1048"),
        ErrorClass.CHECK: ("23514", "3819"),
        ErrorClass.TOO_LONG: ("22001", "1406"),
        ErrorClass.NUMERIC_OVERFLOW: ("22003", "1264"),
        ErrorClass.DEADLOCK: ("40P01", "1213"),
        ErrorClass.LOCK_TIMEOUT: ("55P03", "1205"),
        ErrorClass.UNKNOWN_OBJECT: ("42P01", "1146"),
        ErrorClass.SYNTAX: ("42601", "1064"),
        ErrorClass.PRIVILEGE: ("42501", "1142"),
        ErrorClass.READ_ONLY: ("25006", "1290"),
    }
    for error_class, (state, number) in same.items():
        assert class_of(POSTGRESQL.errors, state) is error_class
        assert class_of(MYSQL.errors, number) is error_class
        assert class_of(OCEANBASE.errors, number) is error_class
    assert class_of(OCEANBASE.errors, "4012") is ErrorClass.STATEMENT_TIMEOUT
    assert class_of(MYSQL.errors, "4012") is ErrorClass.OTHER


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


@pytest.mark.parametrize(
    ("texts", "product", "version"),
    [
        # Banners as documented in facts.md §4.3.
        ({"version": "PostgreSQL 15.4 (Debian 15.4-1.pgdg120+1) on x86_64"}, POSTGRESQL, "15.4"),
        ({"version": "PostgreSQL 9.2.4 (openGauss 5.0.0 build a07d57c3) compiled"}, None, ""),
        ({"version": "PostgreSQL 9.2.4 (Vastbase G100 V2.2 (Build 5.83.5339))"}, None, ""),
        ({"version": "PostgreSQL 18 (IvorySQL 5beta1) on x86_64"}, None, ""),
        ({"version": "KingbaseES V009R001C010"}, None, ""),
        (
            {"version": "5.7.25-OceanBase_CE-v4.2.0.0", "version_comment": "OceanBase_CE 4.2.0.0 (r1)"},
            OCEANBASE,
            "4.2.0.0",
        ),
        ({"version": "8.0.30", "version_comment": "OceanBase 4.1.0.0 (r10)"}, OCEANBASE, "4.1.0.0"),
        ({"version": "8.0.11-TiDB-v8.5.2", "version_comment": "TiDB Server"}, None, ""),
        ({"version": "8.0.33-v24-txsql-22.6.9", "version_comment": "Source"}, None, ""),
        ({"version": "5.7.25-TDDL-5.4.19-20251031", "version_comment": ""}, None, ""),
        ({"version": "8.0.36", "version_comment": "MySQL Community Server - GPL"}, MYSQL, "8.0.36"),
        ({"version": "10.11.6-MariaDB-0+deb12u1", "version_comment": "Debian 12"}, MARIADB, "10.11.6"),
        ({"version": "5.5.5-10.4.8-MariaDB", "version_comment": ""}, MARIADB, "10.4.8"),
    ],
)
def test_banners(texts: dict[str, str], product: object, version: str) -> None:
    found = next(
        ((each, *known) for each in (POSTGRESQL, OCEANBASE, MARIADB, MYSQL) if (known := each.recognise(texts))), None
    )
    if product is None:
        assert found is None
    else:
        assert found is not None
        assert (found[0], found[2]) == (product, version)
