"""Steps of 40 and 80 ms are named; times that only lie there on their way are not."""

from __future__ import annotations

import numpy as np
import pytest

from harness.assess.stepped import LEAST, stepped

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (RNG.normal(41.5, 0.8, 500), "40±4"),
        (RNG.normal(82.0, 1.5, 500), "80±6"),
        (np.concatenate([RNG.normal(2, 0.2, 150), RNG.normal(41, 0.5, 350)]), "40±4"),  # now and then it fits
        (RNG.normal(2.4, 0.3, 500), ""),
        (RNG.normal(60.0, 2.0, 500), ""),
        (RNG.uniform(10, 70, 5000), ""),  # the median lies there, and nothing else does
        (np.concatenate([RNG.normal(2, 0.2, 260), RNG.normal(41, 0.5, 240)]), ""),  # P50 is below the step
        (np.full(LEAST - 1, 40.0), ""),
        (np.full(LEAST, 40.0), "40±4"),
        (np.full(LEAST, 44.1), ""),
        (np.full(LEAST, 74.0), "80±6"),
        (np.array([]), ""),
    ],
)
def test_steps(times: np.ndarray, said: str) -> None:
    sentence = stepped(times)
    assert said in sentence
    assert bool(sentence) is bool(said)
    assert "\n" not in sentence


def test_the_sentence_says_how_many_and_what_to_do() -> None:
    sentence = stepped(np.concatenate([np.full(90, 40.0), np.full(10, 3.0)]))
    assert "P50 为 40.0 ms，90% 的样本" in sentence
    assert "TCP_NODELAY" in sentence
