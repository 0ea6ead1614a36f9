"""Locust's own statistics, for its web UI and its summary, fed once a second with what the users did in it.

A call of Locust's per transaction would cost more than our sample of it; so much at once costs next to nothing. Nothing
that is concluded rests on these figures, which Locust rounds. Not here: the samples (`sample_file.py`).
"""

from __future__ import annotations

import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import gevent
import numpy as np
from locust.env import Environment
from locust.stats import StatsEntry, bucket_response_time

from harness.model import ReplyKind

_EVERY_S = 1.0


class LiveStatistics:
    """What the users told since Locust last heard of it."""

    def __init__(self, environment: Environment, kind: str) -> None:
        self._stats = environment.stats
        self._kind = kind
        self._heard: dict[str, array[float]] = defaultdict(lambda: array("d"))  # title → response times in ms
        gevent.spawn(self._feed)
        environment.events.quitting.add_listener(self._last)

    def told(self, title: str, response_ms: float, outcome: ReplyKind, reason: str) -> None:
        self._heard[title].append(response_ms)
        if outcome > ReplyKind.REFUSED:
            self._stats.log_error(self._kind, title, f"{outcome.label} {reason}")

    def _feed(self) -> None:
        while True:
            gevent.sleep(_EVERY_S)
            for title in list(self._heard):
                self._hand_on(title)
                gevent.sleep(0)  # nobody waits for more than one of them

    def _last(self, **_: Any) -> None:
        for title in list(self._heard):
            self._hand_on(title)

    def _hand_on(self, title: str) -> None:
        heard = self._heard.pop(title, None)
        if not heard:
            return
        entry = self._stats.get(title, self._kind)
        together = summed(np.asarray(heard), entry)
        entry.extend(together)
        self._stats.total.extend(together)


def summed(response_ms: np.ndarray[Any, Any], like: StatsEntry) -> StatsEntry:
    """Many requests as one entry of Locust's."""
    now = time.time()
    found = StatsEntry(like.stats, like.name, like.method)
    found.start_time = like.start_time
    found.last_request_timestamp = now
    found.num_requests = len(response_ms)
    found.total_response_time = float(response_ms.sum())  # type: ignore[assignment]  # Locust sums floats itself
    found.min_response_time, found.max_response_time = float(response_ms.min()), float(response_ms.max())  # type: ignore[assignment]
    found.num_reqs_per_sec = {int(now): len(response_ms)}
    rounded: Counter[int] = Counter()
    for value, count in zip(*np.unique(np.rint(response_ms), return_counts=True), strict=True):
        rounded[bucket_response_time(float(value))] += int(count)
    found.response_times = rounded
    return found


def tell_locust(environment: Environment, kind: str = "业务") -> Callable[[str, float, ReplyKind, str], None]:
    """What a crowd tells of its transactions, for Locust's statistics of this kind."""
    return LiveStatistics(environment, kind).told
