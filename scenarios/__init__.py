"""Finds a scenario pack by name, `pack("his")`, or by its folder, `pack("packs/adt")`; imported when first asked for.

Adding a pack is one folder and one line in `PACKS`; one that is described by files needs neither.
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
    "emr": "scenarios.emr.pack",
    "pacs": "scenarios.pacs.pack",
    "journey": "scenarios.journey.pack",
}
# Started by the harness itself, never named by a user.
_OWN = {"calibration": "scenarios.calibration.pack"}


def names() -> tuple[str, ...]:
    """Names of the packs that exist."""
    return tuple(PACKS)


def pack(name: str) -> Pack:
    """The pack of that name or in that folder; the nearest name is told when there is none."""
    path = PACKS.get(name)
    if path is None and ("/" in name or Path(name).is_dir()):
        return _described(Path(name))
    if path is None:
        near = difflib.get_close_matches(name.lower(), PACKS, n=1, cutoff=0.4)
        told = f"是否想写“{near[0]}”？" if near else ""
        own = "由文件描述的场景包请写其文件夹的路径。"
        raise BadInput(f"没有名为“{name}”的场景包。", hint=f"{told}现有：{'、'.join(PACKS)}；{own}")
    found: Pack = importlib.import_module(path).PACK
    return found


def _described(folder: Path) -> Pack:
    from scenarios.folder.reading import read

    found = read(folder)
    if found.name in PACKS:
        raise BadInput(f"{folder} 中的场景包与自带的场景包 {found.name} 同名。", hint="请改 pack.toml 中的 name。")
    return found


def locustfile(name: str) -> Path:
    """Where the pack's locustfile lies; all packs that are described by files share one."""
    found = importlib.util.find_spec((PACKS | _OWN).get(name, "scenarios.folder.pack").rpartition(".")[0])
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name("locustfile.py")
