"""Every document of a run of a million samples: time and peak memory of the reports' share, and the speed of sealing.

Target (issue 2): report from a finished run of a million samples under 10 s and 500 MB, reading and estimating
included; documents may take 6 s of CPU time and half the memory. The result is made up, but of the size such a run
leaves: cost grows with classes, levels and seconds, never with samples. Each measurement is a process of its own, so
that imports and peak memory are counted whole. Sealing is measured against the slower of its two digests alone, on
one core. Run: `python -m tests.bench.bench_report`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS, MEGABYTES, PAGE_BYTES = 6.0, 250.0, 3_000_000
TRANSACTIONS = 16  # as many as the HIS pack has
SIZE = 256 << 20  # bytes sealed
SEALING_AGAINST_ONE_DIGEST = 0.5  # of SM3 alone; above 1 where a second core is free


def documents(folder: Path) -> None:
    """In its own process: import, make, write."""
    sys.path.insert(0, str(ROOT))
    from reports import write_all
    from tests.golden import fake_result

    result, series = fake_result.wide(transactions=TRANSACTIONS)
    before = time.process_time()
    write_all(folder, result, series)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.process_time() - before, peak)


def sealing(folder: Path) -> None:
    """In its own process: SM3 over the bytes alone, then the whole seal and the whole check."""
    sys.path.insert(0, str(ROOT))
    from cryptography.hazmat.primitives import hashes

    from harness.evidence import sealing

    chunk = os.urandom(1 << 20)
    with (folder / "samples.parquet").open("wb") as out:
        for _ in range(SIZE // len(chunk)):
            out.write(chunk)
    digest = hashes.Hash(hashes.SM3())
    start = time.perf_counter()
    for _ in range(SIZE // len(chunk)):
        digest.update(chunk)
    alone = time.perf_counter() - start
    start = time.perf_counter()
    sealing.seal(folder)
    sealed = time.perf_counter() - start
    start = time.perf_counter()
    wrong = sealing.check(folder)
    assert wrong == []
    print(alone, sealed, time.perf_counter() - start)


def measured(what: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(Path(__file__).resolve()), what, folder]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        page = Path(folder, "report.html")
        size = page.stat().st_size if page.exists() else 0
    return [*map(float, run.stdout.split()), size]


def main() -> int:
    start = time.perf_counter()
    cpu, peak, size = measured("documents")
    wall = time.perf_counter() - start
    print(f"documents  {cpu:.1f} s CPU (limit {CPU_SECONDS})  {wall:.1f} s with imports")
    print(f"memory     {peak:.0f} MB at its peak (limit {MEGABYTES:.0f})")
    print(f"page       {size / 1e6:.2f} MB (limit {PAGE_BYTES / 1e6:.0f})")
    alone, sealed, checked, _ = measured("sealing")
    speed = SIZE / 1e6
    print(
        f"sealing    {speed / sealed:.0f} MB/s  checking {speed / checked:.0f} MB/s  SM3 alone {speed / alone:.0f} MB/s"
    )
    kept = cpu <= CPU_SECONDS and peak <= MEGABYTES and size <= PAGE_BYTES
    return 0 if kept and alone / sealed >= SEALING_AGAINST_ONE_DIGEST else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        {"documents": documents, "sealing": sealing}[sys.argv[1]](Path(sys.argv[2]))
    else:
        sys.exit(main())
