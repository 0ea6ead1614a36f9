"""The Protocols that drivers fulfil. The harness knows these and no product.

A driver is found by the scheme of an endpoint's URL (`drivers.sql.driver_for`), handed to the harness by a
composition root (`cli.py`, a pack's `locustfile.py`), and used through nothing but this page.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from harness.canonical import Form
from harness.catalogue import Catalogue
from harness.imaging import DicomObject, InstanceHeld, StudyHeld
from harness.message import MessageEndpoint, Misbehaviour, Outgoing
from harness.model import ErrorClass, Rendered, Reply, Row, Statement, TableState
from harness.result import Examination, StackFacts
from harness.table_reading import Buckets, Digest, Extent, Look, Question, Range, Ranges


class Waiting(enum.StrEnum):
    """How a driver waits for its server."""

    GREEN = "green"  # the socket is cooperative under gevent once `make_green` was called
    BLOCKING = "blocking"  # a C library holds the thread: needs a thread per user


class Session(Protocol):
    """One conversation with an endpoint: one DB-API connection, never shared between users.

    No method raises for what the server does: a refusal, an error, a time-out or a lost connection is a `Reply`.
    Autocommit is off; a database transaction opens with its first statement. `execute` returns only after the last
    row was read.
    """

    def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
        """Run one rendered statement with positional parameters."""

    def commit(self) -> Reply: ...

    def rollback(self) -> Reply: ...

    def close(self) -> None: ...


class Driver(Protocol):
    """One product reached through one client library, bound to one endpoint."""

    product_id: str  # postgresql, kingbase, oceanbase …
    family: str  # postgresql, mysql: the key of `Statement.texts` after the product id
    waiting: Waiting

    def render(self, statement: Statement) -> Rendered:
        """Compile a statement for this product. Called before a run, never on the hot path."""

    def connect(self, *, statement_timeout_s: float = 30.0, plain: bool = False) -> Session:
        """Open a session. Raises StackUnreachable, StackRefused or DriverMissing.

        `plain`: the session is told nothing but the statement time-out, so that it meets the server's own defaults.
        """

    def make_green(self) -> None:
        """Let waiting sockets yield to other greenlets (called once per load process, after gevent patched)."""

    def sleep(self, seconds: float) -> Rendered:
        """A statement that makes the server sleep: the concurrency self-test runs it N times at once."""

    def identify(self) -> StackFacts:
        """What answers: product, version, banner, settings. Raises like `connect`."""

    def examine(self) -> Examination:
        """Everything `xinheng doctor` shows of an endpoint. Reads only. Raises like `connect`."""

    def words(self) -> Mapping[str, str]:
        """What a probe's script may write in braces, in the product's own words; also `own_session` and `kill`;
        `scratch_make`, `scratch_use`, `scratch_drop` (empty where the product has no schemas of ours to offer);
        `session_setup` (what sessions are told, a line each) and `autocommit_off` (for the product's own client)."""

    # --- loading and reading whole tables: outside any measured block

    def foreign_tables(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that exist and do not carry the harness's mark: data that we did not put there."""

    def create(self, metadata: Any, *, mark: str) -> None:
        """Drop the tables of `metadata` that carry the mark, then create all of them, marked."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Bulk-load rows by the product's fastest plain way and commit; the number of rows."""

    def clear(self, metadata: Any) -> None:
        """Empty all tables of `metadata` (children first) and reset identity columns."""

    def finish_load(self, metadata: Any) -> None:
        """After loading: move identity columns past the data, refresh optimiser statistics."""

    def state(self, metadata: Any) -> Iterator[TableState]:
        """Every table of `metadata`, all rows, sorted by key in the harness."""

    def table_reader(self, *, zone: str = "+08:00") -> TableReader:
        """A reader over a connection of its own; `zone` is what instants are told in. Raises like `connect`, and
        BadInput for a product whose tables cannot be read yet."""

    def error_class(self, error: BaseException) -> ErrorClass:
        """The product-neutral class of an exception of the client library."""


class Server(Protocol):
    """One server of the simulation environment: started, found again, stopped."""

    product_id: str

    def start(self) -> Mapping[str, str]:
        """Start it (or find it running) and return the keys of its `[stacks.X.sql]` and host tables."""

    def stop(self) -> None: ...

    def running(self) -> bool: ...

    def discard(self) -> None:
        """Stop it and delete its data."""


class ReferenceServer(Protocol):
    """A server of known service times that the load generator is held against; runs on this machine."""

    url: str

    def freeze(self, moment_ns: int, seconds: float) -> None:
        """From a moment of the monotonic clock on, answer nothing for so long."""

    def records(self) -> Any:
        """int64 array of (number, received, answered) for everything answered since this was last called."""


class Application(Protocol):
    """The program that answers for a simulated stack's interfaces, on top of its database."""

    def start(self, sql: Mapping[str, str], /) -> Mapping[str, Mapping[str, str]]:
        """Start it (or find it running) on the database that `Server.start` spoke of; interface → the keys of its
        `[stacks.X.endpoints]` table."""

    def stop(self) -> None: ...

    def running(self) -> bool: ...

    def discard(self) -> None:
        """Stop it and delete what it wrote."""


class TableReader(Protocol):
    """One side of a comparison of whole databases: reads and nothing more, as of one moment where the product can.

    Every method raises StackUnreachable or StackRefused. Not shared between threads.
    """

    digests_rows: bool  # False: the product has no hash to use; its lines are streamed and hashed by whoever asks
    moment: str  # what "one moment" rests on, in Chinese; "": nothing, what is written meanwhile is seen

    def catalogue(self) -> Catalogue:
        """Everything in the endpoint's schema."""

    def extent(self, look: Look) -> Extent:
        """Rows, and the ends of an integer key."""

    def digests(self, look: Look, parts: Ranges | Buckets, *, hashed: bool = True) -> Iterator[Digest]:
        """Every part that has rows, hashed inside the database, in any order; `hashed=False`: only counted."""

    def lines(self, look: Look, part: Range | Buckets | None, rows: int) -> bytes:
        """The lines (`canonical.py`) of a part's rows, about `rows`, in any order; None: of all. The caller asks for
        what fits."""

    def content(self, look: Look, key: Sequence[str], column: str) -> bytes | None:
        """What a long value of the row with this key is, in full; `key` as its lines say it."""

    def answer(self, question: Question) -> Sequence[tuple[str | None, ...]]:
        """What is counted or summed inside the database (`table_reading.Question`)."""

    def named(self, name: str) -> str:
        """An identifier as the product's SQL writes it."""

    def literal(self, text: str | None, form: Form) -> str:
        """A value, as its line says it, in the product's SQL."""

    def busy(self) -> int:
        """Sessions of others that are at work right now."""

    def renew(self) -> None:
        """Read as of another moment from here on: now."""

    def close(self) -> None: ...


class MessageSession(Protocol):
    """One conversation with a message interface, never shared between users.

    `send` raises for nothing that the peer does: a refusal, an error, a time-out, a lost connection or an answer that
    is none is a `Reply`. After one that is worse than *refused* the connection is given up, so that a late answer never
    meets a later message; the next `send` opens another. Nothing is ever sent twice.
    """

    def send(self, message: Outgoing, /) -> Reply:
        """Send one message; `body` of the reply is the answer as it arrived, `message` one line about it."""

    def close(self) -> None: ...


class MessageDriver(Protocol):
    """One message interface of a stack."""

    endpoint: MessageEndpoint
    waiting: Waiting

    @property
    def kind(self) -> str: ...  # mllp http soap amqp dicom dicomweb

    @property
    def misbehaviours(self) -> tuple[Misbehaviour, ...]: ...  # those that its protocol knows

    def connect(self) -> MessageSession:
        """Open a session. Raises StackUnreachable, StackRefused or DriverMissing."""

    def make_green(self) -> None:
        """As `Driver.make_green`."""

    def identify(self) -> dict[str, str]:
        """What answers: protocol, address, charset, what TLS agreed on. Reads only. Raises like `connect`."""

    def misbehave(self, how: Misbehaviour, message: Outgoing, /) -> tuple[Reply, ...]:
        """Send a message over a connection of its own, which is treated badly; what was answered before it ended.

        Raises nothing: an endpoint that cannot be reached is a reply.
        """


class Archive(Protocol):
    """What lies in an image archive, over one connection of its own, outside any measured block.

    Every method raises StackUnreachable or StackRefused where the archive does not answer or declines the question.
    """

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        """Studies with a Study Date from `first` to `last`, both included; all of them without."""

    def instances(self, study: str) -> Iterator[InstanceHeld]:
        """The images that the archive lists for a study; none for a study that it does not know."""

    def objects(self, study: str) -> Iterator[DicomObject]:
        """Every object of a study as the archive hands it out, one at a time."""

    def store(self, item: DicomObject, /) -> Reply:
        """Put one object into it."""

    def remove(self, study: str) -> None:
        """Take a study away, as the endpoint's `removal` says. Raises BadInput where it says nothing."""

    def close(self) -> None: ...


@runtime_checkable
class ArchiveDriver(Protocol):
    """A message driver (dicom, dicomweb) whose peer is an image archive."""

    def archive(self) -> Archive:
        """Raises like `MessageDriver.connect`."""
