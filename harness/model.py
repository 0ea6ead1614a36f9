"""The nouns of the harness as frozen values: stacks, replies, statements, transactions, workload items, events.

Not here: the results of a comparison (`result.py`), anything that opens a file or a socket.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from harness.imaging import ArchiveUse
from harness.message import Interface, Message, MessageEndpoint

Row = tuple[Any, ...]
Params = Mapping[str, Any]


class Role(enum.StrEnum):
    """Which side of the comparison a stack is."""

    ORIGINAL = "original"
    MIGRATED = "migrated"


class Part(enum.StrEnum):
    """What a run may consist of; `xinheng run --only` names them."""

    FUNCTIONAL = "functional"
    LOAD = "load"
    COMPAT = "db-compat"
    BATTERY = "error-handling"  # of the interfaces
    DATA = "data"  # what the two databases hold, row by row
    CAPACITY = "capacity"  # the search for the highest load that each stack bears


class ReplyKind(enum.IntEnum):
    """What came back. The order is by severity: a transaction's kind is the maximum over its steps."""

    OK = 0
    REFUSED = 1  # the system understood and declined: a constraint, a business rule
    FAILED = 2  # the system could not do it: syntax, unknown object, deadlock, internal error
    TIMED_OUT = 3
    UNREACHABLE = 4

    @property
    def label(self) -> str:
        return self.name.lower()


class ErrorClass(enum.StrEnum):
    """Product-neutral classes of SQL errors; products map their codes onto these (DESIGN.md rule 7)."""

    NONE = ""
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"
    NOT_NULL = "not_null"
    CHECK = "check"
    TOO_LONG = "too_long"
    NUMERIC_OVERFLOW = "numeric_overflow"
    BAD_VALUE = "bad_value"
    DIVISION_BY_ZERO = "division_by_zero"
    DEADLOCK = "deadlock"
    LOCK_TIMEOUT = "lock_timeout"
    SERIALIZATION = "serialization"
    SYNTAX = "syntax"
    UNKNOWN_OBJECT = "unknown_object"
    PRIVILEGE = "privilege"
    READ_ONLY = "read_only"
    STATEMENT_TIMEOUT = "statement_timeout"
    CONNECTION_LOST = "connection_lost"
    RESOURCES = "resources"  # out of disk, memory or connections
    ABORTED = "aborted"  # the transaction was already given up (25P02)
    PROTOCOL = "protocol"  # what an interface answered is no answer: not its protocol, or to another message
    OTHER = "other"


@dataclass(slots=True)
class Reply:
    """What one step brought back. Created once per step on the hot path, hence neither frozen nor keyword-only."""

    kind: ReplyKind
    rows: Sequence[Row] = ()
    columns: tuple[str, ...] = ()
    affected: int = -1  # rows changed, -1 where the statement does not change rows
    error_class: ErrorClass = ErrorClass.NONE
    message: str = ""  # the product's own text, for people
    body: bytes = b""  # what an interface answered, as it arrived
    status: str = ""  # and what its protocol says beside that: "201 application/json"
    # When what was sent left and when its answer had arrived, where the driver knows it better than whoever called it.
    sent_ns: int = field(default=0, compare=False)
    arrived_ns: int = field(default=0, compare=False)


# --------------------------------------------------------------------------- stacks


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlEndpoint:
    """Where a stack's database answers. `url` is an SQLAlchemy URL without a password, or a JDBC URL; none where there
    is no database to be reached.
    """

    url: str
    password_env: str = ""  # name of the environment variable that holds the password
    product: str = ""  # optional; checked against what answers
    jdbc: bool = False  # through the product's JDBC driver; a URL that begins with jdbc: means it too
    jar: str = ""  # the driver's jar, or a folder of jars
    user: str = ""  # for a JDBC URL, which names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine of a stack and the agent that watches it."""

    name: str
    agent: str = "local"  # "local" or the https address of a remote agent
    token_env: str = ""
    pid_file: str = ""  # first line is the pid of the database's main process; its whole tree is watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Everything one hospital system runs on."""

    role: Role
    title: str
    sql: SqlEndpoint = SqlEndpoint(url="")
    endpoints: Mapping[str, MessageEndpoint] = field(default_factory=dict)  # interface → where it answers
    hosts: tuple[Host, ...] = ()
    production: bool = False


