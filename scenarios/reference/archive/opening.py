"""An archive on a stack's database, made or found again. Not here: what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.model import ReplyKind, Statement
from scenarios.reference.archive.careless import CarelessArchive
from scenarios.reference.archive.files import Files
from scenarios.reference.archive.index import Index
from scenarios.reference.archive.statements import PATIENT_KNOWN, STATEMENTS
from scenarios.reference.archive.tables import MARK, metadata
from scenarios.reference.desk import PackDesk, Sessions
from scenarios.reference.faults.switches import Switches
from scenarios.reference.log import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What a desk has to know."""

    statements: Mapping[str, Statement]


def opened(sessions: Sessions, home: Path, log: Log, switches: Switches, interface: str) -> CarelessArchive:
    """Index and files belong together: where either is new, the index is made anew from the files."""
    files = Files(home / "objects")
    anew = files.new or not _has_tables(sessions)
    if anew:
        sessions.driver.create(metadata, mark=MARK)
    say: Callable[[str], None] = log.say
    index = Index(PackDesk(_Book(statements=STATEMENTS), sessions, log))
    archive = CarelessArchive(index, files, say, switches=switches, interface=interface)
    if anew:
        archive.read_again()
    return archive


def _has_tables(sessions: Sessions) -> bool:
    with sessions.one() as session:
        reply = sessions.calls.make(session.execute, sessions.driver.render(PATIENT_KNOWN), [""])
        sessions.calls.make(session.rollback)
    return bool(reply.kind is ReplyKind.OK)
