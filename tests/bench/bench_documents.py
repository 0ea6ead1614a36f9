"""Every document that is filed: time, peak memory, size of the pages. `python -m tests.bench.bench_documents [RUN_DIR]`

Targets (issue 8): of the demo run under 20 s, beside what recomputing its result takes; of a run with 1 000
transactions, 50 000 findings and 10 million samples under 60 s and 1 GB; an HTML page at most 5 MB. With a run folder,
the first is measured on a copy of it. Without, the second: its result is made up (what 10 million samples leave behind
does not depend on their number; reading them is `bench_samples`). Each measurement is a process of its own, imports and
peak memory included.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRANSACTIONS, FINDINGS = 1_000, 50_000
RECOMPUTING = "recomputing (not counted)"
SECONDS, DEMO_SECONDS, MEGABYTES, PAGE_BYTES = 60.0, 20.0, 1000.0, 5_000_000


def made_up(folder: Path) -> None:
    """In its own process: a result of that size, gathered and written."""
    sys.path.insert(0, str(ROOT))
    from harness.filing.gather import Filed, gather
    from harness.settings_report import Particulars
    from reports import resultfile, write_all
    from reports.filed import Wanted, write_documents
    from tests.golden import fake_result
    from tests.unit.filing.samples import CLAUSES

    result, series = fake_result.wide(transactions=TRANSACTIONS, findings=FINDINGS)
    findings = tuple(replace(f, step=f"{f.step}_{n}") for n, f in enumerate(result.findings))
    result = replace(result, findings=findings)
    began, steps = time.perf_counter(), {}
    write_all(folder, result, series)
    steps["result.json, report.html, junit.xml"] = time.perf_counter() - began
    dossier = gather(
        Filed(
            run_dir=folder, result=result, series=series, clauses=CLAUSES, particulars=Particulars(),
            result_bytes=resultfile.dump(result),
        )
    )  # fmt: skip
    steps["cases, problems, evidence"] = time.perf_counter() - began - sum(steps.values())
    write_documents(folder, dossier, Wanted())
    steps["documents"] = time.perf_counter() - began - sum(steps.values())
    _said(steps, folder)


def of_a_run(folder: Path) -> None:
    """In its own process: the whole command on a run folder; what recomputing takes is measured beside it."""
    sys.path.insert(0, str(ROOT))
    from harness.assess import assess
    from harness.cli.report import Filing, filed

    began = time.perf_counter()
    assess(folder)
    recomputing = time.perf_counter() - began
    filed(folder, Filing())
    whole = time.perf_counter() - began - recomputing
    _said({RECOMPUTING: recomputing, "every document, sealed": whole - recomputing}, folder)


def _said(steps: dict[str, float], folder: Path) -> None:
    pages = max(path.stat().st_size for path in (folder / "documents").glob("*.html"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": steps, "page": pages, "peak": peak}))


def measured(what: str, folder: Path) -> dict[str, float | dict[str, float]]:
    command = [sys.executable, "-m", "tests.bench.bench_documents", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    given = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "run"
        if given is None:
            folder.mkdir()
        else:
            shutil.copytree(given, folder)
        found = measured("made_up" if given is None else "of_a_run", folder)
    steps = found["steps"]
    assert isinstance(steps, dict)
    limit = SECONDS if given is None else DEMO_SECONDS
    for name, seconds in steps.items():
        print(f"{name}: {seconds:.1f} s")
    took = sum(seconds for name, seconds in steps.items() if name != RECOMPUTING)
    page, peak = float(str(found["page"])), float(str(found["peak"]))
    fine = took < limit and page <= PAGE_BYTES and peak < MEGABYTES
    print(f"all: {took:.1f} s (limit {limit:g}), largest page {page / 1e6:.1f} MB (limit {PAGE_BYTES / 1e6:g}), "
          f"peak {peak:.0f} MB (limit {MEGABYTES:g}): {'holds' if fine else 'MISSED'}")  # fmt: skip
    return 0 if fine else 1


if __name__ == "__main__":
    if sys.argv[1:2] in (["made_up"], ["of_a_run"]):
        globals()[sys.argv[1]](Path(sys.argv[2]))
    else:
        raise SystemExit(main())
