"""Fuzzing the readers and the comparing of messages for as long as wanted: `python -m tests.fuzz_content 10` (minutes).

The properties are those of `tests/content_properties.py`. A case that takes longer than SLOWEST_S counts as a hang. It
ends with 1 and shows the smallest case at the first property that does not hold. Not part of `make test`.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.content_properties import PROPERTIES

SLOWEST_S = 10
ROUND = 500  # cases of one property before it is the next one's turn


def fuzz(minutes: float) -> Counter[str]:
    """Cases tried, by property."""
    tried: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, _hangs)
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        for name in PROPERTIES:
            _one_round(name, tried)
    return tried


def _hangs(*_: object) -> None:
    raise TimeoutError(f"a case took longer than {SLOWEST_S} s")


def _one_round(name: str, tried: Counter[str]) -> None:
    holds, cases = PROPERTIES[name]

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def run(case: tuple[Any, ...]) -> None:
        tried[name] += 1
        signal.alarm(SLOWEST_S)
        try:
            holds(*case)
        finally:
            signal.alarm(0)

    run()


if __name__ == "__main__":
    started = time.monotonic()
    counts = fuzz(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
    print(f"{time.monotonic() - started:.0f} s, nothing found:", ", ".join(f"{n} {c}" for n, c in counts.items()))
