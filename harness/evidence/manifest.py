"""A manifest as text: every file with its size, SHA-256 and SM3, and a digest over all of these lines.

It is one canonical text, so a changed byte of the manifest itself is found as well. It proves that nothing changed
since sealing, not who sealed it: whoever rewrites files *and* manifest is caught by a signature, by a timestamp, or by
the digest kept elsewhere. SM3 comes from an open-source library, not from a certified module. Pure; files and folders
are `sealing`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes

from harness.errors import Fault

NAME = "manifest.json"
FORMAT = 1
LARGEST = 1 << 28  # bytes that a manifest may have: a million files
_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # SM3("abc"), GB/T 32905-2016 annex A.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sealed file; `path` is relative to the sealed folder, with forward slashes."""

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

    def __str__(self) -> str:
        return f"{self.path}：{self.what}"


def canonical(entries: Sequence[Entry]) -> bytes:
    """The one text for these entries, which stand in the order of their paths."""
    sha256, sm3 = digest_of(entries)
    whole = {"format": FORMAT, "entries": [asdict(e) for e in entries], "digest": {"sha256": sha256, "sm3": sm3}}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def digest_of(entries: Iterable[Entry]) -> tuple[str, str]:
    """SHA-256 and SM3 over all entries: what is worth keeping elsewhere."""
    lines = "".join(f"{e.sha256} {e.sm3} {e.bytes} {e.path}\n" for e in entries).encode("utf-8")
    return hashlib.sha256(lines).hexdigest(), sm3_of(lines)


def parse(content: bytes) -> dict[str, Entry] | None:
    """The entries by path, or None for anything but the exact bytes that `canonical` gives for them."""
    try:
        whole: Any = json.loads(content)
        entries = [Entry(**entry) for entry in whole["entries"]]
        paths = [entry.path for entry in entries]
        if paths != sorted(set(paths)) or canonical(entries) != content:
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return {entry.path: entry for entry in entries}


def held_against(sealed: dict[str, Entry], found: dict[str, Entry]) -> list[Mismatch]:
    """What is there, against what was sealed: missing, extra and changed files."""
    wrong = [Mismatch(path=p, kind="missing", what="清单中有，实际没有。") for p in sealed.keys() - found.keys()]
    wrong += [Mismatch(path=p, kind="extra", what="清单中没有，实际却有。") for p in found.keys() - sealed.keys()]
    for path in sealed.keys() & found.keys():
        was, now = sealed[path], found[path]
        if now.bytes != was.bytes:
            wrong.append(Mismatch(path=path, kind="changed", what=f"大小由 {was.bytes} 变为 {now.bytes} 字节。"))
        elif now != was:
            wrong.append(Mismatch(path=path, kind="changed", what="大小未变，内容已被改动（散列值不一致）。"))
    return wrong


def digests_of(content: bytes) -> dict[str, Any]:
    """Everything that an entry says of its content."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "sm3": sm3_of(content)}


def sm3_of(content: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


@functools.cache
def sm3_is_right() -> None:
    """The standard's own example, once per process: a wrong digest would be worse than none."""
    if sm3_of(b"abc") != _ABC:
        raise Fault(
            "本机密码库算出的 SM3 与国家标准的示例不符，拒绝封存或核对。", hint="请更换 cryptography 或 OpenSSL 版本。"
        )
