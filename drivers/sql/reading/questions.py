"""SQL of what is counted and summed inside a database (`table_reading.Question`), the same for every family."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from drivers.sql.reading.writing import Writing
from harness.canonical import Form, Shown
from harness.data_result import CheckKind
from harness.table_reading import Question

PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010fffd]"
REPLACED = "\ufffd"
_TEXTS = frozenset({Form.TEXT, Form.LONG_TEXT})


def sql_of(question: Question, writing: Writing, source: str) -> str:
    """`source`: what follows FROM, with its conditions."""
    return _SQL[question.kind](question, writing, source)


def _count(condition: str) -> str:
    return f"coalesce(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0)"


def _totals(question: Question, writing: Writing, source: str) -> str:
    groups = [writing.exact(_bare(writing, shown)) for shown in question.by]
    if question.month is not None:
        groups.append(f"substr({_bare(writing, question.month)}, 1, 7)")
    sums = [f"sum({writing.quoted(shown.column.name)})" for shown in question.look.columns]
    by = f" GROUP BY {', '.join(groups)}" if groups else ""
    return f"SELECT {', '.join([*groups, 'count(*)', *sums])} FROM {source}{by}"


def _found(question: Question, writing: Writing, source: str) -> str:
    assert question.to is not None
    (shown,), (there,) = question.look.columns, question.to.columns
    quoted = writing.quoted
    own = f"{quoted(question.look.table)}.{quoted(shown.column.name)}"
    other = f"SELECT 1 FROM {quoted(question.to.table)} there WHERE there.{quoted(there.column.name)} = {own}"
    blank = f" AND {_filled(writing, shown)}" if shown.form in _TEXTS else ""
    return f"SELECT {_count(f'EXISTS ({other}){blank}')}, count(*) FROM {source}"


def _complete(question: Question, writing: Writing, source: str) -> str:
    filled = " AND ".join(_filled(writing, shown) for shown in question.look.columns)
    return f"SELECT {_count(filled)}, count(*) FROM {source}"


def _timely(question: Question, writing: Writing, source: str) -> str:
    names = [writing.quoted(shown.column.name) for shown in question.look.columns]
    pairs = list(pairwise(names))
    kept = " + ".join(_count(f"{one} <= {other}") for one, other in pairs)
    both = " + ".join(_count(f"{one} IS NOT NULL AND {other} IS NOT NULL") for one, other in pairs)
    return f"SELECT {kept}, {both} FROM {source}"


def _characters(question: Question, writing: Writing, source: str) -> str:
    (shown,) = question.look.columns
    name = writing.quoted(shown.column.name)
    replaced = f"{writing.exact(name)} LIKE {writing.text('%' + REPLACED + '%')}"
    return f"SELECT {_count(writing.matches(name, PRIVATE))}, {_count(replaced)} FROM {source}"


def _filled(writing: Writing, shown: Shown) -> str:
    """Not by comparing with '', which is NULL where a product follows Oracle."""
    name = writing.quoted(shown.column.name)
    return f"length(trim({name})) > 0" if shown.form in _TEXTS else f"{name} IS NOT NULL"


def _bare(writing: Writing, shown: Shown) -> str:
    return writing.value(shown.column, Form.DATETIME if shown.form is Form.DATE else shown.form)


_SQL: dict[CheckKind, Callable[[Question, Writing, str], str]] = {
    CheckKind.TOTALS: _totals,
    CheckKind.CODES: _found,
    CheckKind.MATCHED: _found,
    CheckKind.COMPLETE: _complete,
    CheckKind.TIMELY: _timely,
    CheckKind.CHARACTERS: _characters,
}
