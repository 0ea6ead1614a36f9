"""What H2 says of one schema, from its information_schema: a question per kind of thing, not per table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from drivers.sql.reading.numbers import DOUBLE, SINGLE, signed
from drivers.sql.reading.reader import Ask, AskIfKnown
from harness.catalogue import Catalogue, Column, Counter, Key, KeyKind, Program, ProgramKind, Table, TypeClass

_COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
  datetime_precision, is_nullable, column_default, is_identity, generation_expression, remarks
FROM information_schema.columns WHERE table_schema = SCHEMA() ORDER BY table_name, ordinal_position"""

_TABLES = """
SELECT table_name, remarks, row_count_estimate FROM information_schema.tables
WHERE table_schema = SCHEMA() AND table_type = 'BASE TABLE' ORDER BY table_name"""

_KEYS = """
SELECT t.table_name, t.constraint_name, t.constraint_type, k.column_name
FROM information_schema.table_constraints t
JOIN information_schema.key_column_usage k
  ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
WHERE t.table_schema = SCHEMA() ORDER BY t.table_name, t.constraint_name, k.ordinal_position"""

_FOREIGN = """
SELECT r.constraint_name, k.table_name, k.column_name, r.delete_rule, r.update_rule
FROM information_schema.referential_constraints r
JOIN information_schema.key_column_usage k
  ON k.constraint_schema = r.unique_constraint_schema AND k.constraint_name = r.unique_constraint_name
WHERE r.constraint_schema = SCHEMA() ORDER BY r.constraint_name, k.ordinal_position"""

_CHECKS = """
SELECT t.table_name, c.constraint_name, c.check_clause
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
WHERE c.constraint_schema = SCHEMA() ORDER BY 1, 2"""

_INDEXES = """
SELECT i.table_name, i.index_name, i.index_type_name, c.column_name
FROM information_schema.indexes i
JOIN information_schema.index_columns c ON c.index_schema = i.index_schema AND c.index_name = i.index_name
WHERE i.table_schema = SCHEMA() AND NOT i.is_generated ORDER BY i.table_name, i.index_name, c.ordinal_position"""

_IDENTITIES = """
SELECT table_name, column_name, identity_base, identity_increment FROM information_schema.columns
WHERE table_schema = SCHEMA() AND is_identity = 'YES' ORDER BY 1, 2"""
_SEQUENCES = (
    "SELECT sequence_name, base_value, increment FROM information_schema.sequences WHERE sequence_schema = SCHEMA()"
)
_VIEWS = "SELECT table_name, status FROM information_schema.views WHERE table_schema = SCHEMA() ORDER BY 1"
_ROUTINES = (
    "SELECT routine_name, routine_type FROM information_schema.routines WHERE routine_schema = SCHEMA() ORDER BY 1"
)
_TRIGGERS = """
SELECT trigger_name, event_object_table FROM information_schema.triggers
WHERE trigger_schema = SCHEMA() ORDER BY 1"""

_CLASSES = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), TypeClass.INTEGER),
    **dict.fromkeys(("NUMERIC", "DECIMAL", "DECFLOAT"), TypeClass.DECIMAL),
    **dict.fromkeys(("REAL", "DOUBLE PRECISION", "FLOAT"), TypeClass.FLOAT),
    "BOOLEAN": TypeClass.BOOLEAN,
    **dict.fromkeys(("CHARACTER VARYING", "VARCHAR_IGNORECASE"), TypeClass.TEXT),
    "CHARACTER": TypeClass.CHAR,
    "CHARACTER LARGE OBJECT": TypeClass.LONG_TEXT,
    **dict.fromkeys(("BINARY", "BINARY VARYING"), TypeClass.BINARY),
    "BINARY LARGE OBJECT": TypeClass.LONG_BINARY,
    "DATE": TypeClass.DATE,
    "TIME": TypeClass.TIME,
    "TIMESTAMP": TypeClass.DATETIME,
    "TIMESTAMP WITH TIME ZONE": TypeClass.INSTANT,
    "JSON": TypeClass.JSON,
    "UUID": TypeClass.UUID,
}
_KINDS = {"PRIMARY KEY": KeyKind.PRIMARY, "UNIQUE": KeyKind.UNIQUE, "FOREIGN KEY": KeyKind.FOREIGN}
_HOLDS = {"TINYINT": signed(8), "SMALLINT": signed(16), "INTEGER": signed(32), "BIGINT": signed(64)}
_FLOATS = {"REAL": SINGLE, "DOUBLE PRECISION": DOUBLE}
_SIZED = frozenset({TypeClass.TEXT, TypeClass.CHAR, TypeClass.BINARY})
_TIMED = frozenset({TypeClass.DATETIME, TypeClass.INSTANT, TypeClass.TIME})
_QUIET = frozenset({"RESTRICT", "NO ACTION"})


