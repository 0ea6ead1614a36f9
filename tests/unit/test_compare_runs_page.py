"""`xinheng compare`: exit codes, refusals, and a page in two languages that hostile names cannot break."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from harness.assess.between_runs import compare_runs
from harness.cli.compare import compare, written
from harness.errors import BadInput
from harness.evidence import sealing
from harness.judgement import Judgement
from harness.run_comparison import RunComparison
from reports import run_comparison
from reports.run_charts import WORDS
from reports.words import Words, catalogue
from tests.golden import page
from tests.unit.test_assess import write_whole

HOSTILE = "<script>alert(1)</script>\u202e\u200b\"'&"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed(write_whole(tmp_path_factory.mktemp("runs") / "before"))


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed(write_whole(tmp_path_factory.mktemp("runs") / "after", slower=1.6))


@pytest.fixture(scope="module")
def found(base: Path, slow: Path) -> RunComparison:
    return compare_runs(base, slow)


def sealed(run: Path) -> Path:
    sealing.seal(run)
    return run


def called(a: Path, b: Path, **options: object) -> int:
    with pytest.raises(typer.Exit) as left:
        compare(a, b, **options)  # type: ignore[arg-type]
    return left.value.exit_code


# --------------------------------------------------------------------------- the command


def test_a_slower_run_ends_with_one(base: Path, slow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(base, slow, out=tmp_path / "there") == 1
    assert {path.name for path in (tmp_path / "there").iterdir()} == {"comparison.html", "comparison.json"}
    told = capsys.readouterr().out
    assert "变差 PV-PERF-1 业务响应时间：符合 → 不符合" in told
    assert "结论：B 有变差之处" in told and "收费结算（低谷）" in told
    assert sealing.check(base) == sealing.check(slow) == []


def test_the_same_run_ends_with_nought_and_speaks_json(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(base, base, json_=True) == 0
    document = json.loads(capsys.readouterr().out)
    beside = base.parent / "compare-before-before"
    assert document == json.loads((beside / "comparison.json").read_text(encoding="utf-8"))
    assert document["conclusion"] == "pass" and document["format"] == 1
    assert document["levels"][0]["times"][0]["change"] == "no_worse"


def test_a_narrow_margin_is_inconclusive(base: Path, tmp_path: Path) -> None:
    assert called(base, base, out=tmp_path, margin=0.001, json_=True) == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"stack": "orginal"}, "--stack"), ({"margin": 0.0}, "--margin"), ({"margin": -1.0}, "--margin"),
        ({"lang": "fr"}, "报告语言"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_before_anything_is_computed(
    base: Path, slow: Path, options: dict[str, object], says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        compare(base, slow, **options)  # type: ignore[arg-type]
    assert refused.value.exit_code == 3 and refused.value.hint


def test_a_changed_recording_is_refused_by_name(base: Path, slow: Path, tmp_path: Path) -> None:
    touched = Path(shutil.copytree(slow, tmp_path / "touched"))
    facts = touched / "facts/migrated.json"
    facts.write_text(facts.read_text().replace("OceanBase", "OceanBasf"))
    with pytest.raises(BadInput, match=r"facts/migrated\.json：大小未变，内容已被改动"):
        compare(base, touched)
    (touched / "manifest.json").unlink()
    with pytest.raises(BadInput, match="没有封存"):
        compare(base, touched)
    with pytest.raises(BadInput, match="不是运行目录"):
        compare(base, tmp_path)


def test_nothing_is_written_into_a_sealed_run(base: Path, slow: Path) -> None:
    for inside in (base, slow / "deeper" / "still"):
        with pytest.raises(BadInput, match="破坏它的封存"):
            compare(base, slow, out=inside)
    assert sealing.check(base) == sealing.check(slow) == []


def test_a_folder_that_cannot_be_written_is_no_traceback(found: RunComparison, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="不能写入"):
        written(tmp_path / "file" / "below", found, "zh")


# --------------------------------------------------------------------------- the page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_decided(found: RunComparison, lang: str) -> None:
    words, text = Words(lang), page.read(run_comparison.render(found, lang)).text
    for ground in found.grounds:
        assert run_comparison.ground_told(ground, words) in text
    assert words("runs.fail") in text and words("runs.drift_means") in text
    for name in ("direct", "control", "corrected"):
        assert words(f"runs.{name}") in text
    for level in found.levels:
        for time in (time for time in level.times if time.judged):
            assert f"{time.direct.value:.3f}" in text and f"{time.corrected.value:.3f}" in text


def test_a_moved_control_is_told_on_page_and_terminal(found: RunComparison) -> None:
    level = found.levels[0]
    moved = replace(level, moved=("find",), times=tuple(replace(time, by="corrected") for time in level.times))
    changed = replace(found, levels=(moved,))
    words = Words("zh")
    said = words("runs.drifted", level="低谷", other="原系统", n=1)
    text = page.read(run_comparison.render(changed)).text
    assert said in text and words("runs.by_corrected") in text and words("runs.drift_corrected") in text
    assert said in run_comparison.told(changed)
    other = page.read(run_comparison.render(replace(changed, same_other=False))).text
    assert words("runs.drift_direct", other="原系统") in other


def test_hostile_names_are_inert(found: RunComparison) -> None:
    hostile = replace(
        found,
        titles=dict.fromkeys(found.titles, HOSTILE),
        a=replace(found.a, folder=HOSTILE, products={"migrated": HOSTILE}),
        identity=tuple(replace(pair, a=HOSTILE) for pair in found.identity),
        verdicts=tuple(replace(verdict, reason_b=HOSTILE, title=HOSTILE) for verdict in found.verdicts),
        notes_b=(HOSTILE,),
    )
    html = run_comparison.render(hostile)
    assert "alert(1)" in html and "<script>alert" not in html
    assert "\u202e" not in html and "\u200b" not in html
    assert "\u202e" not in run_comparison.told(hostile)
    assert re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", html) == []


def test_a_comparison_without_load_says_so(found: RunComparison) -> None:
    bare = replace(
        found, levels=(), readings=(), costs=(), findings=(), behaviours=(), identity=(), grounds=(),
        conclusion=Judgement.PASS,
    )  # fmt: skip
    for lang in ("zh", "en"):
        text = page.read(run_comparison.render(bare, lang)).text
        assert Words(lang)("runs.times_none") in text and Words(lang)("runs.nothing_against") in text


def test_every_word_of_the_result_is_in_the_catalogue() -> None:
    assert {f"runs.{word}" for word in WORDS.values()} <= set(catalogue())
    assert {f"runs.{kind}" for kind in run_comparison.SECTION_OF} <= set(catalogue())
