"""Whole tables: mark, create, load, clear, read. Used outside any measured block.

A table is ours when `xinheng_mark` names it; any other table is somebody's data and is never dropped, emptied or
loaded into. Not here: how rows travel in bulk, which each wire family does its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import MetaData, Table

from drivers.sql.ddl import create_statements
from drivers.sql.driver import DbapiDriver
from drivers.sql.order import sort_rows
from harness.errors import StackProtected
from harness.model import Row, TableState

MARKS = "xinheng_mark"


class TableWork(DbapiDriver):
    """The half of a driver that works on whole tables."""

    # ------------------------------------------------------------------ what wire families say

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        """Rows as they arrive, never all at once in the client library."""
        raise NotImplementedError

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        raise NotImplementedError

    # ------------------------------------------------------------------ ports.Driver

    def foreign_tables(self, names: Iterable[str]) -> tuple[str, ...]:
        with self._admin("查看已有的表") as connection:
            return self._foreign(connection, names)

    def create(self, metadata: MetaData, *, mark: str) -> None:
        names = [table.name for table in metadata.sorted_tables]
        with self._admin("建表") as connection:
            self._protect(connection, names)
            # Marks first: a crash in between leaves a mark without a table, never a table of ours without a mark.
            self._mark(connection, names, mark)
            present = self._existing(connection) & set(names)
            doomed = [self._quoted(name) for name in reversed(names) if name in present]
            for statement in (*self.grammar.hold, *self._said(self.grammar.drop, doomed)):
                self._run(connection, statement)
            for statement in (*self.grammar.resume, *create_statements(metadata, self._dialect)):
                self._run(connection, statement)
            connection.commit()

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        with self._admin(f"装载表 {table} ") as connection:
            self._protect(connection, [table])
            count = self._bulk_load(connection, self._quoted(table), [self._quoted(name) for name in columns], rows)
            connection.commit()
        return count

    def clear(self, metadata: MetaData) -> None:
        names = [table.name for table in reversed(metadata.sorted_tables)]
        with self._admin("清空表") as connection:
            self._protect(connection, names)
            quoted = [self._quoted(name) for name in names]
            emptying = [said for text in self.grammar.empty for said in self._said(text, quoted)]
            for statement in (*self.grammar.hold, *emptying, *self.grammar.resume):
                self._run(connection, statement)
            connection.commit()

    def finish_load(self, metadata: MetaData) -> None:
        with self._admin("更新统计信息") as connection:
            for table in metadata.sorted_tables:
                self._after_load(connection, table)
            connection.commit()

    def state(self, metadata: MetaData) -> Iterator[TableState]:
        for table in metadata.sorted_tables:
            with self._admin(f"读取表 {table.name} ") as connection:
                columns = self._columns_there(connection, table)
                if columns is None:
                    continue  # the table is gone: the comparison sees that it is missing
                named = ", ".join(self._quoted(name) for name in columns)
                rows = list(self._stream(connection, f"SELECT {named} FROM {self._quoted(table.name)}"))
            key = tuple(str(column.name) for column in table.primary_key.columns if column.name in columns)
            sort_rows(rows, [columns.index(name) for name in key])
            yield TableState(table=str(table.name), columns=columns, key=key, rows=tuple(rows))

    def _columns_there(self, connection: Any, table: Table) -> tuple[str, ...] | None:
        """The columns as the database has them, declared ones first: a migration may have lost or added some."""
        if table.name not in self._existing(connection):
            return None
        cursor = connection.cursor()
        cursor.execute(f"SELECT * FROM {self._quoted(table.name)} WHERE 1 = 0")
        there = [str(column[0]) for column in cursor.description]
        cursor.close()
        declared = [str(column.name) for column in table.columns]
        return (*(name for name in declared if name in there), *(name for name in there if name not in declared))

    # ------------------------------------------------------------------ marks

    def _foreign(self, connection: Any, names: Iterable[str]) -> tuple[str, ...]:
        existing = self._existing(connection)
        ours = (
            {name for (name,) in self._run(connection, f"SELECT table_name FROM {MARKS}")} if MARKS in existing else ()
        )
        return tuple(name for name in names if name in existing and name not in ours)

    def _protect(self, connection: Any, names: Sequence[str]) -> None:
        foreign = self._foreign(connection, names)
        if foreign:
            shown = "、".join(foreign[:3]) + ("等" if len(foreign) > 3 else "")
            raise StackProtected(
                f"{self.where} 里已有 {len(foreign)} 张不是信衡建立的同名表（{shown}），为保护其数据未作任何改动。",
                hint="请为验证另建一个空库，并在 stacks.toml 中改用它。",
            )

    def _existing(self, connection: Any) -> set[str]:
        return {str(name) for (name,) in self._run(connection, self.grammar.tables)}

    def _mark(self, connection: Any, names: Sequence[str], mark: str) -> None:
        if MARKS not in self._existing(connection):
            self._run(connection, self.grammar.create_marks.format(table=MARKS))
        for name in names:
            self._run(connection, f"DELETE FROM {MARKS} WHERE table_name = {self.placeholder}", (name,))
            both = f"{self.placeholder}, {self.placeholder}"
            self._run(connection, f"INSERT INTO {MARKS} (table_name, mark) VALUES ({both})", (name, mark))
        connection.commit()

    # ------------------------------------------------------------------ SQL

    def _said(self, text: str, tables: Sequence[str]) -> Iterator[str]:
        """A text of the grammar for these quoted tables: once for each of them, or once for all."""
        if tables and self.grammar.per_table(text):
            yield from (text.format(table=table) for table in tables)
        elif tables and text:
            yield text.format(tables=", ".join(tables))

    def _after_load(self, connection: Any, table: Table) -> None:
        grammar, name = self.grammar, self._quoted(table.name)
        for column in table.columns:
            if grammar.identity and (column is table.autoincrement_column or column.identity is not None):
                quoted = self._quoted(column.name)
                how = {"table": name, "column": quoted, "plain": column.name}
                if "{next}" in grammar.identity:
                    ((top,),) = self._run(connection, f"SELECT max({quoted}) FROM {name}")
                    how["next"] = str((top or 0) + 1)
                self._run(connection, grammar.identity.format(**how))
        for statement in self._said(grammar.analyze, [name]):
            self._run(connection, statement)

    def _quoted(self, name: str) -> str:
        # The preparer doubles % for the format style, which is what `_run` expects there.
        return self._dialect.identifier_preparer.quote(name)
