"""The functional pass: the workload one transaction after the other on one session, every reply kept whole.

Not here: loading the data before, reading the state after (`pipeline.py`), comparing (`compare/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness.errors import Fault
from harness.execute.conversation import SCRIPT, Talk, lost, perform
from harness.execute.peers import connected, hang_up
from harness.message import Outgoing
from harness.model import Item, Pack, Rendered, Reply, ReplyKind, StepRecord, TransactionRecord
from harness.ports import Driver, MessageDriver
from harness.recording import disk, transaction_line

Noted = tuple[str, Reply, Outgoing | None]


def rendered_statements(pack: Pack, driver: Driver) -> dict[str, Rendered]:
    """Every statement of the pack as this product wants it; done once, before anything is measured."""
    return {name: driver.render(statement) for name, statement in pack.statements.items()}


class _Sessions:
    """The database session and the peers of the one user of this pass, opened again after one was lost."""

    def __init__(self, pack: Pack, driver: Driver, interfaces: Mapping[str, MessageDriver]) -> None:
        self._driver, self._interfaces = driver, interfaces
        self._rendered = rendered_statements(pack, driver)
        self.noted: list[Noted] = []
        self.open()

    def open(self) -> None:
        self._peers = connected(self._interfaces)
        self._session = self._driver.connect()
        self.talk = Talk(self._session, self._rendered, self._note, self._peers)

    def _note(self, step: str, reply: Reply, sent: int, answered: int, message: Outgoing | None) -> None:
        self.noted.append((step, reply, message))

    def close(self) -> None:
        self._session.close()
        hang_up(self._peers)


def execute(
    pack: Pack,
    items: Iterable[Item],
    driver: Driver,
    out: Path,
    *,
    trusted: bool,
    interfaces: Mapping[str, MessageDriver] | None = None,
) -> Iterator[TransactionRecord]:
    """Run `items` in order, append each to the file `out`, and yield it.

    A lost session is opened again for the next item. `trusted`: this is the original, where a script that cannot go
    on is an error of the pack, hence a fault; on the migrated stack it is a finding.
    """
    transactions = {t.name: t for t in pack.transactions}
    sessions = _Sessions(pack, driver, interfaces or {})
    try:
        with disk(out), out.open("wb", buffering=1 << 18) as file:
            for item in items:
                sessions.noted.clear()
                outcome, reason = perform(transactions[item.transaction], item.params, sessions.talk)
                if trusted and reason.startswith(SCRIPT):
                    raise Fault(
                        f"场景包 {pack.name} 的业务 {item.transaction}（第 {item.seq} 笔）在原系统上也走不通：{reason}",
                        hint="这是场景包的错误，请修正 scenarios 中该业务的 act 函数。",
                    )
                record = _record(item, outcome, reason, sessions.noted)
                file.write(transaction_line(record))
                yield record
                if lost(outcome):
                    sessions.close()
                    sessions.open()
    finally:
        sessions.close()


def _record(item: Item, outcome: ReplyKind, reason: str, noted: Iterable[Noted]) -> TransactionRecord:
    return TransactionRecord(
        seq=item.seq,
        transaction=item.transaction,
        outcome=outcome,
        reason=reason,
        steps=tuple(
            StepRecord(
                statement=step,
                kind=reply.kind,
                error_class=reply.error_class.value,
                affected=reply.affected,
                columns=reply.columns,
                rows=tuple(reply.rows),
                message=reply.message,
                sent=_as_sent(message),
                address=_address(message),
                status=reply.status,
                body=reply.body,
            )
            for step, reply, message in noted
        ),
    )


def _as_sent(message: Outgoing | None) -> bytes:
    """The body, or what stands for it; what has none is known by where it went."""
    if message is None:
        return b""
    noted = message.noted() if message.noted else b""
    return noted or message.body or f"{message.method} {message.path}".encode()


def _address(message: Outgoing | None) -> str:
    """Method and path; nothing where a message just goes to its endpoint."""
    return f"{message.method} {message.path}" if message and (message.path or message.method != "POST") else ""


def check_invariants(pack: Pack, driver: Driver) -> list[dict[str, object]]:
    """Every invariant of the pack on this stack now, for `invariants.json`. One that cannot be asked is violated."""
    session = driver.connect()
    results: list[dict[str, object]] = []
    try:
        for invariant in pack.invariants:
            reply = session.execute(driver.render(invariant.query), ())
            asked = reply.kind is ReplyKind.OK
            results.append(
                {
                    "pack": pack.name,
                    "name": invariant.name,
                    "title": invariant.title,
                    "holds": asked and not reply.rows,
                    "violations": len(reply.rows) if asked else 1,
                    "examples": [" ".join(map(str, row)) for row in reply.rows[:3]] if asked else [reply.message],
                }
            )
            session.rollback()
    finally:
        session.close()
    return results
