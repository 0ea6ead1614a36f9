"""The lines of a walk through two archives → where every study and object ended, and what that says of the migration.

One pass, memory independent of the number of lines. Not here: reading archives (`execute/archive_walk.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.archive_result import (
    ArchiveResult,
    DifferenceClass,
    Occurrence,
    Sampling,
    State,
    StudyLine,
    Tally,
    WalkSettings,
    WindowLine,
)
from harness.compare.shares import share_at_most
from harness.compare.verdict_of_archives import concluded

EXAMPLES = 10
STUDY, OBJECT = "检查", "影像"
SIDES = {"original": "原系统", "migrated": "迁移后系统"}
_NUMBERS = re.compile(r"\[\d+\]")


def conclude(
    settings: WalkSettings, lines: Iterable[StudyLine | WindowLine], *, examples: int = EXAMPLES
) -> ArchiveResult:
    """What a finished walk came to."""
    sums = _Sums(examples)
    windows: list[WindowLine] = []
    for line in _once(lines):
        if isinstance(line, WindowLine):
            if line.trouble or any(line.full) or any(line.limits) or line.twice:
                windows.append(line)
        else:
            sums.add(line)
    unasked, notes = _unasked(windows)
    sampling = Sampling(
        population=sums.both,
        compared=sums.compared,
        different=sums.differing,
        objects=sums.fetched,
        share_at_most=share_at_most(sums.differing, sums.compared, 0.95),
    )
    judgement, reason = concluded(settings.depth, sums.total, sampling, unasked)
    return ArchiveResult(
        settings=settings,
        judgement=judgement,
        reason=reason,
        total=sums.total,
        years=tuple(sums.years[key] for key in sorted(sums.years)),
        modalities=tuple(sums.modalities[key] for key in sorted(sums.modalities)),
        classes=tuple(sorted(sums.classes.values(), key=lambda c: (list(State).index(c.state), -c.count, c.what))),
        sampling=sampling,
        unasked=tuple(unasked),
        notes=tuple(notes),
    )


def state_of(line: StudyLine) -> State:
    """Where a study ended: the worst that was found of it."""
    if line.trouble:
        return State.ERROR
    if line.migrated is None:
        return State.MISSING
    if line.original is None:
        return State.EXTRA
    if line.unlisted or line.listed or line.missing or line.extra or line.different:
        return State.DIFFERENT
    if line.errors:
        return State.ERROR
    if not line.chosen:
        return State.COUNTED
    return State.BY_RULE if line.recoded else State.EQUAL


def objects_of(line: StudyLine) -> dict[State, int]:
    """Where the objects of a study ended; a study that an archive lacks takes all of its objects along."""
    own = (line.original.instances if line.original else None) or 0
    others = (line.migrated.instances if line.migrated else None) or 0
    if line.trouble:
        return {State.ERROR: max(own, others)}
    if line.migrated is None or line.original is None:
        return {State.MISSING: own, State.EXTRA: others}
    ended = {
        State.EQUAL: line.equal,
        State.BY_RULE: line.recoded,
        State.DIFFERENT: len(line.different),
        State.MISSING: len(line.missing),
        State.EXTRA: len(line.extra),
        State.ERROR: len(line.errors),
    }
    return ended | {State.COUNTED: own + len(line.extra) - sum(ended.values())}


def occurrences(line: StudyLine) -> Iterator[Occurrence]:
    """Everything that is to be listed of a study."""
    state = state_of(line)

    def one(state: State, **more: str) -> Occurrence:
        return Occurrence(
            state=state, date=line.date, modalities="/".join(line.modalities) or "–", study=line.study, **more
        )

    if state in (State.MISSING, State.EXTRA):
        held = [
            f"{side.instances if side.instances is not None else '?'} 幅" if side else ""
            for side in (line.original, line.migrated)
        ]
        yield one(state, original=held[0], migrated=held[1])
    if line.trouble:
        yield one(State.ERROR, original=line.trouble)
        return
    if line.unlisted:
        said = ["列在此日期下", "有此检查，但不列在此日期下"]
        original, migrated = said if line.unlisted == "migrated" else said[::-1]
        yield one(State.DIFFERENT, column="StudyDate", original=original, migrated=migrated)
    for each in line.listed:
        yield one(State.DIFFERENT, column=each.column, original=each.original, migrated=each.migrated)
    for uid in line.missing:
        yield one(State.MISSING, instance=uid)
    for uid in line.extra:
        yield one(State.EXTRA, instance=uid)
    for changed in line.different:
        for each in changed.columns:
            yield one(
                State.DIFFERENT, instance=changed.instance,
                column=each.column, original=each.original, migrated=each.migrated,
            )  # fmt: skip
    for failed in line.errors:
        yield one(State.ERROR, instance=failed.instance, original=failed.why)


def listed(lines: Iterable[StudyLine | WindowLine]) -> Iterator[Occurrence]:
    """Everything that is to be listed of a walk."""
    for line in _once(lines):
        if isinstance(line, StudyLine):
            yield from occurrences(line)


def _once(lines: Iterable[StudyLine | WindowLine]) -> Iterator[StudyLine | WindowLine]:
    """A study that is not listed under the date of the other archive comes again under its own: left out then."""
    known: set[str] = set()
    for line in lines:
        if isinstance(line, StudyLine) and line.unlisted:
            if line.study in known:
                continue
            known.add(line.study)
        yield line


class _Sums:
    """Everything that is counted in one pass."""

    def __init__(self, examples: int) -> None:
        self.total = Tally(name="合计")
        self.years: dict[str, Tally] = {}
        self.modalities: dict[str, Tally] = {}
        self.classes: dict[tuple[State, str], DifferenceClass] = {}
        self.both = self.compared = self.differing = self.fetched = 0
        self._examples = examples

    def add(self, line: StudyLine) -> None:
        state, objects = state_of(line), objects_of(line)
        year = line.date[:4] if line.date[:4].isdecimal() else "无日期"
        kinds = "/".join(line.modalities) or "未注明"
        for tally in (
            self.total,
            self.years.setdefault(year, Tally(name=year)),
            self.modalities.setdefault(kinds, Tally(name=kinds)),
        ):
            _count(tally, line, state, objects)
        if line.original is not None and line.migrated is not None:
            self.both += 1
        if line.chosen and not line.trouble:
            self.compared += 1
            self.differing += bool(line.different)
            self.fetched += line.equal + line.recoded + len(line.different)
        seen: set[tuple[State, str]] = set()
        for each in occurrences(line):
            self._class(each, seen)

    def _class(self, each: Occurrence, seen: set[tuple[State, str]]) -> None:
        what = _NUMBERS.sub("[*]", each.column) or (OBJECT if each.instance else STUDY)
        key = (each.state, what)
        found = self.classes.setdefault(key, DifferenceClass(state=each.state, what=what))
        found.count += 1
        found.studies += key not in seen
        seen.add(key)
        if len(found.examples) < self._examples:
            found.examples.append(each)


def _count(tally: Tally, line: StudyLine, state: State, objects: dict[State, int]) -> None:
    tally.studies[state] += 1
    for ended, number in objects.items():
        tally.objects[ended] += number
    for place, held in ((0, line.original), (2, line.migrated)):
        if held is not None:
            tally.held[place] += 1
            tally.held[place + 1] += held.instances or 0


def _unasked(windows: list[WindowLine]) -> tuple[list[str], list[str]]:
    """What could not be asked for, and what a reader must know."""
    limits = [{n for line in windows for n in line.limits[side]} for side in (0, 1)]
    unasked, notes = [], []
    for line in windows:
        when = line.first if line.first == line.last else f"{line.first} 至 {line.last}"
        if line.trouble:
            unasked.append(f"{when or '没有检查日期的检查'}：{line.trouble}")
        for side, name in enumerate(SIDES.values()):
            if line.full[side] in limits[side]:
                unasked.append(f"{when}：{name}正好列出 {line.full[side]} 项，是它的结果上限，可能还有未列出的")
    for side, name in enumerate(SIDES.values()):
        if limits[side]:
            notes.append(
                f"{name}一次查询最多给出 {'、'.join(map(str, sorted(limits[side])))} 项，已改为更短的日期分段查询。"
            )
    if twice := sum(line.twice for line in windows):
        notes.append(f"同一日期段内有 {twice} 次重复列出的检查（同一 Study Instance UID），按一项计。")
    return unasked, notes
