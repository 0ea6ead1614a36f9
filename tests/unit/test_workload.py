"""The workload is the same work for both stacks: deterministic, complete, and honest about what does not fit."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from harness.errors import BadInput
from harness.pacer import NS
from harness.settings_plan import Level
from harness.workload import EACH_AT_LEAST, functional, load
from tests.unit.fakes import FakePack


def test_functional_pass_is_deterministic_and_covers_every_kind() -> None:
    items = functional(FakePack(), None, count=60, seed=1)
    assert items == functional(FakePack(), None, count=60, seed=1)
    assert items != functional(FakePack(), None, count=60, seed=2)
    counts = {name: sum(i.transaction == name for i in items) for name in ("take", "note", "report", "forbidden")}
    assert min(counts.values()) >= EACH_AT_LEAST
    assert [i.seq for i in items] == list(range(1, len(items) + 1))


def test_reports_come_after_the_mix_and_probes_last() -> None:
    names = [i.transaction for i in functional(FakePack(), None, count=60, seed=1)]
    order = [name for name, _ in itertools.groupby(names) if name in ("report", "forbidden")]
    assert order == ["report", "forbidden"]
    assert names[-1] == "forbidden"
    assert not {"take", "note"} & set(names[names.index("report") :])


def test_a_kind_that_can_never_be_drawn_is_refused() -> None:
    with pytest.raises(BadInput, match="占座"):
        functional(FakePack(seats=0), None, count=60, seed=1)


def test_load_shares_the_pools_out_so_that_no_two_users_meet() -> None:
    items = list(load(FakePack(), None, Level(name="x", users=7, rate_per_s=200), seconds=2, seed="s"))
    seats = [i.params["seat"] for i in items if i.transaction == "take"]
    assert len(seats) == len(set(seats)) > 100
    assert all(i.params["seat"] % 7 == i.user for i in items if i.transaction == "take")


def test_load_is_in_order_of_due_within_the_block_and_without_probes() -> None:
    items = list(load(FakePack(), None, Level(name="x", users=5, rate_per_s=100), seconds=3, seed="s"))
    assert [i.due_ns for i in items] == sorted(i.due_ns for i in items)
    assert items[-1].due_ns < 3 * NS
    assert [i.seq for i in items] == list(range(1, len(items) + 1))
    assert not any(i.transaction == "forbidden" for i in items)
    assert 200 < len(items) < 400  # 300 expected
    assert items == list(load(FakePack(), None, Level(name="x", users=5, rate_per_s=100), seconds=3, seed="s"))


def test_a_longer_block_begins_with_the_same_work() -> None:
    short = list(load(FakePack(), None, Level(name="x", users=3, rate_per_s=50), seconds=2, seed="s"))
    assert (
        list(load(FakePack(), None, Level(name="x", users=3, rate_per_s=50), seconds=4, seed="s"))[: len(short)]
        == short
    )


def test_of_transactions_worth_ten_there_are_a_tenth() -> None:
    class FakePackOfJourneys(FakePack):
        transactions = tuple(replace(t, size=10) for t in FakePack.transactions)

    items = list(load(FakePackOfJourneys(), None, Level(name="x", users=5, rate_per_s=100), seconds=10, seed="s"))
    assert 60 < len(items) < 140  # 100 expected


def test_what_needs_an_interface_is_left_out_where_there_is_none() -> None:
    class FakePackWithInterface(FakePack):
        transactions = (
            replace(FakePack.transactions[0], name="by_message", interfaces=("lis_hl7",)),
            *FakePack.transactions,
        )

    pack = FakePackWithInterface()
    without, having = (
        {i.transaction for i in functional(pack, None, count=60, seed=1, endpoints=known)}
        for known in ((), ("lis_hl7", "other"))
    )
    assert "by_message" not in without
    assert having - without == {"by_message"}


def test_the_work_of_a_long_block_is_drawn_as_it_is_taken() -> None:
    endless = load(FakePack(), None, Level(name="x", users=7, rate_per_s=200), seconds=1e9, seed="s")
    first = list(itertools.islice(endless, 200))
    assert [i.seq for i in first] == list(range(1, 201))
    assert first[-1].due_ns < 3 * NS


def test_a_level_with_a_shape_keeps_it() -> None:
    level = Level(name="x", users=4, rate_per_s=50, shape=(1.0, 4.0, 1.0))
    thirds = [0, 0, 0]
    for item in load(FakePack(), None, level, seconds=9, seed="s"):
        thirds[item.due_ns // (3 * NS)] += 1
    assert thirds[1] > 2.5 * max(thirds[0], thirds[2]) > 0


def test_users_who_think_have_enough_to_do_and_their_pauses_before_it() -> None:
    level = Level(name="x", users=5, model="closed", think_s=0.5)
    items = list(load(FakePack(), None, level, seconds=20, seed="s"))
    assert items == list(load(FakePack(), None, level, seconds=20, seed="s"))
    assert [i.seq for i in items] == list(range(1, len(items) + 1))
    for user in range(5):
        pauses = [i.due_ns for i in items if i.user == user]
        assert 15 * NS < sum(pauses) < 20 * NS, "up to the end of the block, were every answer immediate"
    assert abs(np.mean([i.due_ns for i in items]) / NS - 0.5) < 0.15
