"""HTTP requests per second and core: ours against Locust's own FastHttpUser, and what else could have been taken.

Two comparisons, each at least as fast as FastHttpUser. *Alone*: a session of our driver against FastHttpUser's client
and others, 16 users under gevent, nothing but the request. *Whole*: a load block as `xinheng run` starts it, with all
clocks and a sample of every step on disk, against a FastHttpUser in a Locust of its own, 50 users. Each runs in a
process of its own against the same responder, a POST of 200 bytes answered by 400; they take turns, and medians are
compared. Figures are by the generator's CPU time. Run: `python -m tests.bench.bench_http [seconds]`
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from harness.message import MessageEndpoint
from harness.model import Role, Stack
from tests.bench.bare_peers import bare
from tests.bench.engine import USERS, at_full_speed
from tests.bench.simple_packs import POSTS

ROUNDS = 3
CANDIDATES = ("ours", "FastHttpUser", "geventhttpclient", "http.client", "urllib3")
LEAST = 1.0

_LOAD = """
from gevent import monkey
monkey.patch_all()
import sys, time
import gevent
kind, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
base, users = f"http://127.0.0.1:{port}", 16
body, headers = b'{"specimen":"20261122000001","item":"CBC"}' * 5, {"Content-Type": "application/json"}

def sender():
    if kind == "ours":
        from drivers.messages import driver_for
        from harness.message import MessageEndpoint, Outgoing
        session = driver_for(MessageEndpoint(kind="http", url=base)).connect()
        return lambda: session.send(Outgoing(body=body, path="/lis/reports", headers=headers)).kind == 0
    if kind == "FastHttpUser":
        from locust.contrib.fasthttp import FastHttpUser
        from locust.env import Environment
        client = type("User", (FastHttpUser,), {"host": base})(Environment()).client
        return lambda: client.post("/lis/reports", data=body, headers=headers).status_code == 200
    if kind == "geventhttpclient":
        from geventhttpclient import HTTPClient
        client = HTTPClient("127.0.0.1", port, concurrency=1)
        def send():
            answer = client.request("POST", "/lis/reports", body, headers)
            return answer.read() and answer.status_code == 200
        return send
    if kind == "http.client":
        from http.client import HTTPConnection
        client = HTTPConnection("127.0.0.1", port)
        def send():
            client.request("POST", "/lis/reports", body, headers)
            answer = client.getresponse()
            return answer.read() and answer.status == 200
        return send
    from urllib3 import HTTPConnectionPool
    pool = HTTPConnectionPool("127.0.0.1", port, retries=False)
    return lambda: pool.request("POST", "/lis/reports", body=body, headers=headers).status == 200

done = 0
def user(send):
    global done
    while time.monotonic() < until:
        assert send()
        done += 1
senders = [sender() for _ in range(users)]
assert all(send() for send in senders)
until, spent = time.monotonic() + seconds, time.process_time()
gevent.joinall([gevent.spawn(user, send) for send in senders], raise_error=True)
print(done / (time.process_time() - spent))
"""


def per_core(kind: str, port: int, seconds: float) -> float:
    command = [sys.executable, "-c", _LOAD, kind, str(port), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return float(done.stdout.splitlines()[-1])


def whole(kind: str, port: int, seconds: float) -> float:
    """Requests per second of CPU, with everything around them."""
    url = f"http://127.0.0.1:{port}"
    if kind == "ours":
        stack = Stack(role=Role.MIGRATED, title="bare", endpoints={"desk": MessageEndpoint(kind="http", url=url)})
        return 1e6 / at_full_speed(POSTS, "post", stack, seconds=seconds, most_per_s=30_000)["cpu_us"]
    locustfile = Path(__file__).parent / "locustfiles" / "stock_fasthttp.py"
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "-L", "ERROR",
        "-u", str(USERS), "-r", str(USERS),
    ]  # fmt: skip
    told = {**os.environ, "BENCH_URL": url, "BENCH_SECONDS": str(seconds)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=told, timeout=120)
    return 1e6 / float(json.loads(done.stdout.splitlines()[-1])["cpu_us"])


def main(seconds: float) -> int:
    alone: dict[str, list[float]] = {kind: [] for kind in CANDIDATES}
    together: dict[str, list[float]] = {"ours": [], "FastHttpUser": []}
    with bare("http") as port:
        for turn in range(ROUNDS):
            for found, run in ((alone, per_core), (together, whole)):
                for kind in list(found)[:: -1 if turn % 2 else 1]:
                    found[kind].append(run(kind, port, seconds))
    figures, ratios = {}, {}
    for name, found in (("alone", alone), ("whole", together)):
        medians = {kind: statistics.median(rates) for kind, rates in found.items()}
        figures[name] = {kind: round(rate) for kind, rate in medians.items()}
        ratios[name] = round(medians["ours"] / medians["FastHttpUser"], 2)
    print(json.dumps({"requests_per_s_of_cpu": figures, "ratio": ratios, "least": LEAST}))
    return 0 if min(ratios.values()) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