# --------------------------------------------------------------------------- packs


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL statement of a pack, written once.

    `body` is a SQLAlchemy Core construct with named `bindparam`s. `texts` overrides it per product or family
    (`{"mysql": "…:name…"}`) where a product needs other words; placeholders are `:name`.
    """

    name: str
    body: Any
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A statement as one product wants it: DB-API text and the order of its parameters."""

    name: str
    sql: str
    order: tuple[str, ...]
    returns_rows: bool


class Conversation(Protocol):
    """What a transaction is written against: one session per endpoint, one open database transaction, one recorder.

    The executor begins before `act` is called and commits after it returns. A step whose reply is not ok ends the
    transaction with a rollback, except in `attempt`, which hands the reply to the transaction. A message is no part of
    the database transaction: whoever sends one that the other side must see data for ends the `leg` before it.
    """

    def rows(self, statement: Statement, /, **params: Any) -> Sequence[Row]:
        """All rows of a query."""

    def row(self, statement: Statement, /, **params: Any) -> Row | None:
        """The first row of a query, or None."""

    def change(self, statement: Statement, /, **params: Any) -> int:
        """Affected rows of an insert, update or delete."""

    def send(self, message: Message, /, **params: Any) -> Reply:
        """Send a message to its interface; the reply's `body` is the answer as it arrived."""

    def attempt(self, step: Statement | Message, /, **params: Any) -> Reply:
        """Like `change` or `send`, but a refusal is a business outcome that the transaction itself handles."""

    def leg(self, name: str) -> None:
        """A new leg of a journey begins: what the database was told so far is committed."""

    def refuse(self, reason: str) -> NoReturn:
        """End the transaction by the hospital's own rule: roll back, outcome *refused*."""


class Drawing(Protocol):
    """What a transaction's `draw` may use: a seeded random source, the generated world, and this user's pools."""

    rng: Any  # random.Random
    world: Any  # what the pack's `world` returned
    user: int
    users: int

    def take(self, pool: str) -> Any | None:
        """Remove and return the oldest entity of this user's pool, or None when it is empty."""

    def peek(self, pool: str) -> Any | None:
        """A random entity of this user's pool without removing it, or None."""

    def put(self, pool: str, entity: Any) -> None:
        """Add an entity that a drawn transaction will have produced by the time it has run."""

    def number(self, prefix: str) -> str:
        """A new business number, unique over all users of the workload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One business action. `draw` returns its parameters, or None when nothing fits at this point of the workload."""

    name: str  # identifier, e.g. "charge"
    title: str  # 收费结算
    draw: Callable[[Drawing], dict[str, Any] | None]
    act: Callable[..., Any]  # act(conversation, **params); what it returns is for a reference application
    weight: float = 1.0  # share in the load mix; 0: functional pass only
    size: float = 1.0  # how many ordinary transactions it is worth: under load, there are fewer of the big ones
    interfaces: tuple[str, ...] = ()  # interfaces that it sends to: it is left out where a stack has none of that name
    legs: Mapping[str, str] = field(default_factory=dict)  # of a journey: leg → 中文, in order
    bulk: bool = False  # 大规模数据处理: judged under PV-PERF-1b
    probe: bool = False  # tries what the hospital's rules forbid; runs last in the functional pass, never under load


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """Something that must hold on each stack whatever happened; `query` returns one row per violation."""

    name: str
    title: str
    query: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A declared explanation of one kind of difference. `where` is a glob on `transaction.statement.column` or
    `table.column`; `source` says who states that the products differ here (a BD id of the behaviour catalogue …).
    """

    id: str
    kind: str
    where: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The size of a hospital, in hospital terms."""

    outpatients_per_day: int = 200
    days: int = 5
    seed: int = 20260101
    image_share: float = 1.0  # of the usual number of images in a study; 1.0 is a CT of 300 slices


