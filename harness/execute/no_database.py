"""A stack that is reached through its interfaces only: what stands where its database driver would stand.

Packs without tables run against it. It stores nothing, reads nothing back, and says that the database is not known;
what rests on stored data, or on a database that can be kept waiting, stays undecided. Not here: message interfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from harness.errors import BadInput, Fault
from harness.model import ErrorClass, Rendered, Reply, ReplyKind, Row, SqlEndpoint, Statement, TableState
from harness.ports import Driver, Session, TableReader, Waiting
from harness.result import Examination, StackFacts

UNKNOWN = "数据库未知"
WHY_UNTESTED = "技术栈没有写数据库地址，没有能让请求停住的语句"

DriverFor = Callable[[SqlEndpoint], Driver]


def or_no_database(driver_for: DriverFor) -> DriverFor:
    """`driver_for`, and `NoDatabase` for a stack that has none."""
    return lambda endpoint: driver_for(endpoint) if endpoint.url else NoDatabase()


class NoSession:
    """Commits nothing, since it is told nothing."""

    def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
        _asked(statement.name)

    def commit(self) -> Reply:
        return Reply(ReplyKind.OK)

    def rollback(self) -> Reply:
        return Reply(ReplyKind.OK)

    def close(self) -> None: ...


class NoDatabase:
    """`harness.ports.Driver` without anything behind it."""

    product_id = ""
    family = ""
    waiting = Waiting.GREEN

    def render(self, statement: Statement) -> Rendered:
        _asked(statement.name)

    def connect(self, *, statement_timeout_s: float = 30.0, plain: bool = False) -> Session:
        return NoSession()

    def make_green(self) -> None: ...

    def table_reader(self, *, zone: str = "+08:00") -> TableReader:
        raise BadInput("没有写数据库地址，不能比对数据。", hint="请在技术栈文件中写 [stacks.X.sql]。")

    def sleep(self, seconds: float) -> Rendered:
        _asked("sleep")

    def identify(self) -> StackFacts:
        return StackFacts(title=UNKNOWN, product=UNKNOWN, product_id="", version="", banner="")

    def examine(self) -> Examination:
        return Examination(facts=self.identify(), common={}, round_trip_ms=0.0, clock_offset_s=None, privileges={})

    def words(self) -> Mapping[str, str]:
        return {}

    def foreign_tables(self, names: Iterable[str]) -> tuple[str, ...]:
        return ()

    def create(self, metadata: Any, *, mark: str) -> None: ...

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        return 0

    def clear(self, metadata: Any) -> None: ...

    def finish_load(self, metadata: Any) -> None: ...

    def state(self, metadata: Any) -> Iterator[TableState]:
        return iter(())

    def error_class(self, error: BaseException) -> ErrorClass:
        return ErrorClass.OTHER


def _asked(statement: str) -> NoReturn:
    raise Fault(
        f"业务向数据库发出了语句 {statement}，而这套技术栈没有写数据库地址。",
        hint="请在 stacks.toml 中写出 [stacks.….sql]，或只运行没有表和语句的场景包。",
    )
