"""Answers of different client libraries become one text where they mean the same, and different texts where not."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from harness.model import ErrorClass, Group, Probe, Reply, ReplyKind
from harness.observation import canonical, cuts_connection, said

SAME: list[list[Any]] = [
    [1, 1.0, Decimal("1.00"), True, Decimal("1E+0")],
    [0, 0.0, -0.0, Decimal("0.000"), Decimal("-0"), False],
    [0.1, Decimal("0.10")],
    [10**20, 1e20, Decimal("1E+20")],
    [b"\x00\xff", bytearray(b"\x00\xff"), memoryview(b"\x00\xff")],
    [dt.time(8, 30), dt.timedelta(hours=8, minutes=30)],
    ["6a2f41a3-c54c-fce8-32d2-0324e1c32e22", uuid.UUID("6a2f41a3-c54c-fce8-32d2-0324e1c32e22")],
    [[1, "a"], (1.0, "a")],
]


@pytest.mark.parametrize("values", SAME)
def test_the_same_value_has_one_text(values: list[Any]) -> None:
    assert len({canonical(value) for value in values}) == 1


DIFFERENT = [
    None, "", " ", "NULL", "1", 1, 0.1, 1 / 3, "a", "a ", "A", "a\n", "a\\n", "'a'", b"a", "x'61'",
    dt.date(2024, 2, 29), dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, microsecond=1), "2024-02-29",
    dt.datetime(2024, 2, 29, tzinfo=dt.UTC), dt.time(0), dt.timedelta(days=1), dt.timedelta(seconds=-1),
    Decimal("NaN"), Decimal("Infinity"), float("-inf"), "\ue000", "\ud800", "\u200b", "𠮷", "a" * 201, "a" * 202,
    b"a" * 201, 10**200, [1], [[1]], [],
]  # fmt: skip


def test_different_values_have_different_texts() -> None:
    texts = [canonical(value) for value in DIFFERENT]
    assert len(set(texts)) == len(texts)


def test_every_character_can_be_seen() -> None:
    text = canonical("王\x00\u202e\ue816\ud842 '\\")
    assert text == "'王\\u{0}\\u{202e}\\u{e816}\\u{d842} \\'\\\\'"
    assert all(canonical(chr(n)).isprintable() for n in range(0x3000))


def test_long_values_are_digests_with_their_length() -> None:
    assert canonical("长" * 200).startswith("'长")
    assert canonical("长" * 201).startswith("<201 字，sha256:")
    assert canonical(b"\0" * (50 << 20)).startswith(f"<{50 << 20} 字节，sha256:")
    assert canonical(Decimal("1E+1000")).startswith("<1001 位，sha256:")


# --------------------------------------------------------------------------- replies


def ok(*rows: tuple[Any, ...], affected: int = -1) -> Reply:
    return Reply(ReplyKind.OK, rows, ("c",) if rows else (), affected)


def text(reply: Reply, *, changes: bool = False, kind_only: bool = False) -> str:
    return said(reply, changes=changes, kind_only=kind_only)


def test_replies() -> None:
    assert text(ok((1, "甲"), (2, None))) == "ok 2 行: (1, '甲') (2, NULL)"
    assert text(Reply(ReplyKind.OK, (), ("c",))) == "ok 0 行"
    assert text(ok(affected=3), changes=True) == "ok 改 3 行"
    assert text(ok(affected=0)) == "ok"  # what a client library says of a CREATE TABLE
    assert text(ok(affected=-1), changes=True) == "ok"
    refused = Reply(ReplyKind.REFUSED, error_class=ErrorClass.UNIQUE, message="1062")
    assert text(refused) == "refused unique"
    assert text(Reply(ReplyKind.TIMED_OUT, error_class=ErrorClass.LOCK_TIMEOUT)) == "timed_out lock_timeout"
    assert text(refused, kind_only=True) == "refused"
    assert text(ok((1,)), kind_only=True) == "ok"


def test_many_rows_are_told_by_their_digest() -> None:
    many = [text(ok(*((n + offset,) for n in range(51)))) for offset in (0, 0, 1)]
    assert many[0].startswith("ok 51 行: (0) (1) (2) (3) (4) … sha256:")
    assert many[0] == many[1] != many[2]
    last = [text(ok(*((n,) for n in range(50)), (x,))) for x in (1, 2)]
    assert last[0] != last[1]


@pytest.mark.parametrize(
    ("script", "tested"),
    [("A: KILL B", True), ("A: SELECT 1\nB: CLOSE", True), ("A~: POOL 3", True), ("A: SELECT 'KILL B'", False)],
)
def test_a_script_that_tests_the_connection_is_known(script: str, tested: bool) -> None:
    probe = Probe(id="p", title="", group=Group.CONNECTION, source="", script=script, meaning="")
    assert cuts_connection(probe) is tested
