"""Locust's own fast HTTP user posting what `tests.bench.simple_packs.POSTS` posts. Nothing of ours.

The address comes in the environment, `BENCH_URL`; the last line says what was done in `BENCH_SECONDS`.
"""

import os

from locust import FastHttpUser, events, task

from tests.bench.locustfiles.counting import counted
from tests.bench.simple_packs import BODY, HEADERS, PATH

counted(events)


class PostingUser(FastHttpUser):
    host = os.environ["BENCH_URL"]

    @task
    def work(self):
        assert self.client.post(PATH, data=BODY, headers=HEADERS).status_code == 200
