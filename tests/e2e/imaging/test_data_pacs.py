"""`xinheng data --pacs` between two real archives: what differs is named, and a walk that was killed is finished."""

from __future__ import annotations

import contextlib
import csv
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.imaging import DicomObject
from harness.model import ReplyKind
from tests.e2e.imaging.orthancs import ARCHIVE, NEEDED, WEB, Orthanc
from tests.e2e.running import xinheng
from tests.unit.synthetic_archive import CT, LITTLE, dataset, object_uid, study_uid

pytestmark = [pytest.mark.e2e, *NEEDED]

STUDIES, IMAGES = 12, 3
DATES = ("--from", "2033-01-01", "--to", "2033-01-31")  # nobody else's studies in these archives


def image(study: int, n: int, name: str) -> DicomObject:
    return DicomObject(
        sop_class=CT,
        sop_instance=object_uid(study, n),
        transfer_syntax=LITTLE,
        dataset=dataset(study, n, date=f"203301{study + 1:02d}", name=name),
    )


@pytest.fixture(scope="module")
def stacks_file(
    on_postgresql: Orthanc, on_mariadb: Orthanc, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Both archives filled; the second lacks a study and an image, and one image of it names another patient."""
    with contextlib.closing(on_postgresql.archive()) as original, contextlib.closing(on_mariadb.archive()) as migrated:
        for study in range(STUDIES):
            for n in range(IMAGES):
                assert original.store(image(study, n, "XH^张三")).kind is ReplyKind.OK
                if study != 4 and (study, n) != (5, 1):
                    name = "XH^李四" if (study, n) == (6, 2) else "XH^张三"
                    assert migrated.store(image(study, n, name)).kind is ReplyKind.OK
        file = tmp_path_factory.mktemp("walk") / "stacks.toml"
        file.write_text(written(on_postgresql, on_mariadb), encoding="utf-8")
        yield file
        for study in range(STUDIES):
            for archive in (original, migrated) if study != 4 else (original,):
                archive.remove(study_uid(study))


def written(original: Orthanc, migrated: Orthanc) -> str:
    stacks = ""
    for role, side in (("original", original), ("migrated", migrated)):
        stacks += f'[stacks.{role}]\ntitle = "{role} PACS"\nproduction = {str(role == "original").lower()}\n'
        for name in (ARCHIVE, WEB):
            endpoint = side.endpoints[name]
            stacks += f'[stacks.{role}.endpoints.{name}]\nkind = "{endpoint.kind}"\nurl = "{endpoint.url}"\n'
            stacks += f'called = "{endpoint.called}"\n' if endpoint.kind == "dicom" else ""
    return stacks


def finished(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    process = xinheng("data", "--pacs", *arguments, cwd=cwd)
    out, told = process.communicate(timeout=60)
    return process.returncode, out, told


@pytest.mark.parametrize("interface", [ARCHIVE, WEB])
def test_differences_are_named_over_either_protocol(stacks_file: Path, tmp_path: Path, interface: str) -> None:
    code, out, told = finished(
        "--stacks",
        str(stacks_file),
        "--interface",
        interface,
        "--full",
        "--json",
        "--out",
        "walk",
        *DATES,
        cwd=tmp_path,
    )
    assert code == 1, told
    assert "生产环境" in told
    result = json.loads(out)
    found = {(c["state"], c["what"]): c["count"] for c in result["classes"]}
    assert found == {("missing", "检查"): 1, ("missing", "影像"): 1, ("different", "PatientName"): 1}
    assert result["total"]["objects"] == {
        "equal": 3 * STUDIES - 5, "equal_by_rule": 0, "different": 1, "missing": 4, "extra": 0, "error": 0,
        "counted": 0,
    }  # fmt: skip
    with (tmp_path / "walk/differences.csv").open(encoding="utf-8-sig", newline="") as listed:
        rows = list(csv.reader(listed))[1:]
    assert [row[3:5] for row in rows] == [
        [study_uid(4), ""],
        [study_uid(5), object_uid(5, 1)],
        [study_uid(6), object_uid(6, 2)],
    ]
    page = (tmp_path / "walk/archives.html").read_text(encoding="utf-8")
    assert study_uid(4) in page
    assert "李四" not in page


def test_a_killed_walk_is_finished_with_the_same_result(stacks_file: Path, tmp_path: Path) -> None:
    asked = ("--stacks", str(stacks_file), "--full", *DATES)
    code, whole, _ = finished(*asked, "--out", "whole", "--json", cwd=tmp_path)
    assert code == 1
    lines = tmp_path / "walk/walk.jsonl"
    for number, before in ((signal.SIGKILL, 3), (signal.SIGINT, 6)):
        go_on = ("--resume", "walk") if lines.exists() else ("--out", "walk")
        slow = xinheng("data", "--pacs", *asked, *go_on, "--limit-rate", "12", "--workers", "1", cwd=tmp_path)
        deadline = time.monotonic() + 30
        while not lines.exists() or lines.read_bytes().count(b'{"s":') < before:
            assert slow.poll() is None, slow.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        slow.send_signal(number)
        _, told = slow.communicate(timeout=30)
    assert slow.returncode == 4
    assert "--resume walk" in told
    assert 6 <= lines.read_bytes().count(b'{"s":') < STUDIES

    code, _, told = finished("--stacks", str(stacks_file), "--counts", "--resume", "walk", cwd=tmp_path)
    assert (code, "别的设置" in told) == (3, True)
    code, again, told = finished(*asked, "--resume", "walk", "--json", cwd=tmp_path)
    assert code == 1, told
    assert json.loads(again) == json.loads(whole)
    assert lines.read_bytes() == (tmp_path / "whole/walk.jsonl").read_bytes()
    code, _, told = finished(*asked, "--out", "walk", cwd=tmp_path)
    assert (code, "--resume" in told) == (3, True)
