"""Two catalogues → everything that they say differently. Pure.

What is declared equal although it is spelt differently: `_ALIKE`. A narrower type, a lost key or check, a disabled
trigger, a counter behind its data must not be; comments, spellings of defaults and further indexes are noted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from harness.catalogue import Catalogue, Column, Counter, Key, KeyKind, Program, ProgramKind, Table, TypeClass
from harness.compare.sizes import sizes
from harness.data_result import SchemaDifference, Weight

_Named = TypeVar("_Named", Table, Column, Program)

# Classes whose values an application cannot tell apart: original → migrated.
_ALIKE = {
    TypeClass.BOOLEAN: {TypeClass.INTEGER, TypeClass.DECIMAL},
    TypeClass.INTEGER: {TypeClass.DECIMAL},
    TypeClass.TEXT: {TypeClass.LONG_TEXT},
    TypeClass.CHAR: {TypeClass.TEXT, TypeClass.LONG_TEXT},
    TypeClass.BINARY: {TypeClass.LONG_BINARY},
    TypeClass.JSON: {TypeClass.LONG_TEXT},
    TypeClass.UUID: {TypeClass.CHAR, TypeClass.TEXT},
    TypeClass.LONG_TEXT: {TypeClass.TEXT},  # its length is judged by itself
    TypeClass.LONG_BINARY: {TypeClass.BINARY},
}
_DATES = {
    TypeClass.DATE: {TypeClass.DATETIME},
    TypeClass.DATETIME: {TypeClass.INSTANT},
    TypeClass.INSTANT: {TypeClass.DATETIME},
}


def differences(
    original: Catalogue, migrated: Catalogue, only: Collection[str] | None = None
) -> Iterator[SchemaDifference]:
    """In the original's order of tables; `only` names the tables that are looked at, folded."""
    yield from _collisions(original, migrated)
    for name, table, other in _both(original.tables, migrated.tables):
        if only is not None and name not in only:
            continue
        if table is not None and other is None:
            yield _must("table_missing", table.name, says="迁移后没有这张表")
        elif other is not None and table is None:
            yield _note("table_extra", other.name, says="原系统没有这张表")
        elif table is not None and other is not None:
            yield from _tables(table, other)
    yield from _counters(original, migrated, only)
    programs = (
        [program for program in side.programs if only is None or not program.table or program.table.casefold() in only]
        for side in (original, migrated)
    )
    yield from _programs(*programs)


def _must(
    kind: str, table: str, name: str = "", *, original: str = "", migrated: str = "", says: str = ""
) -> SchemaDifference:
    return SchemaDifference(
        kind=kind, weight=Weight.MUST, table=table, name=name, original=original, migrated=migrated, says=says
    )


def _note(
    kind: str, table: str, name: str = "", *, original: str = "", migrated: str = "", says: str = ""
) -> SchemaDifference:
    return SchemaDifference(
        kind=kind, weight=Weight.NOTE, table=table, name=name, original=original, migrated=migrated, says=says
    )


def _both(
    original: Iterable[_Named], migrated: Iterable[_Named]
) -> Iterator[tuple[str, _Named, _Named | None] | tuple[str, None, _Named]]:
    """Things of the same name, whatever its case; those of one side alone after the others."""
    there = {each.name.casefold(): each for each in migrated}
    seen = set()
    for each in original:
        name = each.name.casefold()
        seen.add(name)
        yield name, each, there.get(name)
    for name, each in there.items():
        if name not in seen:
            yield name, None, each


# --------------------------------------------------------------------------- names


def _collisions(original: Catalogue, migrated: Catalogue) -> Iterator[SchemaDifference]:
    """Names that become the same when case is folded, or when they are cut to what the migrated product keeps."""
    for table in original.tables:
        yield from _same_folded(table.name, [column.name for column in table.columns])
    yield from _same_folded("", [table.name for table in original.tables])
    longest = migrated.longest_name
    if longest is None:
        return
    for table in original.tables:
        for name in (table.name, *(column.name for column in table.columns), *(key.name for key in table.keys)):
            if len(name.encode()) > longest:
                yield _must(
                    "name_too_long", table.name, name,
                    original=f"{len(name.encode())} 字节", migrated=f"{longest} 字节",
                    says="名称会被截短，可能与别的名称相同",
                )  # fmt: skip


def _same_folded(table: str, names: Iterable[str]) -> Iterator[SchemaDifference]:
    seen: dict[str, str] = {}
    for name in names:
        if (first := seen.setdefault(name.casefold(), name)) != name:
            yield _must("name_collision", table, name, original=f"{first}、{name}", says="不区分大小写时是同一个名称")


# --------------------------------------------------------------------------- tables and columns


def _tables(original: Table, migrated: Table) -> Iterator[SchemaDifference]:
    table = original.name
    if original.comment and original.comment != migrated.comment:
        yield _note("comment", table, original=original.comment, migrated=migrated.comment)
    for _, column, other in _both(original.columns, migrated.columns):
        if column is not None and other is None:
            yield _must("column_missing", table, column.name, original=column.declared, says="迁移后没有这一列")
        elif other is not None and column is None:
            yield _column_extra(table, other)
        elif column is not None and other is not None:
            yield from _columns(table, column, other)
    yield from _keys(original, migrated)


