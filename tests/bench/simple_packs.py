"""Packs whose transactions cost a server next to nothing: what is left is the generator. Not hospitals."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Numeric, String, Table, bindparam, select

from harness.message import Interface, Message, Outgoing
from harness.model import Conversation, Invariant, Row, Rule, Scale, Statement, Transaction

ROWS = 100_000
MANY = 20  # statements in the transaction of many

METADATA = MetaData()
DRUG = Table(
    "bench_drug",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
    Column("stock", Integer, nullable=False),
)
BY_KEY = Statement(name="by_key", body=select(DRUG).where(DRUG.c.id == bindparam("id")))

HEADERS = {"Content-Type": "application/json"}
BODY = b'{"specimen":"20261122000001","item":"CBC"}' * 5
PATH = "/lis/reports"


def _compose(*, charset: str) -> Outgoing:
    return Outgoing(body=BODY, path=PATH, headers=HEADERS)


REPORT = Message(name="report", title="报告", interface="desk", content="json", compose=_compose)


def one(tx: Conversation, *, id: int) -> None:
    assert tx.row(BY_KEY, id=id) is not None


def many(tx: Conversation, *, ids: Sequence[int]) -> None:
    for each in ids:
        assert tx.row(BY_KEY, id=each) is not None


def post(tx: Conversation) -> None:
    tx.send(REPORT)


def params(transaction: str, rng: random.Random) -> dict[str, Any]:
    """What one of the transactions below is carried out with."""
    match transaction:
        case "one":
            return {"id": rng.randrange(ROWS)}
        case "many":
            return {"ids": [rng.randrange(ROWS) for _ in range(MANY)]}
    return {}


def _nothing(_: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimplePack:
    """`harness.model.Pack`."""

    name: str
    title: str
    transactions: tuple[Transaction, ...]
    metadata: MetaData = field(default_factory=MetaData)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    interfaces: tuple[Interface, ...] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)
    version: str = "1"
    archive: None = None
    invariants: tuple[Invariant, ...] = ()
    rules: tuple[Rule, ...] = ()

    def world(self, scale: Scale) -> Any:
        return None

    def rows(self, world: Any) -> Iterable[tuple[str, Sequence[str], Iterable[Row]]]:
        yield DRUG.name, [c.name for c in DRUG.columns], ((i, f"药品{i}", "12.50", 1000) for i in range(ROWS))

    def pools(self, world: Any) -> Mapping[str, Sequence[Any]]:
        return {}


POINT_SELECT = SimplePack(
    name="point_select",
    title="按主键查询",
    metadata=METADATA,
    statements={BY_KEY.name: BY_KEY},
    transactions=(
        Transaction(name="one", title="查一次", draw=_nothing, act=one),
        Transaction(name="many", title="查多次", draw=_nothing, act=many),
    ),
)
POSTS = SimplePack(
    name="posts",
    title="发送报告",
    interfaces=(Interface(name="desk", title="报告服务", kind="http", peer="HIS", version="1"),),
    messages={REPORT.name: REPORT},
    transactions=(Transaction(name="post", title="发一次", draw=_nothing, act=post, interfaces=("desk",)),),
)
