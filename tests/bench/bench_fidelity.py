"""How true the times are that the generator reports, beside those of stock Locust, against a server that knows better.

The reference server answers after lognormal times (median 8 ms, σ 0.6) and keeps them; it has one core, the generator
another. At 100, 300 and 1000 arrivals per second, as many users as arrivals. What must hold: service time P50, P95 and
P99 within 3 % of the server's own, response time from due within 5 % of what follows from them, and where the server
freezes for 2 s, P99 from due within 10 % of the analytic value. Candidates take turns; each is judged by its median,
and one that missed has up to three rounds. Run: `python -m tests.bench.bench_fidelity [--rounds N] [--all] [--json]`
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import scenarios
from drivers.calibration import MEDIAN_MS, SIGMA, ReferenceServer, reference_server
from harness.execute.block_spec import ANSWER_FILE, BEGUN_FILE
from harness.execute.calibration_errors import Compared, compared, errors
from harness.execute.calibration_load import ASK, WARM_UP_S, CalibrationLoad, carry_out, questions
from harness.recording import read_json
from harness.samples import read_samples

RATES = (100, 300, 1000)
OURS = ("http", "postgresql")
STOCK = (("FastHttpUser", "exponential"), ("HttpUser", "exponential"), ("FastHttpUser", "constant"))  # pacing
SECONDS = 4.0
MOST_ROUNDS = 3
SERVICE, RESPONSE, STALL = 0.03, 0.05, 0.10

FREEZE_S, FREEZE_AT_S, FREEZE_RATE, FREEZE_SECONDS = 2.0, 3.0, 300, 10.0
NS = 1_000_000_000
ROOT = Path(__file__).parents[2]
STOCK_FILE = Path(__file__).with_name("locustfiles") / "stock_http.py"

Figures = dict[str, Any]


@contextmanager
def apart(server: ReferenceServer) -> Iterator[None]:
    """The server on one core, everything that is started meanwhile on another; where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(server.pid, cores[:1])
        os.sched_setaffinity(0, cores[-1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def block(load: CalibrationLoad, folder: Path, freeze: bool = False) -> tuple[Compared, float]:
    """Our engine; the times that it found, and the CPU of its process."""
    items = questions(load)
    with reference_server(load.family, seed=load.seed) as server, apart(server):
        running = carry_out(load, items, url=server.url, folder=folder, locustfile=scenarios.locustfile("calibration"))
        for _ in running:
            if freeze and (folder / BEGUN_FILE).exists():
                epoch = read_json(folder / BEGUN_FILE)["epoch_ns"]
                server.freeze(epoch + int(FREEZE_AT_S * NS), FREEZE_S)
                freeze = False
        records = server.records()
    answer = read_json(folder / ANSWER_FILE)
    warm_up = 0.0 if load.seconds == FREEZE_SECONDS else WARM_UP_S
    found = compared(items, read_samples(folder), records, step=answer["steps"].index(ASK), warm_up_s=warm_up)
    return found, answer["generator"]["cpu"]


def ours(family: str, rate: int, seed: int) -> Figures:
    load = CalibrationLoad(family=family, rate_per_s=rate, steps=1, users=rate, seconds=SECONDS + WARM_UP_S, seed=seed)
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        found, cpu = block(load, Path(folder))
    return {
        "service": dict(errors(found.service, found.service_known)),
        "response": dict(errors(found.response, found.response_known)),
        "cpu": cpu,
        "n": len(found.service),
    }


def stock(client: str, pacing: str, rate: int, seed: int) -> Figures:
    """What Locust's own statistics are made of; it knows no intended moments, so there is one time only."""
    with reference_server("http", seed=seed) as server, apart(server), tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times.json"
        command = [sys.executable, "-m", "locust", "-f", str(STOCK_FILE), "--headless", "-L", "ERROR", "--host",
                   server.url, "-u", str(rate), "-r", str(rate)]  # fmt: skip
        told = {"BENCH_CLIENT": client, "BENCH_PACING": pacing, "BENCH_PER_USER": "1", "BENCH_SECONDS": str(SECONDS),
                "BENCH_TIMES": str(times)}  # fmt: skip
        with subprocess.Popen(
            command, env=os.environ | told, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            while not process.stdout.readline().startswith("began"):
                assert process.poll() is None, "stock Locust ended by itself"
            server.records()
            process.stdout.read()
        records = server.records()
        reported = json.loads(times.read_text())
    known = (records[:, 2] - records[:, 1]) / 1e6
    service = dict(errors(np.array(reported["ms"]), known))
    return {"service": service, "cpu": reported["cpu"], "n": len(known), "stock": 1}


def stall(seed: int) -> Figures:
    """A transaction that is due t seconds before the freeze ends takes t, so of all that are due within T seconds the
    share that takes longer than x is (F − x + mean service time) ÷ T; solved for one hundredth."""
    load = CalibrationLoad(
        family="http", rate_per_s=FREEZE_RATE, steps=1, users=FREEZE_RATE, seconds=FREEZE_SECONDS, seed=seed
    )
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        found, _ = block(load, Path(folder), freeze=True)
    mean_s = MEDIAN_MS / 1e3 * math.exp(SIGMA**2 / 2)
    analytic_s = FREEZE_S + mean_s - 0.01 * FREEZE_SECONDS
    p99_s = float(np.quantile(found.response, 0.99)) / NS
    return {"p99_s": p99_s, "analytic_s": analytic_s, "error": p99_s / analytic_s - 1.0}


def median(rounds: list[Figures]) -> Figures:
    """Of every figure by itself."""
    return {
        key: median([each[key] for each in rounds]) if isinstance(value, Mapping)
        else statistics.median(each[key] for each in rounds)
        for key, value in rounds[0].items()
    }  # fmt: skip


def holds(figures: Figures) -> bool:
    """Of stock Locust nothing is asked."""
    if figures.get("stock"):
        return True
    if "error" in figures:
        return abs(figures["error"]) <= STALL
    limits = {"service": SERVICE, "response": RESPONSE}
    return all(abs(error) <= limit for key, limit in limits.items() for error in figures[key].values())


def noise(figures: Figures) -> float:
    """Where little else ran on the machine, the median is least off."""
    return abs(figures["error"]) if "error" in figures else abs(figures["service"]["p50"])


def told(name: str, figures: Figures) -> str:
    if "error" in figures:
        return (
            f"{name:32} P99 {figures['p99_s']:.3f} s   analytic {figures['analytic_s']:.3f} s   {figures['error']:+.1%}"
        )
    parts = [
        f"{key} " + " ".join(f"{error:+7.1%}" for error in figures[key].values())
        for key in ("service", "response")
        if key in figures
    ]
    return f"{name:32} {'   '.join(parts)}   cpu {figures['cpu']:.0%}"


def candidates(everything: bool) -> dict[str, Callable[[int], Figures]]:
    """Name → a measurement with a seed."""
    found: dict[str, Callable[[int], Figures]] = {}
    for rate in RATES:
        for family in OURS:
            found[f"{family} {rate}/s"] = partial(ours, family, rate)
        for client, pacing in STOCK if everything else STOCK[:1]:
            found[f"{client} {pacing} {rate}/s"] = partial(stock, client, pacing, rate)
    found["stall"] = stall
    return found


def main(rounds: int, everything: bool, as_json: bool) -> int:
    made: dict[str, list[Figures]] = {}
    for number in range(1, MOST_ROUNDS + 1):
        for name, measure in candidates(everything).items():
            so_far = made.setdefault(name, [])
            if number <= rounds or not holds(median(so_far)):
                so_far.append(measure(number))
                print(told(name, so_far[-1]), file=sys.stderr, flush=True)
    medians = {name: median(each) for name, each in made.items()}
    missed = [name for name, figures in medians.items() if not holds(figures)]
    if as_json:
        quietest = {name: min(each, key=noise) for name, each in made.items()}
        print(json.dumps({"medians": medians, "quietest": quietest, "rounds": {n: len(e) for n, e in made.items()}}))
    else:
        print("\n".join(told(name, figures) for name, figures in medians.items()))
    print("missed:", ", ".join(missed) or "nothing", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="HttpUser and constant_throughput, too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sys.exit(main(arguments.rounds, arguments.all, arguments.json))
