"""Ten million samples: sealing them and `xinheng report` on them, time and peak memory of processes of their own.

Targets: the report in under 20 s and 700 MB; sealing in flat memory; a generator that does not grow with its samples.
The run folder has the blocks of the acceptance plan (three levels, eight blocks each) with HIS's transactions of two to
eight steps; the times are made up (lognormal, a heavy tail, slow seconds), the files are sealed by the real sealing.
Nothing else is in the folder: no functional pass, no readings; their cost does not grow with samples.
Run: `python -m tests.bench.bench_samples [millions]`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness.model import Role, SqlEndpoint, Stack
from harness.recording import Recording, write_json
from harness.runfile import describe, write_run
from harness.samples import BATCH, SAMPLE, SEALED, appended_by
from harness.settings import load_plan
from harness.settings_load import SIDES
from scenarios import pack as pack_of

MILLIONS = 10.0
MOST_SECONDS, MOST_MEGABYTES = 20.0, 700.0
MOST_SEALING_MEGABYTES = 400.0  # of one block, whatever its size
GENERATED, MOST_BYTES_PER_SAMPLE = 200_000, 4.0  # transactions of five steps; what a generator may grow by
NS = 1_000_000_000
MEAN_STEPS = 5
PROCESSES = 2
STEPS = [f"statement_{n}" for n in range(40)] + ["commit", "rollback"]
ERRORS = ["", "unique", "deadlock"]
MEASURED = """
import json, sys, time
{what}
status = dict(line.split(":", 1) for line in open("/proc/self/status"))  # ru_maxrss would begin with our own
print(json.dumps({{"cpu_s": time.process_time(), "megabytes": int(status["VmHWM"].split()[0]) / 1024}}))
"""
SEAL = "from pathlib import Path; from harness.samples import seal_samples; seal_samples(Path(sys.argv[1]))"
REPORT = """
from harness.cli import main
sys.stdout, out = sys.stderr, sys.stdout
code = main(["report", sys.argv[1]])
sys.stdout = out
assert code in (0, 1, 2), code
"""


def block_samples(rng: np.random.Generator, *, n: int, users: int, seconds: float, kinds: int) -> Any:
    """About `n` transactions of one process, in the order in which they end."""
    steps = rng.integers(2, 2 * MEAN_STEPS - 1, n)
    due = np.sort(rng.integers(0, int(seconds * NS), n))
    slow = np.exp(rng.normal(0, 0.15, int(seconds) + 1))[due // NS]
    took = np.exp(rng.normal(np.log(1.5e6), 0.6, steps.sum())) * np.repeat(slow, steps)
    took[rng.random(len(took)) < 0.002] *= 20
    last = np.cumsum(steps) - 1
    first = last - steps + 1
    rows = np.zeros(len(took), dtype=SAMPLE)
    waits = rng.integers(15_000, 60_000, len(took))
    waits[first] = rng.integers(20_000, 400_000, n)
    grown = np.cumsum(took.astype(np.int64) + waits)
    before = grown[first] - took[first].astype(np.int64) - waits[first]
    rows["answered"] = np.repeat(due - before, steps) + grown
    rows["sent"] = rows["answered"] - took.astype(np.int64)
    rows["due"] = rows["sent"] - waits
    rows["item"] = np.repeat(np.arange(n), steps)
    rows["user"] = np.repeat(rng.integers(0, users, n) * PROCESSES, steps)
    transaction = rng.integers(0, kinds, n)
    rows["transaction"] = np.repeat(transaction, steps)
    rows["step"] = (rows["transaction"] + np.arange(len(rows)) - np.repeat(first, steps)) % (len(STEPS) - 2)
    refused = rng.random(n) < 0.01
    rows["step"][last] = np.where(refused, STEPS.index("rollback"), STEPS.index("commit"))
    rows["reply"][last] = refused
    order = np.argsort(rows["answered"][last], kind="stable")
    picked = np.repeat(first[order] - np.cumsum(steps[order]) + steps[order], steps[order]) + np.arange(len(rows))
    return rows[picked]


def write(run_dir: Path, millions: float) -> list[Path]:
    """The folder of a run that is not sealed yet; its block folders."""
    plan = load_plan("acceptance")
    pack = pack_of("his")
    stacks = {
        role: Stack(role=role, title=role.value, sql=SqlEndpoint(url="postgresql://x@127.0.0.1/x")) for role in Role
    }
    run = describe(plan=plan, stacks=stacks, packs=[pack], packs_digest="")
    write_run(run_dir, {**run, "parts": ["load"]})
    names = [t.name for t in pack.transactions]
    rates = sum(level.rate_per_s for level in plan.load.levels) * len(plan.load.order)
    folders: list[Path] = []
    for level in plan.load.levels:
        for letter in plan.load.order:
            position, stack = len(folders) + 1, SIDES[letter].value
            recording = Recording(run_dir / "recordings/his/load" / f"{position:02d}-{stack}")
            recording.begin()
            n = round(millions * 1e6 / MEAN_STEPS * level.rate_per_s / rates / PROCESSES)
            for process in range(PROCESSES):
                rng = np.random.default_rng([position, process])
                rows = block_samples(rng, n=n, users=level.users, seconds=plan.load.seconds, kinds=len(names))
                rows["user"] += process
                rows.tofile(appended_by(recording.folder, process))
            write_json(recording.folder / "invariants.json", [])
            start = int(run["epoch"]["mono_ns"]) + position * int((plan.load.seconds + 10) * NS)
            recording.seal(
                {
                    "kind": level.kind, "pack": "his", "stack": stack, "level": level.name, "position": position,
                    "users": level.users, "seconds": plan.load.seconds, "warmup_s": plan.load.warmup_seconds,
                    "planned": n * PROCESSES, "rate_per_s": level.rate_per_s, "epoch_mono_ns": start,
                    "start_mono_ns": start, "end_mono_ns": start + int(plan.load.seconds * NS), "transactions": names,
                    "steps": STEPS, "errors": ERRORS, "generator": {"cpu": 0.3}, "self_test": {"ok": True},
                }
            )  # fmt: skip
            folders.append(recording.folder)
    return folders


def measured(what: str, folder: Path) -> dict[str, float]:
    """{seconds, cpu_s, megabytes} of a process of its own, imports included."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(what=what), str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "seconds": time.monotonic() - began}


