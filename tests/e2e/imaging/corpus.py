"""Every file that pydicom ships for its own tests, through two archives: in which state each of them ends.

Not here: who asks that the sum is right (`test_corpus.py`).
"""

from __future__ import annotations

import contextlib
import enum
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

from harness.content import dicom
from harness.errors import Fault, StackRefused
from harness.imaging import DicomObject
from harness.model import Reply, ReplyKind
from harness.ports import Archive

_DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR: an index of files, which no archive stores


class State(enum.StrEnum):
    """Where a file ends, exactly once."""

    EQUAL = "equal"
    BY_RULE = "equal by rule"
    DIFFERENT = "different"
    ERROR = "error"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One file."""

    file: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    file: str
    item: DicomObject
    seen: dicom.Described


Returned = Mapping[str, Sequence[DicomObject]]  # SOP Instance UID → what came back under it


def files() -> list[tuple[str, bytes]]:
    """Name and content of everything that lies in the installed package."""
    with resources.as_file(resources.files("pydicom.data")) as folder:
        found = sorted(path for name in ("test_files", "charset_files") for path in (folder / name).rglob("*"))
        return [(str(path.relative_to(folder)), path.read_bytes()) for path in found if _is_content(path)]


def _is_content(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".py", ".pyc"}


def walked(archives: tuple[Archive, Archive]) -> Iterator[Ended]:
    """Files under the same UID one after the other, everything else together."""
    rounds: dict[int, list[_Sent]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for name, content in files():
        prepared = _prepared(name, content)
        if isinstance(prepared, Ended):
            yield prepared
        else:
            rounds[seen[prepared.item.sop_instance]].append(prepared)
            seen[prepared.item.sop_instance] += 1
    for together in rounds.values():
        yield from _round(together, archives)


def _prepared(name: str, content: bytes) -> _Sent | Ended:
    try:
        item = dicom.from_part10(content)
    except dicom.Unreadable as reason:
        return Ended(file=name, state=State.NOT_RUN, why=str(reason))
    if item.sop_class == _DIRECTORY:
        return Ended(file=name, state=State.NOT_RUN, why="DICOMDIR")
    return _Sent(file=name, item=item, seen=dicom.read(item))


def _round(together: Sequence[_Sent], archives: tuple[Archive, Archive]) -> Iterator[Ended]:
    with ThreadPoolExecutor(len(archives)) as both:
        sides = list(both.map(partial(_there_and_back, together), archives))
    for n, sent in enumerate(together):
        yield _ended(sent, [replies[n] for replies, _ in sides], [returned for _, returned in sides])


def _there_and_back(together: Sequence[_Sent], archive: Archive) -> tuple[list[Reply], Returned]:
    """Through one archive, which is left as it was."""
    studies = sorted({each.seen.study for each in together if each.seen.study})
    replies = [_stored(archive, each.item) for each in together]
    returned = _returned(archive, studies)
    for study in studies:
        with contextlib.suppress(StackRefused):  # where everything in it was refused
            archive.remove(study)
    return replies, returned


def _stored(archive: Archive, item: DicomObject) -> Reply:
    try:
        return archive.store(item)
    except Fault as fault:
        return Reply(ReplyKind.FAILED, message=fault.message)


def _returned(archive: Archive, studies: Sequence[str]) -> Returned:
    found: dict[str, list[DicomObject]] = defaultdict(list)
    for study in studies:
        for item in archive.objects(study):
            found[item.sop_instance].append(item)
    return found


def _ended(sent: _Sent, replies: Sequence[Reply], returned: Sequence[Returned]) -> Ended:
    def end(state: State, why: str = "") -> Ended:
        return Ended(file=sent.file, state=state, why=why)

    told = [(reply.kind, reply.status, reply.message) for reply in replies]
    if told[0][:2] != told[1][:2]:
        return end(State.DIFFERENT, f"{told[0]} / {told[1]}")
    if replies[0].kind is not ReplyKind.OK:
        return end(State.ERROR, f"refused: {replies[0].status} {replies[0].message}")
    back = [each.get(sent.item.sop_instance, ()) for each in returned]
    counts = [len(each) for each in back]
    if counts != [1, 1]:
        return end(State.DIFFERENT if counts[0] != counts[1] else State.ERROR, f"handed out {counts} times")
    (a,), (b,) = back
    if differing := dicom.attribute_differences(a, b):
        return end(State.DIFFERENT, "; ".join(name for name, _, _ in differing))
    if trouble := dicom.read(b).trouble:
        return end(State.ERROR, f"unreadable: {trouble}")
    changed = dicom.attribute_differences(sent.item, b)
    if changed:
        return end(State.BY_RULE, "both changed " + "; ".join(name for name, _, _ in changed))
    if a.transfer_syntax != b.transfer_syntax or sent.item.transfer_syntax != b.transfer_syntax:
        return end(State.BY_RULE, f"re-encoded: {sent.item.transfer_syntax} → {b.transfer_syntax}")
    return end(State.EQUAL)
