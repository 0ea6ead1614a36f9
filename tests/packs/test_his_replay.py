"""The HIS on real databases: every transaction works, every probe is refused, nothing is out of order afterwards, and
what differs between the products is exactly what `rules.py` declares.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from harness.compare.functional import Comparison, Recordings, compare_pack
from harness.execute.conversation import Talk, perform
from harness.execute.sequential import execute, rendered_statements
from harness.model import ErrorClass, Item, ReplyKind, Scale
from harness.ports import Driver
from harness.workload import functional
from scenarios.his import PACK
from scenarios.his.world import OPENS
from tests.packs.replaying import Replayed, load, say, undone, violated

SCALE = Scale(outpatients_per_day=60, days=2, seed=20260101)
WORLD = PACK.world(SCALE)
ITEMS = functional(PACK, WORLD, count=320, seed=20260101)
PROBES = {t.name for t in PACK.transactions if t.probe}

REFUSED_AS = {
    "probe_double_booking": ErrorClass.UNIQUE,
    "probe_occupied_bed": ErrorClass.UNIQUE,
    "probe_charge_twice": ErrorClass.NONE,  # by the hospital's own rule: no row was in the right state
    "probe_duplicate_person": ErrorClass.UNIQUE,
    "probe_over_dispense": ErrorClass.CHECK,
    "probe_long_name": ErrorClass.TOO_LONG,
    "probe_missing_name": ErrorClass.NOT_NULL,
    "probe_unknown_drug": ErrorClass.FOREIGN_KEY,
    "probe_huge_amount": ErrorClass.NUMERIC_OVERFLOW,
}


def compared(original: Replayed, again: Replayed, migrated: Replayed) -> Comparison:
    recordings = Recordings(original_1=original.observed, original_2=again.observed, migrated=migrated.observed)
    return compare_pack("his", ITEMS, recordings, PACK.rules, lambda rule: True)


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
    assert used - {"commit", "rollback"} == set(PACK.statements)


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


def test_the_same_product_needs_no_rule(original: Replayed, original_again: Replayed) -> None:
    result = compared(original, original_again, original_again)
    assert {f.explained_by for f in result.findings} == {"noise"}
    assert all("audit_log" in line and "created_at" in line for line in result.noise)


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_a_refused_transaction_leaves_no_trace(product: str, request: pytest.FixtureRequest, scratch: Path) -> None:
    request.getfixturevalue("original_again" if product == "postgresql" else "migrated")
    driver: Driver = request.getfixturevalue(product)
    probes = [item for item in ITEMS if item.transaction in PROBES]
    before = list(driver.state(PACK.metadata))
    refused = list(execute(PACK, probes, driver, scratch / "probes.jsonl", trusted=False))
    assert len(refused) == len(probes) > 20
    assert list(driver.state(PACK.metadata)) == before


SABOTAGE = {
    "slot_sold_once": "DROP INDEX uq_registration_active_slot; UPDATE registration SET slot_id = 'H00000001',"
    " active_slot_id = 'H00000001' WHERE status = 'ARRIVED'",
    "slot_freed_by_cancelling": "UPDATE registration SET active_slot_id = NULL WHERE status = 'BOOKED'",
    "one_patient_per_bed": "DROP INDEX uq_admission_active_bed; UPDATE admission SET bed_id = 'W00000001',"
    " active_bed_id = 'W00000001' WHERE status = 'IN'",
    "bed_freed_by_discharge": "UPDATE admission SET active_bed_id = NULL WHERE status = 'IN'",
    "stock_balanced": "UPDATE stock_batch SET quantity = quantity + 1 WHERE batch_id = 'B00000001'",
    "dispensed_as_prescribed": "UPDATE prescription SET status = 'PAID' WHERE status = 'DISPENSED'",
    "charge_is_sum_of_items": "UPDATE charge SET amount = amount + 0.01 WHERE charge_id = 'C00000001'",
    "item_is_quantity_times_price": "UPDATE charge_item SET unit_price = unit_price + 1 WHERE charge_id = 'C00000001'",
    "payments_match_charges": "DELETE FROM payment WHERE charge_id = 'C00000001'",
    "settlement_is_sum_of_charges": "UPDATE settlement SET total_amount = total_amount + 1",
    "days_billed_once": "UPDATE admission SET billed_days = billed_days + 1 WHERE status = 'IN'",
    "invoice_numbers": "DELETE FROM invoice WHERE window_id = 'F01' AND invoice_no = 1",
    "queue_numbers": "UPDATE number_counter SET last_number = last_number + 1 WHERE counter_id = 'Q-K00000001'",
    "refunds_audited": "DELETE FROM audit_log WHERE action = 'REFUND'",
}


@pytest.mark.parametrize("invariant", PACK.invariants, ids=lambda i: i.name)
def test_every_invariant_can_be_violated(invariant: object, original: Replayed, postgresql: Driver) -> None:
    """PostgreSQL undoes even a dropped index, so each sabotage ends with a rollback."""
    name = getattr(invariant, "name", "")
    query = next(i.query for i in PACK.invariants if i.name == name)
    with undone(postgresql) as session:
        assert session.execute(postgresql.render(query), ()).rows == []
        for sql in SABOTAGE[name].split("; "):
            assert say(session, sql).kind is ReplyKind.OK
        reply = session.execute(postgresql.render(query), ())
        assert reply.kind is ReplyKind.OK
        assert reply.rows


@pytest.mark.parametrize("product", ["postgresql", "seekdb"])
def test_one_slot_is_sold_once_however_many_want_it(product: str, request: pytest.FixtureRequest) -> None:
    """The unique index alone decides. Without it the same rush sells the slot many times over."""
    driver: Driver = request.getfixturevalue(product)
    load(PACK, WORLD, driver)
    sold, refused = rush(driver, WORLD.hot_slots[0].slot_id, first=0)
    assert (sold, refused) == (1, 7)
    assert violated(PACK, driver) == ()
    session = driver.connect()
    say(session, "DROP INDEX uq_registration_active_slot" + (" ON registration" if product == "seekdb" else ""))
    session.commit()
    session.close()
    sold, refused = rush(driver, WORLD.hot_slots[1].slot_id, first=100)
    assert (sold, refused) == (8, 0)
    assert [v.partition(":")[0] for v in violated(PACK, driver)] == ["slot_sold_once"]


def rush(driver: Driver, slot_id: str, *, first: int) -> tuple[int, int]:
    """Eight people book one slot at the same moment: (sold, refused)."""
    transaction = next(t for t in PACK.transactions if t.name == "book")
    rendered = rendered_statements(PACK, driver)
    ready = threading.Barrier(8)
    outcomes: list[ReplyKind] = []

    def buy(number: int) -> None:
        params = {
            "registration_id": f"RX{number}",
            "charge_id": f"CX{number}",
            "patient_id": WORLD.persons[number % 8][0],
            "slot_id": slot_id,
            "at": OPENS,
        }
        item = Item(seq=number, transaction="book", params=params)
        session = driver.connect()
        ready.wait()
        outcomes.append(perform(transaction, item.params, Talk(session, rendered, lambda *_: None))[0])
        session.close()

    buyers = [threading.Thread(target=buy, args=(first + n,)) for n in range(8)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    return outcomes.count(ReplyKind.OK), outcomes.count(ReplyKind.REFUSED)
