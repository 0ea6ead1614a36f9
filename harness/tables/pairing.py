"""Which table is held against which, and how either side looks at its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.canonical import Form, Pair, Shown, paired
from harness.catalogue import Catalogue, Table
from harness.data_result import TablesSettings
from harness.table_reading import Look
from harness.tables.chunk import Forms

_WHOLE_NUMBERS = Form.INTEGER


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePair:
    """A table that both sides have."""

    name: str  # as the original has it
    original: Look
    migrated: Look
    forms: Forms
    key: tuple[str, ...]  # names among `forms`; (): no key
    uncompared: tuple[str, ...]  # columns that only one side has

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.forms]

    @property
    def by_ranges(self) -> bool:
        """Whether rows are told apart by one whole number."""
        return len(self.key) == 1 and dict(self.forms)[self.key[0]] is _WHOLE_NUMBERS


def chosen(name: str, settings: TablesSettings) -> bool:
    """Whether the settings want a table."""
    folded = name.casefold()
    return _any(folded, settings.tables) and not _any(folded, settings.exclude)


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns)


def pairs(original: Catalogue, migrated: Catalogue, settings: TablesSettings) -> Iterator[TablePair]:
    """Every table that both have and the settings want, in the original's order."""
    there = {table.name.casefold(): table for table in migrated.tables}
    for table in original.tables:
        other = there.get(table.name.casefold())
        if other is not None and chosen(table.name, settings):
            yield pair(table, other, settings)


def pair(original: Table, migrated: Table, settings: TablesSettings) -> TablePair:
    common = paired(original, migrated)
    key = _key(original, migrated, common)
    where = next((text for pattern, text in settings.where.items() if _any(original.name.casefold(), (pattern,))), "")

    def look(table: Table, shown: list[Shown]) -> Look:
        keyed = tuple(s for s, p in zip(shown, common, strict=True) if p.name in key)
        in_order = sorted(keyed, key=lambda s: key.index(_original_name(s, common)))
        return Look(table=table.name, columns=tuple(shown), key=tuple(in_order), where=where)

    alone = {c.name.casefold() for c in original.columns} ^ {c.name.casefold() for c in migrated.columns}
    return TablePair(
        name=original.name,
        original=look(original, [Shown(column=p.original, form=p.form) for p in common]),
        migrated=look(migrated, [Shown(column=p.migrated, form=p.form) for p in common]),
        forms=tuple((p.name, p.form) for p in common),
        key=key,
        uncompared=tuple(sorted(alone)),
    )


def _original_name(shown: Shown, common: tuple[Pair, ...]) -> str:
    return next(p.name for p in common if shown.column in (p.original, p.migrated))


def _key(original: Table, migrated: Table, common: tuple[Pair, ...]) -> tuple[str, ...]:
    """The original's key; the migrated table's where the original has none."""
    names = {p.name.casefold(): p for p in common}
    for table in (original, migrated):
        columns = [name.casefold() for name in table.row_key]
        if columns and all(name in names and _sure(names[name]) for name in columns):
            return tuple(names[name].name for name in columns)
    return ()


def _sure(pair: Pair) -> bool:
    """Long values and fractions of approximate numbers tell no rows apart."""
    return pair.form not in (Form.LONG_TEXT, Form.LONG_BINARY, Form.FLOAT)
