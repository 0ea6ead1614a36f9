"""The EMR on real databases: every transaction works, every probe is refused, nothing is out of order afterwards, and
what differs between the products is exactly what `rules.py` declares. Its interfaces: `test_emr_messages.py`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness.compare.functional import Comparison, Recordings, compare_pack
from harness.execute.sequential import execute
from harness.model import ErrorClass, Invariant, Item, ReplyKind, Scale
from harness.ports import Driver
from harness.workload import functional
from scenarios.emr import PACK
from scenarios.emr import statements_lists as lists
from scenarios.emr.transactions.looking import escaped
from tests.packs.replaying import Replayed, refused_as, say, together, undone, unexpected

SCALE = Scale(outpatients_per_day=40, days=3, seed=20260101)
WORLD = PACK.world(SCALE)
ITEMS = functional(PACK, WORLD, count=400, seed=20260101)
SPOKEN = {t.name for t in PACK.transactions if not t.interfaces}  # without any interface
PROBES = {t.name for t in PACK.transactions if t.probe} & SPOKEN

BY_MESSAGE = {"add_patient"}  # statements that only an interface has a use for
LAST = {"postgresql": "original_again", "seekdb": "migrated"}  # whose data lies there now

REFUSED_AS = {
    "probe_sign_for_another": ErrorClass.NONE,  # by the rules of the record room, as all without a class
    "probe_sign_twice": ErrorClass.UNIQUE,
    "probe_sign_early": ErrorClass.CHECK,
    "probe_edit_archived": ErrorClass.NONE,
    "probe_long_complaint": ErrorClass.TOO_LONG,
    "probe_lock_taken": ErrorClass.UNIQUE,
    "probe_quote_of_another": ErrorClass.NONE,
    "probe_unknown_type": ErrorClass.FOREIGN_KEY,
    "probe_missing_author": ErrorClass.NOT_NULL,
    "probe_negative_fee": ErrorClass.CHECK,
    "probe_huge_fee": ErrorClass.NUMERIC_OVERFLOW,
    "probe_archive_unsigned": ErrorClass.NONE,
    "probe_archive_defective": ErrorClass.NONE,
    "probe_duplicate_document": ErrorClass.UNIQUE,
}


def compared(original: Replayed, again: Replayed, migrated: Replayed) -> Comparison:
    recordings = Recordings(original_1=original.observed, original_2=again.observed, migrated=migrated.observed)
    return compare_pack("emr", ITEMS, recordings, PACK.rules, lambda rule: True)


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
    assert used - {"commit", "rollback"} == set(PACK.statements) - BY_MESSAGE
    assert replayed.violated_before == replayed.violated_after == ()


def test_the_rules_explain_what_differs_and_no_rule_is_idle(
    original: Replayed, original_again: Replayed, migrated: Replayed
) -> None:
    assert len(ITEMS) >= 320
    result = compared(original, original_again, migrated)
    assert [f for f in result.findings if not f.explained_by] == []
    assert {rule for rule, count in result.rule_counts.items() if not count} == set()
    assert result.agreed >= SPOKEN - PROBES


def test_the_same_product_needs_no_rule(original: Replayed, original_again: Replayed) -> None:
    result = compared(original, original_again, original_again)
    assert {f.explained_by for f in result.findings} == {"noise"}
    assert all("emr_audit_log" in line and "created_at" in line for line in result.noise)


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_a_refused_transaction_leaves_no_trace(product: str, request: pytest.FixtureRequest, scratch: Path) -> None:
    replayed: Replayed = request.getfixturevalue(LAST[product])
    driver: Driver = request.getfixturevalue(product)
    probes = [item for item in ITEMS if item.transaction in PROBES]
    refused = list(execute(PACK, probes, driver, scratch / "probes.jsonl", trusted=False))
    assert len(refused) == len(probes) > 20
    assert {state.table: state for state in driver.state(PACK.metadata)} == replayed.observed.after


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_what_was_saved_is_what_is_stored(stack: str, request: pytest.FixtureRequest) -> None:
    """Every character of every text, and the microsecond of its saving."""
    replayed: Replayed = request.getfixturevalue(stack)
    state = replayed.observed.after["emr_record_version"]
    at = state.columns.index
    stored = {(row[at("record_id")], row[at("content")], row[at("saved_at")]) for row in state.rows}
    saved = [item.params for item in ITEMS if item.transaction == "save_version"]
    assert {(p["record_id"], p["content"], p["saved_at"]) for p in saved} <= stored
    assert any(p["saved_at"].microsecond for p in saved)
    assert max(len(content.encode("utf-8")) for _, content, _ in stored) > 60_000
    assert any(ord(character) > 0xFFFF for _, content, _ in stored for character in content)


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_search_knows_every_character_and_takes_none_for_a_wildcard(
    product: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(LAST[product])
    driver: Driver = request.getfixturevalue(product)
    query = driver.render(lists.SEARCH_COUNT)
    with undone(driver) as session:

        def found(term: str) -> int:
            params = {"pattern": f"%{escaped(term)}%", "since": dt.datetime(2020, 1, 1)}
            return sum(row[1] for row in session.execute(query, [params[name] for name in query.order]).rows)

        assert found("李𠮷") > 0 == found("李𬭎")  # two that utf8mb4_general_ci takes for one
        assert found("SpO₂ 93%（") > 0 == found("SpO₂%93")
        assert found("CT_2026") > 0 == found("C__2026")


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_one_editor_however_many_come(product: str, request: pytest.FixtureRequest) -> None:
    """Eight doctors reach for the same record at the same moment."""
    after = request.getfixturevalue(LAST[product]).observed.after
    taken = {row[0] for row in after["emr_edit_lock"].rows}
    free = next(work for work in reversed(WORLD.pools["editing"]) if work.record_id not in taken)
    place, at = free.stay.place, dt.datetime(2026, 3, 2, 12)
    editors = [{"record_id": free.record_id, "editor_id": who, "at": at} for who in (place.authors + place.seniors) * 2]
    driver: Driver = request.getfixturevalue(product)
    assert sorted(together(PACK, "lock_editing", driver, editors[:8])) == [ReplyKind.OK] + [ReplyKind.REFUSED] * 7


def test_a_scan_finds_what_is_wrong_and_nothing_else(
    original_again: Replayed, postgresql: Driver, scratch: Path
) -> None:
    visits = list(WORLD.flaws)
    whole = {"batch_no": "QTEST", "first_visit_no": visits[0], "last_visit_no": visits[-1]}
    items = [Item(seq=1, transaction="quality_scan", params={**whole, "at": dt.datetime(2026, 3, 2, 12)})]
    list(execute(PACK, items, postgresql, scratch / "scan.jsonl", trusted=False))
    state = next(s for s in postgresql.state(PACK.metadata) if s.table == "emr_defect")
    at = state.columns.index
    found = {(row[at("visit_no")], row[at("rule_code")]) for row in state.rows}
    expected = {(visit_no, rule) for visit_no, rules in WORLD.flaws.items() for rule in rules}
    assert {one for one in found if one[0] in WORLD.flaws} == expected
    assert {rule for _, rule in expected} >= {"CT-SHORT", "CT-DIAGNOSIS"}


SABOTAGE = {
    "versions_complete": "UPDATE emr_record SET current_version = current_version + 1 WHERE record_id = 'E00000001'",
    "text_complete": "UPDATE emr_record_version SET content = substr(content, 1, 500) WHERE record_id = 'E00000001'",
    "written_in_order": "UPDATE emr_record SET created_at = '2020-01-01' WHERE record_id = 'E00000001'",
    "revisions_traced": "UPDATE emr_revision SET changed_at = '2020-01-01'",
    "search_is_current": "UPDATE emr_section SET version_no = 99 WHERE record_id = 'E00000001'",
    "drafts_of_open": "UPDATE emr_record SET status = 'VOID' WHERE record_id = (SELECT min(record_id) FROM emr_draft)",
    "signed_by_author": "DELETE FROM emr_signature WHERE record_id = 'E00000001'",
    "signed_digest": "UPDATE emr_signature SET digest = 'x' WHERE record_id = 'E00000001'",
    "signed_by_entitled": "UPDATE emr_record SET author_id = (SELECT max(staff_id) FROM emr_staff)",
    "signed_in_order": "UPDATE emr_signature SET signed_at = '2030-01-01' WHERE role = 'AUTHOR'",
    "signing_time": "UPDATE emr_record SET signed_at = NULL WHERE record_id = 'E00000001'",
    "void_explained": "UPDATE emr_record SET status = 'VOID' WHERE status = 'SIGNED'",
    "audited": "DELETE FROM emr_audit_log WHERE action = 'ARCHIVE'",
    "results_in_order": "UPDATE emr_result SET collected_at = reported_at",
    "quoted_as_reported": "UPDATE emr_quoted_result SET value_text = '0'",
    "archived_whole": "DELETE FROM emr_archived_record WHERE record_id = 'E00000001'",
    "archived_is_signed": "UPDATE emr_record SET status = 'SIGNED' WHERE record_id = 'E00000001'",
    "archived_unchanged": "UPDATE emr_archived_record SET digest = 'x' WHERE record_id = 'E00000001'",
    "archived_complete": "UPDATE emr_front_page SET status = 'SAVED'",
    "archived_in_time": "UPDATE emr_archive SET late = 1 - late",
    "page_adds_up": "UPDATE emr_front_fee SET amount = amount + 0.01 WHERE fee_code = '01'",
    "page_diagnoses_ordered": "UPDATE emr_front_diagnosis SET kind = 'MAIN'",
    "document_intact": "UPDATE emr_document SET content = substr(content, 2)",
    "retrievals_counted": "UPDATE emr_document SET retrievals = retrievals + 1",
    "one_active_document": "UPDATE emr_document SET record_id = 'E00000001'",
    "scans_complete": "DELETE FROM emr_defect",
    "defects_explained": "UPDATE emr_defect SET correction = NULL",
    "corrected_before_archiving": "UPDATE emr_defect SET found_at = '2020-01-01'",
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
