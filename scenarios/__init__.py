"""Finds a scenario pack by name: `pack("his")`. A pack is imported when it is first asked for.

Adding a pack is one folder and one line in `PACKS`.
"""

from __future__ import annotations

import difflib
import importlib.util
from pathlib import Path

from harness.errors import BadInput
from harness.model import Pack

PACKS: dict[str, str] = {
    "his": "scenarios.his.pack",
    "lis": "scenarios.lis.pack",
}


def names() -> tuple[str, ...]:
    """Names of the packs that exist."""
    return tuple(PACKS)


def pack(name: str) -> Pack:
    """The pack of that name; the nearest one is named when there is none."""
    path = PACKS.get(name)
    if path is None:
        near = difflib.get_close_matches(name.lower(), PACKS, n=1, cutoff=0.4)
        told = f"是否想写“{near[0]}”？" if near else ""
        raise BadInput(f"没有名为“{name}”的场景包。", hint=f"{told}现有：{'、'.join(PACKS)}。")
    found: Pack = importlib.import_module(path).PACK
    return found


def locustfile(name: str) -> Path:
    """Where the pack's locustfile lies."""
    found = importlib.util.find_spec(PACKS[name].rpartition(".")[0])
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name("locustfile.py")