def catalogue(ask: Ask, _: AskIfKnown, *, product_id: str) -> Catalogue:
    ((schema,),) = ask("SELECT SCHEMA()")
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, *rest in ask(_COLUMNS):
        columns[table].append(_column(rest))
    keys: dict[str, list[Key]] = defaultdict(list)
    for table, key in (*_keys(ask), *_indexes(ask)):
        keys[table].append(key)
    counters = [
        Counter(name=f"{table}.{column}", next_value=int(base), step=int(step), table=table, column=column)
        for table, column, base, step in ask(_IDENTITIES)
    ]
    counters += [Counter(name=name, next_value=int(base), step=int(step)) for name, base, step in ask(_SEQUENCES)]
    programs = [
        Program(
            name=name, kind=ProgramKind.VIEW, working=status == "VALID", why_not="" if status == "VALID" else "无效"
        )
        for name, status in ask(_VIEWS)
    ]
    programs += [Program(name=name, kind=ProgramKind(kind.lower())) for name, kind in ask(_ROUTINES)]
    programs += [Program(name=name, kind=ProgramKind.TRIGGER, table=table) for name, table in ask(_TRIGGERS)]
    return Catalogue(
        product_id=product_id,
        schema=str(schema),
        tables=tuple(
            Table(name=name, columns=tuple(columns[name]), keys=tuple(keys[name]), comment=remarks or "",
                  rows_about=None if rows is None else int(rows))
            for name, remarks, rows in ask(_TABLES)
        ),
        counters=tuple(counters),
        programs=tuple(programs),
        longest_name=256,
    )  # fmt: skip


def _column(row: list[Any]) -> Column:
    name, declared, length, precision, scale, fraction, nullable, default, identity, expression, remarks = row
    kind = _CLASSES.get(declared, TypeClass.OTHER)
    sized, decimal = kind in _SIZED, kind is TypeClass.DECIMAL
    return Column(
        name=name,
        declared=f"{declared}({precision},{scale})" if decimal else f"{declared}({length})" if sized else declared,
        type_class=kind, length=int(length) if sized else None,
        unit=("bytes" if kind is TypeClass.BINARY else "chars") if sized else "",
        precision=int(precision) if decimal else _FLOATS.get(declared), holds=_HOLDS.get(declared),
        scale=int(fraction or 0) if kind in _TIMED else int(scale or 0) if decimal else None,
        nullable=nullable == "YES", default="" if default is None or expression else str(default),
        generated="identity" if identity == "YES" else str(expression or ""), comment=remarks or "",
    )  # fmt: skip


def _keys(ask: Ask) -> Iterator[tuple[str, Key]]:
    referred: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for name, *rest in ask(_FOREIGN):
        referred[name].append(tuple(rest))
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for table, name, kind, column in ask(_KEYS):
        found[table, name, kind].append(column)
    for (table, name, kind), columns in found.items():
        to = referred.get(name, ())
        on = {"DELETE": to[0][2], "UPDATE": to[0][3]} if to else {}
        yield table, Key(
            name=name, kind=_KINDS[kind], columns=tuple(columns),
            refers=f"{to[0][0]}({','.join(part[1] for part in to)})" if to else "",
            rule=" ".join(f"{when} {what}" for when, what in on.items() if what not in _QUIET),
        )  # fmt: skip
    for table, name, clause in ask(_CHECKS):
        yield table, Key(name=name, kind=KeyKind.CHECK, definition=str(clause))


def _indexes(ask: Ask) -> Iterator[tuple[str, Key]]:
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for table, name, kind, column in ask(_INDEXES):
        found[table, name, kind].append(column)
    for (table, name, kind), columns in found.items():
        unique = kind.startswith("UNIQUE")
        yield table, Key(name=name, kind=KeyKind.UNIQUE if unique else KeyKind.INDEX, columns=tuple(columns))
