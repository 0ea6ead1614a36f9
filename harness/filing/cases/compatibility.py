"""Cases of the database compatibility suite: a probe each."""

from __future__ import annotations

from collections.abc import Iterator

from harness.dossier import Case, Subject
from harness.filing.cases.draft import Draft
from harness.filing.evidence import By, Reference
from harness.result import Behaviour, BehaviourClass, Judgement, Result

_BAD = (BehaviourClass.DIFFERENT, BehaviourClass.UNSUPPORTED)


def drafts(result: Result) -> Iterator[Draft]:
    for behaviour in result.behaviours:
        yield _probe(behaviour)


def judged(behaviour: Behaviour) -> Judgement:
    if behaviour.outcome is BehaviourClass.ERROR:
        return Judgement.INCONCLUSIVE
    return Judgement.FAIL if behaviour.outcome in _BAD and not behaviour.accepted else Judgement.PASS


def _probe(behaviour: Behaviour) -> Draft:
    shown = behaviour.outcome is not BehaviourClass.SAME
    return Draft(
        case=Case(
            id="", kind="compatibility", clause="PV-COMP-2", pack="", subject=Subject.PROBE, name=behaviour.id,
            title=behaviour.title, judgement=judged(behaviour),
            steps=tuple(exchange.sql for exchange in behaviour.script),
            figures={"outcome": behaviour.outcome.value, "group": behaviour.group},
            reason=behaviour.accepted or behaviour.reason or (behaviour.meaning if shown else ""),
        ),
        references=tuple(
            Reference(f"recordings/dbcompat/{stack}-1/observations.jsonl", By.FIELD, f"probe={behaviour.id}", shown)
            for stack in ("original", "migrated")
        ),
    )  # fmt: skip
