"""`xinheng doctor --json`: a stable shape. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from harness.doctor.advice import Advice
from harness.doctor.advise import ready
from harness.doctor.examined import Examined, Here
from harness.result import Examination, StackFacts

_NOTHING = Examination(
    facts=StackFacts(title="", product="", product_id="", version="", banner=""),
    common={},
    round_trip_ms=0.0,
    clock_offset_s=None,
    privileges={},
)


def document(sides: Sequence[Examined], here: Here, advice: Sequence[Advice]) -> dict[str, Any]:
    """Every key is always there; where a side did not answer, `answers` is false and its texts are empty."""
    return {
        "stacks": {side.side: _stack(side) for side in sides},
        "here": asdict(here),
        "advice": [asdict(each) for each in advice],
        "ready": ready(advice),
    }


def _stack(side: Examined) -> dict[str, Any]:
    found = side.found or _NOTHING
    return {
        "stack": side.title,
        "url": side.url,
        "jdbc": side.jdbc,
        "production": side.production,
        "answers": side.found is not None,
        "problems": [asdict(problem) for problem in side.problems],
        "seconds": round(side.seconds, 3),
        **{name: value for name, value in asdict(found.facts).items() if name != "host"},  # that is in `machines`
        **{name: value for name, value in asdict(found).items() if name != "facts"},
        "machines": [asdict(machine) for machine in side.machines],
    }
