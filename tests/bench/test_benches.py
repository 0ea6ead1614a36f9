"""Every `bench_*.py` of this folder, run as the program that it is; it fails where a speed limit is not kept.

The limits are ratios within one run, so that they hold on a slow or shared machine. `-s` shows the figures.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
BENCHES = sorted(FOLDER.glob("bench_*.py"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bench", BENCHES, ids=lambda path: path.stem)
def test_the_limit_is_kept(bench: Path) -> None:
    command = [sys.executable, "-m", f"tests.bench.{bench.stem}"]
    run = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False, timeout=580)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