def main() -> int:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else MILLIONS
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as scratch:
        folders = write(Path(scratch) / "run", millions)
        appended = sum(path.stat().st_size for folder in folders for path in folder.glob("samples-*.bin"))
        largest = max(folders, key=lambda folder: appended_by(folder, 0).stat().st_size)
        sealing = [(folder, measured(SEAL, folder)) for folder in folders]
        sealed = sum((folder / SEALED).stat().st_size for folder in folders)
        report = measured(REPORT, Path(scratch) / "run")
    crowd = [sys.executable, "-m", "tests.bench.synthetic_crowd", str(GENERATED)]
    grown = json.loads(subprocess.run(crowd, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    samples = appended / SAMPLE.itemsize
    one = next(figures for folder, figures in sealing if folder == largest)
    print(f"samples   {samples / 1e6:.2f} million in {len(folders)} blocks, batches of {BATCH / 1e6:.2f} million")
    print(f"sealed    {sealed / samples:.1f} bytes a sample, {appended / samples:.0f} while the block ran")
    print(
        f"sealing   {one['seconds']:.1f} s and {one['megabytes']:.0f} MB for the largest block"
        f" (limit {MOST_SEALING_MEGABYTES:.0f} MB), {sum(f['seconds'] for _, f in sealing):.1f} s for all"
    )
    print(
        f"report    {report['seconds']:.1f} s (limit {MOST_SECONDS:.0f}), {report['cpu_s']:.1f} s CPU,"
        f" {report['megabytes']:.0f} MB at its peak (limit {MOST_MEGABYTES:.0f})"
    )
    print(
        f"generator {grown['bytes_per_sample']:.2f} bytes more a sample (limit {MOST_BYTES_PER_SAMPLE:g}),"
        f" {grown['megabytes']:.0f} MB after {grown['samples'] / 1e6:.1f} million, synthetic driver"
    )
    kept = report["seconds"] < MOST_SECONDS and report["megabytes"] < MOST_MEGABYTES
    flat = one["megabytes"] < MOST_SEALING_MEGABYTES and grown["bytes_per_sample"] < MOST_BYTES_PER_SAMPLE
    return 0 if kept and flat else 1


if __name__ == "__main__":
    sys.exit(main())
