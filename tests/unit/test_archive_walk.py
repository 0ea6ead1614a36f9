"""Walking through two archives: every planted defect, result limits, continuing, and memory that does not grow."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.archive_result import ArchiveResult, Depth, State, WalkSettings
from harness.compare.archives import conclude, listed
from harness.errors import BadInput, Interrupted, StackUnreachable
from harness.execute import archive_walk
from harness.execute.archive_log import LINES, Log, begin, lines, settings_of
from harness.execute.archive_pace import Pace
from harness.execute.archive_walk import Walk, chosen, walk
from harness.result import Judgement
from tests.unit.synthetic_archive import Contents, Declining, SyntheticArchive, object_uid, study_uid

SIDE = {"title": "合成", "url": "dicom://127.0.0.1:104"}
TODAY = dt.date(2020, 12, 31)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_walk, "PAUSES_S", (0.0, 0.0))


def settings(**more: Any) -> WalkSettings:
    return WalkSettings(**{"interface": "pacs_archive", "original": SIDE, "migrated": SIDE, "depth": Depth.FULL} | more)


def compared(
    folder: Path,
    original: Contents,
    migrated: Contents,
    *,
    archive: Callable[[Contents], SyntheticArchive] = SyntheticArchive,
    workers: int = 3,
    **asked: Any,
) -> ArchiveResult:
    wanted = settings(**asked)
    if not (folder / LINES).exists():
        begin(folder, wanted)
    with Log(folder) as log:
        job = Walk(
            settings=wanted,
            open_original=lambda: archive(original),
            open_migrated=lambda: archive(migrated),
            log=log,
            pace=Pace(),
            workers=workers,
            today=TODAY,
        )
        for _ in walk(job):
            pass
    return conclude(wanted, lines(folder))


def balanced(result: ArchiveResult) -> bool:
    """Every study and object of either side stands in the ledger once."""
    held, objects = result.total.held, result.total.objects
    return held[1] + objects[State.EXTRA] == held[3] + objects[State.MISSING] == sum(objects.values())


def test_equal_archives_are_equal(tmp_path: Path) -> None:
    held = Contents(studies=100, images=4)
    result = compared(tmp_path / "walk", held, held.but())
    assert result.judgement is Judgement.PASS
    assert (result.total.studies[State.EQUAL], result.total.objects[State.EQUAL]) == (100, 400)
    assert not result.classes
    assert balanced(result)


def test_every_planted_defect_is_found_with_its_kind(tmp_path: Path) -> None:
    held = Contents(studies=100, images=4)
    migrated = held.but(
        without=frozenset({7}),
        lacking={8: frozenset({1, 2})},
        added={9: 1},
        named={(10, 3): "XH^??"},
        redrawn=frozenset({(11, 0)}),
        dated={12: "20201111"},
        hidden=frozenset({(13, 2)}),
    )
    result = compared(tmp_path / "walk", held.but(without=frozenset({14})), migrated)
    assert result.judgement is Judgement.FAIL
    found = {(c.state, c.what): c.count for c in result.classes}
    assert found == {
        (State.MISSING, "检查"): 1,
        (State.MISSING, "影像"): 2,
        (State.EXTRA, "检查"): 1,
        (State.EXTRA, "影像"): 1,
        (State.DIFFERENT, "PatientName"): 1,
        (State.DIFFERENT, "PixelData"): 1,
        (State.DIFFERENT, "StudyDate"): 1,
        (State.DIFFERENT, "取回"): 1,
    }
    assert result.total.studies == {
        State.EQUAL: 92, State.BY_RULE: 0, State.DIFFERENT: 6, State.MISSING: 1, State.EXTRA: 1, State.ERROR: 0,
        State.COUNTED: 0,
    }  # fmt: skip
    assert balanced(result)
    (name,) = [c.examples[0] for c in result.classes if c.what == "PatientName"]
    assert (name.study, name.instance) == (study_uid(10), object_uid(10, 3))
    assert (name.original, name.migrated) == ("XX^某某", "XX^??"), "a person's name is written as a pattern"
    assert len(list(listed(lines(tmp_path / "walk")))) == sum(found.values())


def test_counts_alone_fetch_nothing_and_name_what_is_lacking(tmp_path: Path) -> None:
    held = Contents(studies=60, images=3)
    migrated = held.but(lacking={5: frozenset({2})}, redrawn=frozenset({(6, 0)}))
    result = compared(tmp_path / "walk", held, migrated, depth=Depth.COUNTS)
    assert [(c.state, c.examples[0].instance) for c in result.classes] == [(State.MISSING, object_uid(5, 2))]
    assert migrated.asked == [study_uid(5)]
    assert not migrated.fetched
    assert compared(tmp_path / "same", held, held.but(), depth=Depth.COUNTS).judgement is Judgement.PASS


def test_numbers_that_an_archive_does_not_tell_are_counted(tmp_path: Path) -> None:
    held = Contents(studies=20, images=3)
    migrated = held.but(lacking={5: frozenset({2})}, tells=False)
    result = compared(tmp_path / "walk", held, migrated, depth=Depth.COUNTS)
    assert result.total.objects[State.MISSING] == 1
    assert len(migrated.asked) == 20


def test_a_sample_is_the_same_each_time_and_says_what_it_can(tmp_path: Path) -> None:
    held = Contents(studies=400, images=2)
    result = compared(tmp_path / "walk", held, migrated := held.but(), depth=Depth.SAMPLE, share=0.1)
    wanted = settings(depth=Depth.SAMPLE, share=0.1)
    drawn = [study_uid(n) for n in range(400) if chosen(wanted, study_uid(n))]
    assert 20 < len(drawn) < 60
    assert sorted(migrated.fetched) == drawn
    assert result.sampling.compared == len(drawn)
    assert result.sampling.share_at_most == pytest.approx(1 - 0.05 ** (1 / len(drawn)))
    assert result.total.objects[State.COUNTED] == 2 * (400 - len(drawn))
    nobody = compared(tmp_path / "none", held, held.but(), depth=Depth.SAMPLE, share=1e-9)
    assert nobody.judgement is Judgement.INCONCLUSIVE


@pytest.mark.parametrize("days", [7, 1])
def test_a_limit_that_an_archive_keeps_to_itself_hides_nothing(tmp_path: Path, days: int) -> None:
    held = Contents(studies=1000, images=1, per_day=100 // days)
    result = compared(tmp_path / "walk", held.but(limit=100), held.but(limit=100, without=frozenset({555})))
    assert result.total.studies[State.MISSING] == 1
    assert sum(result.total.studies.values()) == 1000
    assert any("100" in note for note in result.notes)
    assert result.unasked, "the list of all is cut short as well"
    full_days = [line for line in result.unasked if "上限" in line and not line.startswith("没有检查日期")]
    assert bool(full_days) == (days == 1), "a day that is as long as the limit may have more"


def test_an_archive_that_declines_is_asked_for_less(tmp_path: Path) -> None:
    held = Contents(studies=200, images=1)
    result = compared(
        tmp_path / "walk", held, held.but(without=frozenset({3})), archive=Declining, first="20200101", last="20200131"
    )
    assert (result.total.studies[State.EQUAL], result.total.studies[State.MISSING]) == (199, 1)
    assert not result.unasked


def test_studies_without_a_date_are_found_unless_dates_are_given(tmp_path: Path) -> None:
    held = Contents(studies=40, images=1, dated={3: "", 4: "19700101"})
    migrated = held.but(without=frozenset({3}))
    result = compared(tmp_path / "walk", held, migrated)
    assert sum(result.total.studies.values()) == 40
    assert result.total.studies[State.MISSING] == 1
    within = compared(tmp_path / "within", held, migrated, first="20200101", last="20201231")
    assert (sum(within.total.studies.values()), within.judgement) == (38, Judgement.PASS)


def test_a_study_that_breaks_the_connection_is_an_error_and_the_walk_goes_on(tmp_path: Path) -> None:
    held = Contents(studies=40, images=1)
    result = compared(tmp_path / "walk", held, held.but(failing=frozenset({3})))
    assert (result.total.studies[State.EQUAL], result.total.studies[State.ERROR]) == (39, 1)
    assert result.judgement is Judgement.INCONCLUSIVE
    assert balanced(result)


def test_an_archive_that_is_gone_ends_the_walk_which_goes_on_later(tmp_path: Path) -> None:
    held = Contents(studies=200, images=2)
    migrated = held.but(named={(150, 1): "XH^李四"})
    uninterrupted = compared(tmp_path / "whole", held, migrated)

    def die(study: str) -> None:
        if len(dying.asked) > 120:
            raise StackUnreachable("没有应答。")

    dying = migrated.but(before=die)
    with pytest.raises(StackUnreachable):
        compared(tmp_path / "walk", held, dying)
    with (tmp_path / "walk" / LINES).open("ab") as file:
        file.write(b'{"s":{"study":"half a li')
    finished = {line.study for line in lines(tmp_path / "walk") if hasattr(line, "study")}
    assert len(finished) > 50
    again = migrated.but()
    assert compared(tmp_path / "walk", held, again) == uninterrupted
    assert not finished & set(again.asked)
    assert (tmp_path / "walk" / LINES).read_bytes() == (tmp_path / "whole" / LINES).read_bytes()
    finished_walk = migrated.but()
    assert compared(tmp_path / "walk", held, finished_walk) == uninterrupted
    assert not finished_walk.asked


def test_a_folder_is_not_begun_twice(tmp_path: Path) -> None:
    begin(tmp_path / "walk", settings())
    assert settings_of(tmp_path / "walk") == settings()
    with pytest.raises(BadInput, match="已有"):
        begin(tmp_path / "walk", settings())
    with pytest.raises(BadInput, match="不是影像比对"):
        settings_of(tmp_path)


def test_the_pace_is_kept_and_can_be_stopped() -> None:
    pace = Pace(200.0)
    began = time.monotonic()
    assert len(list(pace.each(range(40)))) == 40
    assert 0.15 < time.monotonic() - began < 10.0  # 40 at 200 a second
    threading.Timer(0.05, pace.stop).start()
    with pytest.raises(Interrupted):
        list(pace.each(range(10_000)))


@pytest.mark.parametrize(
    ("studies", "images"), [(2_000, 10), pytest.param(10_000, 100, marks=[pytest.mark.long, pytest.mark.timeout(300)])]
)
def test_memory_does_not_grow_with_the_archive(tmp_path: Path, studies: int, images: int) -> None:
    """Up to a million images on either side."""
    held = Contents(studies=studies, images=images, per_day=200)
    migrated = held.but(
        without=frozenset({studies // 2}), lacking={studies // 3: frozenset({7})}, redrawn=frozenset({(0, 5)})
    )
    peaks = []
    for n, part in enumerate((studies // 2, studies)):
        own = [side.but(studies=part) for side in (held, migrated)]
        tracemalloc.start()
        began = time.perf_counter()
        result = compared(tmp_path / str(n), *own, depth=Depth.SAMPLE, share=0.01, workers=2)
        seconds = time.perf_counter() - began
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert balanced(result)
    told = {"images": studies * images, "seconds": round(seconds, 1), "peak_mb": [round(p / 1e6, 1) for p in peaks]}
    print(json.dumps(told))
    assert result.total.studies[State.MISSING] == 1
    assert result.total.objects[State.MISSING] == images + 1
    assert peaks[1] < 1.25 * peaks[0]
