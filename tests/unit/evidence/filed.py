"""A package as it is filed: two signatures, a timestamp, and what its receiver knows from elsewhere."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from harness.evidence import container, examining, keys, timestamping
from harness.evidence.container import Member
from harness.evidence.examining import Demands
from harness.evidence.timestamps import read_root
from tests.unit.evidence.authority import Authority
from tests.unit.evidence.tiny_runs import nobody, packed


@dataclass(frozen=True)
class Filed:
    """A package with two signatures and a timestamp, and what its receiver knows from elsewhere."""

    path: Path
    members: dict[str, bytes]
    demands: Demands


def filed_package(run: Path, folder: Path) -> Filed:
    signing = {"评估": keys.generate(keys.ED25519), "hospital": keys.generate(keys.SM2)}
    path = packed(run, out=folder / "p.zip", signing=signing, request_to=folder / "q")
    authority = Authority(folder / "tsa")
    timestamping.add(path, authority.answer(folder / "q", folder / "r"), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    demands = Demands(keys=[key.public for key in signing.values()], roots=read_root(authority.root))
    return Filed(path=path, members=members, demands=demands)


def wrong(package: Path, demands: Demands, into: Path) -> list[str]:
    """What is wrong with a package before anything is recomputed."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    return examining.examine(package, into, demands, nobody).wrong


def rewritten(members: dict[str, bytes], path: Path) -> Path:
    """A package as somebody would write it who knows how containers are sealed."""
    out = io.BytesIO()
    container.write(out, [Member(name=n, content=c) for n, c in members.items()], lambda _: None)
    path.write_bytes(out.getvalue())
    return path
