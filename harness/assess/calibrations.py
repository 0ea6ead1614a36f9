"""What the calibrations of a run found out, read from its folder. Not here: making them (`execute/calibration.py`)."""

from __future__ import annotations

from pathlib import Path

from harness.load_result import Calibration
from harness.recording import read_json


def calibrations(run_dir: Path) -> tuple[Calibration, ...]:
    """By pack and level; of several attempts at one load the last stands last."""
    return tuple(
        Calibration(**told)
        for path in sorted(run_dir.glob("recordings/*/calibration/*.json"))
        for told in read_json(path)
    )
