"""The four words in which everything that is asked is answered."""

from __future__ import annotations

import enum


class Judgement(enum.StrEnum):
    """The four verdicts."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"
