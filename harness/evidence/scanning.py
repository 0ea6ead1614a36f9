"""Whole folders looked through before they are sealed into a package: which file, which line, how often.

Files are read in pieces that overlap, so memory stays flat and nothing hides at a seam. Office documents are looked
into; numbers in columns (Parquet), images and PDF streams are not, and are named as not looked at.
Not here: what counts as a credential or as personal data (`scan`).
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness.evidence.scan import Hit, Kind, credentials, personal_data, spellings

_PIECE, _OVERLAP = 1 << 20, 4096
_OFFICE = frozenset({".docx", ".xlsx"})
OPAQUE = frozenset({".parquet", ".png", ".jpg", ".jpeg", ".pdf", ".gz", ".zip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was found in a file: the first line of it, and how often."""

    kind: Kind
    path: str
    line: int
    count: int

    def __str__(self) -> str:
        more = f"，共 {self.count} 处" if self.count > 1 else ""
        return f"{self.path} 第 {self.line} 行：{self.kind}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for: these values beside the shapes of credentials, and personal data or not."""

    secrets: tuple[bytes, ...] = ()
    personal: bool = True


def secret_names(stacks: Any) -> set[str]:
    """The environment variables that `run.json` names for passwords and tokens."""
    if isinstance(stacks, Mapping):
        here = {str(v) for k, v in stacks.items() if str(k).endswith("_env") and isinstance(v, str) and v}
        return here.union(*(secret_names(value) for value in stacks.values()))
    if isinstance(stacks, list):
        return set().union(*(secret_names(value) for value in stacks))
    return set()


def secret_values(names: Iterable[str], environ: Mapping[str, str]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(form for name in sorted(names) for form in spellings(environ.get(name, ""))))


def look_through(folder: Path, paths: Iterable[str], wanted: Wanted, passed: Callable[[int], None]) -> Iterator[Place]:
    """What stands in these files. `passed` hears of every piece that was read."""
    for path in paths:
        suffix = Path(path).suffix.lower()
        if suffix in OPAQUE:
            continue
        with (folder / path).open("rb") as source:
            yield from _in_office(path, source, wanted) if suffix in _OFFICE else _in_text(path, source, wanted, passed)


def _in_office(path: str, source: IO[bytes], wanted: Wanted) -> Iterator[Place]:
    try:
        with zipfile.ZipFile(source) as office:
            for name in office.namelist():
                if name.endswith((".xml", ".rels")):
                    with office.open(name) as part:
                        yield from _in_text(f"{path}（{name}）", part, wanted, lambda _: None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        source.seek(0)
        yield from _in_text(path, source, wanted, lambda _: None)


def _in_text(path: str, source: IO[bytes], wanted: Wanted, passed: Callable[[int], None]) -> Iterator[Place]:
    first: dict[Kind, int] = {}
    count: Counter[Kind] = Counter()
    quoted = Path(path).suffix.lower() in (".json", ".jsonl")
    for text, own, lines_before in _pieces(source):
        passed(own)
        for hit in _hits(text, wanted, quoted):
            if hit.at < own:
                count[hit.kind] += 1
                if hit.kind not in first:  # counting lines takes longer than finding
                    first[hit.kind] = lines_before + text.count(b"\n", 0, hit.at) + 1
    yield from (Place(kind=kind, path=path, line=line, count=count[kind]) for kind, line in first.items())


def _hits(text: bytes, wanted: Wanted, quoted: bool) -> Iterator[Hit]:
    yield from credentials(text, wanted.secrets)
    if wanted.personal:
        yield from personal_data(text, numbers_are_quoted=quoted)


def _pieces(source: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """(text, how much of its beginning is its own, lines before it): what follows is owned by the next."""
    lines, text = 0, source.read(_PIECE)
    while text:
        more = source.read(_PIECE)
        own = len(text) - _OVERLAP if more and len(text) > _OVERLAP else len(text)
        yield text, own, lines
        lines += text.count(b"\n", 0, own)
        text = text[own:] + more
