"""What the scripts of most probes are made of: a table with rows, and statements tried one by one.

Not here: SQL that one probe alone needs, which stands in that probe in full.
"""

from __future__ import annotations


def table(columns: str, *rows: str, name: str = "{t}") -> str:
    """Setup: a table and its rows, one INSERT each, because Oracle took no list of rows before 23ai."""
    return "\n".join((f"CREATE TABLE {name} ({columns})", *(f"INSERT INTO {name} VALUES ({row})" for row in rows)))


def tries(*statements: str) -> str:
    """Script: each statement for itself. PostgreSQL answers nothing after an error until the transaction is ended."""
    return "\n".join(f"A: {statement}\nA: ROLLBACK" for statement in statements)


def tried(*statements: str) -> str:
    """The same where only accepting or refusing counts."""
    return "\n".join(f"A.: {statement}\nA: ROLLBACK" for statement in statements)
