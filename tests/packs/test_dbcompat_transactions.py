"""Connection and transaction probes: complete, free of races by construction, and true of a real PostgreSQL.

Expected answers are what PostgreSQL documents (chapters 13.2 and 13.3), not what it was seen to do.
Not here: whether a probe is well-formed (`test_dbcompat.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from harness.execute.lab import Lab
from harness.execute.scratch import Scratch
from harness.execute.script import Directive, lines
from harness.model import Group, Probe
from harness.observation import WAITED
from harness.ports import Driver
from scenarios.dbcompat import connection, constraints, isolation, locks, sequences, transactions

TOPICS = (connection, transactions, constraints, isolation, locks, sequences)
PROBES: dict[str, Probe] = {probe.id: probe for topic in TOPICS for probe in topic.PROBES}
LEVELS = ("read_committed", "repeatable_read", "serializable")
ANOMALIES = (
    "dirty_read",
    "dirty_write",
    "non_repeatable_read",
    "phantom",
    "lost_update",
    "lost_update_locked",
    "write_skew",
    "overbooking",
    "read_skew",
    "read_only_anomaly",
)
_ENDS = {Directive.COMMIT, Directive.ROLLBACK, Directive.CLOSE, Directive.CONNECT}


def test_every_transaction_row_of_the_catalogue_has_a_probe() -> None:
    sources = {probe.source for probe in PROBES.values()}
    assert {f"BD-{n}" for n in range(60, 69)} - sources == set()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_every_anomaly_is_asked_at_every_level(anomaly: str, level: str) -> None:
    script = PROBES[f"{anomaly}_{level}"].script
    overlapping = {line.session for line in lines(PROBES[f"{anomaly}_{level}"])}
    assert {"A", "B"} <= overlapping
    assert all(f"{session}.: {{{level}}}" in script for session in overlapping), "a session runs at another level"


@pytest.mark.parametrize("probe", PROBES.values(), ids=lambda probe: probe.id)
def test_a_line_waits_only_where_another_session_may_hold_something(probe: Probe) -> None:
    """A `~` without a holder would hide a slow answer, and a contended line without `~` would end in a time-out."""
    open_: set[str] = set()
    for line in (line for line in lines(probe) if not line.prepares):
        if line.may_wait:
            assert open_ - {line.session}, f"line {line.number}: nobody can hold {line.session} back"
        elif line.directive in _ENDS:
            open_.discard(line.session)
        if line.directive is None:
            open_.add(line.session)


def test_probes_of_a_topic_belong_to_the_group_of_the_norm() -> None:
    assert {probe.group for probe in connection.PROBES} == {Group.CONNECTION}
    assert {probe.group for topic in TOPICS[1:] for probe in topic.PROBES} == {Group.TRANSACTION}


# --------------------------------------------------------------------------- on a real PostgreSQL


@pytest.fixture(scope="module")
def lab(postgresql: Driver) -> Iterator[Lab]:
    scratch = Scratch(postgresql, f"xinheng_dbcompat_{uuid.uuid4().hex[:8]}", title="PostgreSQL")
    scratch.make(PROBES.values(), again=False)
    yield Lab(postgresql, scratch)
    scratch.clear()


# Probe → (session, beginning of a line, its answer), in the order of the script.
EXPECTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "abort_after_error": (
        ("A", "INSERT", "ok 改 1 行"),
        ("A", "INSERT", "refused unique"),
        ("A", "INSERT", "failed aborted"),
        ("A", "COMMIT", "failed aborted"),
        ("A", "SELECT", "ok 0 行"),
    ),
    "ddl_commits_truncate": (("A", "ROLLBACK", "ok"), ("A", "SELECT", "ok 1 行: (1)")),
    "non_repeatable_read_read_committed": (("A", "SELECT", "ok 1 行: (10)"), ("A", "SELECT", "ok 1 行: (20)")),
    "non_repeatable_read_repeatable_read": (("A", "SELECT", "ok 1 行: (10)"), ("A", "SELECT", "ok 1 行: (10)")),
    "dirty_read_uncommitted": (("B", "SELECT", "ok 1 行: (10)"),),
    "write_skew_repeatable_read": (("A", "COMMIT", "ok"), ("B", "COMMIT", "ok"), ("A", "SELECT", "ok 1 行: (0)")),
    "write_skew_serializable": (
        ("A", "COMMIT", "ok"),
        ("B", "COMMIT", "failed serialization"),
        ("A", "SELECT", "ok 1 行: (1)"),
    ),
    "lost_update_repeatable_read": (
        ("A", "COMMIT", "ok"),
        ("B", "UPDATE", "failed serialization"),
        ("A", "SELECT", "ok 1 行: (9)"),
    ),
    "read_only_anomaly_repeatable_read": (("C", "SELECT", "ok 2 行: (1, 20) (2, 0)"), ("A", "COMMIT", "ok")),
    "read_only_anomaly_serializable": (("A", "UPDATE", "failed serialization"),),
    "second_update_waits": (("B", "UPDATE", f"{WAITED}ok 改 1 行"), ("B", "SELECT", "ok 1 行: (8)")),
    "for_update_nowait": (("B", "SELECT", "timed_out lock_timeout"),),
    "skip_locked": (("B", "SELECT", "ok 2 行: (2) (3)"),),
    "deadlock": (("A", "UPDATE", f"{WAITED}ok 改 1 行"), ("B", "UPDATE", f"{WAITED}failed deadlock")),
}


@pytest.mark.parametrize("probe_id", EXPECTED)
def test_postgresql_behaves_as_it_documents(lab: Lab, probe_id: str) -> None:
    observation = lab.observe(PROBES[probe_id])
    assert observation.trouble == ""
    seen = iter(observation.seen)
    for session, begins, answer in EXPECTED[probe_id]:
        found = any(s.session == session and s.sql.startswith(begins) and s.text == answer for s in seen)
        assert found, "\n".join(f"{s.session}: {s.sql}  →  {s.text}" for s in observation.seen)