def _column_extra(table: str, column: Column) -> SchemaDifference:
    demanding = not column.nullable and not column.default and not column.generated
    weigh, says = (
        (_must, "新增的列不许为空又没有缺省值，原有的插入会失败") if demanding else (_note, "原系统没有这一列")
    )
    return weigh("column_extra", table, column.name, migrated=column.declared, says=says)


def _columns(table: str, a: Column, b: Column) -> Iterator[SchemaDifference]:
    declared = {"original": a.declared, "migrated": b.declared}
    if a.type_class is not b.type_class and b.type_class not in _ALIKE.get(a.type_class, ()):
        soft = b.type_class in _DATES.get(a.type_class, ())
        says = "时间类型不同，时分秒或时区的含义可能变化" if soft else "数据类型不同"
        yield _must("type", table, a.name, **declared, says=says)
    else:
        for kind, weight, says in sizes(a, b):
            yield SchemaDifference(kind=kind, weight=weight, table=table, name=a.name, **declared, says=says)
    if a.nullable != b.nullable:
        says = "迁移后可以为空，应用可能读到没有的值" if b.nullable else "迁移后不许为空，原有的写入可能失败"
        yield _must("nullability", table, a.name, original=_nullable(a), migrated=_nullable(b), says=says)
    if bool(a.default) != bool(b.default) and not (a.generated or b.generated):
        yield _must("default", table, a.name, original=a.default, migrated=b.default, says="只有一侧有缺省值")
    elif a.default and _plain(a.default) != _plain(b.default) and not (a.generated or b.generated):
        sure = _number(a.default) is not None and _number(b.default) is not None
        weigh, says = (_must, "缺省值不同") if sure else (_note, "缺省值写法不同，请核对")
        yield weigh("default", table, a.name, original=a.default, migrated=b.default, says=says)
    if bool(a.generated) != bool(b.generated):
        yield _must("generated", table, a.name, original=a.generated, migrated=b.generated, says="只有一侧自动取值")
    if a.comment and a.comment != b.comment:
        yield _note("comment", table, a.name, original=a.comment, migrated=b.comment)


def _nullable(column: Column) -> str:
    return "NULL" if column.nullable else "NOT NULL"


def _plain(expression: str) -> str:
    """A default without the product's casts and quotes, as far as two spellings can be told to mean the same."""
    number = _number(expression)
    return str(number.normalize()) if number is not None else _bare(expression)


def _number(expression: str) -> Decimal | None:
    try:
        return Decimal(_bare(expression))
    except InvalidOperation:
        return None


def _bare(expression: str) -> str:
    text = expression.split("::")[0].strip().strip("()").strip("'").casefold().removesuffix("()").removesuffix("(6)")
    return _SPELLINGS.get(text.removesuffix("("), text.removesuffix("("))


_SPELLINGS = {"now": "current_timestamp", "localtimestamp": "current_timestamp", "true": "1", "false": "0"}


# --------------------------------------------------------------------------- keys


def _keys(original: Table, migrated: Table) -> Iterator[SchemaDifference]:
    table = original.name
    for kind, weigh, title in _KEYS:
        mine, there = _grouped(original.keys, kind), _grouped(migrated.keys, kind)
        for said, keys in mine.items():
            others = there.get(said, [])
            for key in _unmatched(keys, others):
                if not _covered(key, migrated):
                    yield weigh(f"{kind}_missing", table, key.name, original=_shown(key), says=f"迁移后没有这个{title}")
            if others:
                yield from _same_key(table, keys[-1], others[-1], title)
        for said, keys in there.items():
            for key in _unmatched(keys, mine.get(said, [])):
                if not _covered(key, original):
                    strict = kind in (KeyKind.UNIQUE, KeyKind.PRIMARY, KeyKind.FOREIGN)
                    more = _must if strict else _note
                    yield more(f"{kind}_extra", table, key.name, migrated=_shown(key), says=f"原系统没有这个{title}")
    checks = [
        sum(key.kind is KeyKind.CHECK and not _not_null(key) for key in each.keys) for each in (original, migrated)
    ]
    if checks[0] != checks[1]:
        weigh = _must if checks[1] < checks[0] else _note
        yield weigh("check_count", table, original=str(checks[0]), migrated=str(checks[1]), says="检查约束的个数不同")
    for key in migrated.keys:
        if not key.valid:
            yield _must("key_invalid", table, key.name, migrated=_shown(key), says="迁移后的约束或索引没有生效")


_KEYS: tuple[tuple[KeyKind, Callable[..., SchemaDifference], str], ...] = (
    (KeyKind.PRIMARY, _must, "主键"),
    (KeyKind.UNIQUE, _must, "唯一约束"),
    (KeyKind.FOREIGN, _must, "外键"),
    (KeyKind.INDEX, _note, "索引"),
)


