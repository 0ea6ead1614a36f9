"""A folder sealed with a manifest, and held against it again: `seal` writes it, `check` names what changed.

Files are read in parallel: both libraries of digests release the GIL. A piece is small enough that the second digest
finds it in the processor's cache, which is worth a fifth of the time.
Not here: the text of a manifest (`manifest`), recomputing verdicts (`harness.verify`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from harness.errors import BadInput, RecordingBroken
from harness.evidence.manifest import (
    NAME,
    Entry,
    Mismatch,
    canonical,
    digest_of,
    held_against,
    parse,
    sm3_is_right,
)
from harness.evidence.whole import whole

_PIECE = 128 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What `seal` did; `sm3` is the digest over all entries, worth keeping outside the folder."""

    path: Path
    files: int
    bytes: int
    sha256: str
    sm3: str


def seal(folder: Path, known: Sequence[Entry] = ()) -> Seal:
    """Hash every file of the folder except the manifest itself and write the manifest.

    `known`: entries of files that were hashed just now, by whoever holds the folder; they are not read again.
    """
    found = walk(folder)
    odd = sorted(path for path, regular in found.items() if not regular)
    if odd:
        raise RecordingBroken(
            f"{folder / odd[0]} 不是普通文件（符号链接、管道或设备），不能封存。",
            hint="请移走它，或换成文件本身，再重新封存。",
        )
    fresh = {entry.path: entry for entry in known if entry.path in found}
    fresh |= {entry.path: entry for entry in hash_all(folder, sorted(found.keys() - fresh.keys()))}
    entries = [fresh[path] for path in sorted(fresh)]
    with whole(folder / NAME) as out:
        out.write(canonical(entries))
    sha256, sm3 = digest_of(entries)
    return Seal(path=folder / NAME, files=len(entries), bytes=sum(e.bytes for e in entries), sha256=sha256, sm3=sm3)


def check(folder: Path) -> list[Mismatch]:
    """Everything that is not as sealed, sorted by path; empty when the folder is untouched.

    A damaged manifest is reported alone: nothing else can be judged by it.
    """
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return [Mismatch(path=NAME, kind="manifest", what="清单不存在，无法核对。")]
    sealed = parse(content)
    if sealed is None:
        return [Mismatch(path=NAME, kind="manifest", what="清单本身已被改动，其余文件无法据此核对。")]
    return check_against(folder, sealed)


def check_against(folder: Path, sealed: dict[str, Entry], outside: Sequence[str] = ()) -> list[Mismatch]:
    """The folder against these entries. `outside`: beginnings of paths that no manifest covers."""
    found = {path: regular for path, regular in walk(folder).items() if not path.startswith(tuple(outside))}
    special = {path for path, regular in found.items() if not regular}
    wrong = [Mismatch(path=path, kind="special", what="不是普通文件（符号链接、管道或设备）。") for path in special]
    expected = {path: entry for path, entry in sealed.items() if path not in special}
    extra = found.keys() - special - sealed.keys()  # named, not read: it may be of any size
    hashed = hash_all(folder, sorted(found.keys() - special - extra))
    now = {entry.path: entry for entry in hashed}
    now |= {path: Entry(path=path, bytes=0, sha256="", sm3="") for path in extra}
    return sorted([*wrong, *held_against(expected, now)], key=lambda m: m.path)


def read(folder: Path) -> list[Entry]:
    """The entries of an intact manifest, for whoever lists the folder's contents."""
    try:
        sealed = parse((folder / NAME).read_bytes())
    except FileNotFoundError:
        sealed = None
    if sealed is None:
        raise RecordingBroken(f"{folder / NAME} 不存在或已被改动。", hint="请用 xinheng verify 核对，或重新封存。")
    return list(sealed.values())


# --------------------------------------------------------------------------- the folder


def walk(folder: Path) -> dict[str, bool]:
    """Relative path → is a regular file, of everything below the folder but its own manifest; no link is followed."""
    if not folder.is_dir():
        raise BadInput(f"{folder} 不是目录。", hint="请给出运行目录的路径，例如 out/demo。")
    return dict(_below(folder))


def _below(folder: Path) -> Iterator[tuple[str, bool]]:
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as inside:
            for item in inside:
                path = Path(item.path).relative_to(folder).as_posix()
                if item.is_dir(follow_symlinks=False):
                    pending.append(Path(item.path))
                elif path != NAME:
                    yield _printable(folder, path), item.is_file(follow_symlinks=False)


def _printable(folder: Path, path: str) -> str:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise RecordingBroken(f"{folder} 中的文件名 {path!r} 不是 UTF-8。", hint="请改名或移走它。") from None
    return path


# --------------------------------------------------------------------------- the digests


def hash_all(folder: Path, paths: Sequence[str]) -> list[Entry]:
    """An entry for each of these files, in their order."""
    sm3_is_right()
    with ThreadPoolExecutor(os.cpu_count() or 1, "hash") as workers:
        return list(workers.map(lambda path: _hash(folder, path), paths))


def _hash(folder: Path, path: str) -> Entry:
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    # O_NOFOLLOW: a link put in place after the walk is not followed out of the folder.
    with os.fdopen(os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise RecordingBroken(f"{folder / path} 不是普通文件。", hint="请移走它再核对。")
        while piece := source.read(_PIECE):
            size += len(piece)
            sha256.update(piece)
            sm3.update(piece)
    return Entry(path=path, bytes=size, sha256=sha256.hexdigest(), sm3=sm3.finalize().hex())
