"""What a hospital asks of its data beyond row by row: monthly totals, the four coefficients of stored records, letters
that no font has. Declared checks → questions to either side, and their answers → what they come to. Pure.

The coefficients follow the quality items of the national scheme for graded evaluation of electronic records (2018):
记录 with a value of the dictionary, with all contents, with a counterpart, with times in order, each over all records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from harness.canonical import Form, Shown, form_of, paired
from harness.catalogue import Catalogue, Column, Table
from harness.data_result import Answers, Check, CheckKind, CheckResult, GroupDifference
from harness.errors import BadInput
from harness.judgement import Judgement
from harness.table_reading import Look, Question

SHOWN = 20  # differing groups of a check
_FLOAT = Decimal("1e-9")  # of a sum of approximate numbers, whose order no database promises
_EXACT_PLACES = 9  # beyond, a sum was printed that is not one of decimals
_TEXTS = frozenset({Form.TEXT, Form.LONG_TEXT})

Row = tuple[str | None, ...]


def questions(check: Check, original: Catalogue, migrated: Catalogue) -> Iterator[tuple[Check, Question, Question]]:
    """Each check as it is asked of either side; one of letters is asked of every text of every table it names.

    Raises BadInput for a table or a column that one side does not have.
    """
    if check.kind is not CheckKind.CHARACTERS:
        yield check, *_asked(check, original, migrated)
        return
    there = {table.name.casefold() for table in migrated.tables}
    for table in original.tables:
        if not fnmatchcase(table.name.casefold(), check.table.casefold()) or table.name.casefold() not in there:
            continue
        for pair in paired(table, _table(migrated, table.name)):
            if pair.form in _TEXTS:
                one = Check(kind=check.kind, table=table.name, columns=(pair.name,))
                yield one, *_asked(one, original, migrated)


def _asked(check: Check, original: Catalogue, migrated: Catalogue) -> tuple[Question, Question]:
    sides = original, migrated
    one, other = (_question(check, side, sides) for side in sides)
    return one, other


def _question(check: Check, side: Catalogue, sides: tuple[Catalogue, Catalogue]) -> Question:
    table = _table(side, check.table)
    to, to_column = check.to.split(".", 1) if check.to else ("", "")

    def shown(names: Sequence[str], of: str = check.table) -> tuple[Shown, ...]:
        return tuple(_shown(side, sides, of, name) for name in names)

    return Question(
        kind=check.kind,
        look=Look(table=table.name, columns=shown(check.columns)),
        by=shown(check.by),
        month=shown([check.month])[0] if check.month else None,
        to=Look(table=_table(side, to).name, columns=shown([to_column], to)) if to else None,
    )


def _shown(side: Catalogue, sides: tuple[Catalogue, Catalogue], table: str, column: str) -> Shown:
    one, other = (_column(_table(each, table), column) for each in sides)
    return Shown(column=_column(_table(side, table), column), form=form_of(one.type_class, other.type_class))


def _column(table: Table, name: str) -> Column:
    for column in table.columns:
        if column.name.casefold() == name.casefold():
            return column
    raise BadInput(f"表 {table.name} 没有列 {name}。", hint="请核对方案 [[consistency.checks]] 中的列名。")


def _table(side: Catalogue, name: str) -> Table:
    for table in side.tables:
        if table.name.casefold() == name.casefold():
            return table
    raise BadInput(f"{side.schema} 里没有表 {name}。", hint="请核对方案 [[consistency.checks]] 中的表名。")


# --------------------------------------------------------------------------- what the answers come to


def concluded(answers: Answers) -> CheckResult:
    """Totals must be the same in every group; a coefficient may not fall, bad letters may not become more."""
    check = answers.check
    if answers.trouble:
        return CheckResult(check=check, judgement=Judgement.INCONCLUSIVE, trouble=answers.trouble)
    if check.kind is CheckKind.TOTALS:
        return _totals(answers)
    original, migrated = (tuple(int(n or 0) for n in side[0]) for side in (answers.original, answers.migrated))
    if check.kind is CheckKind.CHARACTERS:
        worse = any(there > here for here, there in zip(original, migrated, strict=True))
    else:
        worse = migrated[0] * original[1] < original[0] * migrated[1]  # the shares, without dividing
    return CheckResult(
        check=check, judgement=Judgement.FAIL if worse else Judgement.PASS, original=original, migrated=migrated
    )


def _totals(answers: Answers) -> CheckResult:
    groups = len(answers.check.by) + bool(answers.check.month)
    one, other = ({row[:groups]: row[groups:] for row in side} for side in (answers.original, answers.migrated))
    keys = sorted(one.keys() | other.keys(), key=lambda key: tuple(("" if part is None else part) for part in key))
    differing = [
        GroupDifference(
            group=", ".join("NULL" if part is None else part for part in key),
            original=_told(one.get(key)),
            migrated=_told(other.get(key)),
        )
        for key in keys
        if not _same(one.get(key), other.get(key))
    ]
    return CheckResult(
        check=answers.check,
        judgement=Judgement.FAIL if differing else Judgement.PASS,
        groups=len(keys),
        differing=len(differing),
        examples=tuple(differing[:SHOWN]),
    )


def _told(figures: Row | None) -> str:
    return "" if figures is None else ", ".join("NULL" if figure is None else figure for figure in figures)


def _same(one: Row | None, other: Row | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(_alike(a, b) for a, b in zip(one, other, strict=True))


def _alike(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    try:
        a, b = Decimal(one), Decimal(other)
    except InvalidOperation:
        return one == other
    approximate = "e" in (one + other).casefold() or max(map(_places, (one, other))) > _EXACT_PLACES
    return a == b or (approximate and abs(a - b) <= _FLOAT * max(abs(a), abs(b)))


def _places(number: str) -> int:
    return len(number.partition(".")[2])
