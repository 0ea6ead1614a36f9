"""`package.json`: what a package holds, and which versions made it. No clock: the same inputs give the same text.

Not here: the files themselves (`manifest`), results.
"""

from __future__ import annotations

import json
import platform
import re
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import msgspec

NAME = "package.json"
FORMAT = 1
RUNS = "runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """The chain of a run's event log; no lines where there is no log."""

    lines: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRun:
    """One run folder inside the package."""

    folder: str
    run_id: str
    created: str
    files: int
    bytes: int
    sha256: str  # of its manifest's entries
    sm3: str
    data: str  # synthetic · none found · allowed
    events: Events


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Whose signature belongs to this package: one that is missing is found."""

    file: str
    algorithm: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The whole of `package.json`."""

    format: int = FORMAT
    made_by: dict[str, str]
    libraries: dict[str, str]
    runs: tuple[PackedRun, ...]
    personal_data: str  # why personal data may be in here; empty: none may
    not_looked_into: tuple[str, ...]  # endings of files that no scan can read
    signers: tuple[Signer, ...] = ()
    timestamp_requested: bool = False


def dump(description: Description) -> bytes:
    return json.dumps(asdict(description), ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def load(content: bytes) -> Description | None:
    """None where this is no description in a format that we know."""
    try:
        found: Any = json.loads(content)
        return msgspec.convert(found, Description) if found["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def format_of(content: bytes) -> Any:
    """The format number that a description claims, whatever else is in it."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found.get("format") if isinstance(found, dict) else None


def libraries() -> dict[str, str]:
    """Every installed Python package with its version."""
    named = ((d.metadata["Name"], d.version) for d in metadata.distributions())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in sorted(named, key=str) if name}


def made_by() -> dict[str, str]:
    return {"xinheng": our_version(), "python": platform.python_version()}


def our_version() -> str:
    try:
        return metadata.version("xinheng")
    except metadata.PackageNotFoundError:
        return "未安装"
