"""The clauses of the norm as data, read from `clauses.toml` beside this file: the one place that opens it.

Not here: how a clause is judged.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One requirement. `needs` says what is missing where the harness cannot judge it."""

    id: str
    title: str
    chapter: str
    kind: str
    periodic: bool
    requirement: str
    needs: str


@cache
def clauses() -> tuple[Clause, ...]:
    """Every clause, in the order of the norm."""
    text = resources.files("harness.judge").joinpath("clauses.toml").read_text(encoding="utf-8")
    return tuple(Clause(**table) for table in tomllib.loads(text)["clause"])
