"""The LIS on real databases, its interfaces answered by the reference application: every transaction works, every probe
is refused, nothing is out of order afterwards, and what differs between the products is what `rules.py` declares.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.assess.carried import stored_fields
from harness.compare.functional import Comparison, Recordings, compare_pack
from harness.content.battery import Expect, battery
from harness.documents import Exchange, read_document
from harness.execute.conversation import Talk, perform
from harness.execute.sequential import execute, rendered_statements
from harness.message import Message, Outgoing
from harness.model import ErrorClass, Invariant, ReplyKind, Scale
from harness.ports import Driver
from harness.runfile import pack_as_dict
from harness.workload import functional
from scenarios.lis import PACK
from scenarios.lis.world import Tube
from tests.packs.answering import Interfaces, answering, sent_by, spoken
from tests.packs.replaying import Replayed, load, replay, say, undone, violated

SCALE = Scale(outpatients_per_day=60, days=4, seed=20260101)
WORLD = PACK.world(SCALE)
INTERFACES = [interface.name for interface in PACK.interfaces]
ITEMS = functional(PACK, WORLD, count=600, seed=20260105, endpoints=INTERFACES)
OTHERS = {"add_patient"}  # statements that only a journey through several systems uses
PROBES = {t.name for t in PACK.transactions if t.probe}

REFUSED_AS = {
    "probe_duplicate_barcode": ErrorClass.UNIQUE,
    "probe_negative_volume": ErrorClass.CHECK,
    "probe_receive_early": ErrorClass.CHECK,
    "probe_occupied_place": ErrorClass.UNIQUE,
    "probe_result_for_rejected": ErrorClass.NONE,  # by the laboratory's own rule, as the next two without a class
    "probe_second_active_result": ErrorClass.UNIQUE,
    "probe_unknown_analyte": ErrorClass.FOREIGN_KEY,
    "probe_long_value": ErrorClass.TOO_LONG,
    "probe_missing_time": ErrorClass.NOT_NULL,
    "probe_huge_number": ErrorClass.NUMERIC_OVERFLOW,
    "probe_publish_unreviewed": ErrorClass.NONE,
    "probe_acknowledge_out_of_turn": ErrorClass.NONE,
    "probe_wrong_interpretation": ErrorClass.CHECK,
    # What an interface answers: HL7 table 0357, an HTTP status, an acknowledgement in a SOAP answer.
    "probe_hl7_duplicate_order": ErrorClass.UNIQUE,
    "probe_hl7_unknown_patient": ErrorClass.FOREIGN_KEY,
    "probe_hl7_unknown_analyte": ErrorClass.BAD_VALUE,
    "probe_http_unknown_specimen": ErrorClass.UNKNOWN_OBJECT,
    "probe_http_negative_volume": ErrorClass.BAD_VALUE,
    "probe_http_publish_unreviewed": ErrorClass.OTHER,
    "probe_http_wrong_control_value": ErrorClass.BAD_VALUE,
    "probe_soap_unpublished": ErrorClass.OTHER,
    "probe_soap_notice_again": ErrorClass.OTHER,
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Driver, scratch: Path) -> Iterator[Interfaces]:
    with answering(PACK, postgresql, scratch / "original") as interfaces:
        yield interfaces


@pytest.fixture(scope="module")
def on_seekdb(seekdb: Driver, scratch: Path) -> Iterator[Interfaces]:
    with answering(PACK, seekdb, scratch / "migrated") as interfaces:
        yield interfaces


@pytest.fixture(scope="module")
def original(postgresql: Driver, on_postgresql: Interfaces, scratch: Path) -> Replayed:
    return replay(PACK, WORLD, ITEMS, postgresql, scratch, on_postgresql)


@pytest.fixture(scope="module")
def original_again(original: Replayed, postgresql: Driver, on_postgresql: Interfaces, scratch: Path) -> Replayed:
    return replay(PACK, WORLD, ITEMS, postgresql, scratch, on_postgresql)


@pytest.fixture(scope="module")
def migrated(seekdb: Driver, on_seekdb: Interfaces, scratch: Path) -> Replayed:
    return replay(PACK, WORLD, ITEMS, seekdb, scratch, on_seekdb)


def compared(original: Replayed, again: Replayed, migrated: Replayed) -> Comparison:
    recordings = Recordings(original_1=original.observed, original_2=again.observed, migrated=migrated.observed)
    return compare_pack("lis", ITEMS, recordings, PACK.rules, lambda rule: True, spoken(PACK))


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_every_transaction_works_and_every_probe_is_refused(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    records = replayed.observed.transactions
    assert len(records) == len(ITEMS)
    for record in records:
        expected = ReplyKind.REFUSED if record.transaction in PROBES else ReplyKind.OK
        assert record.outcome is expected, record
    assert {r.transaction for r in records} == {t.name for t in PACK.transactions}


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_probes_are_refused_for_the_right_reason(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    assert set(REFUSED_AS) == PROBES
    for record in replayed.observed.transactions:
        if record.transaction in PROBES:
            classes = [step.error_class for step in record.steps if step.error_class]
            expected = REFUSED_AS[record.transaction]
            assert classes == ([expected] if expected else []), record


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_every_statement_of_the_pack_is_used(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    used = {step.statement for record in replayed.observed.transactions for step in record.steps}
    assert used - {"commit", "rollback"} == {*PACK.statements, *PACK.messages} - OTHERS


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_the_invariants_hold_before_and_after(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    assert replayed.violated_before == replayed.violated_after == ()


def test_the_rules_explain_what_differs_and_no_rule_is_idle(
    original: Replayed, original_again: Replayed, migrated: Replayed
) -> None:
    result = compared(original, original_again, migrated)
    assert [f for f in result.findings if not f.explained_by] == []
    assert {rule for rule, count in result.rule_counts.items() if not count} == set()
    assert result.ledger.equal_by_rule > 0
    assert result.agreed >= {t.name for t in PACK.transactions if not t.probe}
    assert {name for name, (sent, equal) in result.exchanges.items() if sent and sent == equal} == set(PACK.messages)


def test_the_same_product_needs_no_rule(original: Replayed, original_again: Replayed) -> None:
    result = compared(original, original_again, original_again)
    assert {f.explained_by for f in result.findings} == {"noise"}
    assert all("lis_audit_log" in line and "created_at" in line for line in result.noise)


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_a_refused_transaction_leaves_no_trace(product: str, request: pytest.FixtureRequest, scratch: Path) -> None:
    request.getfixturevalue("original_again" if product == "postgresql" else "migrated")
    driver: Driver = request.getfixturevalue(product)
    interfaces: Interfaces = request.getfixturevalue(f"on_{product}")
    probes = [item for item in ITEMS if item.transaction in PROBES]
    before = list(driver.state(PACK.metadata))
    out = scratch / "probes.jsonl"
    refused = list(execute(PACK, probes, driver, out, trusted=False, interfaces=interfaces))
    assert len(refused) == len(probes) > 20
    assert list(driver.state(PACK.metadata)) == before


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_bursts_keep_every_digit_and_microsecond(stack: str, request: pytest.FixtureRequest) -> None:
    """What the analysers sent is what is stored, field by field."""
    replayed: Replayed = request.getfixturevalue(stack)
    state = replayed.observed.after["lis_result"]
    stored = {
        (row["filler_no"], row["analyte_code"], row["run_no"]): (row["value_text"], row["observed_at"], row["note"])
        for row in (dict(zip(state.columns, cells, strict=True)) for cells in state.rows)
    }
    bursts = [item.params["tubes"] for item in ITEMS if item.transaction == "upload_results"]
    assert max(sum(len(values) for _, _, tests in tubes for *_, values in tests) for tubes in bursts) > 50
    for tubes in bursts:
        for _, observed_at, tests in tubes:
            for filler_no, _, values in tests:
                for code, _, text, note in values:
                    assert stored[(filler_no, code, 1)] == (text, observed_at, note)


# --------------------------------------------------------------------------- interfaces


def test_every_field_that_a_message_carries_is_stored_as_it_was_sent(original: Replayed, migrated: Replayed) -> None:
    run = {"packs": {"lis": pack_as_dict(PACK, INTERFACES)}, "stacks": {}}
    recordings = Recordings(
        original_1=original.observed, original_2=original.observed, migrated=migrated.observed
    )  # fmt: skip
    held = list(stored_fields(run, "lis", recordings))
    assert {h.message for h in held} == {m.name for m in PACK.messages.values() if m.carried}
    assert [h for h in held if h.wrong or h.missing_rows or not h.checked] == []
    assert sum(h.checked for h in held) > 2000


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_every_answer_is_as_its_interface_document_says(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    documents = {i.name: read_document(i.document.name, i.document.read_bytes()) for i in PACK.interfaces if i.document}
    for record in replayed.observed.transactions:
        for step in record.steps:
            message = PACK.messages.get(step.statement)
            if message is not None:
                exchange = Exchange(
                    message=message.name, sends=message.sends or message.content, content=message.content,
                    charset="UTF-8", address=step.address, sent=step.sent, status=step.status, body=step.body,
                )  # fmt: skip
                assert documents[message.interface].reply(exchange) == (), step


SABOTAGE = {
    "barcode_unique": "ALTER TABLE lis_specimen DROP CONSTRAINT pk_lis_specimen CASCADE;"
    " INSERT INTO lis_specimen SELECT * FROM lis_specimen WHERE specimen_id = 'B00000001'",
    "steps_in_order": "UPDATE lis_specimen SET received_at = NULL WHERE status = 'RECEIVED'",
    "serial_numbers": "UPDATE lis_serial_counter SET last_serial_no = last_serial_no + 1 WHERE section_code = 'HEM'",
    "rejected_as_recorded": "DELETE FROM lis_rejection",
    "no_result_of_rejected": "UPDATE lis_specimen SET status = 'REJECTED' WHERE status = 'ARCHIVED'",
    "cancelled_whole": "UPDATE lis_order SET status = 'OPEN' WHERE status = 'CANCELLED'",
    "one_active_result": "UPDATE lis_result SET result_status = 'F' WHERE result_status = 'X'",
    "superseded_kept": "DELETE FROM lis_result WHERE run_no = 2",
    "flags_follow_ranges": "UPDATE lis_result SET abnormal_flag = NULL WHERE abnormal_flag = 'H'",
    "uploads_complete": "UPDATE lis_upload SET result_count = result_count + 1 WHERE upload_id = 'U00000001'",
    "final_when_reviewed": "UPDATE lis_result SET result_status = 'P' WHERE result_status = 'F'",
    "published_is_reviewed": "UPDATE lis_test SET reviewed_at = NULL WHERE status = 'PUBLISHED'",
    "reviewed_by_somebody": "UPDATE lis_test SET reviewer_id = NULL WHERE review_kind = 'MANUAL'",
    "report_times": "UPDATE lis_report SET published_at = '2020-01-01' WHERE report_no = 'R00000001'",
    "published_once": "DELETE FROM lis_report WHERE report_no = 'R00000001'",
    "audited": "DELETE FROM lis_audit_log WHERE action = 'PUBLISH'",
    "critical_registered": "DELETE FROM lis_critical_notice; DELETE FROM lis_critical",
    "critical_notified": "UPDATE lis_critical_notice SET listener = NULL",
    "critical_closed_loop": "UPDATE lis_critical SET late_reason = NULL",
    "cultures_complete": "DELETE FROM lis_susceptibility; DELETE FROM lis_isolate",
    "controls_judged": "UPDATE lis_control_result SET status = 'ACCEPTED' WHERE status = 'REJECTED'",
    "control_runs": "DELETE FROM lis_control_result WHERE run_no = 1",
    "archived_once": "DELETE FROM lis_archived_specimen WHERE place_id ="
    " (SELECT min(place_id) FROM lis_archived_specimen)",
}


@pytest.mark.parametrize("invariant", PACK.invariants, ids=lambda i: i.name)
def test_every_invariant_can_be_violated(invariant: Invariant, original: Replayed, postgresql: Driver) -> None:
    """PostgreSQL undoes even a dropped constraint, so each sabotage ends with a rollback."""
    with undone(postgresql) as session:
        assert session.execute(postgresql.render(invariant.query), ()).rows == []
        for sql in SABOTAGE[invariant.name].split("; "):
            assert say(session, sql).kind is ReplyKind.OK
        reply = session.execute(postgresql.render(invariant.query), ())
        assert reply.kind is ReplyKind.OK
        assert reply.rows


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_serial_numbers_have_no_gap_however_many_receive(product: str, request: pytest.FixtureRequest) -> None:
    """Eight desks receive tubes of one section at the same moment."""
    driver: Driver = request.getfixturevalue(product)
    load(PACK, WORLD, driver)
    assert receive_together(driver, WORLD.pools["collected-HEM"][:16]) == [ReplyKind.OK] * 8
    assert violated(PACK, driver) == ()


def receive_together(driver: Driver, tubes: list[Tube]) -> list[ReplyKind]:
    transaction = next(t for t in PACK.transactions if t.name == "receive")
    rendered = rendered_statements(PACK, driver)
    ready = threading.Barrier(8)
    outcomes: list[ReplyKind] = []

    def desk(two: list[Tube]) -> None:
        params = {
            "section_code": "HEM",
            "specimens": tuple(tube.specimen_id for tube in two),
            "receiver_id": WORLD.technicians["HEM"][0],
            "at": max(tube.at for tube in two) + dt.timedelta(minutes=9),
        }
        session = driver.connect()
        ready.wait()
        outcomes.append(perform(transaction, params, Talk(session, rendered, lambda *_: None))[0])
        session.close()

    desks = [threading.Thread(target=desk, args=(tubes[n : n + 2],)) for n in range(0, 16, 2)]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    return outcomes


def test_the_battery_is_borne_alike_and_nothing_of_it_is_stored(
    postgresql: Driver, on_postgresql: Interfaces, seekdb: Driver, on_seekdb: Interfaces
) -> None:
    """Whatever has to be declined is, on both databases, and the good message goes through afterwards, once."""
    world = PACK.world(Scale(outpatients_per_day=10, days=1, seed=3))
    items = functional(PACK, world, count=0, seed=3, endpoints=INTERFACES)
    sent = [each for item in items if item.transaction not in PROBES for each in sent_by(PACK, item)]
    told = []
    for driver, interfaces in ((postgresql, on_postgresql), (seekdb, on_seekdb)):
        load(PACK, world, driver)
        before = list(driver.state(PACK.metadata))
        cases = [Case(PACK.messages[name], sent) for interface in PACK.interfaces for name in interface.battery]
        declined = {kind for case in cases for _, kind in case.told(interfaces, Expect.DECLINED)}
        assert declined == {ReplyKind.REFUSED}
        assert list(driver.state(PACK.metadata)) == before
        assert {case.send(interfaces) for case in cases} == {ReplyKind.OK}
        after = list(driver.state(PACK.metadata))
        assert {case.send(interfaces) for case in cases} == {ReplyKind.REFUSED}
        assert list(driver.state(PACK.metadata)) == after != before
        told.append([each for case in cases for each in case.told(interfaces, Expect.ALIKE, case.other)])
    assert told[0] == told[1]
    assert {kind for _, kind in told[0]} == {ReplyKind.OK, ReplyKind.REFUSED}


class Case:
    """A message of the battery: a good one, and another for what may be accepted, too."""

    def __init__(self, message: Message, sent: list[tuple[Message, dict[str, Any]]]) -> None:
        self.message = message
        self.good, self.other, *_ = (
            each.compose(charset="UTF-8", **params) for each, params in sent if each.name == message.name
        )

    def send(self, interfaces: Interfaces) -> ReplyKind:
        return self._sent(interfaces, [self.good.body])[0]

    def told(self, interfaces: Interfaces, expect: Expect, good: Outgoing | None = None) -> list[tuple[str, ReplyKind]]:
        """How every bad message of one sort that can be made of a good one was answered."""
        made_of = (good or self.good).body
        cases = battery(made_of, self.message.sends or self.message.content, "UTF-8", self.message.battery)
        bad = {f"{self.message.name} {one.name}": one.bodies[0] for one in cases if one.expect is expect}
        return list(zip(bad, self._sent(interfaces, [*bad.values()]), strict=True))

    def _sent(self, interfaces: Interfaces, bodies: list[bytes]) -> list[ReplyKind]:
        with contextlib.closing(interfaces[self.message.interface].connect()) as session:
            return [session.send(replace(self.good, body=body)).kind for body in bodies]
