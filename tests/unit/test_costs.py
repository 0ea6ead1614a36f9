"""Costs of transactions whose costs are known, and least squares against scipy's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls as scipy_nnls

from harness.assess.attribution import attribute, nnls, ratio_interval
from harness.assess.blocks import Block
from harness.assess.costs import ALL, HOST, TREE, StackUse, costs_of, unknown
from harness.assess.usage import pace
from harness.load_result import TransactionCost
from tests.unit.watched import block, over, process, reading

CORE = 100.0  # % of one core
BEGIN = 1000.0


def of(costs: list[TransactionCost], transaction: str) -> TransactionCost:
    [found] = [cost for cost in costs if cost.transaction == transaction]
    return found


def use(hosts: dict[str, list], *, shared: bool = True) -> StackUse:  # type: ignore[type-arg]
    return StackUse(stack="migrated", architecture="aarch64", shared=shared, hosts=hosts)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 8), st.booleans())
def test_least_squares_agree_with_scipy(seed: int, columns: int, counts: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = columns + int(rng.integers(0, 50))
    table = rng.poisson(3, (rows, columns)).astype(float) if counts else rng.normal(size=(rows, columns))
    target = table @ np.where(rng.random(columns) < 0.5, 0, rng.random(columns)) + rng.normal(size=rows)
    ours, theirs = nnls(table.T @ table, table.T @ target), scipy_nnls(table, target)[0]
    assert (ours >= 0).all()
    left, least = (float(((table @ x - target) ** 2).sum()) for x in (ours, theirs))
    assert left <= least * (1 + 1e-7) + 1e-9


def test_known_costs_are_found_with_their_interval() -> None:
    rng = np.random.default_rng(1)
    counts = np.column_stack([rng.poisson(rate, 300) for rate in (8, 4, 2)]).astype(float)
    used = counts @ (0.004, 0.012, 0.030) + 0.1 + rng.normal(0, 0.01, 300)
    shares = attribute(counts, used)
    for share, true in zip(shares, (0.004, 0.012, 0.030), strict=True):
        assert share is not None and share.low < true < share.high
        assert share.value == pytest.approx(true, rel=0.2)


def test_what_cannot_be_told_apart_is_not_told() -> None:
    rng = np.random.default_rng(2)
    one = rng.poisson(8, 300).astype(float)
    used = one * 0.01 + rng.normal(0, 0.001, 300)
    assert attribute(np.column_stack((one, one)), used) == [None, None]  # always together
    assert attribute(one[:8, None], used[:8]) == [None]  # too short
    never = attribute(np.column_stack((one, np.zeros(300))), used)
    assert never[0] is not None and never[1] is None
    assert attribute(one[:, None], rng.random(300)) == [None]  # uses nothing that one could see


def test_an_interval_needs_rows() -> None:
    assert ratio_interval(np.ones(5), np.ones(5)) is None
    assert ratio_interval(np.ones(20), np.zeros(20)) is None
    low, high = ratio_interval(np.ones(20) * 3, np.ones(20)) or (0, 0)
    assert (low, high) == pytest.approx((3, 3))


def test_the_average_transaction_costs_what_the_tree_used_divided_by_how_many_there_were() -> None:
    readings = over(BEGIN - 5, BEGIN + 25, lambda s: reading(s, process=process(cpu=30.0, read=200.0, write=None)))
    cost = of(costs_of([block(BEGIN)], use({"db": readings})), ALL)
    assert (cost.cpu_s, cost.read_bytes, cost.write_bytes, cost.n) == (
        pytest.approx(0.03),
        pytest.approx(20),
        None,
        200,
    )
    assert cost.cpu_s_low == pytest.approx(0.03) and cost.cpu_s_high == pytest.approx(0.03)
    assert (cost.net_bytes, cost.basis, cost.architecture) == (None, TREE, "aarch64")


def test_hosts_add_up_and_the_network_counts_where_the_generator_is_elsewhere() -> None:
    readings = over(BEGIN, BEGIN + 20, lambda s: reading(s, process=process(cpu=30.0)))
    cost = of(costs_of([block(BEGIN)], use({"db1": readings, "db2": readings}, shared=False)), ALL)
    assert cost.cpu_s == pytest.approx(0.06) and cost.net_bytes == pytest.approx(2 * 30 / 10)


def test_without_a_watched_process_the_host_stands_in_unless_it_generates_the_load() -> None:
    readings = over(BEGIN, BEGIN + 20, lambda s: reading(s, process=None))
    cost = of(costs_of([block(BEGIN)], use({"db": readings}, shared=False)), ALL)
    assert (cost.basis, cost.cpu_s) == (HOST, pytest.approx(0.1 * 2 / 10))
    assert costs_of([block(BEGIN)], use({"db": readings}, shared=True)) == []


def test_too_few_readings_give_no_cost() -> None:
    readings = over(BEGIN, BEGIN + 10, lambda s: reading(s, process=process(cpu=30.0)))
    assert of(costs_of([block(BEGIN)], use({"db": readings})), ALL).cpu_s is None


def test_blocks_that_do_not_count_cost_nothing() -> None:
    readings = over(BEGIN, BEGIN + 20)
    other = block(BEGIN, stack="original")
    spoilt = block(BEGIN, valid=False)
    assert costs_of([other, spoilt], use({"db": readings})) == []


def measured_on_a_server(seconds: int = 120) -> tuple[Block, list]:  # type: ignore[type-arg]
    """A charge takes 20 ms of CPU, a search 5 ms, nothing 30 ms per second; readings are 0.4 s off the block's grid."""
    rng = np.random.default_rng(3)
    charge, find = rng.poisson(4, seconds + 1), rng.poisson(10, seconds + 1)
    work = 0.02 * charge + 0.005 * find + 0.03
    readings = [
        reading(BEGIN + s + 0.4, process=process(cpu=CORE * (0.6 * work[s - 1] + 0.4 * work[s])))
        for s in range(1, seconds)
    ]
    done = {"charge": list(charge[:seconds]), "find": list(find[:seconds])}
    return block(BEGIN, seconds=seconds, done=done), readings


def test_each_transaction_is_told_from_the_seconds_in_which_it_was_frequent() -> None:
    seen, readings = measured_on_a_server()
    costs = costs_of([seen], use({"db": readings}))
    charge, find = of(costs, "charge"), of(costs, "find")
    assert charge.cpu_s == pytest.approx(0.02, rel=0.15) and find.cpu_s == pytest.approx(0.005, rel=0.3)
    assert charge.cpu_s_low is not None and charge.cpu_s_high is not None
    assert charge.cpu_s_low < 0.02 < charge.cpu_s_high
    assert unknown(costs) == 0
    assert charge.read_bytes is None  # does not move with anything


def test_the_pace_of_a_stack_over_the_run() -> None:
    blocks = [block(BEGIN, seconds=10, done={"charge": [6] * 10}), block(BEGIN + 20, seconds=10, warmup_s=0.0)]
    t = [float(second) for second in range(31)]
    line = pace(blocks, int(BEGIN * 1e9), t)
    assert len(line) == len(t)
    assert line[5] == pytest.approx(6) and line[15] == 0 and line[25] == pytest.approx(10)


def test_the_warm_up_is_part_of_the_pace() -> None:
    whole = block(BEGIN, done={"charge": [6] * 20}, warmup_s=4.0)
    line = pace([replace(whole, throughput=whole.throughput[4:])], int(BEGIN * 1e9), [float(s) for s in range(21)])
    assert line[1:] == pytest.approx([6.0] * 20)
