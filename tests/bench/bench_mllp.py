"""HL7 messages per second from one generator process: 2 kB ORU^R01, 16 connections, each acknowledgement checked.

Target: ≥ 4 000 messages/s on one core (issue 4). Each message gets its sample, as under load. The responder runs in
another process. The wall clock decides; by the generator's own CPU time stands beside it, as a busy machine shows
there. Run: `python -m tests.bench.bench_mllp [seconds]`
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from array import array  # noqa: E402

import gevent  # noqa: E402

from drivers.messages import driver_for  # noqa: E402
from harness.message import MessageEndpoint, Outgoing  # noqa: E402
from harness.model import ReplyKind  # noqa: E402
from tests.bench.bare_peers import bare  # noqa: E402

LEAST = 4000
CONNECTIONS = 16
ROUNDS = 3

_OBX = "OBX|{n}|NM|WBC{n:02}^白细胞计数^LN||5.6{n}|10^9/L|3.5-9.5||||F|||20261122080000|||张三\r"
_BODY = "PID|1||P0001^^^H^PI||王^小明||19800101|M\rOBR|1|S0001|L0001|CBC^血常规|||20261122075500\r" + "".join(
    _OBX.format(n=n) for n in range(1, 24)
)


def message(control_id: str) -> Outgoing:
    head = f"MSH|^~\\&|LIS|检验科|HIS|H|20261122080000||ORU^R01|{control_id}|P|2.4||||||UNICODE UTF-8\r"
    return Outgoing(body=(head + _BODY).encode())


def round_of(port: int, seconds: float) -> tuple[float, float, int]:
    """Messages per second of wall time and of our own CPU time, and what was not ok."""
    driver = driver_for(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{port}"))
    driver.make_green()
    sessions = [driver.connect() for _ in range(CONNECTIONS)]
    samples = array("q")
    wrong = 0
    until = time.monotonic() + seconds

    def user(number: int) -> None:
        nonlocal wrong
        session, sequence = sessions[number], 0
        while time.monotonic() < until:
            sequence += 1
            out = message(f"{number:02}-{sequence}")
            sent = time.monotonic_ns()
            reply = session.send(out)
            samples.extend((number, sent, time.monotonic_ns(), reply.kind))
            wrong += reply.kind is not ReplyKind.OK

    began, spent = time.monotonic(), time.process_time()
    gevent.joinall([gevent.spawn(user, number) for number in range(CONNECTIONS)], raise_error=True)
    took, spent = time.monotonic() - began, time.process_time() - spent
    for session in sessions:
        session.close()
    count = len(samples) // 4
    return count / took, count / spent, wrong


def main(seconds: float) -> int:
    with bare("mllp") as port:
        rounds = [round_of(port, seconds) for _ in range(ROUNDS)]
    wall, core = (statistics.median(each[index] for each in rounds) for index in (0, 1))
    wrong = sum(each[2] for each in rounds)
    figures = {
        "bytes": len(message("00-1").body),
        "connections": CONNECTIONS,
        "messages_per_s": round(wall),
        "messages_per_s_of_cpu": round(core),
        "least": LEAST,
        "not_ok": wrong,
    }
    print(json.dumps(figures))
    return 0 if wall >= LEAST and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0))
