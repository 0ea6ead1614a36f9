"""The run folder: what is written is read back with its types; what is unfinished is recognised as such."""

import datetime as dt
import errno
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cells import decode, encode
from harness.errors import DiskFull, RecordingBroken
from harness.model import Item, ReplyKind, StepRecord, TableState, TransactionRecord
from harness.recording import (
    ItemsByUser,
    Recording,
    disk,
    read_items,
    read_state,
    read_transactions,
    transaction_line,
    write_items,
    write_state,
)

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.binary(),
    st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)),
)


@given(cells)
def test_a_cell_keeps_value_and_type(value: object) -> None:
    back = decode(encode(value))
    assert type(back) is type(value)
    if isinstance(value, Decimal):
        assert str(back) == str(value)  # the scale is part of what was answered
    elif isinstance(value, dt.timedelta):
        assert abs(back - value) < dt.timedelta(milliseconds=1)
    else:
        assert back == value


def test_items_come_back_as_written(tmp_path: Path) -> None:
    items = [
        Item(
            seq=1, transaction="charge", params={"amount": Decimal("12.50"), "on": dt.date(2026, 3, 2), "who": "王芳"}
        ),
        Item(seq=2, user=3, due_ns=17, transaction="daily", params={"items": [{"drug": "D1", "n": 2}]}),
    ]
    write_items(tmp_path / "w.jsonl", items)
    back = list(read_items(tmp_path / "w.jsonl"))
    assert back[0] == items[0]
    assert back[1].params["items"] == ({"drug": "D1", "n": 2},)


def test_a_transaction_comes_back_as_observed(tmp_path: Path) -> None:
    record = TransactionRecord(
        seq=4,
        transaction="book",
        outcome=ReplyKind.REFUSED,
        reason="号源已被预约",
        steps=(
            StepRecord(
                statement="free",
                kind=ReplyKind.OK,
                error_class="",
                affected=-1,
                columns=("a", "b"),
                rows=((Decimal("1.10"), None), (2, "𠮷")),
            ),
            StepRecord(statement="take", kind=ReplyKind.REFUSED, error_class="unique", affected=-1, message="dup"),
        ),
    )
    (tmp_path / "t.jsonl").write_bytes(transaction_line(record))
    assert list(read_transactions(tmp_path / "t.jsonl")) == [record]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(b'[1,"a",0,"",[]]\n[2,"b"')
    with pytest.raises(RecordingBroken, match=r"t\.jsonl 第 2 行"):
        list(read_transactions(tmp_path / "t.jsonl"))


def test_states_come_back(tmp_path: Path) -> None:
    state = TableState(table="drug", key=("id",), columns=("id", "price"), rows=(("D1", Decimal("3.00")), ("D2", None)))
    empty = TableState(table="none", key=("id",), columns=("id",), rows=())
    write_state(tmp_path / "s.jsonl", [state, empty])
    assert read_state(tmp_path / "s.jsonl") == {"drug": state, "none": empty}


def test_an_unsealed_recording_is_kept_beside_the_new_attempt(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "01-original")
    recording.begin()
    (recording.folder / "samples-0.bin").write_bytes(b"half")
    assert not recording.sealed
    recording.begin()
    recording.seal({"kind": "load"})
    assert recording.sealed
    assert recording.facts()["kind"] == "load"
    assert (tmp_path / "01-original.1" / "samples-0.bin").read_bytes() == b"half"


def test_a_full_disk_is_a_fault_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="磁盘已满"), disk(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), disk(tmp_path):
        raise PermissionError(errno.EACCES, "no")


@pytest.mark.parametrize("held", [0, 20, 1000])
def test_the_items_of_some_users_are_read_when_they_are_asked_for(tmp_path: Path, held: int) -> None:
    path = tmp_path / "items.jsonl"
    items = [
        Item(seq=n, user=n % 7, due_ns=n * 10**9, transaction="charge", params={"name": "张,三", "n": n, "none": None})
        for n in range(100)
    ]
    write_items(path, items)
    mine = ItemsByUser(path, range(1, 7, 2), held=held)
    assert len(mine) == sum(item.user in (1, 3, 5) for item in items)
    for user in (1, 3, 5):
        assert list(mine.of(user)) == [item for item in items if item.user == user]
    mine.close()
