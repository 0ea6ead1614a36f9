"""Which difference is a root and which follows from it: only what shares a cause that the data cannot be blamed for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.compare.differences import Difference
from harness.compare.findings import Findings
from harness.content.differences import Change, FieldDifference
from harness.model import ErrorClass, ReplyKind, StepRecord
from harness.normalise import Kind
from harness.result import Example

FAILED, REFUSED, OK, UNREACHABLE = ReplyKind.FAILED, ReplyKind.REFUSED, ReplyKind.OK, ReplyKind.UNREACHABLE


class Collected:
    """Differences put in one after the other."""

    def __init__(self, *found: Difference) -> None:
        self.findings = Findings("his")
        for d in found:
            self.findings.unexplained(d, None, _example)

    @property
    def roots(self) -> list[str]:
        return [f.id for f in self.findings.frozen() if not f.consequence_of]


def _example() -> Example:
    return Example(seq=1, key="", original="", migrated="")


def value(kind: Kind = Kind.NUMBER, *, scope: str = "t", step: str = "s", column: str = "c") -> Difference:
    return Difference(scope=scope, step=step, column=column, kind=kind)


def failure(
    error_class: str = "unknown_object", *, step: str = "s", scope: str = "t", kind: ReplyKind = FAILED,
    message: str = "", original: bool = False,
) -> Difference:  # fmt: skip
    broken = StepRecord(statement=step, kind=kind, error_class=error_class, affected=-1, message=message)
    fine = StepRecord(statement=step, kind=OK, error_class="", affected=1)
    a, b = (broken, fine) if original else (fine, broken)
    pair = (error_class, "ok") if original else ("ok", error_class)
    return Difference(scope=scope, step=step, column="", kind=Kind.ERROR_CLASS, a=a, b=b, pair=pair)


def field(kind: Kind, path: str = "OBX.5", *, step: str = "m", scope: str = "t") -> Difference:
    found = FieldDifference(path=path, change=Change.DIFFERENT, a="1", b="2", kind=kind)
    return Difference(scope=scope, step=step, column=path, kind=kind, field=found)


@pytest.mark.parametrize("original", [False, True])
def test_one_broken_statement_is_one_root_in_whatever_transaction(*, original: bool) -> None:
    one, other = (failure(scope=scope, original=original) for scope in ("t", "u"))
    assert Collected(one, other).roots == ["F1"]
    assert Collected(one, failure(step="x", scope="u", original=original)).roots == ["F1", "F2"]
    assert Collected(one, failure("deadlock", scope="u", original=original)).roots == ["F1", "F2"]


def test_one_message_is_one_root_in_whatever_statement() -> None:
    said = failure(message="no function now()")
    assert Collected(said, failure(step="x", message="no function now()")).roots == ["F1"]
    assert Collected(said, failure(step="x", message="no function then()")).roots == ["F1", "F2"]
    assert Collected(said, failure(scope="u", message="another")).roots == ["F1"]  # the same statement


@pytest.mark.parametrize(
    "lost",
    [
        failure(ErrorClass.CONNECTION_LOST),
        failure("", kind=UNREACHABLE),
        failure(ErrorClass.CONNECTION_LOST, kind=UNREACHABLE),
    ],
)
def test_a_server_that_went_away_is_one_root_for_everything(lost: Difference) -> None:
    later = failure(ErrorClass.CONNECTION_LOST, step="x", scope="u", message="gone")
    assert Collected(lost, later).roots == ["F1"]
    assert Collected(lost, failure(step="x")).roots == ["F1", "F2"]


@pytest.mark.parametrize("refused", [failure(ErrorClass.UNIQUE), failure("other", kind=REFUSED)])
def test_what_data_may_have_brought_about_follows_from_its_trace_only(refused: Difference) -> None:
    findings = Findings("his")
    root = findings.unexplained(value(), None, _example)
    assert findings.unexplained(refused, root, _example) == root
    assert findings.unexplained(failure(step="x", error_class=ErrorClass.UNIQUE), None, _example) != root
    technical = findings.unexplained(failure(step="y"), root, _example)
    assert technical != root, "a product that lacks a function is no consequence of a price"
    assert [f.consequence_of for f in findings.frozen()] == ["", "F1", "", ""]


def test_a_representation_is_one_root_per_column_and_a_value_never() -> None:
    scale = [value(Kind.DECIMAL_SCALE, scope=scope) for scope in ("t", "u")]
    assert Collected(*scale).roots == ["F1"]
    assert Collected(scale[0], value(Kind.DECIMAL_SCALE, scope="u", column="d")).roots == ["F1", "F2"]
    assert Collected(scale[0], value(Kind.PADDING, scope="u")).roots == ["F1", "F2"]
    assert Collected(value(), value(scope="u")).roots == ["F1", "F2"]
    nameless = [value(Kind.DECIMAL_SCALE, scope=scope, column="") for scope in ("t", "u")]
    assert Collected(*nameless).roots == ["F1", "F2"]


def test_only_what_changed_a_value_can_have_put_later_ones_off() -> None:
    findings = Findings("his")
    findings.explained(value(scope="e"), "noise", _example)
    findings.unexplained(value(Kind.DECIMAL_SCALE), None, _example)
    assert findings.earliest_change is findings.earliest_event is None
    stored = findings.unexplained(value(scope="table:drug", step="before"), None, _example)
    assert (findings.earliest_change, findings.earliest_event) == (stored, None)
    findings.follows(value(scope="u"), stored, _example)
    assert (findings.earliest_change, findings.earliest_event) == (stored, None)
    event = findings.unexplained(value(scope="v"), None, _example)
    assert (findings.earliest_change, findings.earliest_event) == (stored, event)


def test_a_message_that_cannot_be_read_is_one_root_whatever_it_shows() -> None:
    for kind in (Kind.UNREADABLE, Kind.CHARSET):
        assert Collected(field(kind), field(kind, "PID.5", scope="u")).roots == ["F1"]
        assert Collected(field(kind), field(kind, "PID.5", step="other")).roots == ["F1", "F2"]
    in_a_table = [value(Kind.CHARSET, scope=scope, column=scope) for scope in ("t", "u")]
    assert Collected(*in_a_table).roots == ["F1", "F2"]


def test_a_field_that_is_wrong_in_two_ways_is_one_root() -> None:
    assert Collected(field(Kind.NUMBER), field(Kind.TEXT)).roots == ["F1"]
    assert Collected(field(Kind.NUMBER), field(Kind.TEXT, "OBX.6")).roots == ["F1", "F2"]
    assert Collected(value(), value(Kind.TEXT)).roots == ["F1", "F2"]


def test_what_happens_again_is_counted_with_its_root() -> None:
    (found,) = Collected(*[value()] * 5).findings.frozen()
    assert (found.count, len(found.examples), found.consequence_of) == (5, 3, "")


def test_a_technical_cause_is_the_same_whoever_it_meets() -> None:
    findings = Findings("his")
    price: Any = findings.unexplained(value(scope="table:drug"), None, _example)
    broken = findings.unexplained(failure(), None, _example)
    assert findings.unexplained(failure(scope="u"), price, _example) == broken
