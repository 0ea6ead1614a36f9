"""SQL that would make one side of a table like the other, as files for an engineer to read; never executed here.

`repair/<table>.migrated.sql` changes the migrated side, `repair/<table>.original.sql` the original. Written from the
list of differences, up to a bound that the file names. Long values are known by their hash only and have to be moved
again. Not here: the list (`differences.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv

from harness.canonical import Form
from harness.execute.tables.differences import EXTRA, FOLDER, KEYS, MISSING, VALUES, file_name
from harness.ports import TableReader
from harness.recording import disk
from harness.table_reading import Look
from harness.tables.pairing import TablePair

REPAIR = "repair"
MOST = 10_000  # statements in a file
_LONG = frozenset({Form.LONG_TEXT, Form.LONG_BINARY})
Line = dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The side that would be changed."""

    name: str  # original, migrated
    reader: TableReader
    look: Look


def write(folder: Path, pair: TablePair, original: TableReader, migrated: TableReader) -> None:
    """Both files of a table; none where nothing differs."""
    wanted = list(_differences(folder, pair))
    if not wanted:
        return
    targets = (
        _Target(name="migrated", reader=migrated, look=pair.migrated),
        _Target(name="original", reader=original, look=pair.original),
    )
    for target in targets:
        path = folder / REPAIR / f"{file_name(pair.name)}.{target.name}.sql"
        statements = [each for change in wanted[:MOST] for each in change(pair, target)]
        head = [f"-- 由信衡写出，仅供核对后手工执行；执行后{_TITLES[target.name]}的这些行与另一侧相同。"]
        if len(wanted) > MOST:
            head.append(f"-- 只含前 {MOST} 处差异；全部差异见 {FOLDER}/{file_name(pair.name)}.*.csv。")
        with disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([*head, *statements]) + "\n", encoding="utf-8")


_TITLES = {"original": "原系统", "migrated": "迁移后系统"}
_Change = Callable[[TablePair, _Target], Iterator[str]]


def _differences(folder: Path, pair: TablePair) -> Iterator[_Change]:
    """One change per differing value or row that stands alone, up to one more than the bound."""

    def of(name: str, make: Callable[[Line], _Change]) -> Iterator[_Change]:
        path = folder / FOLDER / f"{file_name(pair.name)}.{name}.csv"
        return (make(line) for line in islice(_lines(path), MOST + 1)) if path.exists() else iter(())

    yield from of(VALUES, _value)
    yield from of(MISSING, lambda line: _row(line, only="original"))
    yield from of(EXTRA, lambda line: _row(line, only="migrated"))


def _lines(path: Path) -> Iterator[Line]:
    """A file's lines a batch at a time; NULL is None, the empty text is empty."""
    options = csv.ConvertOptions(
        column_types={name: pa.string() for name in _heads(path)}, null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )  # fmt: skip
    with csv.open_csv(path, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=options) as reader:
        for batch in reader:
            yield from batch.to_pylist()


def _heads(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [head.strip('"') for head in file.readline().strip().split(",")]


def _value(line: Line) -> _Change:
    def change(pair: TablePair, target: _Target) -> Iterator[str]:
        column = str(line["column"])
        form = dict(pair.forms)[column]
        value = line["original" if target.name == "migrated" else "migrated"]
        key = [line[f"{KEYS}{name}"] for name in (pair.key or pair.names)]
        own = dict(zip(pair.key or pair.names, key, strict=True))
        if not pair.key:
            own[column] = line[target.name]
        where = _where(pair, target, own)
        if form in _LONG:
            yield f"-- {pair.name}.{column} 为长字段，须重新迁移：{where}"
            return
        set_ = f"{_named(pair, target, column)} = {target.reader.literal(value, form)}"
        yield f"UPDATE {target.reader.named(target.look.table)} SET {set_} WHERE {where};"

    return change


def _row(line: Line, *, only: str) -> _Change:
    def change(pair: TablePair, target: _Target) -> Iterator[str]:
        table = target.reader.named(target.look.table)
        if target.name == only:
            keyed = {name: line[name] for name in (pair.key or pair.names)}
            yield f"DELETE FROM {table} WHERE {_where(pair, target, keyed)};"
            return
        names = [(name, form) for name, form in pair.forms if form not in _LONG or line[name] is None]
        if len(names) < len(pair.forms):
            yield f"-- {pair.name} 的下一行含长字段，须另行迁移"
        columns = ", ".join(_named(pair, target, name) for name, _ in names)
        values = ", ".join(target.reader.literal(line[name], form) for name, form in names)
        yield f"INSERT INTO {table} ({columns}) VALUES ({values});"

    return change


def _where(pair: TablePair, target: _Target, own: Line) -> str:
    forms = dict(pair.forms)
    said = []
    for name, value in own.items():
        column = _named(pair, target, name)
        if forms[name] in _LONG:
            continue
        said.append(f"{column} IS NULL" if value is None else f"{column} = {target.reader.literal(value, forms[name])}")
    return " AND ".join(said)


def _named(pair: TablePair, target: _Target, name: str) -> str:
    """A column as the target's own table has it."""
    return target.reader.named(target.look.columns[pair.names.index(name)].column.name)
