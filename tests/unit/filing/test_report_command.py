"""`xinheng report` on a small run folder: every document, twice the same bytes, sealed; bad input changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import main
from harness.evidence import sealing
from harness.settings_report import Particulars, load_particulars
from tests.unit.evidence.tiny_runs import sealed_run

TITLES = [f"{kind}测试报告" for kind in ("功能", "接口", "性能", "安全", "兼容性", "稳定性")] + [
    "评估验证报告",
    "测试计划",
]


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_run(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stated") / "report.toml"
    path.write_text('number = "PJ-2026-07"\nhospital = "某某医院"\ntested_by = ["张工"]\n', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def written(run_dir: Path, stated: Path) -> Iterator[Path]:
    assert main(["report", str(run_dir), "--with", str(stated)]) in (0, 1, 2)
    yield run_dir / "documents"


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_document_is_there_and_sealed(written: Path, run_dir: Path) -> None:
    names = set(digests(written))
    assert {f"{title}.{ending}" for title in TITLES for ending in ("html", "docx", "pdf")} <= names
    assert {"测试台账.xlsx", "evidence.html", "evidence.csv"} <= names
    assert sealing.check(run_dir) == []
    assert "某某医院" in (written / "评估验证报告.html").read_text(encoding="utf-8")
    assert (run_dir / "report.toml").exists()  # so that they can be written again


def test_written_again_they_are_the_same_bytes(written: Path, run_dir: Path) -> None:
    before = digests(written)
    main(["report", str(run_dir)])  # what was stated is in the folder by now
    assert digests(written) == before


def test_documents_that_say_something_else_are_named_even_when_sealed_anew(
    written: Path, run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = written / "评估验证报告.html"
    whole = page.read_text(encoding="utf-8")
    assert main(["verify", str(run_dir)]) == 0
    page.write_text(whole.replace("不符合", "符合"), encoding="utf-8")
    (written / "附页.txt").write_text("补充")
    sealing.seal(run_dir)
    capsys.readouterr()
    assert main(["verify", str(run_dir), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["mismatches"]
    assert [name for name in ("评估验证报告.html", "附页.txt") if any(name in line for line in told)] == [
        "评估验证报告.html", "附页.txt",
    ]  # fmt: skip
    (written / "附页.txt").unlink()
    page.write_text(whole, encoding="utf-8")
    sealing.seal(run_dir)


def test_a_blank_form_is_a_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "report.toml"
    assert main(["report", "--blank", str(form)]) == 0
    assert load_particulars(form) == Particulars()
    text = form.read_text(encoding="utf-8")
    form.write_text(text.replace("# [[", "[[").replace("# clause", "clause").replace("# title", "title")
                    .replace("# name", "name").replace("# id", "id"), encoding="utf-8")  # fmt: skip
    assert load_particulars(form).externals[0].clause == "PV-SEC-1"
    assert main(["report", "--blank", str(form)]) == 3
    assert "已存在" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "没有写运行目录"),
        (["{tmp}"], "不是运行目录"),
        (["{run}", "--formats", "odt"], "odt"),
        (["{run}", "--template", "{tmp}/none.docx"], "none.docx"),
        (["{run}", "--template", "{run}/run.json"], "DOCX"),
        (["{run}", "--series", "{tmp}"], "result.json"),
        (["{run}", "--with", "{tmp}/none.toml"], "none.toml"),
        (["{run}", "--lang", "fr"], "fr"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_the_folder_alone(
    arguments: list[str], told: str, written: Path, run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(run_dir)
    filled = [part.format(run=run_dir, tmp=tmp_path) for part in arguments]
    assert main(["report", *filled]) == 3
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert digests(run_dir) == before
