"""Recompute a run's verdicts from its recordings and say where the filed result differs; needs only the folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.assess import assess
from harness.result import Result


def differences(run_dir: Path, filed: Result) -> list[str]:
    """One sentence per part of `filed` that the recordings do not yield; empty when all of it follows from them."""
    computed, _ = assess(run_dir)
    ours, theirs = asdict(computed), asdict(filed)
    found = []
    for verdict in computed.verdicts:
        stated = next((v for v in filed.verdicts if v.clause == verdict.clause), None)
        if stated is None or (stated.verdict, stated.reason) != (verdict.verdict, verdict.reason):
            found.append(
                f"result.json：{verdict.clause} 的判定写作“{stated.verdict if stated else '无'}”，"
                f"由记录重算为“{verdict.verdict}”"
            )
    found += [f"result.json：{part} 与重算的不一致" for part in ours if _plain(ours[part]) != _plain(theirs[part])]
    return found


def _plain(value: Any) -> Any:
    """Tuples and lists compare equal: one of the two went through JSON."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
