"""The studies of two archives, a stretch of study dates at a time, each short enough to be held in memory.

Archives limit the number of results, and not all of them say so. A stretch that either declines, that is too long, or
whose number looks like a limit is asked for again in halves; where the halves bring more, a limit is known.
Not here: what becomes of the studies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from harness.errors import StackRefused, StackUnreachable
from harness.imaging import StudyHeld
from harness.ports import Archive

MOST = 1000  # studies of one stretch
WIDEST = 366  # days
ROUND = 50  # result limits are round numbers

Couple = tuple[Archive, Archive]  # original, migrated
Couples = Callable[[bool], Couple]  # True: over new connections


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    studies: dict[str, StudyHeld]
    count: int
    declined: str = ""


Pair = tuple[_Listed, _Listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What both archives list for some dates. No dates: studies that no other window contains."""

    first: dt.date | None
    last: dt.date | None
    original: dict[str, StudyHeld]
    migrated: dict[str, StudyHeld]
    full: tuple[int, int] = (0, 0)
    twice: int = 0
    trouble: str = ""

    def doubtful(self, side: int) -> bool:
        """Whether this archive may have more than it lists."""
        return bool(self.full[side])


class Windows:
    """Goes through the dates of both archives; `couple` gives the connections to be used."""

    def __init__(self, couple: Couples, helper: Executor) -> None:
        self._couple = couple
        self._helper = helper
        self.days = 1
        self.limits: tuple[set[int], set[int]] = (set(), set())
        self._counted = [0, 0]

    def between(self, first: dt.date, last: dt.date) -> Iterator[Window]:
        """Every stretch from `first` to `last`, in order.

        Where it goes on follows from `first`, `days` and `limits` alone, so that a walk can be continued anywhere.
        """
        while first <= last:
            end = min(last, first + dt.timedelta(days=self.days - 1))
            mine, yours = found = self._listed(first, end)
            most = max(mine.count, yours.count)
            if end > first and (most > MOST or mine.declined or yours.declined or self._cut(first, end, found)):
                self.days = max(1, (end - first).days // 2)
                continue
            if most < MOST // 4:
                self.days = min(WIDEST, 2 * self.days)
            yield Window(
                first=first,
                last=end,
                original=mine.studies,
                migrated=yours.studies,
                full=self._full(found) if first == end else (0, 0),
                twice=sum(side.count - len(side.studies) for side in found),
                trouble="；".join(filter(None, (mine.declined, yours.declined))),
            )
            first = end + dt.timedelta(days=1)

    def rest(self, first: dt.date, last: dt.date) -> Window:
        """The studies outside these dates, and those without one, out of the list of all."""
        inside = (f"{first:%Y%m%d}", f"{last:%Y%m%d}")
        mine, yours = self._both(lambda archive: _outside(archive.studies(), *inside))
        trouble = "；".join(filter(None, (mine.declined, yours.declined)))
        short = [n for n, listed in enumerate((mine, yours)) if listed.count < self._counted[n] + len(listed.studies)]
        if short and not trouble:
            trouble = "不限日期的查询少于按日期查到的研究之和，档案系统限制了结果数量"
        return Window(first=None, last=None, original=mine.studies, migrated=yours.studies, trouble=trouble)

    def counted(self, original: int, migrated: int) -> None:
        """Studies of windows that are finished, also in an earlier process."""
        self._counted[0] += original
        self._counted[1] += migrated

    def _listed(self, first: dt.date, last: dt.date) -> Pair:
        keep = None if first == last else MOST
        return self._both(lambda archive: _read(archive.studies(first, last), keep=keep))

    def _full(self, found: Pair) -> tuple[int, int]:
        """The numbers that are a limit, or look like one."""
        mine, yours = (
            side.count if side.count in known or (side.count and side.count % ROUND == 0) else 0
            for side, known in zip(found, self.limits, strict=True)
        )
        return mine, yours

    def _cut(self, first: dt.date, last: dt.date, found: Pair) -> bool:
        """Whether an archive keeps some back; a number that only looks like a limit is held against its halves."""
        if not any(self._full(found)):
            return False
        if any(side.count in known for side, known in zip(found, self.limits, strict=True)):
            return True
        middle = first + (last - first) // 2
        halves = self._listed(first, middle), self._listed(middle + dt.timedelta(days=1), last)
        for n, known in enumerate(self.limits):
            if sum(half[n].count for half in halves) > found[n].count:
                known.add(found[n].count)
        return any(any(self._full(half)) for half in halves) or any(
            sum(half[n].count for half in halves) != found[n].count for n in (0, 1)
        )

    def _both(self, ask: Callable[[Archive], _Listed]) -> Pair:
        """Archives hang up on who has been silent for a while, so the first failure says little."""
        try:
            return self._once(ask, fresh=False)
        except StackUnreachable:
            return self._once(ask, fresh=True)

    def _once(self, ask: Callable[[Archive], _Listed], *, fresh: bool) -> Pair:
        mine, yours = self._couple(fresh)
        other = self._helper.submit(_asked, ask, yours)
        try:
            first = _asked(ask, mine)
        finally:
            other.exception()  # nobody may use the connection while it is being asked
        return first, other.result()


def _asked(ask: Callable[[Archive], _Listed], archive: Archive) -> _Listed:
    try:
        return ask(archive)
    except StackRefused as refused:
        return _Listed(studies={}, count=0, declined=refused.message)


def _read(found: Iterable[StudyHeld], *, keep: int | None) -> _Listed:
    """All that an archive lists; beyond `keep` they are only counted."""
    studies: dict[str, StudyHeld] = {}
    count = 0
    for held in found:
        count += 1
        if keep is None or count <= keep:
            studies[held.study] = held
    return _Listed(studies=studies, count=count)


def _outside(found: Iterable[StudyHeld], first: str, last: str) -> _Listed:
    """Those whose date lies outside; the number is that of all."""
    studies: dict[str, StudyHeld] = {}
    count = 0
    for held in found:
        count += 1
        if not first <= held.date <= last:
            studies[held.study] = held
    return _Listed(studies=studies, count=count)
