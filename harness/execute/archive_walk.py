"""Two image archives held against each other, study by study, into a folder that can be continued after any end.

    walk.json      what was asked for
    walk.jsonl     a line per study and per finished stretch of dates, in the order of the walk

Lines are written in the order of the studies, whoever is done first, so that a walk that was killed and continued
leaves the same file as one that was not. Archives are read and never written to. Not here: what the lines come to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from harness.archive_result import Depth, Held, StudyLine, WalkSettings, WindowLine
from harness.errors import StackRefused, StackUnreachable
from harness.execute.archive_listing import Couple, Window, Windows
from harness.execute.archive_log import Log
from harness.execute.archive_pace import Pace
from harness.execute.archive_study import Asked, Sides, check
from harness.imaging import StudyHeld
from harness.ports import Archive

BEGINNING = dt.date(1990, 1, 1)  # of what is asked for by date; earlier studies are found like those without one
PAUSES_S = (0.5, 3.0)  # before a study is asked for again over a new connection
NOBODY = "2.25.0"  # a study that no archive has

Opener = Callable[[], Archive]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Everything a walk needs."""

    settings: WalkSettings
    open_original: Opener
    open_migrated: Opener
    log: Log
    pace: Pace
    workers: int = 2
    today: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a walk has come."""

    day: dt.date | None  # None: the studies without a date
    first: dt.date  # the dates that are walked through
    last: dt.date
    studies: int  # finished, earlier processes included
    objects: int  # listed or fetched by this process


def walk(job: Walk) -> Iterator[Step]:
    """Go through both archives from where the log ends. Raises StackUnreachable where one of them is gone."""
    first, last = _dates(job)
    with _Workers(job) as workers:
        windows = Windows(workers.couple, workers.helper)
        begin, done = first, job.log.studies
        for line in job.log.windows():
            windows.counted(line.original, line.migrated)
            windows.days = line.days
            for known, more in zip(windows.limits, line.limits, strict=True):
                known |= set(more)
            begin = _day(line.last) + dt.timedelta(days=1) if line.last else last + dt.timedelta(days=1)
        yield Step(day=begin, first=first, last=last, studies=done, objects=0)
        if job.log.finished:
            return
        for window in _all(windows, job, begin, last):
            for study in workers.checked(window, known=job.log.begun):
                job.log.study(study)
                done += 1
                yield Step(day=window.last, first=first, last=last, studies=done, objects=job.pace.count)
            job.log.window(_line(window, windows))
            windows.counted(len(window.original), len(window.migrated))
            yield Step(day=window.last, first=first, last=last, studies=done, objects=job.pace.count)
        if job.settings.first:
            job.log.window(WindowLine(first="", last=""))


def _all(windows: Windows, job: Walk, begin: dt.date, last: dt.date) -> Iterator[Window]:
    yield from windows.between(begin, last)
    if not job.settings.first:
        yield windows.rest(BEGINNING, last)


def _dates(job: Walk) -> tuple[dt.date, dt.date]:
    if job.settings.first:
        return _day(job.settings.first), _day(job.settings.last)
    return BEGINNING, job.today or dt.datetime.now().astimezone().date()


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone


def _line(window: Window, windows: Windows) -> WindowLine:
    return WindowLine(
        first=f"{window.first:%Y%m%d}" if window.first else "",
        last=f"{window.last:%Y%m%d}" if window.last else "",
        original=len(window.original),
        migrated=len(window.migrated),
        days=windows.days,
        limits=(tuple(sorted(windows.limits[0])), tuple(sorted(windows.limits[1]))),
        full=window.full,
        twice=window.twice,
        trouble=window.trouble,
    )


def chosen(settings: WalkSettings, study: str) -> bool:
    """Whether the images of a study are fetched: always the same ones for the same seed."""
    if settings.depth is not Depth.SAMPLE:
        return settings.depth is Depth.FULL
    digest = hashlib.sha256(f"{settings.seed}\0{study}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < settings.share * 2**64


class _Workers:
    """Threads that check studies, each over connections of its own."""

    def __init__(self, job: Walk) -> None:
        self._job = job
        self._free: queue.SimpleQueue[Sides] = queue.SimpleQueue()
        self._open: list[Sides] = []

    def __enter__(self) -> _Workers:
        with ExitStack() as opened:
            self._threads = ThreadPoolExecutor(self._job.workers)
            opened.callback(self._threads.shutdown, wait=False, cancel_futures=True)
            self.helper = ThreadPoolExecutor(self._job.workers)
            opened.callback(self.helper.shutdown, wait=False, cancel_futures=True)
            opened.callback(self._close)
            for _ in range(self._job.workers):
                self._free.put(self._connected())
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._job.pace.stop()
        self._opened.close()

    def couple(self, fresh: bool) -> Couple:
        """The connections for listing, while no study is being checked."""
        with self._borrowed() as place:
            if fresh:
                place[0] = self._again(place[0])
            return place[0].archives

    def checked(self, window: Window, *, known: frozenset[str]) -> Iterator[StudyLine]:
        """The studies of a window in the order of their UIDs, less those that are `known`."""
        names = sorted((window.original.keys() | window.migrated.keys()) - known)
        yield from self._threads.map(lambda study: self._check(self._asked(window, study)), names)

    def _asked(self, window: Window, study: str) -> Asked:
        return Asked(
            depth=self._job.settings.depth,
            chosen=chosen(self._job.settings, study),
            original=window.original.get(study),
            migrated=window.migrated.get(study),
            doubtful=(window.doubtful(0), window.doubtful(1)),
        )

    def _check(self, asked: Asked) -> StudyLine:
        with self._borrowed() as place:
            for pause in (*PAUSES_S, None):
                try:
                    return check(place[0], asked, self._job.pace)
                except StackRefused as refused:
                    return _failed(asked, refused.message)
                except StackUnreachable as gone:
                    if pause is None:
                        place[0] = self._again(place[0])
                        next(iter(place[0].archives[0].instances(NOBODY)), None)  # raises where nobody is there
                        next(iter(place[0].archives[1].instances(NOBODY)), None)
                        return _failed(asked, gone.message)
                    time.sleep(pause)
                    place[0] = self._again(place[0])
        raise AssertionError

    @contextmanager
    def _borrowed(self) -> Iterator[list[Sides]]:
        place = [self._free.get()]
        try:
            yield place
        finally:
            self._free.put(place[0])

    def _connected(self) -> Sides:
        original = self._job.open_original()
        try:
            sides = Sides(original, self._job.open_migrated(), self.helper)
        except (StackRefused, StackUnreachable):
            original.close()
            raise
        self._open.append(sides)
        return sides

    def _again(self, broken: Sides) -> Sides:
        sides = self._connected()
        self._open.remove(broken)
        broken.close()
        return sides

    def _close(self) -> None:
        for sides in self._open:
            sides.close()


def _failed(asked: Asked, why: str) -> StudyLine:
    listed: StudyHeld | None = asked.original or asked.migrated
    assert listed is not None
    held = [Held(series=x.series, instances=x.instances) if x else None for x in (asked.original, asked.migrated)]
    return StudyLine(
        study=listed.study, date=listed.date, modalities=tuple(sorted(listed.modalities)),
        original=held[0], migrated=held[1], trouble=why,
    )  # fmt: skip
