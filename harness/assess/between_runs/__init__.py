"""Two runs of one plan held against each other, recomputed from their folders: `compare_runs(a, b)`."""

from harness.assess.between_runs.whole import compare_runs

__all__ = ["compare_runs"]
