"""What all imports share: names for messages, what is told to the user, one last look for identities.

Not here: any format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scenarios.folder.described import InterfaceTable, MessageTable, PackFile
from scenarios.folder.writing import Draft
from scenarios.importing.identities import Identities

LONGEST_NAME = 40
MOST_VARIANTS = 200  # files of one message; more of the same add little and take long to look through


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an import made of its source."""

    interfaces: tuple[InterfaceTable, ...]
    messages: tuple[MessageTable, ...]
    files: Mapping[str, str | bytes]
    addresses: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what was left out, and why


def draft(name: str, title: str, found: Found, who: Identities) -> Draft:
    """The pack of an import. By now all names are known: they are looked for in every text once more."""
    described = PackFile(name=name, title=title, interface=found.interfaces, message=found.messages)
    files = {
        file: who.everywhere(content) if isinstance(content, str) else content for file, content in found.files.items()
    }
    return Draft(described=described, files=files, addresses=found.addresses)


def unique(wanted: str, taken: Sequence[str]) -> str:
    """A name for a message, made of what it is called elsewhere."""
    bare = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wanted).lower()).strip("_")
    bare = bare if bare[:1].isalpha() else f"m_{bare}".rstrip("_")
    bare = bare[: LONGEST_NAME - 4].rstrip("_")
    numbered = (f"{bare}_{number}" for number in range(2, len(taken) + 3))
    return bare if bare not in taken else next(each for each in numbered if each not in taken)


def variants(name: str, texts: Sequence[str], suffix: str) -> tuple[str, dict[str, str]]:
    """(what `file` says, the files): one file, or a folder of those that differ."""
    different = list(dict.fromkeys(texts))[:MOST_VARIANTS]
    if len(different) == 1:
        return f"messages/{name}.{suffix}", {f"messages/{name}.{suffix}": different[0]}
    wide = len(str(len(different)))
    files = {f"messages/{name}/{n:0{wide}d}.{suffix}": text for n, text in enumerate(different, 1)}
    return f"messages/{name}", files
