"""A made-up result of holding two image archives against each other: every state, every part of the page."""

from __future__ import annotations

from harness.archive_result import (
    ArchiveResult,
    Depth,
    DifferenceClass,
    Occurrence,
    Sampling,
    State,
    Tally,
    WalkSettings,
)
from harness.result import Judgement

_STUDY = "2.25.1001"


def result(depth: Depth = Depth.SAMPLE) -> ArchiveResult:
    return ArchiveResult(
        settings=WalkSettings(
            interface="pacs_archive",
            original={"title": "旧 PACS", "kind": "dicom", "url": "dicom://10.0.0.1:104", "called": "OLDPACS"},
            migrated={"title": "新 PACS", "kind": "dicomweb", "url": "http://10.0.0.2:8042/dicom-web"},
            depth=depth,
            first="20200101",
            last="20211231",
        ),
        judgement=Judgement.FAIL,
        reason="两侧影像不一致：内容不同 3 项检查、2 幅影像，迁移后缺少 0 项检查、40 幅影像。",
        total=_tally("合计", (1_900, 5, 3, 0, 1, 1, 38_090), (57_000, 150, 2, 40, 20, 3, 1_142_785)),
        years=(
            _tally("2020", (1_900, 5, 2, 0, 0, 1, 18_092), (57_000, 150, 2, 0, 0, 3, 542_845)),
            _tally("无日期", (0, 0, 1, 0, 1, 0, 19_998), (0, 0, 0, 40, 20, 0, 599_940)),
        ),
        modalities=(
            _tally("CT/SR", (1_900, 5, 3, 0, 0, 1, 38_090), (57_000, 150, 2, 40, 0, 3, 1_142_785)),
            _tally("未注明", (0, 0, 0, 0, 1, 0, 0), (0, 0, 0, 0, 20, 0, 0)),
        ),
        classes=_classes(),
        sampling=Sampling(population=39_999, compared=1_908, different=2, objects=57_152, share_at_most=0.003_296),
        unasked=("20200301：连接被拒绝",),
        notes=("原系统一次查询最多给出 500 项，已改为更短的日期分段查询。",),
    )


def _tally(name: str, studies: tuple[int, ...], objects: tuple[int, ...]) -> Tally:
    made = Tally(
        name=name, studies=dict(zip(State, studies, strict=True)), objects=dict(zip(State, objects, strict=True))
    )
    for place, lacked in ((0, State.EXTRA), (2, State.MISSING)):
        made.held[place] = sum(studies) - made.studies[lacked]
        made.held[place + 1] = sum(objects) - made.objects[lacked]
    return made


def _classes() -> tuple[DifferenceClass, ...]:
    said = (
        ("PatientName", 1, _one(State.DIFFERENT, ".1", "PatientName", "Xx^某某", "Xx^??")),
        ("StudyDescription", 1, _one(State.DIFFERENT, "", "StudyDescription", "胸部平扫 ", "")),
        ("影像", 40, _one(State.MISSING, ".2")),
        ("检查", 1, _one(State.EXTRA, "", "", "", "20 幅")),
        ("影像", 3, _one(State.ERROR, ".3", "", "两侧列出了它，取回时没有给出")),
    )
    return tuple(
        DifferenceClass(state=example.state, what=what, count=count, studies=1, examples=[example])
        for what, count, example in said
    )


def _one(state: State, instance: str = "", column: str = "", original: str = "", migrated: str = "") -> Occurrence:
    return Occurrence(
        state=state,
        date="" if state is State.EXTRA else "20200315",
        modalities="–" if state is State.EXTRA else "CT/SR",
        study=_STUDY,
        instance=f"{_STUDY}{instance}" if instance else "",
        column=column,
        original=original,
        migrated=migrated,
    )
