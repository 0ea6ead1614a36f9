"""The ledger: everything that was or was not examined stands in it once, with the outcome that the result states."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from harness.dossier import KINDS, Subject
from harness.filing.cases import cases
from harness.filing.cases.draft import by_ledger
from harness.filing.parity import parity, together
from harness.result import BehaviourClass, Judgement, Ledger, LedgerOf
from tests.golden import fake_result
from tests.unit.filing.samples import CLAUSES, rich


def test_every_thing_that_was_examined_is_a_case() -> None:
    result = fake_result.rich()
    found = Counter(each.case.subject for each in cases(result, CLAUSES))
    assert found[Subject.TRANSACTION] == len(result.by_transaction)
    assert found[Subject.TABLE] == len({(each.pack, each.name) for each in result.by_table})
    assert found[Subject.INVARIANT] == len({(each.pack, each.name) for each in result.invariants})
    assert found[Subject.MESSAGE] == sum(len(each.messages) for each in result.interfaces)
    assert found[Subject.BATTERY] == len(result.battery)
    assert found[Subject.PROBE] == len(result.behaviours)
    assert result.consistency is not None
    assert found[Subject.CONTENTS] == len(result.consistency.tables)
    assert found[Subject.CHECK] == len(result.consistency.checks)


def test_numbers_are_unique_and_the_same_every_time() -> None:
    once, again = ([each.case.id for each in cases(fake_result.rich(), CLAUSES)] for _ in range(2))
    assert once == again
    assert len(set(once)) == len(once)


def test_a_clause_without_a_case_is_one_itself_and_says_why() -> None:
    found = [each.case for each in cases(fake_result.rich(), CLAUSES)]
    security = [case for case in found if case.kind == "security"]
    assert security
    assert all(case.subject is Subject.CLAUSE and case.reason for case in security)
    assert {case.kind for case in found} <= set(KINDS)


@pytest.mark.parametrize(
    ("counts", "judgement"),
    [
        ((3, 3, 0, 0, 0, 0), Judgement.PASS),
        ((3, 1, 2, 0, 0, 0), Judgement.PASS),
        ((3, 2, 0, 1, 0, 0), Judgement.FAIL),
        ((3, 2, 0, 0, 1, 0), Judgement.FAIL),
        ((3, 2, 0, 0, 0, 1), Judgement.INCONCLUSIVE),
        ((3, 0, 0, 0, 0, 3), Judgement.NOT_RUN),
        ((0, 0, 0, 0, 0, 0), Judgement.NOT_RUN),
    ],
)
def test_passed_means_all_seen_and_nothing_left(counts: tuple[int, ...], judgement: Judgement) -> None:
    names = ("total", "equal", "equal_by_rule", "different", "error", "not_run")
    assert by_ledger(Ledger(**dict(zip(names, counts, strict=True)))) is judgement


def test_no_case_passes_that_the_result_calls_otherwise() -> None:
    """An accepted difference passes with its reason; every other one does not."""
    result = fake_result.rich()
    probes = {each.case.name: each.case for each in cases(result, CLAUSES) if each.case.subject is Subject.PROBE}
    for behaviour in result.behaviours:
        known = behaviour.outcome is not BehaviourClass.ERROR
        fine = behaviour.outcome is BehaviourClass.SAME or (known and bool(behaviour.accepted))
        assert (probes[behaviour.id].judgement is Judgement.PASS) == fine
        assert not behaviour.accepted or behaviour.accepted in probes[behaviour.id].reason
    responses = [each.case for each in cases(result, CLAUSES) if each.case.subject is Subject.RESPONSE]
    judged = Counter(e.verdict for e in result.estimates if e.verdict is not None)
    assert sum(case.judgement is Judgement.FAIL for case in responses) == judged[Judgement.FAIL] > 0
    assert sum(case.judgement is Judgement.PASS for case in responses) == judged[Judgement.PASS]


def test_a_failing_case_outweighs_the_others_in_the_matrix(tmp_path: Path) -> None:
    dossier = rich(tmp_path)
    assert dossier.parity["his", "function"] is Judgement.FAIL
    assert ("", "security") not in dossier.parity  # nothing ran
    passed = parity(dossier.result, [replace(case, judgement=Judgement.PASS) for case in dossier.cases])
    assert {j for (_, respect), j in passed.items() if respect != "resources"} == {Judgement.PASS}


def test_what_was_partly_not_run_is_open() -> None:
    assert together([Judgement.PASS, Judgement.NOT_RUN]) is Judgement.INCONCLUSIVE
    assert together([]) is Judgement.NOT_RUN


@pytest.mark.parametrize(
    ("original", "migrated", "judgement"),
    [(True, True, Judgement.PASS), (False, True, Judgement.INCONCLUSIVE), (True, False, Judgement.FAIL),
     (False, False, Judgement.FAIL)],
)  # fmt: skip
def test_a_rule_broken_on_the_migrated_side_fails(original: bool, migrated: bool, judgement: Judgement) -> None:
    result = fake_result.rich()
    one = next(i for i in result.invariants if i.stack == "original")
    both = (replace(one, holds=original), replace(one, stack="migrated", holds=migrated))
    found = [each.case for each in cases(replace(result, invariants=both), CLAUSES)]
    assert [case.judgement for case in found if case.subject is Subject.INVARIANT] == [judgement]


def test_a_message_that_was_not_compared_to_the_end_is_open_and_not_failed() -> None:
    result = replace(fake_result.rich(), findings=())
    interface = next(i for i in result.interfaces if i.messages)
    unseen = replace(interface.messages[0], sent=5, equal=4, original={"ok": 5}, migrated={"ok": 5})
    shown = replace(result, interfaces=(replace(interface, messages=(unseen,)),))
    found = [each.case for each in cases(shown, CLAUSES) if each.case.subject is Subject.MESSAGE]
    assert [case.judgement for case in found] == [Judgement.INCONCLUSIVE]


def test_what_failed_alike_on_both_sides_was_not_verified() -> None:
    whole = Ledger(total=4, equal=4, equal_by_rule=0, different=0, error=0, not_run=0)
    for failed, judgement in ((0, Judgement.PASS), (4, Judgement.INCONCLUSIVE)):
        one = LedgerOf(pack="his", name="book", ledger=whole, failed_alike=failed)
        found = [each.case for each in cases(replace(fake_result.rich(), by_transaction=(one,)), CLAUSES)]
        assert [c.judgement for c in found if c.subject is Subject.TRANSACTION] == [judgement]
