"""What every pack must fulfil, whatever it is about: names, statements on every dialect, draws that survive a file."""

from __future__ import annotations

import gc
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import bindparam

from drivers.sql.render import dialect_of, render
from harness.cells import decode_map, encode
from harness.model import Pack, Scale, Statement, Transaction
from harness.settings_plan import Level
from harness.workload import Draw, functional, load, reachable

SMALL = Scale(outpatients_per_day=60, days=2, seed=7)
FAMILIES = {"postgresql+psycopg2": ("postgresql", "postgresql"), "mysql+pymysql": ("oceanbase", "mysql")}


def test_names_are_unique_and_titles_given(pack: Pack) -> None:
    names = [t.name for t in pack.transactions]
    assert len(set(names)) == len(names)
    assert len({t.title for t in pack.transactions}) == len(names)
    assert len({i.name for i in pack.invariants}) == len(pack.invariants)
    assert len({r.id for r in pack.rules}) == len(pack.rules)
    assert all(name == statement.name for name, statement in pack.statements.items())
    assert all(r.reason and r.source for r in pack.rules)


def test_probes_never_load_and_others_always_do(pack: Pack) -> None:
    assert {t.probe for t in pack.transactions if t.weight == 0} == {True}
    assert any(t.bulk for t in pack.transactions)


@pytest.mark.parametrize("dialect", FAMILIES)
def test_every_statement_renders(pack: Pack, dialect: str) -> None:
    queries = [*pack.statements.values(), *(i.query for i in pack.invariants)]
    for statement in queries:
        rendered = render(statement, dialect_of(dialect), FAMILIES[dialect])
        assert rendered.sql.count("%s") == len(rendered.order), statement.name
        assert "RETURNING" not in rendered.sql
        # LIKE patterns double their per cent sign for the client library
        assert "%" not in rendered.sql.replace("%s", "").replace("%%", ""), statement.name
    assert all(not render(i.query, dialect_of(dialect), FAMILIES[dialect]).order for i in pack.invariants)


def test_a_missing_parameter_would_be_seen() -> None:
    rendered = render(Statement(name="x", body=bindparam("one")), dialect_of("mysql+pymysql"), ("mysql", "mysql"))
    assert rendered.order == ("one",)


def test_the_functional_workload_has_everything_and_survives_its_file(pack: Pack) -> None:
    items = functional(pack, pack.world(SMALL), count=250, seed=1, endpoints=answered(pack))
    count = Counter(item.transaction for item in items)
    assert set(count) == {t.name for t in pack.transactions}
    assert min(count.values()) >= 3
    for item in items:
        written = json.dumps({name: encode(value) for name, value in item.params.items()}, ensure_ascii=False)
        assert decode_map(json.loads(written)) == _as_read(dict(item.params))


def answered(pack: Pack) -> list[str]:
    """All interfaces of the pack, as where both stacks answer for them."""
    return [interface.name for interface in pack.interfaces]


def _as_read(value: object) -> object:
    """Named tuples and lists come back as plain tuples."""
    if isinstance(value, dict):
        return {name: _as_read(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_as_read(inner) for inner in value)
    return value


def test_the_same_seed_draws_the_same_work(pack: Pack) -> None:
    first, again = (functional(pack, pack.world(SMALL), count=150, seed=5) for _ in range(2))
    assert first == again
    assert first != functional(pack, pack.world(SMALL), count=150, seed=6)


@pytest.mark.parametrize("with_interfaces", [False, True])
def test_pools_do_not_run_dry_under_load(pack: Pack, with_interfaces: bool) -> None:
    """40 users, 4000 transactions in a block: the mix is what the weights say."""
    level, endpoints = Level(name="x", users=40, rate_per_s=400), answered(pack) if with_interfaces else []
    items = list(load(pack, pack.world(Scale()), level, seconds=10, seed="load", endpoints=endpoints))
    done = Counter(item.transaction for item in items)
    weights = {t.name: t.weight for t in reachable(pack, endpoints) if not t.probe}
    assert len(items) > 3500
    for name, weight in weights.items():
        expected = len(items) * weight / sum(weights.values())
        assert done[name] > 0.7 * expected - 3 * expected**0.5, (name, done[name], expected)


def test_drawn_numbers_are_new(pack: Pack) -> None:
    """No key that a workload sends stands in the generated data."""
    world = pack.world(SMALL)
    stored = {cell for _, _, rows in pack.rows(world) for row in rows for cell in row if isinstance(cell, str)}
    drawing = Draw(world=world, pools=pack.pools(world), rng=random.Random(1))
    prefixes = {cell[0] for cell in stored if cell[1:].isdigit()}
    assert not {drawing.number(prefix) for prefix in prefixes} & stored


def test_draws_are_cheap(pack: Pack) -> None:
    """Load is drawn while it is sent, so a draw must not be what is measured: it costs a few hundred random numbers.

    A machine that is slow for a moment is slow for the random numbers beside it as well.
    """
    world = pack.world(Scale())
    best = {t.name: float("inf") for t in pack.transactions if not t.probe}
    gc.disable()
    try:
        for attempt in range(10):
            rng = random.Random(attempt)
            drawing = Draw(world=world, pools=pack.pools(world), rng=rng, user=1, users=4)
            for transaction in pack.transactions:
                if not transaction.probe:
                    number = _spent(rng.random, 1000)
                    drawn: list[object] = []
                    spent = _spent(partial(_draw_into, drawn, transaction, drawing), 15) / transaction.size
                    if any(each is not None for each in drawn):  # not every state of a hospital allows every draw
                        best[transaction.name] = min(best[transaction.name], spent / number)
    finally:
        gc.enable()
    assert max(best.values()) < 1000, best


def _draw_into(drawn: list[object], transaction: Transaction, drawing: Draw) -> None:
    drawn.append(transaction.draw(drawing))


def _spent(what: Callable[[], object], times: int) -> float:
    """Seconds of CPU for one of many."""
    began = time.process_time()
    for _ in range(times):
        what()
    return max(time.process_time() - began, 1e-9) / times
