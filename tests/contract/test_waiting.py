"""Users are truly concurrent under gevent: measured on the real server, in a process of its own, as load runs are."""

from __future__ import annotations

import json
import subprocess
import sys

from harness.model import SqlEndpoint
from tests.contract.conftest import Target

_USERS, _ROUNDS, _SLEEP_S = 8, 4, 0.1  # eight: no more than OceanBase's default workers on two cores

_LOAD = """
from gevent import monkey
monkey.patch_all()
import json, sys, time
import gevent
from drivers.sql import driver_for
from harness.model import ReplyKind, SqlEndpoint
url, product, secret, users, rounds, pause, green, attempts = json.loads(sys.argv[1])
driver = driver_for(SqlEndpoint(url=url, product=product, password_env=secret))
if green:
    driver.make_green()
sessions = [driver.connect() for _ in range(users)]
sleep = driver.sleep(pause)
def user(session):
    for _ in range(rounds):
        assert session.execute(sleep, ()).kind is ReplyKind.OK
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


def _statements_per_second(endpoint: SqlEndpoint, users: int, *, green: bool) -> float:
    given = [endpoint.url, endpoint.product, endpoint.password_env, users, _ROUNDS, _SLEEP_S, green, 10 if green else 1]
    command = [sys.executable, "-c", _LOAD, json.dumps(given)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_users_wait_side_by_side(target: Target) -> None:
    ideal = _USERS / _SLEEP_S
    assert _statements_per_second(target.endpoint, _USERS, green=True) > 0.8 * ideal


def test_without_make_green_a_c_library_lets_users_queue(target: Target) -> None:
    """The trap that `make_green` is for: if this ever becomes fast by itself, the wait callback may go."""
    users = 4
    one_after_another = 1 / _SLEEP_S
    measured = _statements_per_second(target.endpoint, users, green=False)
    if target.driver.family == "postgresql":
        assert measured < 1.2 * one_after_another
    else:  # Python sockets, replaced by gevent
        assert measured > 0.8 * users * one_after_another
