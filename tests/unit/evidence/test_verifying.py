"""Whatever is done to a package or a run folder after sealing is found and named, even where it was sealed again.

Every file of a package, byte by byte: `tests/e2e/test_package_bytes.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.evidence import keys, manifest, sealing
from harness.evidence.description import our_version
from harness.evidence.examining import Demands
from harness.evidence.manifest import Entry
from tests.unit.evidence.filed import Filed, filed_package, rewritten, wrong
from tests.unit.evidence.tiny_runs import conclude, edit_json, packed, sealed_run, verified

pytestmark = pytest.mark.needs_apt("openssl")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_run(tmp_path_factory.mktemp("made") / "demo", version=our_version())


@pytest.fixture(scope="module")
def filed(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Filed:
    return filed_package(run, tmp_path_factory.mktemp("filed"))


def test_an_untouched_package_is_fine_and_says_who_signed_and_when(filed: Filed) -> None:
    found = verified(filed.path, keys=filed.demands.keys, roots=filed.demands.roots)
    assert (found.wrong, found.unchecked, found.notes) == ([], [], [])
    assert len(found.proofs) == 3
    assert all(any(key.fingerprint in proof for proof in found.proofs) for key in filed.demands.keys)
    assert any("签名与证书链有效" in proof for proof in found.proofs)


@pytest.mark.parametrize("name", ["new", "runs/demo/recordings/new", "signatures/new.json", "timestamps/99.tsr"])
def test_an_added_file_is_found_and_named(filed: Filed, tmp_path: Path, name: str) -> None:
    told = wrong(rewritten(filed.members | {name: b"{}"}, tmp_path / "p.zip"), filed.demands, tmp_path / "u")
    assert any(sentence.startswith(name) for sentence in told), told


def test_what_the_receiver_demands_is_demanded(filed: Filed, run: Path, tmp_path: Path) -> None:
    stranger = keys.generate(keys.ED25519)
    told = wrong(filed.path, Demands(keys=[stranger.public]), tmp_path / "u")
    assert told == [f"没有受信任的密钥 {stranger.public.fingerprint} 的有效签名。"]
    plain = packed(run, out=tmp_path / "plain.zip")
    assert len(wrong(plain, filed.demands, tmp_path / "u")) == 3
    assert wrong(plain, Demands(), tmp_path / "u") == []


def test_a_package_signed_anew_by_somebody_else_is_found(filed: Filed, run: Path, tmp_path: Path) -> None:
    forged = packed(run, out=tmp_path / "p.zip", signing={"评估": keys.generate(keys.ED25519)})
    assert verified(forged).wrong == []
    assert any("受信任" in sentence for sentence in wrong(forged, filed.demands, tmp_path / "u"))


def test_nothing_stays_behind(filed: Filed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    verified(filed.path)
    assert not list(tmp_path.iterdir())


def test_a_manifest_that_promises_too_much_is_refused(filed: Filed, tmp_path: Path) -> None:
    bomb = filed.members | {"runs/demo/facts/original.json": bytes(30 << 20)}
    told = wrong(rewritten(bomb, tmp_path / "p.zip"), filed.demands, tmp_path / "u")
    assert any(s.startswith("runs/demo/facts/original.json：解压后超过清单") for s in told)
    assert (tmp_path / "u/runs/demo/facts/original.json").stat().st_size < 1 << 20


def test_a_later_format_is_said(filed: Filed, tmp_path: Path) -> None:
    later = json.loads(filed.members["package.json"]) | {"format": 9, "unheard_of": True}
    about = json.dumps(later).encode()
    entries = manifest.parse(filed.members["manifest.json"])
    assert entries is not None
    entries["package.json"] = Entry(path="package.json", **manifest.digests_of(about))
    members = filed.members | {"package.json": about, "manifest.json": manifest.canonical(list(entries.values()))}
    found = verified(rewritten(members, tmp_path / "p.zip"))
    assert found.wrong == [] and "格式 9" in found.unchecked[0]


# --------------------------------------------------------------------------- sealed again by somebody who knows how


def reorder_the_log(run: Path) -> None:
    lines = (run / "events.jsonl").read_bytes().splitlines(keepends=True)
    (run / "events.jsonl").write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))


def turn_a_verdict(run: Path) -> None:
    result = json.loads((run / "result.json").read_bytes())
    (verdict,) = (v for v in result["verdicts"] if v["clause"] == "PV-FUNC-1")
    verdict["verdict"] = "fail"
    edit_json(run / "result.json", result)


def better_a_figure(run: Path) -> None:
    result = json.loads((run / "result.json").read_bytes())
    result["estimates"][0]["value"] = 0.5
    edit_json(run / "result.json", result)


def better_a_curve(run: Path) -> None:
    series = json.loads((run / "series.json").read_bytes())
    series["windows"][0]["level"] = "别处"
    edit_json(run / "series.json", series)


def lose_a_recording(run: Path) -> None:
    shutil.rmtree(run / "recordings/his/functional/original-2")


def break_a_recording(run: Path) -> None:
    (run / "recordings/his/functional/original-1/transactions.jsonl").write_bytes(b'[1,2]\n["x"]\n')


def break_the_plan(run: Path) -> None:
    edit_json(run / "run.json", {"plan": {"load": 7}})


def break_the_result(run: Path) -> None:
    (run / "result.json").write_text('{"format": 1, "verdicts": 7}', encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "log": (reorder_the_log, "events.jsonl：第 3 行原是第 4 行"),
    "verdict": (turn_a_verdict, "result.json：PV-FUNC-1 的判定写作“fail”，由记录重算为“pass”"),
    "figure": (better_a_figure, "result.json：estimates[0].value 写作 0.5，由记录重算为 "),
    "curve": (better_a_curve, "series.json：windows[0].level 写作 '别处'，由记录重算为 "),
    "lost": (lose_a_recording, "result.json：PV-FUNC-1 的判定写作“pass”，由记录重算为"),
    "broken": (break_a_recording, "result.json：不能由记录重算判定"),
    "plan": (break_the_plan, "result.json：不能由记录重算判定"),
    "result": (break_the_result, "result.json 或 series.json 无法读取"),
}


@pytest.fixture(params=CHANGES)
def forged(request: pytest.FixtureRequest, run: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    change, expected = CHANGES[request.param]
    copy = Path(shutil.copytree(run, tmp_path / "demo"))
    change(copy)
    sealing.seal(copy)
    yield copy, expected


def test_a_folder_that_was_edited_and_sealed_again_is_found_out(forged: tuple[Path, str]) -> None:
    folder, expected = forged
    told = verified(folder).wrong
    assert any(sentence.startswith(expected) for sentence in told), told


def test_an_edited_result_is_found_and_the_item_named_without_sealing_it_again(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "demo"))
    turn_a_verdict(copy)
    told = verified(copy).wrong
    assert told[0].startswith("result.json：大小") or told[0].startswith("result.json：内容")
    assert any("PV-FUNC-1 的判定写作“fail”" in sentence for sentence in told)


def test_a_package_made_of_a_forged_run_is_found_out(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "demo"))
    turn_a_verdict(copy)
    sealing.seal(copy)
    told = verified(packed(copy, out=tmp_path / "p.zip")).wrong
    assert any(s.startswith("runs/demo/result.json：PV-FUNC-1 的判定写作“fail”") for s in told), told


def test_another_version_may_word_things_otherwise_but_not_turn_a_verdict(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "demo"))
    edit_json(copy / "run.json", {"versions": {"xinheng": "0.0.1"}})
    conclude(copy)
    better_a_figure(copy)
    sealing.seal(copy)
    found = verified(copy)
    assert found.wrong == []
    assert any("0.0.1" in note for note in found.notes)
    assert any("estimates[0].value" in note for note in found.notes)
    turn_a_verdict(copy)
    sealing.seal(copy)
    assert any("PV-FUNC-1" in sentence for sentence in verified(copy).wrong)


def test_a_description_that_names_another_folder_is_not_followed(filed: Filed, run: Path, tmp_path: Path) -> None:
    about = json.loads(filed.members["package.json"])
    about["runs"][0]["folder"] = str(run)
    content = json.dumps(about, ensure_ascii=False, indent=1).encode() + b"\n"
    entries = manifest.parse(filed.members["manifest.json"])
    assert entries is not None
    entries["package.json"] = Entry(path="package.json", **manifest.digests_of(content))
    members = filed.members | {"package.json": content, "manifest.json": manifest.canonical(list(entries.values()))}
    found = verified(rewritten(members, tmp_path / "p.zip"))
    assert found.runs == 0
    assert any(sentence.startswith(f"{run}/manifest.json") for sentence in found.wrong)
