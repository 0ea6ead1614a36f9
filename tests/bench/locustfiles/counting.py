"""How much a stock locustfile got done: Locust's own count and this process's CPU over a stretch of time."""

import json
import os
import time

import gevent

WARM_UP_S = 1.0


def counted(events) -> None:
    """Print {"requests_per_s", "cpu"} at the end of `BENCH_SECONDS`, then quit."""

    def measure(environment) -> None:
        total = environment.stats.total
        gevent.sleep(WARM_UP_S)
        before = total.num_requests, time.monotonic(), time.process_time()
        gevent.sleep(float(os.environ["BENCH_SECONDS"]))
        now = total.num_requests, time.monotonic(), time.process_time()
        requests, wall, cpu = (after - then for after, then in zip(now, before, strict=True))
        assert not total.num_failures, environment.stats.errors
        print(json.dumps({"per_s": requests / wall, "cpu_us": cpu / requests * 1e6}), flush=True)
        environment.runner.quit()

    def begin(environment, **_) -> None:
        environment.events.spawning_complete.add_listener(lambda **_: gevent.spawn(measure, environment))

    events.init.add_listener(begin)
