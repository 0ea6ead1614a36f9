"""The few things that every family of products must be told in its own words outside a pack: whole tables, sessions,
facts about the server, and the vocabulary of behaviour probes.

Declared texts only. `{table}` is a quoted table name, `{tables}` several, `{column}` a quoted column name (`{plain}`
unquoted), `{next}` and `{seconds}` are numbers, `{name}` is an identifier of ours, `{id}` what `own_session` answered.
Not here: SQL of packs (SQLAlchemy renders it), how a client library is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What a product may lack (`Product.lacks`); a contract test that needs one skips where it is lacking.
CAPABILITIES = frozenset(
    {
        "server_sleep",  # a statement that makes the server wait
        "statement_timeout",  # a statement that takes too long is ended
        "lock_timeout",  # a wait for a row lock ends by itself
        "row_locks",  # two sessions may change different rows of a table at once
        "kill_session",  # one session can end another
        "accounts",  # users and passwords
        "network",  # answers at a host and port
        "transactional_ddl",
        "enforces_length",  # VARCHAR(n) refuses longer texts
        "typed_columns",  # a column refuses a value of another type
        "check_constraints",
        "exact_decimals",  # DECIMAL keeps every digit
        "read_committed",  # a transaction sees what others have committed since it began
        "session_time_zone",
        "time_of_day",  # a column type TIME
    }
)

# SQL with one value; several where servers of a family spell it differently: asked in order until one is answered.
Question = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """How one family says them. An empty text: the family has no words for it, and the step is left out."""

    # --- whole tables
    tables: str  # names of the base tables of the current schema, in the case that packs write (lower)
    hold: tuple[str, ...] = ()  # before dropping or emptying tables that refer to each other
    resume: tuple[str, ...] = ()  # afterwards, so that a wrong foreign key is noticed
    drop: str = "DROP TABLE {tables}"
    empty: tuple[str, ...] = ("DELETE FROM {table}",)  # children first; restart identity columns
    identity: str = ""  # move the identity column past the data
    analyze: str = ""
    create_marks: str = (
        "CREATE TABLE {table} (table_name VARCHAR(128) NOT NULL PRIMARY KEY, mark VARCHAR(128) NOT NULL)"
    )

    # --- sessions
    one_row: str = ""  # what follows a SELECT without a table: " FROM dual"
    sleep: str = ""
    own_session: str = ""  # one value: what `kill` wants
    kill: str = ""

    # --- facts: common name (harness/doctor/common.py says in which form) → question, asked of a session that we
    # told nothing; "" where a product does not have what its family has
    facts: Mapping[str, Question] = field(default_factory=dict)
    privileges: Mapping[str, Question] = field(default_factory=dict)  # 建表 → 1 or true where granted, ? where unknown
    as_stored: str = ""  # makes a session compare literals as columns of the database are compared
    parameters: str = ""  # (name, value) of all server parameters

    # --- behaviour probes: word → text in braces of a probe's script
    words: Mapping[str, str] = field(default_factory=dict)
    # make, use and drop a schema {name} of ours; {like} is what the word `scratch_like` asks of the current one
    scratch: tuple[str, str, str] = ("", "", "")

    def per_table(self, text: str) -> bool:
        """Whether a text is to be said once per table."""
        return "{table}" in text
