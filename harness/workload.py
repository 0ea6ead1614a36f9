"""From a pack, a scale and a seed to the ordered, timed list of transactions that both stacks get. Deterministic.

`functional` is the sequential list: the mix in random order, then the bulk work, then what must be refused.
`stream` is one user's endless list under load; `load` the first seconds of all users together.
Not here: files (`recording.py`), sending (`execute/`).
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from harness.errors import BadInput
from harness.model import Item, Pack, Transaction
from harness.pacer import NS, arrivals, thinking, varying
from harness.settings_plan import Level

EACH_AT_LEAST = 3  # occurrences of every transaction in the functional pass


class Draw:
    """`harness.model.Drawing` over this user's share of the pack's pools."""

    def __init__(
        self, *, world: Any, pools: Mapping[str, Sequence[Any]], rng: random.Random, user: int = 0, users: int = 1
    ) -> None:
        self.rng = rng
        self.world = world
        self.user = user
        self.users = users
        self._pools = {name: deque(entities[user::users]) for name, entities in pools.items()}
        self._numbers: dict[str, int] = {}

    def take(self, pool: str) -> Any | None:
        entities = self._pools.get(pool)
        return entities.popleft() if entities else None

    def peek(self, pool: str) -> Any | None:
        entities = self._pools.get(pool)
        return entities[self.rng.randrange(len(entities))] if entities else None

    def put(self, pool: str, entity: Any) -> None:
        self._pools.setdefault(pool, deque()).append(entity)

    def number(self, prefix: str) -> str:
        n = self._numbers.get(prefix, 0) + 1
        self._numbers[prefix] = n
        return f"{prefix}W{self.user:03d}{n:06d}"


class Mix:
    """Draws transactions by weight; one that does not fit at this point gives way to the next."""

    def __init__(self, transactions: Sequence[Transaction]) -> None:
        self.transactions = [t for t in transactions if t.weight > 0]
        self.cumulative = list(itertools.accumulate(t.weight for t in self.transactions))

    @property
    def size(self) -> float:
        """Of a transaction on average."""
        return sum(t.weight * t.size for t in self.transactions) / self.cumulative[-1] if self.transactions else 1.0

    def next(self, drawing: Draw) -> tuple[Transaction, dict[str, Any]] | None:
        """A transaction with its parameters, or None when nothing at all fits any more."""
        rng = drawing.rng
        for _ in range(8):
            chosen = rng.choices(self.transactions, cum_weights=self.cumulative)[0]
            params = chosen.draw(drawing)
            if params is not None:
                return chosen, params
        for chosen in rng.sample(self.transactions, len(self.transactions)):
            params = chosen.draw(drawing)
            if params is not None:
                return chosen, params
        return None


def reachable(pack: Pack, endpoints: Collection[str]) -> list[Transaction]:
    """The transactions of a pack that can be carried out where these interfaces answer."""
    return [t for t in pack.transactions if set(t.interfaces) <= set(endpoints)]


def functional(pack: Pack, world: Any, *, count: int, seed: int, endpoints: Collection[str] = ()) -> list[Item]:
    """The functional pass: the work of `count` ordinary transactions, each kind at least `EACH_AT_LEAST` times, probes
    last."""
    transactions = reachable(pack, endpoints)
    drawing = Draw(world=world, pools=pack.pools(world), rng=random.Random(f"{seed}/{pack.name}/functional"))
    ordinary = [t for t in transactions if not t.bulk and not t.probe]
    tail = [t for t in transactions if t.bulk] + [t for t in transactions if t.probe]
    drawn: list[tuple[Transaction, dict[str, Any]]] = []
    seen = dict.fromkeys((t.name for t in transactions), 0)

    def add(transaction: Transaction, params: dict[str, Any]) -> None:
        drawn.append((transaction, params))
        seen[transaction.name] += 1

    mix = Mix(ordinary)
    for _ in range(max(0, round(count / mix.size) - EACH_AT_LEAST * (len(tail) + len(ordinary)))):
        found = mix.next(drawing)
        if found is None:
            raise BadInput(
                f"场景包 {pack.name} 的数据不够抽出 {count} 笔业务（只抽出 {len(drawn)} 笔）。",
                hint="请在方案中增大 outpatients_per_day，或减小 functional.transactions。",
            )
        add(*found)
    for transaction in ordinary + tail:
        while seen[transaction.name] < EACH_AT_LEAST:
            params = transaction.draw(drawing)
            if params is None:
                break
            add(transaction, params)
        if seen[transaction.name] == 0:
            raise BadInput(
                f"场景包 {pack.name} 的业务“{transaction.title}”在这个规模下一次也抽不出来。",
                hint="请在方案中增大 outpatients_per_day 或 functional.transactions。",
            )
    return [Item(seq=n, transaction=t.name, params=params) for n, (t, params) in enumerate(drawn, 1)]


def begun_per_s(pack: Pack, level: Level, endpoints: Collection[str] = ()) -> float:
    """How many transactions a pack begins per second at a level: a large one counts for several in its rate."""
    if level.model == "closed":
        return level.rate_per_s
    return level.rate_per_s / Mix([t for t in reachable(pack, endpoints) if not t.probe]).size


def stream(
    pack: Pack, drawing: Draw, level: Level, *, seconds: float, endpoints: Collection[str] = ()
) -> Iterator[Item]:
    """One user's endless work under load; ends only when nothing in its pools fits any transaction.

    Open: `due_ns` counts from the user's start. Closed: it is how long the user thinks before this transaction.
    `seconds`: after how long the level's shape begins again.
    """
    mix = Mix([t for t in reachable(pack, endpoints) if not t.probe])
    for n, due_ns in enumerate(_moments(drawing, level, mix.size, seconds)):
        found = mix.next(drawing)
        if found is None:
            return
        yield Item(seq=n, user=drawing.user, due_ns=due_ns, transaction=found[0].name, params=found[1])


def _moments(drawing: Draw, level: Level, size: float, seconds: float) -> Iterator[int]:
    if level.model == "closed":
        return thinking(drawing.rng, mean_s=level.think_s)
    rate = level.rate_per_s / level.users / size
    if level.shape:
        return varying(drawing.rng, rate_per_s=rate, shape=level.shape, seconds=seconds)
    return arrivals(drawing.rng, rate_per_s=rate)


def load(
    pack: Pack, world: Any, level: Level, *, seconds: float, seed: str, endpoints: Collection[str] = ()
) -> Iterator[Item]:
    """Everything that the users of a level may do within `seconds`, in order of due; `seq` counts. Never a list: a long
    block's work is written as it is drawn.

    Closed: as much as there would be for a system that answers at once, so that no user is ever out of work; what a
    slower system leaves undone at the end is no backlog.
    """
    pools = pack.pools(world)
    closed = level.model == "closed"

    def work(user: int) -> Iterator[tuple[int, Item]]:
        """(when it is due at the earliest, item)"""
        rng = random.Random(f"{seed}/{pack.name}/{user}")
        drawing = Draw(world=world, pools=pools, rng=rng, user=user, users=level.users)
        thought = 0
        for item in stream(pack, drawing, level, seconds=seconds, endpoints=endpoints):
            thought += item.due_ns
            earliest = thought if closed else item.due_ns
            if earliest >= seconds * NS:
                return
            yield earliest, item

    users = (work(user) for user in range(level.users))
    for n, (_, i) in enumerate(heapq.merge(*users, key=lambda each: (each[0], each[1].user)), 1):
        yield Item(seq=n, user=i.user, due_ns=i.due_ns, transaction=i.transaction, params=i.params)
