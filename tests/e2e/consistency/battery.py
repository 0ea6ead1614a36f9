"""The seeded battery: some twenty tables of a hospital, and what a migration did to them, with the class for each.

What a product cannot hold is planted on the other side or not at all, and says so.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from harness.model import Row

ROWS = 300
ZONE = dt.timezone(dt.timedelta(hours=8))
HOUR = dt.timedelta(hours=1)

Change = Callable[[Any], Any]
DATETIME6 = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql").with_variant(sa.TIMESTAMP(), "oracle")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")
LONG_BINARY = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One thing that a migration did to a table."""

    kind: str  # as it must be reported
    column: str = ""
    row: int = 0
    to: Change = lambda value: value
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A table with what was done to it."""

    name: str
    columns: Callable[[], list[sa.Column[Any]]]
    row: Callable[[int], Row]
    plants: tuple[Plant, ...] = ()
    missing: tuple[int, ...] = ()  # rows that were not migrated
    extra: tuple[Row, ...] = ()
    rows: int = ROWS
    migrated: Callable[[], list[sa.Column[Any]]] | None = None  # its columns where the schema drifted
    shown: dict[str, int] = field(default_factory=dict)  # what must be counted, where it is not the plants alone

    def original_rows(self) -> list[Row]:
        return [self.row(number) for number in range(1, self.rows + 1)]

    def migrated_rows(self) -> list[Row]:
        names = [str(column.name) for column in self.columns()]
        rows = [list(row) for row in self.original_rows()]
        for plant in self.plants:
            if plant.column:
                place = names.index(plant.column)
                rows[plant.row - 1][place] = plant.to(rows[plant.row - 1][place])
        kept = [tuple(row) for number, row in enumerate(rows, 1) if number not in self.missing]
        shuffled = [*kept, *self.extra]
        random.Random(self.name).shuffle(shuffled)
        return shuffled

    def expected(self) -> dict[str, int]:
        """Kind → how many values or rows."""
        found: dict[str, int] = dict(self.shown)
        for plant in self.plants:
            found[plant.kind] = found.get(plant.kind, 0) + plant.count
        for kind, n in (("row_missing", len(self.missing)), ("row_extra", len(self.extra))):
            if n:
                found[kind] = found.get(kind, 0) + n
        return {kind: n for kind, n in found.items() if kind != "same"}


def to(value: Any) -> Change:
    return lambda _: value


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False)


NAMES = ("王小明", "李秀英", "张伟", "欧阳娜娜", "O'Neil", "赵“引号”,逗号", 'Ann "Q" Lee', "刘\n换行", "\\反斜杠\t")


def _texts(number: int) -> Row:
    return (
        number,
        f"{NAMES[number % len(NAMES)]}{number}",
        f"Code-{number:04d}",
        None if number % 7 == 0 else f"备注 {number}",
    )


def _moment(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1, 8, 0) + dt.timedelta(hours=number, microseconds=number * 1001 % 1_000_000)


def _numbers() -> Iterator[Planted]:
    yield Planted(
        name="money",
        columns=lambda: [
            _id(),
            sa.Column("amount", sa.Numeric(12, 2)),
            sa.Column("rate", sa.Numeric(9, 4)),
            sa.Column("big", sa.Numeric(18, 0)),
        ],
        row=lambda n: (
            n,
            Decimal(n * 137 % 100_000) / 100 - 300,
            Decimal(n * 7919 % 10_000) / 10_000,
            Decimal(10) ** 17 + n,
        ),
        plants=(
            Plant(kind="number", column="amount", row=5, to=lambda v: v + Decimal("0.01")),
            Plant(kind="number", column="amount", row=6, to=lambda v: -v),
            Plant(kind="number", column="rate", row=7, to=lambda v: v + Decimal("0.0001")),
            Plant(kind="number", column="big", row=8, to=lambda v: v + 1),
            Plant(kind="null", column="amount", row=9, to=to(None)),
            Plant(kind="number", column="rate", row=300, to=to(Decimal("0.9999"))),
        ),
    )
    yield Planted(
        name="rates",
        columns=lambda: [_id(), sa.Column("rate", sa.Numeric(9, 4))],
        migrated=lambda: [_id(), sa.Column("rate", sa.Numeric(9, 2))],
        row=lambda n: (n, Decimal(n) + (Decimal("0.2345") if n % 100 == 0 else Decimal("0.2500"))),
        plants=tuple(
            Plant(kind="decimal_rounding", column="rate", row=n, to=lambda v: round(v, 2)) for n in (100, 200, 300)
        ),
        shown={"decimal_scale": ROWS - 3},
    )


def _small_numbers() -> Iterator[Planted]:
    yield Planted(
        name="flags",
        columns=lambda: [
            _id(),
            sa.Column("on_", sa.Boolean()),
            sa.Column("level", sa.SmallInteger()),
            sa.Column("bit_", sa.Boolean().with_variant(mysql.BIT(1), "mysql")),
        ],
        row=lambda n: (n, n % 3 == 0, n % 11 - 5, n % 2 == 0),
        plants=(
            Plant(kind="number", column="on_", row=3, to=lambda v: not v),
            Plant(kind="null", column="on_", row=4, to=to(None)),
            Plant(kind="number", column="level", row=5, to=lambda v: v + 1),
            Plant(kind="number", column="bit_", row=6, to=lambda v: not v),
        ),
    )
    yield Planted(
        name="negative",
        columns=lambda: [_id(), sa.Column("n", sa.BigInteger())],
        row=lambda n: ((n - 150) * 10**13, (-1) ** n * (2**62 + n)),
        plants=(Plant(kind="number", column="n", row=150, to=lambda v: v + 1),),
        missing=(1,),
        extra=((9 * 10**17, 0),),
    )


def _texts_of() -> Iterator[Planted]:
    yield Planted(
        name="texts",
        columns=lambda: [
            _id(),
            sa.Column("name", sa.String(60)),
            sa.Column("code", sa.String(30)),
            sa.Column("note", sa.String(200)),
        ],
        row=_texts,
        plants=(
            Plant(kind="padding", column="code", row=3, to=lambda v: f"{v}  "),
            Plant(kind="case", column="code", row=4, to=lambda v: v.upper()),
            Plant(kind="text", column="code", row=5, to=to("Code-9999")),
            Plant(kind="text", column="name", row=6, to=lambda v: f"{v}。"),
            Plant(kind="null", column="note", row=8, to=to(None)),
            Plant(kind="null", column="note", row=14, to=to("凭空出现")),
            Plant(kind="charset", column="name", row=10, to=lambda v: v.encode("ascii", "replace").decode()),
            Plant(kind="charset", column="note", row=11, to=lambda v: v.encode().decode("latin-1")),
        ),
    )
    yield Planted(
        name="empties",
        columns=lambda: [_id(), sa.Column("a", sa.String(20)), sa.Column("b", sa.String(20))],
        row=lambda n: (n, "" if n in (10, 20, 30) else "甲", "乙"),
        plants=tuple(Plant(kind="empty_null", column="a", row=n, to=to(None)) for n in (10, 20, 30)),
    )


def _letters() -> Iterator[Planted]:
    yield Planted(
        name="rare",
        columns=lambda: [_id(), sa.Column("name", sa.String(30))],
        row=lambda n: (n, ("𠮷田", "㐂", "䶮", "\ue5e5甲", "龘靐齉")[n % 5] + str(n)),
        plants=(
            Plant(kind="charset", column="name", row=5, to=lambda v: v.replace("𠮷", "?")),
            Plant(kind="charset", column="name", row=6, to=lambda v: v.replace("㐂", "\ufffd")),
            Plant(kind="charset", column="name", row=7, to=lambda v: v.replace("䶮", "\ue863")),
            Plant(kind="text", column="name", row=8, to=lambda v: v.replace("甲", "乙")),
        ),
    )
    yield Planted(
        name="fixed",
        columns=lambda: [_id(), sa.Column("flag", sa.CHAR(8)), sa.Column("kind", sa.CHAR(2))],
        row=lambda n: (n, f"F{n}", "AB"),
        plants=(
            Plant(kind="text", column="kind", row=2, to=to("AC")),
            Plant(kind="case", column="kind", row=3, to=to("ab")),
            Plant(kind="null", column="flag", row=4, to=to(None)),
        ),
    )


def _times_of() -> Iterator[Planted]:
    yield Planted(
        name="times",
        columns=lambda: [_id(), sa.Column("at", DATETIME6), sa.Column("born", sa.Date())],
        row=lambda n: (n, _moment(n), dt.date(1950, 1, 1) + dt.timedelta(days=n)),
        plants=(
            Plant(kind="time_zone", column="at", row=2, to=lambda v: v + HOUR),
            Plant(kind="time_zone", column="at", row=3, to=lambda v: v - 8 * HOUR),
            Plant(kind="time", column="at", row=4, to=lambda v: v + dt.timedelta(seconds=1)),
            Plant(kind="time", column="at", row=5, to=lambda v: v + dt.timedelta(days=1)),
            Plant(kind="time_precision", column="at", row=6, to=lambda v: v.replace(microsecond=0)),
            Plant(kind="time", column="born", row=7, to=lambda v: v + dt.timedelta(days=1)),
            Plant(kind="null", column="born", row=8, to=to(None)),
        ),
    )


def _instants() -> Iterator[Planted]:
    yield Planted(
        name="instants",
        columns=lambda: [
            _id(),
            sa.Column("at", sa.TIMESTAMP(timezone=True).with_variant(mysql.TIMESTAMP(fsp=6), "mysql")),
        ],
        row=lambda n: (n, _moment(n).replace(tzinfo=ZONE)),
        plants=(Plant(kind="time_zone", column="at", row=9, to=lambda v: v + HOUR),),
    )


def _floats(*, nan: bool) -> Iterator[Planted]:
    yield Planted(
        name="results",
        columns=lambda: [_id(), sa.Column("val", sa.Double())],
        row=lambda n: (n, float("nan") if nan and n == 50 else n / 7 if n % 2 else n * 1e-7),
        plants=(
            Plant(kind="same", column="val", row=11, to=lambda v: v * (1 + 2e-16)),
            Plant(kind="number", column="val", row=12, to=lambda v: v * 1.0001),
            Plant(kind="number", column="val", row=13, to=lambda v: -v),
            *((Plant(kind="null", column="val", row=50, to=to(None)),) if nan else ()),
        ),
    )
    yield Planted(
        name="zeros",
        columns=lambda: [_id(), sa.Column("val", sa.Double())],
        row=lambda n: (n, -0.0 if n % 2 else 0.0),
        plants=tuple(Plant(kind="same", column="val", row=n, to=to(0.0)) for n in (1, 3, 5)),
        rows=10,
    )


def _long_values() -> Iterator[Planted]:
    yield Planted(
        name="images",
        columns=lambda: [_id(), sa.Column("content", LONG_BINARY)],
        row=lambda n: (n, None if n == 4 else bytes((n * 7 + k) % 256 for k in range(2000 + n))),
        plants=(
            Plant(kind="binary", column="content", row=1, to=lambda v: v[:999] + bytes([v[999] ^ 1]) + v[1000:]),
            Plant(kind="padding", column="content", row=2, to=lambda v: v + b"\0\0"),
            Plant(kind="null", column="content", row=3, to=to(None)),
            Plant(kind="binary", column="content", row=5, to=lambda v: v[:-1]),
        ),
        rows=20,
    )
    yield Planted(
        name="reports",
        columns=lambda: [_id(), sa.Column("text_", LONG_TEXT)],
        row=lambda n: (n, f"影像所见 {n}：" + "双肺纹理清晰。" * 200),
        plants=(
            Plant(kind="text", column="text_", row=1, to=lambda v: v.replace("清晰", "模糊", 1)),
            Plant(kind="padding", column="text_", row=2, to=lambda v: f"{v} "),
            Plant(kind="charset", column="text_", row=3, to=lambda v: v.replace("影", "?", 1)),
            Plant(kind="null", column="text_", row=4, to=to(None)),
        ),
        rows=20,
    )


def _without_key() -> Iterator[Planted]:
    yield Planted(
        name="keyless",
        columns=lambda: [
            sa.Column("who", sa.String(20)),
            sa.Column("what", sa.String(20)),
            sa.Column("n", sa.Integer()),
            sa.Column("at", sa.Date()),
        ],
        row=lambda n: (f"甲{n}", "丙", n, dt.date(2026, 1, 1)),
        plants=(
            Plant(kind="number", column="n", row=7, to=lambda v: v + 1000),
            Plant(kind="padding", column="who", row=8, to=lambda v: f"{v} "),
            Plant(kind="time", column="at", row=9, to=to(dt.date(2026, 1, 2))),
        ),
        missing=(20, 21),
        extra=(("新", "行", -1, None), ("甲30", "丙", 30, dt.date(2026, 1, 1))),
    )
    yield Planted(
        name="repeated",
        columns=lambda: [sa.Column("a", sa.Integer()), sa.Column("b", sa.String(10))],
        row=lambda n: (n % 3, "x" if n % 3 else None),
        missing=(1, 2, 3),
    )


def _text_keys() -> Iterator[Planted]:
    yield Planted(
        name="composite",
        columns=lambda: [
            sa.Column("ward", sa.String(10), primary_key=True),
            sa.Column("bed", sa.Integer(), primary_key=True, autoincrement=False),
            sa.Column("fee", sa.Numeric(8, 2)),
        ],
        row=lambda n: (f"病区{n % 9}", n, Decimal(n)),
        plants=(Plant(kind="number", column="fee", row=33, to=lambda v: v + 1),),
        missing=(44, 45),
        extra=(("病区0", -5, Decimal("1.00")),),
    )
    yield Planted(
        name="codes",
        columns=lambda: [sa.Column("code", sa.String(20), primary_key=True), sa.Column("title", sa.String(40))],
        row=lambda n: (f"I{n:03d}.x{chr(0x4E00 + n)}", f"诊断{n}"),
        plants=(
            Plant(kind="text", column="title", row=10, to=to("改名")),
            Plant(kind="case", column="code", row=11, to=lambda v: v.upper()),
        ),
        missing=(12,),
        extra=(("Z99", "多出来的代码"),),
    )


def _nothing_planted() -> Iterator[Planted]:
    yield Planted(
        name="nothing",
        columns=lambda: [_id(), sa.Column("a", sa.Integer())],
        row=lambda n: (n, n),
        rows=0,
    )
    yield Planted(
        name="untouched",
        columns=lambda: [
            _id(),
            sa.Column("name", sa.String(60)),
            sa.Column("at", DATETIME6),
            sa.Column("fee", sa.Numeric(10, 2)),
            sa.Column("val", sa.Double()),
            sa.Column("raw", LONG_BINARY),
        ],
        row=lambda n: (n, NAMES[n % len(NAMES)], _moment(n), Decimal(n) / 4, n / 3, bytes([n % 256]) * (n % 50 + 1)),
    )


def tables(*, nan: bool, zone: bool) -> Iterator[Planted]:
    """`nan`: the original can hold NaN; `zone`: both sides have instants."""
    yield from (*_numbers(), *_small_numbers(), *_texts_of(), *_letters(), *_times_of(), *_floats(nan=nan))
    yield from (*_long_values(), *_without_key(), *_text_keys(), *_nothing_planted())
    if zone:
        yield from _instants()


def metadata(planted: Sequence[Planted], *, migrated: bool) -> sa.MetaData:
    made = sa.MetaData()
    for each in planted:
        columns = each.migrated if migrated and each.migrated is not None else each.columns
        sa.Table(each.name, made, *columns())
    return made
