"""Samples of two stacks → a ratio with its bounds and what they decide, or the statement that there is not enough.

The ratio of two percentiles (migrated ÷ original) is bounded by a block bootstrap (`bootstrap.py`, `ratios.py`); what
its bounds mean for pass and fail, and why, stands in `deciding.py`; how often one may look, in `looks.py`.
Pure; chance is seeded by names, so the same samples always give the same interval. Not here: verdicts on clauses.
"""

from harness.stats.bins import (
    BINS,
    LEAST_NS,
    MOST_NS,
    QUANTILES,
    SHARES,
    Floats,
    Ints,
    bin_of,
    distribution,
    lower_edge,
)
from harness.stats.bootstrap import DRAWS
from harness.stats.deciding import MOST_BLOCKS, blocks_needed, standing
from harness.stats.looks import nominal
from harness.stats.nouns import Answer, Answers, BlockSamples, Interval, NotEnough, Question, Sides, Unanswered
from harness.stats.ratios import percentile_ratios, throughput_ratio
from harness.stats.student import student

__all__ = [
    "BINS",
    "DRAWS",
    "LEAST_NS",
    "MOST_BLOCKS",
    "MOST_NS",
    "QUANTILES",
    "SHARES",
    "Answer",
    "Answers",
    "BlockSamples",
    "Floats",
    "Interval",
    "Ints",
    "NotEnough",
    "Question",
    "Sides",
    "Unanswered",
    "bin_of",
    "blocks_needed",
    "distribution",
    "lower_edge",
    "nominal",
    "percentile_ratios",
    "standing",
    "student",
    "throughput_ratio",
]
