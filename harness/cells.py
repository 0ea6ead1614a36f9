"""Values ↔ JSON, one way for workloads and recordings, so that no type is lost on the way to a file.

A cell is None, a bool, an int, a str, or an object with one type mark:
{"n": "12.50"} Decimal · {"f": 1.5} float · {"d": "2026-03-02"} date · {"t": "2026-03-02T08:00:00"} datetime ·
{"c": "08:00:00"} time · {"i": 3600.0} interval in seconds · {"b": "00ff"} bytes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Cell = Any

_PLAIN = frozenset({type(None), bool, int, str})

_ENCODE: dict[type, Callable[[Any], Cell]] = {
    Decimal: lambda v: {"n": str(v)},
    float: lambda v: {"f": v if math.isfinite(v) else repr(v)},
    dt.date: lambda v: {"d": v.isoformat()},
    dt.datetime: lambda v: {"t": v.isoformat()},
    dt.time: lambda v: {"c": v.isoformat()},
    dt.timedelta: lambda v: {"i": v.total_seconds()},
    bytes: lambda v: {"b": v.hex()},
    bytearray: lambda v: {"b": bytes(v).hex()},
    memoryview: lambda v: {"b": bytes(v).hex()},
}

_DECODE: dict[str, Callable[[Any], Any]] = {
    "n": Decimal,
    "f": float,
    "d": dt.date.fromisoformat,
    "t": dt.datetime.fromisoformat,
    "c": dt.time.fromisoformat,
    "i": lambda v: dt.timedelta(seconds=v),
    "b": bytes.fromhex,
}


def encode(value: Any) -> Cell:
    """One Python value of a DB-API row or of transaction parameters as a JSON cell."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    known = _ENCODE.get(kind)
    if known is not None:
        return known(value)
    if isinstance(value, list | tuple):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        return {"m": {str(k): encode(v) for k, v in value.items()}}
    return str(value)


def decode(cell: Cell) -> Any:
    """The inverse of `encode`."""
    if isinstance(cell, dict):
        ((mark, content),) = cell.items()
        if mark == "m":
            return {k: decode(v) for k, v in content.items()}
        return _DECODE[mark](content)
    if isinstance(cell, list):
        return tuple(decode(v) for v in cell)
    return cell


def decode_map(cells: Mapping[str, Cell]) -> dict[str, Any]:
    """Parameters of a workload item."""
    return {name: decode(cell) for name, cell in cells.items()}
