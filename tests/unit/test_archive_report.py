"""What is made of a walk's result: bounds of a sample, masked values, the page and the list of everything."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from scipy.stats import binom

from harness.archive_result import AttributeDifference, Held, ObjectDifference, StudyLine, WalkSettings
from harness.compare.archives import conclude, listed
from harness.compare.shares import share_at_most
from harness.execute.archive_masking import shown
from reports import archives

SIDE = {"title": "<b>PACS</b>", "url": "dicom://127.0.0.1:104"}


@pytest.mark.parametrize(("found", "n"), [(0, 1), (0, 60), (0, 100_000), (1, 40), (17, 300), (299, 300)])
def test_the_bound_is_the_exact_binomial_one(found: int, n: int) -> None:
    bound = share_at_most(found, n, 0.95)
    assert bound is not None
    assert binom.cdf(found, n, bound) == pytest.approx(0.05, rel=1e-6)


def test_the_bound_at_the_ends() -> None:
    assert share_at_most(0, 300, 0.95) == pytest.approx(3 / 300, rel=0.01), "the rule of three"
    assert share_at_most(5, 5, 0.95) == 1.0
    assert share_at_most(0, 0, 0.95) is None


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("PatientName", "Wang^王小明", "Xxxx^某某某"),
        ("RequestAttributesSequence[1].RequestingPhysician", "李四", "某某"),
        ("PatientID", "ZY00123", "XX99999"),
        ("(0009,1001)[ACME]", "王?", "某?"),
        ("Rows", 512, "512"),
        ("SliceThickness", None, ""),
        ("PixelData", b"\x01\xff", "01ff"),
    ],
)
def test_what_names_a_person_is_written_as_a_pattern(column: str, value: object, text: str) -> None:
    assert shown(column, value) == text


def test_page_and_list_bear_hostile_values(tmp_path: Path) -> None:
    changed = AttributeDifference(column="StudyDescription", original="=cmd()", migrated="<script>\u202e\r\n")
    line = StudyLine(
        study="2.25.1",
        date="20200101",
        modalities=("CT",),
        original=Held(series=1, instances=1),
        migrated=Held(series=1, instances=1),
        chosen=True,
        different=(ObjectDifference(instance="2.25.1.1", columns=(changed,)),),
    )
    result = conclude(WalkSettings(interface="pacs_archive", original=SIDE, migrated=SIDE), [line])
    archives.write_all(tmp_path, result, listed([line]))
    page = (tmp_path / archives.PAGE).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;PACS" in page
    with (tmp_path / archives.LIST).open(encoding="utf-8-sig", newline="") as file:
        row = list(csv.reader(file))[1]
    assert row[5:] == ["StudyDescription", "'=cmd()", "<script>‹U+202E› ", ""]
