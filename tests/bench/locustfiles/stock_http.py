"""Locust's own HTTP users at a rate, as they are usually written; response times from its events.

The environment says what to do: BENCH_CLIENT (FastHttpUser or HttpUser), BENCH_PACING (exponential, so that requests
come as ours do, or constant, Locust's constant_throughput: users who were started together keep asking together),
BENCH_PER_USER (requests per second of each
user), BENCH_SECONDS, BENCH_TIMES (a file for the response times in ms). Prints a line when the measured stretch begins.
Nothing of ours.
"""

import itertools
import json
import os
import random
import time
from pathlib import Path

import gevent
from locust import FastHttpUser, HttpUser, constant_throughput, events, task

WARM_UP_S = 1.0
NUMBERS = itertools.count()
PER_USER = float(os.environ["BENCH_PER_USER"])
PACING = {"exponential": lambda _: random.expovariate(PER_USER), "constant": constant_throughput(PER_USER)}
BASES = {"FastHttpUser": FastHttpUser, "HttpUser": HttpUser}


class StockUser(BASES[os.environ["BENCH_CLIENT"]]):
    wait_time = PACING[os.environ["BENCH_PACING"]]

    @task
    def ask(self):
        self.client.get(f"/{next(NUMBERS)}", name="/number")


def measure(environment):
    times = []
    gevent.sleep(WARM_UP_S)
    environment.events.request.add_listener(lambda response_time, **_: times.append(response_time))
    print(f"began {time.monotonic_ns()}", flush=True)
    spent = time.process_time()
    gevent.sleep(float(os.environ["BENCH_SECONDS"]))
    cpu = (time.process_time() - spent) / float(os.environ["BENCH_SECONDS"])
    assert not environment.stats.total.num_failures, environment.stats.errors
    Path(os.environ["BENCH_TIMES"]).write_text(json.dumps({"ms": times, "cpu": cpu}))
    environment.runner.quit()


@events.init.add_listener
def begin(environment, **_):
    environment.events.spawning_complete.add_listener(lambda **_: gevent.spawn(measure, environment))
