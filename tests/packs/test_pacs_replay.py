"""The RIS on real databases, without any archive: every transaction works, every probe is refused, nothing is out of
order afterwards, and the products differ in nothing. With interfaces: `test_pacs_answered.py`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness.compare.functional import Comparison, Recordings, compare_pack
from harness.execute.sequential import execute
from harness.model import ErrorClass, Invariant, ReplyKind, Scale
from harness.ports import Driver
from harness.workload import functional
from scenarios.pacs import PACK
from scenarios.pacs import statements_lists as lists
from tests.packs.replaying import Replayed, refused_as, say, together, undone, unexpected

SCALE = Scale(outpatients_per_day=40, days=3, seed=20260101, image_share=0.04)
WORLD = PACK.world(SCALE)
ITEMS = functional(PACK, WORLD, count=400, seed=20260101)
SPOKEN = {t.name for t in PACK.transactions if not t.interfaces}
PROBES = {t.name for t in PACK.transactions if t.probe} & SPOKEN

# Statements that need an interface, or belong to a journey only.
WITH_INTERFACES = {"worklist_entries", "place_study", "add_migration_batch", "add_patient"}
LAST = {"postgresql": "original_again", "seekdb": "migrated"}  # whose data lies there now

REFUSED_AS = {
    "probe_duplicate_accession": ErrorClass.UNIQUE,
    "probe_unknown_item": ErrorClass.FOREIGN_KEY,
    "probe_double_booking": ErrorClass.UNIQUE,
    "probe_overbooking": ErrorClass.CHECK,
    "probe_register_cancelled": ErrorClass.NONE,  # by the rules of the department, as all without a class
    "probe_negative_charge": ErrorClass.CHECK,
    "probe_huge_charge": ErrorClass.NUMERIC_OVERFLOW,
    "probe_end_before_begin": ErrorClass.CHECK,
    "probe_archive_twice": ErrorClass.UNIQUE,
    "probe_archive_unexamined": ErrorClass.NONE,
    "probe_unexplained_correction": ErrorClass.NOT_NULL,
    "probe_publish_unreviewed": ErrorClass.NONE,
    "probe_review_own": ErrorClass.NONE,
    "probe_change_reviewed": ErrorClass.NONE,
    "probe_long_impression": ErrorClass.TOO_LONG,
}


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_the_pass_is_in_order(stack: str, request: pytest.FixtureRequest) -> None:
    """Everything works, probes are refused for the right reason, every statement is used, the invariants hold."""
    replayed: Replayed = request.getfixturevalue(stack)
    records = replayed.observed.transactions
    assert len(records) == len(ITEMS)
    assert unexpected(PACK, replayed) == []
    assert {record.transaction for record in records} == SPOKEN
    assert refused_as(PACK, replayed) == {name: {error_class} for name, error_class in REFUSED_AS.items()}
    used = {step.statement for record in records for step in record.steps}
    assert used - {"commit", "rollback"} == set(PACK.statements) - WITH_INTERFACES
    assert replayed.violated_before == replayed.violated_after == ()


def test_the_products_differ_in_nothing(original: Replayed, original_again: Replayed, migrated: Replayed) -> None:
    assert len(ITEMS) >= 320
    recordings = Recordings(
        original_1=original.observed, original_2=original_again.observed, migrated=migrated.observed
    )
    result: Comparison = compare_pack("pacs", ITEMS, recordings, PACK.rules, lambda rule: True)
    assert {f.explained_by for f in result.findings} == {"noise"}
    assert all("ris_audit_log" in line and "created_at" in line for line in result.noise)
    assert result.agreed >= SPOKEN - PROBES


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_a_refused_transaction_leaves_no_trace(product: str, request: pytest.FixtureRequest, scratch: Path) -> None:
    replayed: Replayed = request.getfixturevalue(LAST[product])
    driver: Driver = request.getfixturevalue(product)
    probes = [item for item in ITEMS if item.transaction in PROBES]
    refused = list(execute(PACK, probes, driver, scratch / "probes.jsonl", trusted=False))
    assert len(refused) == len(probes) >= 3 * len(PROBES)
    assert {state.table: state for state in driver.state(PACK.metadata)} == replayed.observed.after


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_names_are_told_apart_by_every_character(product: str, request: pytest.FixtureRequest) -> None:
    """𠮷 and 𬭎 are one character to utf8mb4_general_ci."""
    request.getfixturevalue(LAST[product])
    driver: Driver = request.getfixturevalue(product)
    query = driver.render(lists.SEARCH_PATIENTS)
    with undone(driver) as session:
        renamed = "UPDATE ris_patient SET patient_name = '李𠮷' WHERE patient_id = 'XH00000001'"
        assert say(session, renamed).kind is ReplyKind.OK
        assert len(session.execute(query, ["%𠮷"]).rows) == 1
        other = session.execute(query, ["李𬭎"])
        assert (other.kind, len(other.rows)) == (ReplyKind.OK, 0)


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_a_step_begins_once_however_many_begin_it(product: str, request: pytest.FixtureRequest) -> None:
    """Six devices and technicians begin the same scheduled step at the same moment."""
    after = request.getfixturevalue(LAST[product]).observed.after["ris_performed_step"]
    begun = {row[after.columns.index("step_id")] for row in after.rows}
    exam = next(exam for exam in reversed(WORLD.pools["registered"]) if exam.study["step_id"] not in begun)
    at = dt.datetime(2026, 3, 2, 16)
    step = {"step_id": exam.study["step_id"], "station_aet": exam.study["station"], "at": at}
    driver: Driver = request.getfixturevalue(product)
    outcomes = together(PACK, "begin_exam", driver, [{**step, "mpps_uid": f"2.25.{n}"} for n in range(1, 7)])
    assert sorted(outcomes) == [ReplyKind.OK] + [ReplyKind.REFUSED] * 5


SABOTAGE = {
    "charged_once": "UPDATE ris_charge SET amount = amount + 0.01 WHERE accession_no = 'A00000001'",
    "slots_counted": "UPDATE ris_slot SET taken = taken + 1, capacity = capacity + 1",
    "appointment_holds": "UPDATE ris_appointment SET active_accession = NULL WHERE accession_no = 'A00000001'",
    "queues_without_gaps": "UPDATE ris_order SET queue_no = queue_no + 100000 WHERE accession_no = 'A00000001'",
    "steps_follow": "UPDATE ris_order SET status = 'REGISTERED' WHERE accession_no = 'A00000001'",
    "performed_in_order": "UPDATE ris_performed_step SET started_at = '2020-01-01'",
    "made_is_archived": "DELETE FROM ris_performed_series",
    "study_counted": "UPDATE ris_series SET image_count = image_count - 1",
    "logged_as_counted": "UPDATE ris_archive_log SET image_count = image_count + 1",
    "placed_as_logged": "UPDATE ris_study SET place = 'REMOVED'",
    "migrated_whole": "INSERT INTO ris_migration_batch VALUES ('M1', 1, 1, '2026-03-02')",
    "report_versions": "UPDATE ris_report SET current_version = current_version + 1",
    "published_after_review": "UPDATE ris_report_review SET passed = 0",
    "reviewed_by_another": "UPDATE ris_staff SET can_review = 0",
    "written_in_order": "UPDATE ris_report SET written_at = '2020-01-01'",
    "audited": "DELETE FROM ris_audit_log WHERE action = 'REGISTER'",
    "critical_closed": "UPDATE ris_critical SET notified_at = '2020-01-01'",
    "exported_after_study": "UPDATE ris_export SET expires_at = '2020-01-01'",
    "corrected_as_recorded": "UPDATE ris_study SET patient_name = 'X'",
}


@pytest.mark.parametrize("invariant", PACK.invariants, ids=lambda i: i.name)
def test_every_invariant_can_be_violated(invariant: Invariant, original_again: Replayed, postgresql: Driver) -> None:
    """Each sabotage ends with a rollback."""
    with undone(postgresql) as session:
        assert session.execute(postgresql.render(invariant.query), ()).rows == []
        assert say(session, SABOTAGE[invariant.name]).kind is ReplyKind.OK
        reply = session.execute(postgresql.render(invariant.query), ())
        assert reply.kind is ReplyKind.OK
        assert reply.rows
