"""The manifest: whatever changes after sealing is found and named, the manifest's own bytes included."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from harness.errors import BadInput, Fault, RecordingBroken
from harness.evidence import manifest, sealing
from harness.evidence.manifest import NAME
from harness.evidence.sealing import check, seal
from reports import write_all
from tests.golden import fake_result


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A small sealed folder: nested, empty and larger-than-a-chunk files, Chinese and hidden names."""
    run = tmp_path / "run"
    (run / "recordings" / "his" / "低谷").mkdir(parents=True)
    (run / "run.json").write_text('{"a": 1}', encoding="utf-8")
    (run / "recordings" / "his" / "低谷" / "samples 1.bin").write_bytes(bytes(range(256)))
    (run / "recordings" / "empty").write_bytes(b"")
    (run / ".hidden").write_bytes(b"x")
    seal(run)
    return run


def files(run: Path) -> list[Path]:
    return sorted(p for p in run.rglob("*") if p.is_file())


def named(run: Path) -> list[tuple[str, str]]:
    return [(m.path, m.kind) for m in check(run)]


def test_an_untouched_folder_agrees(run: Path) -> None:
    assert check(run) == []
    assert [e.path for e in sealing.read(run)] == [
        ".hidden", "recordings/empty", "recordings/his/低谷/samples 1.bin", "run.json",
    ]  # fmt: skip


def test_sealing_twice_gives_the_same_bytes(run: Path) -> None:
    before = (run / NAME).read_bytes()
    again = seal(run)
    assert (run / NAME).read_bytes() == before
    assert (again.files, again.bytes) == (4, 256 + 8 + 1)
    assert json.loads(before)["digest"] == {"sha256": again.sha256, "sm3": again.sm3}


def test_the_digests_are_those_of_the_standards(run: Path) -> None:
    for entry in sealing.read(run):
        content = (run / entry.path).read_bytes()
        digest = hashes.Hash(hashes.SM3())
        digest.update(content)
        assert entry.sha256 == hashlib.sha256(content).hexdigest()
        assert entry.sm3 == digest.finalize().hex()
        assert entry.bytes == len(content)


def test_a_file_larger_than_a_chunk_is_hashed_whole(tmp_path: Path) -> None:
    content = os.urandom(3 * (1 << 20) + 17)
    (tmp_path / "big").write_bytes(content)
    seal(tmp_path)
    (entry,) = sealing.read(tmp_path)
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    assert (entry.sha256, entry.sm3) == (hashlib.sha256(content).hexdigest(), digest.finalize().hex())


def test_sm3_is_checked_against_the_standards_own_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    # GB/T 32905-2016, annex A: "abc" and "abcd" sixteen times.
    assert manifest.sm3_of(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert manifest.sm3_of(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    manifest.sm3_is_right()
    monkeypatch.setattr(manifest, "sm3_of", lambda _: "0" * 64)
    manifest.sm3_is_right.cache_clear()
    with pytest.raises(Fault, match="SM3"):
        manifest.sm3_is_right()
    manifest.sm3_is_right.cache_clear()


def test_any_flipped_bit_of_any_file_is_found_and_named(run: Path) -> None:
    for path in files(run):
        content = bytearray(path.read_bytes())
        for place in range(len(content)):
            content[place] ^= 0x01
            path.write_bytes(content)
            assert [m.path for m in check(run)] == [path.relative_to(run).as_posix()], place
            content[place] ^= 0x01
        path.write_bytes(content)
    assert check(run) == []


@pytest.mark.parametrize("mask", [0x20, 0x80, 0xFF])
def test_any_other_flip_in_the_manifest_is_found(run: Path, mask: int) -> None:
    path = run / NAME
    content = bytearray(path.read_bytes())
    for place in range(len(content)):
        content[place] ^= mask
        path.write_bytes(content)
        assert named(run) == [(NAME, "manifest")], place
        content[place] ^= mask


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b + b"\n",
        lambda b: b[:-1],
        lambda b: b" " + b,
        lambda b: b"",
        lambda b: b"[]",
        lambda b: b"{" * 100_000,
        lambda b: b.replace(b'"format": 1', b'"format": 1.0'),
    ],
)
def test_a_manifest_that_is_not_canonical_is_found(run: Path, change: object) -> None:
    path = run / NAME
    assert callable(change)
    path.write_bytes(change(path.read_bytes()))
    assert named(run) == [(NAME, "manifest")]


def test_an_entry_cannot_be_taken_out_with_its_file(run: Path) -> None:
    whole = json.loads((run / NAME).read_bytes())
    del whole["entries"][0]
    (run / ".hidden").unlink()
    (run / NAME).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert named(run) == [(NAME, "manifest")]


def test_missing_extra_and_replaced_files_are_named(run: Path) -> None:
    (run / "run.json").unlink()
    (run / "recordings" / "new.bin").write_bytes(b"1")
    (run / ".hidden").write_bytes(b"xy")
    assert named(run) == [(".hidden", "changed"), ("recordings/new.bin", "extra"), ("run.json", "missing")]


def test_a_missing_manifest_is_named(run: Path) -> None:
    (run / NAME).unlink()
    assert named(run) == [(NAME, "manifest")]
    with pytest.raises(RecordingBroken, match=NAME):
        sealing.read(run)


def test_a_manifest_deeper_in_the_folder_is_a_file_like_any_other(run: Path) -> None:
    (run / "recordings" / NAME).write_bytes(b"{}")
    assert named(run) == [(f"recordings/{NAME}", "extra")]


def test_links_and_pipes_are_not_sealed(run: Path) -> None:
    (run / "link").symlink_to(run / "run.json")
    with pytest.raises(RecordingBroken, match="link"):
        seal(run)
    assert named(run) == [("link", "special")]
    (run / "link").unlink()
    os.mkfifo(run / "pipe")
    with pytest.raises(RecordingBroken, match="pipe"):
        seal(run)


def test_a_file_replaced_by_a_link_to_its_copy_is_found(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes((run / "run.json").read_bytes())
    (run / "run.json").unlink()
    (run / "run.json").symlink_to(copy)
    assert named(run) == [("run.json", "special")]


def test_a_folder_reached_by_a_link_is_not_followed(run: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (run / "in").symlink_to(tmp_path / "outside")
    assert named(run) == [("in", "special")]


def test_something_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        seal(tmp_path / "nowhere")


def test_a_whole_report_folder_is_guarded(tmp_path: Path) -> None:
    """Every document a run ends with, one byte in the middle of each."""
    write_all(tmp_path, fake_result.small(), fake_result.small_series())
    seal(tmp_path)
    for path in files(tmp_path):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x04
        path.write_bytes(content)
        assert [m.path for m in check(tmp_path)] == [path.relative_to(tmp_path).as_posix()]
        content[len(content) // 2] ^= 0x04
        path.write_bytes(content)
    assert len(files(tmp_path)) == 8  # six documents, two scripts
