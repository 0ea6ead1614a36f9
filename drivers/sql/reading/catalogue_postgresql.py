"""What PostgreSQL and its descendants say of one schema, from pg_catalog, a question per kind of thing."""

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

_HERE = "n.nspname = current_schema()"

_COLUMNS = f"""
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname), t.typtype,
  a.atttypmod, NOT a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity, a.attgenerated,
  coalesce(col_description(c.oid, a.attnum), ''), coalesce(l.collname, '')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
WHERE {_HERE} AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname, a.attnum"""

_TABLES = f"""
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), c.reltuples
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_HERE} AND c.relkind IN ('r', 'p') AND NOT c.relispartition"""

_NAMES = """(SELECT array_agg(a.attname ORDER BY u.place) FROM unnest({numbers}) WITH ORDINALITY u(number, place)
  JOIN pg_attribute a ON a.attrelid = {of} AND a.attnum = u.number)"""

_CONSTRAINTS = f"""
SELECT c.relname, k.conname, k.contype, {_NAMES.format(numbers="k.conkey", of="k.conrelid")},
  coalesce(r.relname, ''), {_NAMES.format(numbers="k.confkey", of="k.confrelid")},
  k.confdeltype::text || k.confupdtype::text,
  CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) ELSE '' END, k.convalidated
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class r ON r.oid = k.confrelid
WHERE {_HERE} AND k.contype IN ('p', 'u', 'f', 'c') AND NOT c.relispartition
ORDER BY c.relname, k.conname"""

_INDEXES = f"""
SELECT c.relname, i.relname, x.indisunique, {_NAMES.format(numbers="x.indkey::int2[]", of="x.indrelid")},
  CASE WHEN x.indexprs IS NOT NULL OR x.indpred IS NOT NULL THEN pg_get_indexdef(x.indexrelid) ELSE '' END, x.indisvalid
FROM pg_index x
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_HERE} AND NOT c.relispartition
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u'))
ORDER BY c.relname, i.relname"""

# Owned by a column, or only named in its default, as some migration tools leave it.
_COUNTERS = f"""
SELECT q.relname, s.seqincrement, coalesce(o.relname, ''), coalesce(a.attname, ''), quote_ident(q.relname)
FROM pg_sequence s
JOIN pg_class q ON q.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = q.relnamespace
LEFT JOIN pg_depend d ON d.objid = q.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN (SELECT min(v.oid) AS oid, w.refobjid FROM pg_depend w JOIN pg_attrdef v ON v.oid = w.objid
  WHERE w.classid = 'pg_attrdef'::regclass AND w.deptype = 'n' GROUP BY w.refobjid) f ON f.refobjid = q.oid
LEFT JOIN pg_attrdef e ON e.oid = f.oid
LEFT JOIN pg_class o ON o.oid = coalesce(d.refobjid, e.adrelid)
LEFT JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = coalesce(d.refobjsubid, e.adnum)
WHERE {_HERE}
ORDER BY q.relname"""
# pg_sequences says nothing of a sequence that was restarted and not used yet.
_NEXT = "SELECT last_value + CASE WHEN is_called THEN {step} ELSE 0 END FROM {sequence}"

_PROGRAMS = f"""
SELECT viewname, 'view', '', '' FROM pg_views WHERE schemaname = current_schema()
UNION ALL
SELECT matviewname, 'view', '', '' FROM pg_matviews WHERE schemaname = current_schema()
UNION ALL
SELECT p.proname, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, '', ''
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE {_HERE} AND p.prorettype <> 'trigger'::regtype
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT t.tgname, 'trigger', c.relname, CASE t.tgenabled WHEN 'D' THEN '已停用' ELSE '' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_HERE} AND NOT t.tgisinternal
ORDER BY 2, 3, 1"""

