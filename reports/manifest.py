"""The manifest of a run folder: every file with its size, SHA-256 and SM3, so that any later change is found and named.

`seal` writes `manifest.json`, `check` compares the folder with it. The manifest is one canonical text and carries a
digest over its own entries, so a changed byte of the manifest is found as well. It proves that nothing changed since
sealing, not who sealed it: whoever rewrites files *and* manifest is caught only by the digest kept elsewhere (`seal`
returns it). SM3 comes from an open-source library, not from a certified module. Not here: recomputing verdicts.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes

from harness.errors import Fault, RecordingBroken
from reports.files import write_whole

NAME = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20
_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # SM3("abc"), GB/T 32905-2016 annex A.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sealed file; `path` is relative to the run folder, with forward slashes."""

    path: str
    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One file that is not as it was sealed. `kind`: changed · missing · extra · special · manifest."""

    path: str
    kind: str
    what: str  # one Chinese sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What `seal` did; `sm3` is the digest over all entries, worth keeping outside the folder."""

    path: Path
    files: int
    bytes: int
    sha256: str
    sm3: str


def seal(run_dir: Path) -> Seal:
    """Hash every file of the folder except the manifest itself and write the manifest."""
    found = dict(_walk(run_dir))
    odd = sorted(path for path, regular in found.items() if not regular)
    if odd:
        raise RecordingBroken(
            f"{run_dir / odd[0]} 不是普通文件（符号链接、管道或设备），不能封存。",
            hint="请移走它，或换成文件本身，再重新封存。",
        )
    entries = _hash_all(run_dir, sorted(found))
    content = _canonical(entries)
    path = write_whole(run_dir / NAME, content)
    sha256, sm3 = _digest_of(entries)
    return Seal(path=path, files=len(entries), bytes=sum(e.bytes for e in entries), sha256=sha256, sm3=sm3)


def check(run_dir: Path) -> list[Mismatch]:
    """Everything that is not as sealed, sorted by path; empty when the folder is untouched.

    A damaged manifest is reported alone: nothing else can be judged by it.
    """
    try:
        content = (run_dir / NAME).read_bytes()
    except FileNotFoundError:
        return [Mismatch(path=NAME, kind="manifest", what="清单不存在，无法核对。")]
    sealed = _parse(content)
    if sealed is None:
        return [Mismatch(path=NAME, kind="manifest", what="清单本身已被改动，其余文件无法据此核对。")]
    found = dict(_walk(run_dir))
    wrong = [
        Mismatch(path=path, kind="special", what="不是普通文件（符号链接、管道或设备）。")
        for path, regular in found.items()
        if not regular
    ]
    regular = {path for path, is_regular in found.items() if is_regular}
    wrong += [Mismatch(path=p, kind="missing", what="清单中有，目录中没有。") for p in sealed.keys() - found.keys()]
    wrong += [Mismatch(path=p, kind="extra", what="目录中有，清单中没有。") for p in regular - sealed.keys()]
    for now in _hash_all(run_dir, sorted(regular & sealed.keys())):
        was = sealed[now.path]
        if now.bytes != was.bytes:
            wrong.append(Mismatch(path=now.path, kind="changed", what=f"大小由 {was.bytes} 变为 {now.bytes} 字节。"))
        elif now != was:
            wrong.append(Mismatch(path=now.path, kind="changed", what="大小未变，内容已被改动（散列值不一致）。"))
    return sorted(wrong, key=lambda m: m.path)


def read(run_dir: Path) -> list[Entry]:
    """The entries of an intact manifest, for whoever lists the folder's contents."""
    try:
        sealed = _parse((run_dir / NAME).read_bytes())
    except FileNotFoundError:
        sealed = None
    if sealed is None:
        raise RecordingBroken(f"{run_dir / NAME} 不存在或已被改动。", hint="请用 xinheng verify 核对，或重新封存。")
    return list(sealed.values())


# --------------------------------------------------------------------------- the text


def _canonical(entries: list[Entry]) -> bytes:
    sha256, sm3 = _digest_of(entries)
    whole = {"format": FORMAT, "entries": [asdict(e) for e in entries], "digest": {"sha256": sha256, "sm3": sm3}}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def _digest_of(entries: list[Entry]) -> tuple[str, str]:
    lines = "".join(f"{e.sha256} {e.sm3} {e.bytes} {e.path}\n" for e in entries).encode("utf-8")
    return hashlib.sha256(lines).hexdigest(), _sm3_of(lines)


def _parse(content: bytes) -> dict[str, Entry] | None:
    """The entries by path, or None for anything but the exact bytes that `seal` would write for them."""
    try:
        whole: Any = json.loads(content)
        entries = [Entry(**entry) for entry in whole["entries"]]
        paths = [entry.path for entry in entries]
        if paths != sorted(set(paths)) or _canonical(entries) != content:
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return {entry.path: entry for entry in entries}


# --------------------------------------------------------------------------- the folder


def _walk(run_dir: Path) -> Iterator[tuple[str, bool]]:
    """(relative path, is a regular file) of everything below the folder but its own manifest; no link is followed."""
    if not run_dir.is_dir():
        raise RecordingBroken(f"{run_dir} 不是目录。", hint="请给出运行目录的路径，例如 out/demo。")
    pending = [run_dir]
    while pending:
        with os.scandir(pending.pop()) as inside:
            for item in inside:
                path = Path(item.path).relative_to(run_dir).as_posix()
                if item.is_dir(follow_symlinks=False):
                    pending.append(Path(item.path))
                elif path != NAME:
                    yield _printable(run_dir, path), item.is_file(follow_symlinks=False)


def _printable(run_dir: Path, path: str) -> str:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise RecordingBroken(f"{run_dir} 中的文件名 {path!r} 不是 UTF-8。", hint="请改名或移走它。") from None
    return path


# --------------------------------------------------------------------------- the digests


def _hash_all(run_dir: Path, paths: list[str]) -> list[Entry]:
    """Files in parallel, and within a big file the two digests in parallel: both libraries release the GIL."""
    sm3_is_right()
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers, "hash") as over_files, ThreadPoolExecutor(workers, "sm3") as over_chunks:
        return list(over_files.map(lambda path: _hash(run_dir, path, over_chunks), paths))


def _hash(run_dir: Path, path: str, helpers: ThreadPoolExecutor) -> Entry:
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    pending: Future[None] | None = None
    # O_NOFOLLOW: a link put in place after the walk is not followed out of the folder.
    with os.fdopen(os.open(run_dir / path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise RecordingBroken(f"{run_dir / path} 不是普通文件。", hint="请移走它再核对。")
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if pending is not None:
                pending.result()
                pending = None
            if len(chunk) == _CHUNK:
                pending = helpers.submit(sm3.update, chunk)
            else:
                sm3.update(chunk)
            sha256.update(chunk)
        if pending is not None:
            pending.result()
    return Entry(path=path, bytes=size, sha256=sha256.hexdigest(), sm3=sm3.finalize().hex())


def _sm3_of(content: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


@functools.cache
def sm3_is_right() -> None:
    """The standard's own example, once per process: a wrong digest would be worse than none."""
    if _sm3_of(b"abc") != _ABC:
        raise Fault(
            "本机密码库算出的 SM3 与国家标准的示例不符，拒绝封存或核对。", hint="请更换 cryptography 或 OpenSSL 版本。"
        )
