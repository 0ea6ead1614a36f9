"""Statements of a pack → SQL text and parameter order of one product, before a run and never during one.

Not here: executing. Values travel as plain Python objects through the client library; SQLAlchemy's bind processors
never see them, so what a product does with a value is what its own client library does.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import exc, text
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.sql.elements import BindParameter, TextClause

from harness.errors import BadInput
from harness.model import Rendered, Statement

# A text that answers with rows. A word in a string literal may mislead it; the session looks at the answer itself.
_ROWS = re.compile(r"^\s*(?:--[^\n]*\n\s*)*\(*\s*(select|show|values|table|explain|describe|call)\b", re.IGNORECASE)
_WITH = re.compile(r"^\s*with\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(insert\s+into|update|delete\s+from|merge\s+into)\b", re.IGNORECASE)
_RETURNING = re.compile(r"\breturning\b", re.IGNORECASE)


def dialect_of(name: str, paramstyle: str = "format") -> Dialect:
    """A SQLAlchemy dialect with positional parameters: `%s`, or `?` for qmark. No client library is imported for it."""
    kind: Any = make_url(f"{name}://").get_dialect()
    made: Any = kind(paramstyle=paramstyle)
    if made.name == "postgresql":
        # SQLAlchemy assumes the escapes of servers before 9.1 until it has connected, which this dialect never does.
        made._backslash_escapes = False
    dialect: Dialect = made
    return dialect


def render(statement: Statement, dialect: Dialect, keys: tuple[str, ...]) -> Rendered:
    """Compile a statement; the first of `keys` (product id, family) that has a text of its own wins over the body."""
    own = next((statement.texts[key] for key in keys if key in statement.texts), None)
    body = text(own) if own is not None else statement.body
    if isinstance(body, Insert) and not body._returning:
        # Otherwise SQLAlchemy adds RETURNING of generated keys where a product has it, and only there.
        body = body.inline()
    body = _inline_constants(body)
    try:
        compiled: Any = body.compile(dialect=dialect)
        # Writes the constants into the text; the named parameters get any value, only their order is wanted.
        named = {key: None for key, bind in compiled.binds.items() if bind.required}
        final = compiled.construct_expanded_state(named)
    except exc.SQLAlchemyError as error:
        raise BadInput(f"语句 {statement.name} 无法写成 {keys[0]} 的 SQL：{error}") from error
    unbounded = [key for key in named if compiled.binds[key].expanding]
    if unbounded:
        raise BadInput(
            f"语句 {statement.name} 的参数 {'、'.join(unbounded)} 是长度不定的列表，无法事先写成 SQL。",
            hint="请改成固定个数的参数，或逐个执行。",
        )
    if compiled.insert_prefetch or compiled.update_prefetch:
        names = "、".join(column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch))
        raise BadInput(
            f"语句 {statement.name} 依赖列 {names} 在 Python 一侧的默认值，而语句是直接执行的。",
            hint="请在 values() 里写明这些列，或改用 server_default。",
        )
    return Rendered(
        name=statement.name,
        sql=final.statement,
        order=tuple(final.positiontup or ()),
        returns_rows=_returns_rows(body, final.statement),
    )


def _inline_constants(body: Any) -> Any:
    """Constants of a statement become part of its text: only named parameters are supplied at run time."""

    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and not element.required and not element.literal_execute:
            return element.render_literal_execute()
        return None

    return visitors.replacement_traverse(body, {}, replace)


def _returns_rows(body: Any, sql: str) -> bool:
    if isinstance(body, TextClause):
        if _ROWS.search(sql):
            return True
        changes = bool(_CHANGES.search(sql))
        return bool(_RETURNING.search(sql)) if changes else bool(_WITH.search(sql))
    if isinstance(body, UpdateBase):
        return bool(body._returning)
    return bool(getattr(body, "is_select", False))
