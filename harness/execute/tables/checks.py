"""Every declared check asked of both sides at once; what cannot be asked says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.catalogue import Catalogue
from harness.data_result import Answers, Check
from harness.errors import Fault, StackUnreachable
from harness.execute.tables.sides import Sides
from harness.table_reading import Question
from harness.tables.checks import questions


def answered(
    checks: tuple[Check, ...], catalogues: tuple[Catalogue, Catalogue], sides: Sides, rest: Callable[[], None]
) -> Iterator[Answers]:
    for check in checks:
        try:
            asked = list(questions(check, *catalogues))
        except Fault as fault:
            yield Answers(check=check, trouble=fault.message)
            continue
        for one, original, migrated in asked:
            rest()
            yield _answers(one, original, migrated, sides)


def _answers(check: Check, original: Question, migrated: Question, sides: Sides) -> Answers:
    try:
        mine, there = sides.both(
            lambda reader: tuple(reader.answer(original)), lambda reader: tuple(reader.answer(migrated))
        )
    except StackUnreachable:
        raise
    except Fault as fault:
        return Answers(check=check, trouble=fault.message)
    return Answers(check=check, original=mine, migrated=there)
