"""What MySQL's family says of one database, from information_schema: a question per kind of thing, not per table.

A view that a product of the family lacks is named in `Catalogue.untold` and never taken for an empty one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from drivers.sql.reading.numbers import DOUBLE, SINGLE, signed, unsigned
from drivers.sql.reading.reader import Ask, AskIfKnown
from harness.catalogue import (
    Catalogue,
    Column,
    Counter,
    Key,
    KeyKind,
    Program,
    ProgramKind,
    Table,
    TypeClass,
)

_COLUMNS = """
SELECT table_name, column_name, column_type, data_type, character_maximum_length, character_octet_length,
  numeric_precision, numeric_scale, datetime_precision, is_nullable, column_default, extra, column_comment,
  collation_name
FROM information_schema.columns WHERE table_schema = database() ORDER BY table_name, ordinal_position"""

_TABLES = """
SELECT table_name, table_comment, table_rows, auto_increment
FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY table_name"""

_INDEXES = """
SELECT table_name, index_name, non_unique, column_name, sub_part
FROM information_schema.statistics WHERE table_schema = database() ORDER BY table_name, index_name, seq_in_index"""

_FOREIGN = """
SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
  r.delete_rule, r.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.table_schema = database() AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position"""

_CHECKS = """
SELECT t.table_name, c.constraint_name, c.check_clause
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
WHERE c.constraint_schema = database() AND t.constraint_type = 'CHECK' ORDER BY 1, 2"""

_VIEWS = "SELECT table_name FROM information_schema.views WHERE table_schema = database() ORDER BY 1"
_ROUTINES = (
    "SELECT routine_name, routine_type FROM information_schema.routines WHERE routine_schema = database() ORDER BY 1"
)
_TRIGGERS = """
SELECT trigger_name, event_object_table FROM information_schema.triggers
WHERE trigger_schema = database() ORDER BY 1"""
_SEQUENCES = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'SEQUENCE'"
)
_DECLARED = re.compile(r"AUTO_INCREMENT ?= ?(\d+)")
_NEXT = "SELECT next_not_cached_value, increment FROM {name}"

_FLOATS = {"float": SINGLE, "double": DOUBLE}
_CLASSES = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), TypeClass.INTEGER),
    "decimal": TypeClass.DECIMAL,
    **dict.fromkeys(("float", "double"), TypeClass.FLOAT),
    "varchar": TypeClass.TEXT,
    "char": TypeClass.CHAR,
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), TypeClass.LONG_TEXT),
    **dict.fromkeys(("binary", "varbinary"), TypeClass.BINARY),
    **dict.fromkeys(("tinyblob", "blob", "mediumblob", "longblob"), TypeClass.LONG_BINARY),
    "date": TypeClass.DATE,
    "time": TypeClass.TIME,
    "datetime": TypeClass.DATETIME,
    "timestamp": TypeClass.INSTANT,
    "json": TypeClass.JSON,
    "uuid": TypeClass.UUID,
}
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_YEARS = (0, 2155)
_SIZED = frozenset({TypeClass.TEXT, TypeClass.CHAR, TypeClass.BINARY})
_TIMED = frozenset({TypeClass.DATETIME, TypeClass.INSTANT, TypeClass.TIME})
_QUIET = frozenset({"RESTRICT", "NO ACTION", ""})


def catalogue(ask: Ask, ask_if_known: AskIfKnown, *, product_id: str) -> Catalogue:
    untold: list[str] = []

    def told(sql: str, what: str) -> list[tuple[Any, ...]]:
        found = ask_if_known(sql)
        if found is None:
            untold.append(what)
        return found or []

    ((schema,),) = ask("SELECT database()")
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, *rest in ask(_COLUMNS):
        columns[str(table)].append(_column(rest))
    keys: dict[str, list[Key]] = defaultdict(list)
    for name, key in (*_indexes(ask), *_foreign(told(_FOREIGN, "外键")), *_checks(told(_CHECKS, "检查约束"))):
        keys[name].append(key)
    tables = ask(_TABLES)
    counters = [*_numbered(ask, tables, columns), *_sequences(told(_SEQUENCES, "序列"), ask_if_known)]
    programs = [Program(name=str(name), kind=ProgramKind.VIEW) for (name,) in told(_VIEWS, "视图")]
    programs += [
        Program(name=str(name), kind=ProgramKind(str(kind).lower())) for name, kind in told(_ROUTINES, "存储过程与函数")
    ]
    programs += [
        Program(name=str(name), kind=ProgramKind.TRIGGER, table=str(of)) for name, of in told(_TRIGGERS, "触发器")
    ]
    return Catalogue(
        product_id=product_id,
        schema=str(schema),
        tables=tuple(
            Table(
                name=str(name), columns=tuple(columns[str(name)]), keys=tuple(keys[str(name)]), comment=comment or "",
                rows_about=None if rows is None else int(rows),
            )
            for name, comment, rows, _ in tables
        ),
        counters=tuple(counters),
        programs=tuple(programs),
        longest_name=64,
        untold=tuple(untold),
    )  # fmt: skip


def _column(row: list[Any]) -> Column:
    (
        name,
        declared,
        data_type,
        chars,
        octets,
        precision,
        scale,
        fraction,
        nullable,
        default,
        extra,
        comment,
        collation,
    ) = row
    declared, extra = str(declared), str(extra or "")
    kind = _CLASSES.get(str(data_type).lower(), TypeClass.OTHER)
    if declared.lower() == "tinyint(1)":
        kind = TypeClass.BOOLEAN
    sized, timed, data_type = kind in _SIZED, kind in _TIMED, str(data_type).lower()
    length = (octets if kind is TypeClass.BINARY else chars) if sized else None
    generated = "identity" if "auto_increment" in extra.lower() else extra if "GENERATED" in extra.upper() else ""
    return Column(
        name=str(name), declared=declared, type_class=kind, length=None if length is None else int(length),
        unit=("bytes" if kind is TypeClass.BINARY else "chars") if sized else "",
        precision=int(precision) if kind is TypeClass.DECIMAL else _FLOATS.get(data_type),
        scale=int(fraction or 0) if timed else int(scale) if kind is TypeClass.DECIMAL else None,
        holds=_holds(declared.lower(), data_type, precision) if kind is TypeClass.INTEGER else None,
        nullable=str(nullable).upper() == "YES", default="" if default in (None, "NULL") or generated else str(default),
        generated="" if generated.upper() == "DEFAULT_GENERATED" else generated, comment=comment or "",
        collation=collation or "",
    )  # fmt: skip


def _holds(declared: str, data_type: str, precision: Any) -> tuple[int, int] | None:
    if data_type == "year":
        return _YEARS
    if data_type == "bit":
        return unsigned(int(precision or 1))
    bits = _BITS[data_type]
    return unsigned(bits) if "unsigned" in declared else signed(bits)


def _indexes(ask: Ask) -> Iterator[tuple[str, Key]]:
    found: dict[tuple[str, str, bool], list[tuple[Any, Any]]] = defaultdict(list)
    for table, name, non_unique, column, sub_part in ask(_INDEXES):
        found[str(table), str(name), not int(non_unique)].append((column, sub_part))
    for (table, name, unique), parts in found.items():
        kind = KeyKind.PRIMARY if name == "PRIMARY" else KeyKind.UNIQUE if unique else KeyKind.INDEX
        cut = [f"{column} 的前 {sub_part}" for column, sub_part in parts if column is not None and sub_part is not None]
        how = "表达式" if any(column is None for column, _ in parts) else "、".join(cut)
        named = tuple(str(column) for column, _ in parts if column is not None)
        yield table, Key(name=name, kind=kind, columns=named, definition=how)


def _foreign(rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, Key]]:
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for table, name, *rest in rows:
        found[str(table), str(name)].append(tuple(rest))
    for (table, name), parts in found.items():
        other, on = parts[0][1], {"DELETE": parts[0][3], "UPDATE": parts[0][4]}
        yield table, Key(
            name=name, kind=KeyKind.FOREIGN, columns=tuple(str(part[0]) for part in parts),
            refers=f"{other}({','.join(str(part[2]) for part in parts)})",
            rule=" ".join(f"{when} {what}" for when, what in on.items() if str(what or "") not in _QUIET),
        )  # fmt: skip


def _checks(rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, Key]]:
    for table, name, clause in rows:
        yield str(table), Key(name=str(name), kind=KeyKind.CHECK, definition=str(clause))


def _numbered(ask: Ask, tables: list[tuple[Any, ...]], columns: dict[str, list[Column]]) -> Iterator[Counter]:
    """What AUTO_INCREMENT would hand out next."""
    for name, _, _, following in tables:
        column = next((c.name for c in columns[str(name)] if c.generated == "identity"), "")
        if column:
            value = _at_least(ask, str(name), column) if following is None else int(following)
            yield Counter(name=f"{name}.{column}", next_value=value, table=str(name), column=column)


def _at_least(ask: Ask, table: str, column: str) -> int:
    """Where the product keeps the next number to itself (OceanBase): what was declared, and beyond what is there."""
    ((_, said),) = ask(f"SHOW CREATE TABLE `{table}`")
    ((highest,),) = ask(f"SELECT max(`{column}`) FROM `{table}`")
    declared = _DECLARED.search(str(said))
    return max(int(declared[1]) if declared else 1, int(highest or 0) + 1)


def _sequences(names: list[tuple[Any, ...]], ask_if_known: AskIfKnown) -> Iterator[Counter]:
    for (name,) in names:
        rows = ask_if_known(_NEXT.format(name=f"`{name}`"))
        yield Counter(
            name=str(name),
            next_value=int(rows[0][0]) if rows else None,
            step=int(rows[0][1]) if rows else 1,
        )
