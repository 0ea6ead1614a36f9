"""Heat maps: nothing is lost where cells are joined, and both stacks share their bins."""

import numpy as np
import pytest

from harness.assess.heat import MOST_COLUMNS, MOST_ROWS, NS, heat_maps, strip

EPOCH = 10**12


def of(stack: str, number: int, seconds: float, n: int, ms: float = 5.0) -> object:
    rng = np.random.default_rng(number)
    return strip(
        stack=stack,
        block=f"{number:02d}-{stack}",
        start_ns=EPOCH + number * 100_000 * NS,
        seconds=seconds,
        due_ns=rng.integers(0, int(seconds * NS), n),
        took_ns=(np.exp(rng.normal(0, 1.0, n)) * ms * 1e6).astype(np.int64),
    )


@pytest.mark.parametrize("seconds", [3.0, 60.0, 600.0, 28_800.0])
def test_every_transaction_is_in_one_cell(seconds: float) -> None:
    strips = [of("original", 1, seconds, 3000), of("migrated", 2, seconds, 2000), of("original", 4, seconds, 1000)]
    maps = {each.stack: each for each in heat_maps("his", strips, EPOCH)}
    assert {stack: sum(map(sum, each.counts)) for stack, each in maps.items()} == {"original": 4000, "migrated": 2000}
    assert maps["original"].milliseconds == maps["migrated"].milliseconds
    for each in maps.values():
        assert len(each.t) == len(each.counts) == len(each.blocks) <= MOST_COLUMNS
        assert {len(column) for column in each.counts} == {len(each.milliseconds)}
        assert len(each.milliseconds) <= MOST_ROWS
        assert list(each.t) == sorted(each.t) and list(each.milliseconds) == sorted(each.milliseconds)
    assert maps["original"].t[0] == 100_000.0
    assert list(dict.fromkeys(maps["original"].blocks)) == ["01-original", "04-original"]


def test_a_cell_holds_what_took_as_long_when_it_says() -> None:
    slow = strip(
        stack="original", block="b", start_ns=EPOCH, seconds=10.0,
        due_ns=np.array([0, 7 * NS, 7 * NS]), took_ns=np.array([2_000_000, 300_000_000, 310_000_000]),
    )  # fmt: skip
    (found,) = heat_maps("his", [slow], EPOCH)
    at = {(t, ms): n for t, column in zip(found.t, found.counts, strict=True)
          for ms, n in zip(found.milliseconds, column, strict=True) if n}  # fmt: skip
    (first, few), (then, many) = sorted(at.items())
    assert (few, many) == (1, 2)
    assert first[0] == 0.0 and 1.5 < first[1] <= 2.0
    assert 6.0 < then[0] <= 7.0 and 240 < then[1] <= 300


def test_nothing_answered_is_no_heat_map() -> None:
    assert list(heat_maps("his", [], EPOCH)) == []
    assert list(heat_maps("his", [of("original", 1, 60.0, 0)], EPOCH)) == []
