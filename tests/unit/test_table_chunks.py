"""Stretches of two tables: by key, without one, and the kinds of what differs; against the judge of single values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.canonical import Form
from harness.normalise import Kind, classify
from harness.tables.chunk import Found, beside, compared
from harness.tables.classes import KINDS, SAME, kinds_of
from harness.tables.leftovers import pairs_of
from harness.tables.lines import columns_of

FORMS = [("id", Form.INTEGER), ("name", Form.TEXT), ("amount", Form.DECIMAL), ("at", Form.DATETIME)]
NAMES = [name for name, _ in FORMS]


def table(*lines: str) -> pa.Table:
    return columns_of(["\n".join(lines).encode() + b"\n"] if lines else [], NAMES)


def kinds(found: Found) -> dict[str, dict[Kind, int]]:
    return {cells.column: dict(cells.counted()) for cells in found.cells}


def test_null_and_empty_are_told_apart() -> None:
    rows = table('1,"",,', "2,,1.50,2026-01-01 08:00:00", '3,"a ""b"", c",0,')
    assert rows["name"].to_pylist() == ["", None, 'a "b", c']
    assert rows["amount"].to_pylist() == [None, "1.50", "0"]


def test_lines_of_one_column_may_be_empty() -> None:
    assert columns_of([b'"a"\n\n"b"\n'], ["only"])["only"].to_pylist() == ["a", None, "b"]


def test_rows_are_held_against_each_other_by_key_whatever_their_order() -> None:
    original = table('1,"王",1.50,2026-01-01 08:00:00', '2,"李",2.00,', '3,"赵",3.00,', "4,,4.00,")
    migrated = table('4,"",4.00,', '3,"赵 ",3.0,', '1,"王",1.50,2026-01-01 09:00:00', '5,"钱",5.00,')
    found = compared(original, migrated, FORMS, ["id"])
    assert (found.equal, found.different) == (0, 3)
    assert found.missing["id"].to_pylist() == ["2"]
    assert found.extra["id"].to_pylist() == ["5"]
    assert kinds(found) == {
        "name": {Kind.PADDING: 1, Kind.EMPTY_NULL: 1},
        "amount": {Kind.DECIMAL_SCALE: 1},
        "at": {Kind.TIME_ZONE: 1},
    }
    (name,) = (cells for cells in found.cells if cells.column == "name")
    assert found.original["id"].take(name.rows).to_pylist() == ["3", "4"]


def test_a_key_that_is_there_twice_is_one_row_too_many() -> None:
    found = compared(table('1,"a",,'), table('1,"a",,', '1,"a",,'), FORMS, ["id"])
    assert (found.equal, found.extra.num_rows, found.repeated) == (1, 1, 1)


def test_without_a_key_rows_are_a_multiset_and_a_changed_value_is_one_difference() -> None:
    original = table('1,"a",1.00,', '1,"a",1.00,', '2,"b",2.00,')
    migrated = table('2,"b",2.01,', '1,"a",1.00,', '9,"z",9.00,')
    found = compared(original, migrated, FORMS, [])
    assert (found.equal, found.missing.num_rows, found.extra.num_rows) == (1, 2, 2)
    pairs = pairs_of(found.missing, found.extra, FORMS, [])
    again = beside(found.missing, found.extra, pairs, FORMS)
    assert kinds(again) == {"amount": {Kind.NUMBER: 1}}
    assert (again.missing["id"].to_pylist(), again.extra["id"].to_pylist()) == (["1"], ["9"])


def test_a_key_that_lost_its_padding_is_a_difference_of_the_key() -> None:
    forms = [("code", Form.TEXT), ("title", Form.TEXT)]
    original = columns_of([b'"A01 ","x"\n"B","y"\n'], ["code", "title"])
    migrated = columns_of([b'"A01","x"\n"B","y"\n'], ["code", "title"])
    found = compared(original, migrated, forms, ["code"])
    again = beside(found.missing, found.extra, pairs_of(found.missing, found.extra, forms, ["code"]), forms)
    assert kinds(again) == {"code": {Kind.PADDING: 1}}


def test_parts_of_a_composite_key_do_not_run_together() -> None:
    forms = [("a", Form.TEXT), ("b", Form.TEXT)]
    original = columns_of([b'"x\x1f","y"\n"\x1e","z"\n'], ["a", "b"])
    migrated = columns_of([b'"x","\x1fy"\n,"z"\n'], ["a", "b"])
    assert compared(original, migrated, forms, ["a", "b"]).equal == 0


# --------------------------------------------------------------------------- the same judgement as for single values

_WORDS = st.text("aA 王？?é\ufffd\ue000", max_size=5)
_NUMBER = st.decimals(-1000, 1000, places=3).map(lambda d: d.quantize(Decimal("0.001")))
_SCALED = st.builds(lambda d, places: str(round(d, places)), _NUMBER, st.integers(0, 3))
_MOMENT = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2030, 1, 1))
_MOVED = st.builds(
    lambda at, by: at + dt.timedelta(microseconds=by),
    st.just(dt.datetime(2026, 3, 1, 8, 0, 0, 123456)),
    st.sampled_from([0, 1, -456, 500_000, 900_000_000, 3_600_000_000, 3_600_000_001, 86_400_000_000]),
)
_READ = {Form.TEXT: str, Form.DECIMAL: Decimal, Form.FLOAT: float, Form.DATETIME: dt.datetime.fromisoformat}
_VALUES = {
    Form.TEXT: _WORDS,
    Form.DECIMAL: _SCALED,
    Form.FLOAT: st.floats(allow_nan=False, allow_infinity=False).map(repr),
    Form.DATETIME: (_MOMENT | _MOVED).map(str),
}


@pytest.mark.parametrize("form", list(_VALUES))
@settings(max_examples=60)
@given(data=st.data())
def test_a_column_is_judged_like_its_values(form: Form, data: st.DataObject) -> None:
    value = st.none() | _VALUES[form]
    pairs = data.draw(st.lists(st.tuples(value, value).filter(lambda p: p[0] != p[1]), min_size=1, max_size=30))
    a, b = (pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1))
    read = _READ[form]
    expected = [classify(*(None if v is None else read(v) for v in pair)) for pair in pairs]
    found = [None if code == SAME else KINDS[code] for code in kinds_of(form, a, b)]
    assert found == expected