def _grouped(keys: Iterable[Key], kind: KeyKind) -> dict[tuple[object, ...], list[Key]]:
    """Keys of a kind by what they are, whatever their names."""
    found: dict[tuple[object, ...], list[Key]] = {}
    for key in keys:
        if key.kind is kind:
            columns = tuple(name.casefold() for name in key.columns)
            ordered = columns if kind in (KeyKind.FOREIGN, KeyKind.INDEX) else tuple(sorted(columns))
            found.setdefault((ordered, key.refers.casefold(), bool(key.definition)), []).append(key)
    return found


def _unmatched(keys: Sequence[Key], others: Sequence[Key]) -> Sequence[Key]:
    """Those that the other side lacks. To say a key twice says nothing more; expressions can only be counted."""
    if keys[0].definition:
        return keys[len(others) :]
    return () if others else keys[-1:]


def _covered(key: Key, table: Table) -> bool:
    """An index that the other side keeps as a key, or that begins like one of its indexes."""
    columns = tuple(name.casefold() for name in key.columns)
    if key.kind is not KeyKind.INDEX or not columns:
        return False
    others = (
        tuple(name.casefold() for name in other.columns) for other in table.keys if other.kind is not KeyKind.CHECK
    )
    return any(other[: len(columns)] == columns for other in others)


def _same_key(table: str, a: Key, b: Key, title: str) -> Iterator[SchemaDifference]:
    if a.rule != b.rule:
        yield _must("foreign_rule", table, a.name, original=a.rule or "RESTRICT", migrated=b.rule or "RESTRICT",
                    says="删除或修改被引用的行时做法不同")  # fmt: skip
    if a.kind is KeyKind.PRIMARY and [c.casefold() for c in a.columns] != [c.casefold() for c in b.columns]:
        yield _note("key_order", table, a.name, original=_shown(a), migrated=_shown(b), says=f"{title}的列次序不同")


def _shown(key: Key) -> str:
    shown = key.definition or f"({', '.join(key.columns)})"
    return shown + (f" → {key.refers}" if key.refers else "")


def _not_null(key: Key) -> bool:
    """Some products keep NOT NULL as a check."""
    return key.definition.strip("() ").upper().endswith("IS NOT NULL")


# --------------------------------------------------------------------------- counters and programs


def _counters(original: Catalogue, migrated: Catalogue, only: Collection[str] | None) -> Iterator[SchemaDifference]:
    there = _by_place(migrated)
    for place, counter in _by_place(original).items():
        if place[0] and only is not None and place[0] not in only:
            continue
        other = there.get(place)
        named = {"table": counter.table, "name": counter.column or counter.name}
        if other is None:
            if not place[0]:
                yield _must("counter_missing", **named, original=str(counter.next_value), says="迁移后没有这个序列")
        elif counter.next_value is not None and other.next_value is not None and other.next_value < counter.next_value:
            yield _must(
                "counter_behind", **named, original=str(counter.next_value), migrated=str(other.next_value),
                says="迁移后的序列落在原系统后面，新的编号会与已有的重复",
            )  # fmt: skip
        if other is not None and other.step != counter.step:
            yield _must(
                "counter_step", **named, original=str(counter.step), migrated=str(other.step),
                says="步长不同，按步长取号的应用会取到已有的编号，或漏掉编号",
            )  # fmt: skip
    for place, counter in there.items():
        if (only is None or place[0] in only) and _behind_its_column(counter):
            yield _must(
                "counter_behind_rows", counter.table, counter.column,
                migrated=f"{counter.next_value}（列中最大 {counter.highest}）",
                says="迁移后的序列落在列中已有的编号后面，下一次插入就会重复",
            )  # fmt: skip


def _by_place(catalogue: Catalogue) -> dict[tuple[str, str], Counter]:
    """By the column that it numbers; those of no column by name."""
    return {
        (c.table.casefold(), c.column.casefold()) if c.table else ("", c.name.casefold()): c for c in catalogue.counters
    }


def _behind_its_column(counter: Counter) -> bool:
    known = counter.next_value is not None and counter.highest is not None and counter.step > 0
    return known and int(counter.next_value or 0) <= int(counter.highest or 0)


_PROGRAMS = {
    ProgramKind.VIEW: "视图", ProgramKind.PROCEDURE: "存储过程", ProgramKind.FUNCTION: "函数",
    ProgramKind.TRIGGER: "触发器", ProgramKind.PACKAGE: "程序包", ProgramKind.SYNONYM: "同义词",
    ProgramKind.JOB: "作业",
}  # fmt: skip


def _programs(original: Collection[Program], migrated: Collection[Program]) -> Iterator[SchemaDifference]:
    for kind, title in _PROGRAMS.items():
        mine, there = ([p for p in side if p.kind is kind] for side in (original, migrated))
        for _, program, other in _both(mine, there):
            if program is not None and other is None:
                yield _must(f"{kind}_missing", program.table, program.name, says=f"迁移后没有这个{title}")
            elif other is not None and program is None:
                yield _note(f"{kind}_extra", other.table, other.name, says=f"原系统没有这个{title}")
            elif program is not None and other is not None and program.working and not other.working:
                yield _must(
                    f"{kind}_not_working", program.table, program.name, migrated=other.why_not,
                    says=f"迁移后的{title}不起作用",
                )  # fmt: skip
