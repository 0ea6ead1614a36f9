"""Users are truly concurrent under gevent: measured on the real server, in a process of its own, as load runs are."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest

from harness.ports import Waiting
from tests.contract.targets import Target

_USERS, _ROUNDS, _SLEEP_S = 8, 4, 0.1  # eight: no more than OceanBase's default workers on two cores

_LOAD = """
from gevent import monkey
monkey.patch_all()
import json, sys, time
import gevent
from gevent.threadpool import ThreadPool
from drivers.sql import driver_for
from harness.model import ReplyKind, SqlEndpoint
from harness.ports import Waiting
endpoint, users, rounds, pause, green, attempts = json.loads(sys.argv[1])
driver = driver_for(SqlEndpoint(**endpoint))
if green:
    driver.make_green()
sessions = [driver.connect() for _ in range(users)]
sleep = driver.sleep(pause)
# A driver that holds its thread gets one for each user.
threads = ThreadPool(users) if green and driver.waiting is Waiting.BLOCKING else None
def user(session):
    for _ in range(rounds):
        reply = threads.apply(session.execute, (sleep, ())) if threads is not None else session.execute(sleep, ())
        assert reply.kind is ReplyKind.OK
best = 0.0
# A server may have to start threads of its own first, and a busy machine delays it; a client that queues stays slow.
for _ in range(attempts):
    if best > 0.8 * users / pause:
        break
    began = time.monotonic()
    gevent.joinall([gevent.spawn(user, session) for session in sessions], raise_error=True)
    best = max(best, users * rounds / (time.monotonic() - began))
print(best)
for session in sessions:
    session.close()
"""


def _statements_per_second(target: Target, users: int, *, green: bool, attempts: int) -> float:
    given = [dataclasses.asdict(target.endpoint), users, _ROUNDS, _SLEEP_S, green, attempts]
    command = [sys.executable, "-c", _LOAD, json.dumps(given)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


@pytest.mark.capability("server_sleep")
def test_users_wait_side_by_side(target: Target) -> None:
    ideal = _USERS / _SLEEP_S
    assert _statements_per_second(target, _USERS, green=True, attempts=10) > 0.8 * ideal


@pytest.mark.capability("server_sleep")
def test_what_make_green_and_threads_are_for(target: Target) -> None:
    """Without them users queue in a C library: if this ever becomes fast by itself, they may go."""
    users = 4
    one_after_another = 1 / _SLEEP_S
    if target.driver.family == "mysql" and target.driver.waiting is Waiting.GREEN:
        measured = _statements_per_second(target, users, green=False, attempts=10)
        assert measured > 0.8 * users * one_after_another  # Python sockets, replaced by gevent
    else:
        measured = _statements_per_second(target, users, green=False, attempts=1)
        assert measured < 1.2 * one_after_another
