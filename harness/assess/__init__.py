"""A run folder → its result and its series, recomputed from files alone: `assess(run_dir)`."""

from harness.assess.run import assess

__all__ = ["assess"]
