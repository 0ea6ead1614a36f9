"""What the archive does: store, find, retrieve, commit, remove. The DICOM and the DICOMweb door both come here.

Not here: what the index knows (`index.py`), queries (`query.py`), faults (`careless.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.errors import Fault
from harness.imaging import DicomObject
from scenarios.reference.archive import query
from scenarios.reference.archive.entry import KEYS, LEVELS, NOT_UNDERSTOOD, Entry, Model, Unfit, entry_of
from scenarios.reference.archive.files import Files
from scenarios.reference.archive.index import Index

SUCCESS, KEPT_THE_FIRST, FULL, NO_SUCH_OBJECT = 0x0000, 0xB006, 0xA700, 0x0112
BAD_IDENTIFIER = 0xA900
LEVEL = "00080052"
_TRANSACTION, _REFERENCED, _FAILED, _REASON = "00081195", "00081199", "00081198", "00081197"
_CLASS, _INSTANCE = "00081150", "00081155"


class Archive:
    """Objects in files, their index in the database."""

    def __init__(self, index: Index, files: Files, say: Callable[[str], None]) -> None:
        self.index = index
        self.files = files
        self.say = say

    def store(self, item: DicomObject, sender: str) -> int:
        """The status of the answer. `sender` tells one association from another."""
        try:
            entry = entry_of(item)
            known = self.index.known(entry.instance)
            if known is not None:
                return SUCCESS if known.sha256 == entry.sha256 else KEPT_THE_FIRST
            self.put(item, entry)
        except Unfit as unfit:
            return unfit.status
        except Fault as fault:
            self.say(f"影像没有存下：{fault}")
            return NOT_UNDERSTOOD
        return SUCCESS

    def put(self, item: DicomObject, entry: Entry) -> None:
        """The file first: what is listed can be had."""
        self.files.write(item)
        self.index.add(entry)

    def find(self, level: str, keys: Model) -> Sequence[Model]:
        """The matches, each with all attributes of its level and those above, and the counts that were asked for."""
        return list(query.found(self.index, level, keys))

    def wanted(self, identifier: Model) -> Sequence[tuple[str, str, str]] | None:
        """What a retrieval is for: SOP instances, their classes and transfer syntaxes. None where it does not say."""
        level = level_of(identifier)
        if not level or not identifier.get(KEYS[level], {}).get("Value"):
            return None
        return query.retrieved(self.index, level, identifier)

    def objects(self, instances: Sequence[str]) -> Iterator[DicomObject | None]:
        """One after another; None for one that cannot be had."""
        return map(self.files.read, instances)

    def commit(self, asked: Model) -> tuple[int, Model]:
        """Event type and attributes of the report (PS3.4 J.3.3)."""
        good: list[Model] = []
        bad: list[Model] = []
        for item in asked.get(_REFERENCED, {}).get("Value") or ():
            uid = str((item.get(_INSTANCE, {}).get("Value") or [""])[0])
            known = self.index.known(uid)
            wanted = str((item.get(_CLASS, {}).get("Value") or [""])[0])
            held = known is not None and known.sop_class == wanted and self.files.holds(uid)
            (good if held else bad).append(item)
        refused = [item | {_REASON: {"vr": "US", "Value": [NO_SUCH_OBJECT]}} for item in bad]
        told = {_TRANSACTION: asked.get(_TRANSACTION, {"vr": "UI"})}
        if good:
            told[_REFERENCED] = {"vr": "SQ", "Value": good}
        if refused:
            told[_FAILED] = {"vr": "SQ", "Value": refused}
        return (2 if refused else 1), told

    def remove(self, study: str) -> bool:
        """Whether there was such a study."""
        instances = [each.uid for each in self.index.instances(study)]
        there = self.index.remove(study)
        for each in instances:
            self.files.remove(each)
        return there

    def read_again(self) -> None:
        """List every file in an index that is empty."""
        for item in self.files.every():
            try:
                self.index.add(entry_of(item))
            except Unfit as unfit:
                self.say(f"影像文件无法重新编入索引：{item.sop_instance}（{unfit}）")


def level_of(identifier: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """The level that an identifier names; nothing where it names none or one that there is not."""
    values = identifier.get(LEVEL, {}).get("Value") or [""]
    level = str(values[0]).strip()
    return level if level in LEVELS else ""
