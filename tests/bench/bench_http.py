"""HTTP requests per second and core: our driver against Locust's own FastHttpUser, and what else could have been taken.

Target: at least FastHttpUser's rate (issue 4). Each candidate runs in a process of its own against the same responder,
16 users under gevent, a POST of 200 bytes answered by 400; candidates take turns, and medians are compared. Figures are
by the generator's CPU time. Run: `python -m tests.bench.bench_http [seconds]`
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from tests.bench.bare_peers import bare

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


def main(seconds: float) -> int:
    rates: dict[str, list[float]] = {kind: [] for kind in CANDIDATES}
    with bare("http") as port:
        for _ in range(ROUNDS):
            for kind, found in rates.items():
                found.append(per_core(kind, port, seconds))
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    ratio = medians["ours"] / medians["FastHttpUser"]
    figures = {"requests_per_s_of_cpu": {kind: round(rate) for kind, rate in medians.items()}, "ratio": round(ratio, 2)}
    print(json.dumps({**figures, "least": LEAST}))
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