class Pack(Protocol):
    """A folder `scenarios/<system>/`. Its attributes are read only, so a pack may be a frozen object."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def metadata(self) -> Any: ...  # sqlalchemy.MetaData: the tables, in creation order by dependency
    @property
    def statements(self) -> Mapping[str, Statement]: ...
    @property
    def interfaces(self) -> tuple[Interface, ...]: ...
    @property
    def messages(self) -> Mapping[str, Message]: ...
    @property
    def transactions(self) -> tuple[Transaction, ...]: ...
    @property
    def invariants(self) -> tuple[Invariant, ...]: ...
    @property
    def rules(self) -> tuple[Rule, ...]: ...
    @property
    def archive(self) -> ArchiveUse | None: ...  # where the system keeps images

    def world(self, scale: Scale) -> Any:
        """The generated hospital (deterministic from `scale`); `draw` functions choose from it."""

    def rows(self, world: Any) -> Iterable[tuple[str, Sequence[str], Iterable[Row]]]:
        """(table, columns, rows) in loading order."""

    def pools(self, world: Any) -> Mapping[str, Sequence[Any]]:
        """Entities that exist in the loaded data and that transactions may consume, by pool name."""


# --------------------------------------------------------------------------- behaviour probes


class Group(enum.StrEnum):
    """The four things that PV-COMP-2 asks to test of a database."""

    CONNECTION = "connection"
    STORAGE = "storage"
    QUERY = "query"
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One behaviour of a database, asked of both stacks by the same script.

    `script` has a line per step: `A: SELECT …`, the letter naming the session (A, B, C; opened at its first line).
    `A~:` may be kept waiting by another session: the script goes on, and the answer is noted when it comes.
    `A.:` only the kind of the reply is noted, not its rows. `setup` lines (session A, committed after the last) only
    prepare: one that fails makes the probe an error. Words in braces are the product's (`{varchar}(10)`, `{dual}`);
    `{t}`, `{u}`, `{v}` are names of tables, views and sequences of ours, removed afterwards. `:name` is bound from
    `params`; one that can be called is a big value, made when the probe runs. Instead of SQL a line may be a directive:
    COMMIT, ROLLBACK, CONNECT [PLAIN] (with the server's own defaults), CLOSE, KILL B, IDLE 2 (s), POOL 20 (at once).
    """

    id: str  # null_order_asc
    title: str  # 升序时空值的位置
    group: Group
    source: str  # BD-29
    script: str
    meaning: str  # what a difference means for an application and what to do about it, in Chinese
    setup: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


# --------------------------------------------------------------------------- workload and recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One transaction of a workload, with everything it needs. `due_ns` counts from the start of the block."""

    seq: int
    transaction: str
    params: Mapping[str, Any]
    user: int = 0
    due_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of the functional pass as observed."""

    statement: str  # "commit" and "rollback" are steps too
    kind: ReplyKind
    error_class: str
    affected: int
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    message: str = ""
    sent: bytes = b""  # of a message: its body as it left
    address: str = ""  # POST /orders/7?page=1, where it went to a place of its own
    status: str = ""
    body: bytes = b""  # and what was answered, as it arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """One transaction of the functional pass as observed."""

    seq: int
    transaction: str
    outcome: ReplyKind
    reason: str  # why it was refused, in the pack's words
    steps: tuple[StepRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One case of the error-handling battery as it went on one stack: what was sent, then the good message."""

    seq: int  # item of the workload whose message was used; 0: no message was left for this case
    transaction: str
    interface: str
    message: str
    case: str  # truncated_half, half_open … or "good": the good message and nothing before it
    title: str
    expected: str
    expect: str  # harness.content.battery.Expect
    replies: tuple[str, ...] = ()  # kinds, one for each thing that was sent and could be answered
    said: tuple[str, ...] = ()  # one line about each of them
    left: tuple[Mapping[str, int], ...] = ()  # table → rows more, after each thing that was sent
    good: str = ""  # kind of the reply to the good message
    good_left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """All rows of one table at one moment, sorted by key in the harness (never by a database collation)."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    open: bool = False  # of an image archive: a column that one state has and another has not is empty there
