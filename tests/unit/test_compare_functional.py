"""The comparison of a functional pass on a hospital of four tables: nothing invented, nothing swallowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.errors import Fault
from harness.model import Item, ReplyKind, Rule, StepRecord, TableState, TransactionRecord
from harness.result import Finding

OK, REFUSED, FAILED = ReplyKind.OK, ReplyKind.REFUSED, ReplyKind.FAILED
DAY = dt.date(2026, 3, 2)
AT = dt.datetime.fromisoformat("2026-03-02T09:00:00")


def step(name: str, **more: Any) -> StepRecord:
    return StepRecord(statement=name, **({"kind": OK, "error_class": "", "affected": -1} | more))


def read(name: str, columns: str, *rows: tuple[Any, ...]) -> StepRecord:
    return step(name, columns=tuple(columns.split()), rows=rows)


@dataclass
class Stack:
    """A hospital small enough to be played by hand; its defects are switched on by name."""

    broken: frozenset[str] = frozenset()
    clock: int = 0
    prices: dict[str, Decimal] = field(default_factory=lambda: {f"D{n:04d}": Decimal(n) for n in range(1, 9)})
    sold: dict[str, str] = field(default_factory=dict)  # registration → slot
    charges: dict[str, tuple[str, Decimal, int]] = field(default_factory=dict)
    log: list[tuple[int, str, dt.datetime]] = field(default_factory=list)
    invoice: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        if "price" in self.broken:
            self.prices["D0003"] = Decimal(99)

    def perform(self, item: Item) -> TransactionRecord:
        play: Callable[..., list[StepRecord]] = getattr(self, item.transaction)
        steps = play(**item.params)
        worst = max(s.kind for s in steps)
        closing = step("commit") if worst is OK else step("rollback", kind=REFUSED if worst is REFUSED else OK)
        return TransactionRecord(
            seq=item.seq, transaction=item.transaction, outcome=worst, reason="", steps=(*steps, closing)
        )

    def register(self, registration_id: str, patient_id: str, slot_id: str) -> list[StepRecord]:
        offer = read("slot_offer", "slot_id starts_at", (slot_id, AT))
        if slot_id in self.sold.values() and "index" not in self.broken:
            return [offer, step("add_registration", kind=REFUSED, error_class="unique")]
        self.sold[registration_id] = slot_id
        self._log(registration_id)
        return [offer, step("add_registration", affected=1)]

    def charge(self, charge_id: str, patient_id: str, drug_code: str, window_id: str) -> list[StepRecord]:
        price = self.prices[drug_code]
        steps = [read("price_of", "unit_price", (price,))]
        if "statement" in self.broken and patient_id == "P00000004":
            return [*steps, step("next_invoice", kind=FAILED, error_class="unknown_object", message="no such function")]
        self.invoice += 1
        self.charges[charge_id] = (patient_id, price, self.invoice)
        self._log(charge_id)
        return [*steps, read("next_invoice", "last_number", (self.invoice,)), step("add_charge", affected=1)]

    def history(self, patient_id: str) -> list[StepRecord]:
        rows = [(c, a, i) for c, (p, a, i) in self.charges.items() if p == patient_id]
        return [read("charges_of", "charge_id amount invoice_no", *rows)]

    def daily(self, day: dt.date) -> list[StepRecord]:
        total = sum((a for _, a, _ in self.charges.values()), Decimal(0))
        return [read("daily_report", "charges total", (len(self.charges), total))]

    def _log(self, subject: str) -> None:
        self.number += 1
        self.log.append((self.number, subject, AT + dt.timedelta(seconds=self.clock + self.number)))

    def state(self) -> dict[str, TableState]:
        return {
            s.table: s
            for s in (
                table("drug", "drug_code unit_price", self.prices.items()),
                table("number_counter", "counter_id last_number", [("F01", self.invoice)]),
                table("registration", "registration_id slot_id", self.sold.items()),
                table("charge", "charge_id patient_id amount invoice_no", [(c, *r) for c, r in self.charges.items()]),
                table("audit_log", "audit_id object_id action created_at", [(n, o, "ADD", t) for n, o, t in self.log]),
            )
        }


def table(name: str, columns: str, rows: Any) -> TableState:
    names = tuple(columns.split())
    return TableState(table=name, columns=names, key=names[:1], rows=tuple(map(tuple, rows)))


def workload() -> list[Item]:
    drawn: list[tuple[str, dict[str, Any]]] = []
    for n in range(1, 41):
        patient = f"P{n:08d}"
        drawn.append(("register", {"registration_id": f"R{n:08d}", "patient_id": patient, "slot_id": f"L{n:08d}"}))
        drug, window = f"D{n % 8 + 1:04d}", "F01"
        drawn.append(
            ("charge", {"charge_id": f"C{n:08d}", "patient_id": patient, "drug_code": drug, "window_id": window})
        )
        drawn.append(("history", {"patient_id": patient}))
    drawn.append(("daily", {"day": DAY}))
    drawn.append(("register", {"registration_id": "R00000099", "patient_id": "P00000099", "slot_id": "L00000007"}))
    return [Item(seq=n, transaction=name, params=params) for n, (name, params) in enumerate(drawn)]


def observe(items: Sequence[Item], *broken: str, clock: int = 0) -> Observed:
    stack = Stack(broken=frozenset(broken), clock=clock)
    before = stack.state()
    records = tuple(stack.perform(item) for item in items)
    return Observed(transactions=records, before=before, after=stack.state())


ITEMS = workload()


def compare(migrated: Observed, *rules: Rule, accept: frozenset[str] = frozenset()) -> Comparison:
    recordings = Recordings(original_1=observe(ITEMS), original_2=observe(ITEMS, clock=70), migrated=migrated)
    return compare_pack("his", ITEMS, recordings, rules, accept.__contains__)


def roots(found: Comparison) -> list[Finding]:
    return [f for f in found.findings if not f.explained_by and not f.consequence_of]


def places(findings: Sequence[Finding]) -> list[str]:
    return [f"{f.transaction}.{f.step}.{f.column}:{f.kind}" for f in findings]


def change(observed: Observed, seq: int, edit: Callable[[StepRecord], StepRecord], at: int = 0) -> Observed:
    """The same recording with one step of one transaction edited."""
    records = list(observed.transactions)
    steps = list(records[seq].steps)
    steps[at] = edit(steps[at])
    records[seq] = replace(records[seq], steps=tuple(steps))
    return replace(observed, transactions=tuple(records))


# --------------------------------------------------------------------------- nothing is invented


def test_two_identical_stacks_differ_in_nothing() -> None:
    found = compare(observe(ITEMS))
    assert found.findings == ()
    assert found.ledger.total == found.ledger.equal == len(ITEMS)
    assert found.agreed == {"register", "charge", "history", "daily"}
    assert found.noise_known
    assert found.tables.balanced and found.tables.equal == found.tables.total > 0


def test_what_moves_on_the_original_is_noise_and_said_so() -> None:
    found = compare(observe(ITEMS, clock=500))
    assert places(found.findings) == ["table:audit_log.after.created_at:time"]
    assert found.findings[0].explained_by == "noise"
    assert found.tables.different == 0
    assert found.tables.equal_by_rule == found.findings[0].count == 80
    assert found.noise == ("table:audit_log.after.created_at：时间不同（80 处）",)


def test_a_clock_in_the_wrong_time_zone_is_no_noise() -> None:
    found = compare(observe(ITEMS, clock=500 + 8 * 3600))
    assert [f.transaction for f in roots(found)] == ["table:audit_log"]
    assert {f.kind for f in roots(found)} <= {"time", "time_zone"}
    assert found.tables.different == 80


def test_a_moving_value_may_not_vanish() -> None:
    migrated = observe(ITEMS, clock=500)
    log = migrated.after["audit_log"]
    gone = replace(log, rows=((*log.rows[0][:3], None), *log.rows[1:]))
    found = compare(replace(migrated, after={**migrated.after, "audit_log": gone}))
    assert places(roots(found)) == ["table:audit_log.after.created_at:null"]
    assert found.tables.different == 1


# --------------------------------------------------------------------------- nothing is swallowed


@pytest.mark.parametrize(
    ("defect", "root"),
    [
        ("price", "table:drug.before.unit_price:number"),
        ("index", "register.add_registration.:outcome"),
        ("statement", "charge.next_invoice.:error_class"),
    ],
)
def test_each_defect_is_one_root_under_its_own_kind(defect: str, root: str) -> None:
    found = compare(observe(ITEMS, defect))
    assert places(roots(found)) == [root]
    assert found.ledger.balanced and found.tables.balanced
    following = [f for f in found.findings if f.consequence_of]
    assert following and {f.consequence_of for f in following} == {roots(found)[0].id}
    assert found.ledger.different + found.ledger.error > 0


def test_three_defects_at_once_are_three_roots() -> None:
    found = compare(observe(ITEMS, "price", "index", "statement"))
    assert sorted(places(roots(found))) == [
        "charge.next_invoice.:error_class",
        "register.add_registration.:outcome",
        "table:drug.before.unit_price:number",
    ]
    assert found.ledger.error == 1
    assert found.agreed == frozenset()


def test_a_consequence_is_never_lost_from_the_ledger() -> None:
    found = compare(observe(ITEMS, "price"))
    touched = [i for i in ITEMS if i.params.get("drug_code") == "D0003"]
    assert found.ledger.different == 2 * len(touched) + 1  # the charge, the patient's history, and the daily report
    assert found.agreed == {"register"}


def test_an_error_message_is_part_of_the_example() -> None:
    example = roots(compare(observe(ITEMS, "statement")))[0].examples[0]
    assert "no such function" in example.migrated
    assert example.original == "成功"
    assert "P00000004" in example.key


def test_at_most_three_examples() -> None:
    found = compare(observe(ITEMS, "price"))
    counts = {f.count for f in found.findings}
    assert max(counts) > 3
    assert max(len(f.examples) for f in found.findings) == 3


# --------------------------------------------------------------------------- rules


PADDED = Rule(id="R1", kind="padding", where="history.charges_of.*", reason="CHAR", source="BD-04")


def padded() -> Observed:
    return change(observe(ITEMS), 2, lambda s: replace(s, rows=tuple((c + "  ", a, i) for c, a, i in s.rows)))


def test_a_rule_explains_only_when_the_plan_accepts_it() -> None:
    unaccepted = compare(padded(), PADDED)
    assert len(roots(unaccepted)) == 1 and unaccepted.rule_counts == {"R1": 0}
    accepted = compare(padded(), PADDED, accept=frozenset({"R1"}))
    assert roots(accepted) == [] and accepted.rule_counts == {"R1": 1}
    assert accepted.ledger.equal_by_rule == 1 and accepted.ledger.different == 0
    assert accepted.findings[0].explained_by == "R1"
    assert "history" in accepted.agreed


@pytest.mark.parametrize("rule", [replace(PADDED, kind="text"), replace(PADDED, where="history.other.*")])
def test_a_rule_explains_nothing_else(rule: Rule) -> None:
    assert len(roots(compare(padded(), rule, accept=frozenset({"R1"})))) == 1


def test_an_explained_difference_accounts_for_nothing_that_follows() -> None:
    """The price differs by rule; a changed amount in the same item must still be a root of its own."""
    rule = Rule(id="R2", kind="number", where="drug.unit_price", reason="x", source="x")
    found = compare(observe(ITEMS, "price"), rule, accept=frozenset({"R2"}))
    assert places(roots(found))[0] == "charge.price_of.unit_price:number"


# --------------------------------------------------------------------------- incomplete and damaged recordings


def test_a_missing_recording_is_not_run_never_equal() -> None:
    full = observe(ITEMS)
    for missing in ("original_1", "original_2", "migrated"):
        parts: Mapping[str, Observed] = {
            name: Observed() if name == missing else full for name in ("original_1", "original_2", "migrated")
        }
        found = compare_pack("his", ITEMS, Recordings(**parts))
        assert found.ledger.not_run == len(ITEMS)
        assert found.agreed == frozenset()
        assert found.noise_known == (missing != "original_2")
        assert found.ledger.balanced and found.tables.balanced
    assert (
        compare_pack("his", ITEMS, Recordings(original_1=full, original_2=full, migrated=Observed())).tables.equal == 0
    )


def test_a_torn_recording_leaves_the_rest_not_run() -> None:
    full = observe(ITEMS)
    found = compare(replace(full, transactions=full.transactions[:50]))
    assert (found.ledger.equal, found.ledger.not_run) == (50, len(ITEMS) - 50)
    assert found.agreed == frozenset()  # every transaction is missing some of its occurrences


def test_a_recording_of_another_workload_is_a_fault() -> None:
    full = observe(ITEMS)
    shifted = tuple(replace(r, seq=r.seq + 1) for r in full.transactions)
    with pytest.raises(Fault, match="第 1 笔"):
        compare(replace(full, transactions=shifted))