_CLASSES = {
    **dict.fromkeys(("int2", "int4", "int8", "oid", "tinyint", "int1"), TypeClass.INTEGER),
    "numeric": TypeClass.DECIMAL,
    "money": TypeClass.DECIMAL,
    **dict.fromkeys(("float4", "float8"), TypeClass.FLOAT),
    "bool": TypeClass.BOOLEAN,
    **dict.fromkeys(("varchar", "nvarchar2", "varchar2", "name"), TypeClass.TEXT),
    "bpchar": TypeClass.CHAR,
    **dict.fromkeys(("text", "clob", "xml"), TypeClass.LONG_TEXT),
    **dict.fromkeys(("bytea", "blob", "raw"), TypeClass.LONG_BINARY),
    "date": TypeClass.DATE,
    **dict.fromkeys(("time", "timetz"), TypeClass.TIME),
    "timestamp": TypeClass.DATETIME,
    "smalldatetime": TypeClass.DATETIME,
    "timestamptz": TypeClass.INSTANT,
    "interval": TypeClass.INTERVAL,
    **dict.fromkeys(("json", "jsonb"), TypeClass.JSON),
    "uuid": TypeClass.UUID,
}
_HOLDS = {
    **{f"int{octets}": signed(8 * octets) for octets in (2, 4, 8)},
    "oid": unsigned(32),
    "tinyint": signed(8),  # KingbaseES
    "int1": unsigned(8),  # openGauss
}
_BITS = {"float4": SINGLE, "float8": DOUBLE}
_HEADER = 4  # bytes that a type modifier counts beyond what is declared
_KINDS = {"p": KeyKind.PRIMARY, "u": KeyKind.UNIQUE, "f": KeyKind.FOREIGN, "c": KeyKind.CHECK}
_RULES = {"a": "", "r": "", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", " ": ""}  # NO ACTION is RESTRICT here
_CHECK = re.compile(r"^CHECK \((.*)\)( NOT VALID)?$", re.DOTALL)


def catalogue(ask: Ask, ask_if_known: AskIfKnown, *, product_id: str) -> Catalogue:
    ((schema,),) = ask("SELECT current_schema()")
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, *rest in ask(_COLUMNS):
        columns[table].append(_column(rest))
    keys: dict[str, list[Key]] = defaultdict(list)
    for table, key in (*_constraints(ask), *_indexes(ask)):
        keys[table].append(key)
    return Catalogue(
        product_id=product_id,
        schema=str(schema),
        tables=tuple(
            Table(
                name=name,
                columns=tuple(columns[name]),
                keys=tuple(keys[name]),
                comment=comment,
                rows_about=int(rows) if rows >= 0 else None,
            )
            for name, comment, rows in sorted(ask(_TABLES))
        ),
        counters=tuple(_counters(ask, ask_if_known)),
        programs=tuple(
            Program(name=name, kind=ProgramKind(kind), table=table, working=not why, why_not=why)
            for name, kind, table, why in ask(_PROGRAMS)
        ),
        longest_name=63,
    )


def _column(row: list[Any]) -> Column:
    name, declared, type_name, type_type, modifier, nullable, default, identity, generated, comment, collation = row
    kind = TypeClass.OTHER if type_type == "e" else _CLASSES.get(type_name, TypeClass.OTHER)
    length = scale = None
    precision = _BITS.get(type_name)
    if kind in (TypeClass.TEXT, TypeClass.CHAR) and modifier >= _HEADER:
        length = modifier - _HEADER
    elif kind is TypeClass.TEXT and type_name == "varchar":
        kind = TypeClass.LONG_TEXT  # varchar without a bound is text
    elif kind is TypeClass.DECIMAL and modifier >= _HEADER:
        precision, scale = (modifier - _HEADER) >> 16 & 0xFFFF, (modifier - _HEADER) & 0x7FF
    elif kind in (TypeClass.DATETIME, TypeClass.INSTANT, TypeClass.TIME):
        scale = modifier if modifier >= 0 else 6
    return Column(
        name=name, declared=declared, type_class=kind, length=length, unit="chars" if length is not None else "",
        precision=precision, scale=scale, holds=_HOLDS.get(type_name), nullable=nullable,
        default="" if generated else default,
        generated="identity" if identity else default if generated else "", comment=comment, collation=collation,
    )  # fmt: skip


def _constraints(ask: Ask) -> Iterator[tuple[str, Key]]:
    for table, name, kind, columns, other, referred, rules, text, valid in ask(_CONSTRAINTS):
        condition = _CHECK.match(text)
        rule = " ".join(
            f"{when} {what}"
            for when, what in zip(("DELETE", "UPDATE"), map(_RULES.get, rules or ""), strict=False)
            if what
        )
        yield table, Key(
            name=name, kind=_KINDS[kind], columns=tuple(columns or ()),
            refers=f"{other}({','.join(referred or ())})" if other else "",
            definition=condition[1] if condition else "", rule=rule, valid=bool(valid),
        )  # fmt: skip


def _indexes(ask: Ask) -> Iterator[tuple[str, Key]]:
    for table, name, unique, columns, text, valid in ask(_INDEXES):
        kind = KeyKind.UNIQUE if unique else KeyKind.INDEX
        yield table, Key(name=name, kind=kind, columns=tuple(columns or ()), definition=text, valid=bool(valid))


def _counters(ask: Ask, ask_if_known: AskIfKnown) -> Iterator[Counter]:
    """A sequence that may not be read says no next value."""
    for name, step, table, column, quoted in ask(_COUNTERS):
        rows = ask_if_known(_NEXT.format(step=int(step), sequence=quoted))
        following = int(rows[0][0]) if rows else None
        yield Counter(name=name, next_value=following, step=int(step), table=table, column=column)
