"""Error codes of the two wire families → product-neutral classes, and classes → kinds of reply.

Products add their own numbers in `products/`. Not here: the exception classes of a client library.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.model import ErrorClass as E
from harness.model import ReplyKind

# SQLSTATEs: five characters are exact, two or three are the rest of their class. Longest match wins.
SQLSTATES: dict[str, E] = {
    "23505": E.UNIQUE,
    "23503": E.FOREIGN_KEY,
    "23001": E.FOREIGN_KEY,  # RESTRICT, told apart from 23503 since PostgreSQL 18
    "23502": E.NOT_NULL,
    "23514": E.CHECK,
    "23": E.CHECK,
    "22001": E.TOO_LONG,
    "22003": E.NUMERIC_OVERFLOW,
    "22012": E.DIVISION_BY_ZERO,
    "22": E.BAD_VALUE,
    "40P01": E.DEADLOCK,
    "40": E.SERIALIZATION,
    "55P03": E.LOCK_TIMEOUT,
    "57014": E.STATEMENT_TIMEOUT,
    "25P04": E.STATEMENT_TIMEOUT,
    "25P03": E.CONNECTION_LOST,
    "25P02": E.ABORTED,
    "25006": E.READ_ONLY,
    "42501": E.PRIVILEGE,
    "28": E.PRIVILEGE,
    "42P01": E.UNKNOWN_OBJECT,
    "42P02": E.UNKNOWN_OBJECT,
    "42703": E.UNKNOWN_OBJECT,
    "42704": E.UNKNOWN_OBJECT,
    "42883": E.UNKNOWN_OBJECT,
    "3D": E.UNKNOWN_OBJECT,
    "3F": E.UNKNOWN_OBJECT,
    **dict.fromkeys(("42701", "42710", "42P06", "42P07"), E.OTHER),  # it exists already: MySQL's 1050, 1060, 1061
    "42": E.SYNTAX,
    "0A": E.SYNTAX,  # not supported: MySQL says 1235 to the same text
    "44": E.CHECK,  # WITH CHECK OPTION of a view
    "08": E.CONNECTION_LOST,
    "57P": E.CONNECTION_LOST,
    "53": E.RESOURCES,
    "54": E.RESOURCES,
}

MYSQL_ERRORS: dict[str, E] = {
    **dict.fromkeys(("1062", "1169", "1557", "1586"), E.UNIQUE),
    **dict.fromkeys(("1216", "1217", "1451", "1452"), E.FOREIGN_KEY),
    **dict.fromkeys(("1048", "1263", "1364"), E.NOT_NULL),  # 1364: no value and no default
    **dict.fromkeys(("1369", "3819", "4025"), E.CHECK),  # 1369: of a view; 4025: MariaDB
    "1406": E.TOO_LONG,
    **dict.fromkeys(("1264", "1690"), E.NUMERIC_OVERFLOW),
    **dict.fromkeys(("1265", "1292", "1300", "1366", "1367", "1411", "1441", "3140", "3854"), E.BAD_VALUE),
    "1365": E.DIVISION_BY_ZERO,
    **dict.fromkeys(("1213", "1614"), E.DEADLOCK),
    **dict.fromkeys(("1205", "3572"), E.LOCK_TIMEOUT),  # 3572: NOWAIT
    "1020": E.SERIALIZATION,
    **dict.fromkeys(("1064", "1065", "1149", "1235"), E.SYNTAX),
    # Understood, but not to be had: PostgreSQL has states of class 42 for the same. 1055, 1140: grouping; 1067, 1101:
    # default of a column; 1093: the table that is changed; 1167, 1170: index on a large object; 1248: no alias;
    # 1336: statement in a trigger; 4161: type that MariaDB does not know.
    **dict.fromkeys(("1055", "1067", "1093", "1101", "1140", "1167", "1170", "1248", "1336", "4161"), E.SYNTAX),
    **dict.fromkeys(("1049", "1051", "1054", "1072", "1091", "1109", "1146", "1176", "1305", "1582", "1630"),
                    E.UNKNOWN_OBJECT),
    **dict.fromkeys(("1044", "1045", "1142", "1143", "1227", "1370", "1698"), E.PRIVILEGE),
    **dict.fromkeys(("1290", "1792", "1836"), E.READ_ONLY),
    **dict.fromkeys(("1317", "1969", "3024"), E.STATEMENT_TIMEOUT),  # 1969: MariaDB max_statement_time
    # 0: PyMySQL on a connection that is closed already; 2xxx: raised by the client library
    **dict.fromkeys(
        ("0", "1053", "1077", "1079", "1080", "1158", "1159", "1160", "1161", "1927", "2002", "2003", "2006", "2013",
         "2014", "2027", "2055", "3169", "4031"), E.CONNECTION_LOST),
    **dict.fromkeys(("1021", "1037", "1038", "1040", "1041", "1071", "1114", "1118", "1153", "1203", "1206"),
                    E.RESOURCES),
}  # fmt: skip

# DESIGN.md rule 7: what the data model forbids was understood and declined; everything else could not be done.
KINDS: dict[E, ReplyKind] = {
    **dict.fromkeys(E, ReplyKind.FAILED),
    # Understood and declined: a constraint, or a value that does not fit its column.
    **dict.fromkeys((E.UNIQUE, E.FOREIGN_KEY, E.NOT_NULL, E.CHECK), ReplyKind.REFUSED),
    **dict.fromkeys((E.TOO_LONG, E.NUMERIC_OVERFLOW, E.BAD_VALUE), ReplyKind.REFUSED),
    **dict.fromkeys((E.LOCK_TIMEOUT, E.STATEMENT_TIMEOUT), ReplyKind.TIMED_OUT),
    E.CONNECTION_LOST: ReplyKind.UNREACHABLE,
    E.NONE: ReplyKind.OK,
}


def class_of(errors: Mapping[str, E], code: str) -> E:
    """The class of a code: exact, else that of its SQLSTATE class."""
    for width in (len(code), 3, 2):
        if code[:width] in errors:
            return errors[code[:width]]
    return E.OTHER
