"""What master and workers tell each other over Locust's own connection: the words, and how they are sent and heard.

Values are what msgpack knows. A message to a worker that is gone is dropped by the socket, which is right: its death
is noticed otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import locust.runners
from locust.runners import MasterRunner, WorkerRunner

PATIENCE_S = 600  # until Locust itself believes a worker dead: a busy one misses its heartbeats

HERE = "xinheng-here"  # worker: stands ready to take users
READY = "xinheng-ready"  # worker: its users are connected and tested
START = "xinheng-start"  # master: when the clock starts, in the worker's own time
ALIVE = "xinheng-alive"  # worker: once a second
WENT = "xinheng-went"  # worker: has done its share
NUMBER = "xinheng-number"  # worker, by hand: which user is this; master: that one, of so many
WELCOME = "xinheng-welcome"  # master, by hand: who you are, where your samples go
SAMPLES, HAVE = "xinheng-samples", "xinheng-have"  # worker: new bytes; master: how many there are now
LAST, FAREWELL = "xinheng-last", "xinheng-farewell"  # worker: all is done; master: all is here
FAULT = "xinheng-fault"  # worker: cannot go on
PING, PONG = "xinheng-ping", "xinheng-pong"  # master, worker: what time is it there


def hear(runner: MasterRunner | WorkerRunner, word: str, act: Callable[[str, dict[str, Any]], None]) -> None:
    """`act(sender, content)` for every message of this word."""
    runner.register_message(word, lambda msg, **_: act(msg.node_id, msg.data))


def tell(runner: MasterRunner | WorkerRunner, word: str, content: Mapping[str, Any], *, to: str = "") -> None:
    """To one worker; from a worker to its master."""
    runner.send_message(word, dict(content), to or None)


def be_patient() -> None:
    """Let a busy worker miss its heartbeats without Locust ending the test or moving its users elsewhere."""
    locust.runners.HEARTBEAT_LIVENESS = PATIENCE_S
