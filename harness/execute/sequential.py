"""The functional pass: the workload one transaction after the other on one session, every reply kept whole.

Not here: loading the data before, reading the state after (`pipeline.py`), comparing (`compare/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.errors import Fault
from harness.execute.conversation import SCRIPT, Talk, lost, perform
from harness.model import Item, Pack, Rendered, Reply, ReplyKind, StepRecord, TransactionRecord
from harness.ports import Driver
from harness.recording import disk, transaction_line

Noted = tuple[Rendered, Reply]


def rendered_statements(pack: Pack, driver: Driver) -> dict[str, Rendered]:
    """Every statement of the pack as this product wants it; done once, before anything is measured."""
    return {name: driver.render(statement) for name, statement in pack.statements.items()}


def execute(
    pack: Pack, items: Iterable[Item], driver: Driver, out: Path, *, trusted: bool
) -> Iterator[TransactionRecord]:
    """Run `items` in order, append each to the file `out`, and yield it.

    A lost session is opened again for the next item. `trusted`: this is the original, where a script that cannot go
    on is an error of the pack, hence a fault; on the migrated stack it is a finding.
    """
    rendered = rendered_statements(pack, driver)
    transactions = {t.name: t for t in pack.transactions}
    noted: list[Noted] = []
    session = driver.connect()
    talk = Talk(session, rendered, lambda statement, reply, sent, answered: noted.append((statement, reply)))
    try:
        with disk(out), out.open("wb", buffering=1 << 18) as file:
            for item in items:
                noted.clear()
                outcome, reason = perform(transactions[item.transaction], item.params, talk)
                if trusted and reason.startswith(SCRIPT):
                    raise Fault(
                        f"场景包 {pack.name} 的业务 {item.transaction}（第 {item.seq} 笔）在原系统上也走不通：{reason}",
                        hint="这是场景包的错误，请修正 scenarios 中该业务的 act 函数。",
                    )
                record = _record(item, outcome, reason, noted)
                file.write(transaction_line(record))
                yield record
                if lost(outcome):
                    session.close()
                    session = driver.connect()
                    talk = Talk(session, rendered, lambda statement, reply, s, a: noted.append((statement, reply)))
    finally:
        session.close()


def _record(item: Item, outcome: ReplyKind, reason: str, noted: Iterable[Noted]) -> TransactionRecord:
    return TransactionRecord(
        seq=item.seq,
        transaction=item.transaction,
        outcome=outcome,
        reason=reason,
        steps=tuple(
            StepRecord(
                statement=statement.name,
                kind=reply.kind,
                error_class=reply.error_class.value,
                affected=reply.affected,
                columns=reply.columns,
                rows=tuple(reply.rows),
                message=reply.message,
            )
            for statement, reply in noted
        ),
    )


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
