"""From run folders to a package: what speaks against it is refused and nothing is left behind; what goes in is said."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInput
from harness.evidence import description, keys, sealing, timestamps
from harness.evidence.packing import synthetic
from harness.recording import alone_in
from tests.unit.evidence.tiny_runs import packed, sealed_run, verified


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_run(tmp_path_factory.mktemp("made") / "demo")


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "demo"))


def put(run: Path, name: str, content: str) -> None:
    (run / name).write_text(content, encoding="utf-8")
    sealing.seal(run)


def refused(run: Path, *, match: str, **more: Any) -> str:
    out = run.parent / "p.zip"
    with pytest.raises(BadInput, match=match) as refusal:
        packed(run, out=out, **more)
    assert not [path for path in run.parent.iterdir() if path != run]
    return str(refusal.value)


def about(package: Path) -> dict[str, Any]:
    with zipfile.ZipFile(package) as archive:
        told: dict[str, Any] = json.loads(archive.read(description.NAME))
    return told


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    key = keys.generate(keys.ED25519)
    first = packed(run, out=tmp_path / "1.zip", signing={"k": key})
    assert packed(run, out=tmp_path / "2.zip", signing={"k": key}).read_bytes() == first.read_bytes()


def test_it_says_what_is_inside_and_what_made_it(run: Path, tmp_path: Path) -> None:
    told = about(packed(run, out=tmp_path / "p.zip"))
    assert told["format"] == 1
    assert told["libraries"]["cryptography"] and told["made_by"]["python"]
    (packed_run,) = told["runs"]
    assert packed_run["folder"] == "runs/demo" and packed_run["run_id"] == "r1" and packed_run["data"] == "synthetic"
    assert packed_run["events"]["lines"] == 6
    assert (told["signers"], told["timestamp_requested"]) == ([], False)


def test_a_series_goes_in_as_one_folder_each(run: Path, tmp_path: Path) -> None:
    (tmp_path / "later").mkdir()
    second = Path(shutil.copytree(run, tmp_path / "later" / "demo"))
    package = packed(run, second, out=tmp_path / "p.zip")
    assert [each["folder"] for each in about(package)["runs"]] == ["runs/demo", "runs/demo-2"]
    found = verified(package)
    assert (found.wrong, found.unchecked, found.runs) == ([], [], 2)
    with pytest.raises(BadInput, match="给了两次"):
        packed(run, run, out=tmp_path / "q.zip")


def test_a_run_that_is_not_as_sealed_is_refused(run: Path) -> None:
    (run / "recordings/new").write_text("x", encoding="utf-8")
    assert "xinheng verify" in refused(run, match="recordings/new")
    (run / "recordings/new").unlink()
    (run / "manifest.json").unlink()
    refused(run, match="清单不存在")


def test_a_name_that_other_systems_take_for_a_path_is_refused(run: Path) -> None:
    put(run, "..\\x", "x")
    refused(run, match="反斜杠")


def test_a_log_that_was_rearranged_is_refused_even_where_it_was_sealed_again(run: Path) -> None:
    lines = (run / "events.jsonl").read_bytes().splitlines(keepends=True)
    put(run, "events.jsonl", b"".join([*lines[:2], *lines[3:]]).decode())
    refused(run, match=r"events\.jsonl.*缺少第 3 行")


def test_a_run_that_is_being_written_is_refused(run: Path) -> None:
    with alone_in(run):
        refused(run, match="正被另一个")


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="不是运行目录"):
        packed(tmp_path, out=tmp_path.parent / "p.zip")
    assert not (tmp_path.parent / "p.zip").exists()


def test_nothing_is_written_into_the_run_or_over_a_file(run: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="之内"):
        packed(run, out=run / "p.zip")
    (tmp_path / "p.zip").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="已存在"):
        packed(run, out=tmp_path / "p.zip")
    assert (tmp_path / "p.zip").read_text(encoding="utf-8") == "mine"
    with pytest.raises(BadInput, match="无法写入"):
        packed(run, out=tmp_path / "no" / "p.zip")


def test_credentials_are_always_refused_and_never_shown(run: Path) -> None:
    put(run, "notes.txt", "\npassword = Kx9q2wZZ\n")
    told = refused(run, match="notes.txt 第 2 行：密码", personal_data="理由")
    assert "Kx9q2" not in told


def test_the_values_that_the_stacks_name_are_looked_for(tmp_path: Path) -> None:
    stacks = {"original": {"title": "o", "hosts": [], "sql": {"password_env": "HIS_DB"}}, "migrated": {"title": "m"}}
    run = sealed_run(tmp_path / "demo", stacks=stacks)
    put(run, "recordings/x.txt", "a Kx9-q2wZZ b")
    told = refused(run, match="环境变量中的密码", environ={"HIS_DB": "Kx9-q2wZZ"})
    assert "Kx9-q2" not in told
    packed(run, out=tmp_path / "p.zip")  # nobody knows the value here


def test_personal_data_needs_a_reason_unless_it_was_generated(tmp_path: Path, run: Path) -> None:
    from tests.unit.evidence.test_scan import with_check_digit

    person = json.dumps({"id": with_check_digit("11010119900307001")})
    put(run, "x.jsonl", person)
    assert about(packed(run, out=tmp_path / "1.zip"))["runs"][0]["data"] == "synthetic"
    kept = json.loads((run / "run.json").read_bytes())
    kept["plan"]["data"]["mode"] = "keep"
    put(run, "run.json", json.dumps(kept))
    with pytest.raises(BadInput, match=r"x\.jsonl 第 1 行：居民身份证"):
        packed(run, out=tmp_path / "2.zip")
    told = about(packed(run, out=tmp_path / "2.zip", personal_data="医院同意，见函件 7"))
    assert (told["personal_data"], told["runs"][0]["data"]) == ("医院同意，见函件 7", "allowed")
    put(run, "x.jsonl", "{}")
    assert about(packed(run, out=tmp_path / "3.zip"))["runs"][0]["data"] == "none found"


def test_only_data_that_our_packs_generated_counts_as_synthetic() -> None:
    run: dict[str, Any] = {"plan": {"data": {"mode": "load"}}, "packs": {"his": {"known_as": "his"}}}
    assert synthetic(run)
    assert not synthetic(run | {"plan": {"data": {"mode": "keep"}}})
    assert not synthetic(run | {"packs": {"mine": {"known_as": "/srv/mine"}}})
    assert not synthetic(run | {"packs": {}})
    assert not synthetic(run | {"parts": ["data"]})


def test_the_timestamp_request_is_over_the_manifest(run: Path, tmp_path: Path) -> None:
    package = packed(run, out=tmp_path / "p.zip", request_to=tmp_path / "p.tsq")
    with zipfile.ZipFile(package) as archive:
        assert (tmp_path / "p.tsq").read_bytes() == timestamps.request(archive.read("manifest.json"))
    assert any("还没有回执" in note for note in verified(package).notes)
