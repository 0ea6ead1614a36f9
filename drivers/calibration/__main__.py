"""`python -m drivers.calibration DIALECT MEDIAN_MS SIGMA SEED`: prints its port, answers until standard input ends.

On standard input: `freeze FROM_NS FOR_NS` (nothing is answered meanwhile), `records` (bytes in all, then three signed
64-bit numbers for each request answered since it was last asked: its number, received, answered).
"""

from __future__ import annotations

import gc
import sys

from drivers.calibration import DIALECTS
from drivers.calibration.server import Server


def main(dialect: str, median_ms: float, sigma: float, seed: int) -> None:
    gc.disable()
    Server(DIALECTS[dialect], median_ms=median_ms, sigma=sigma, seed=seed).serve()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
