"""Packages and run folders of older formats stay readable: those in `packages/` are kept as they were once written.

package-1.zip  the first package format, signed; package-1.pub.pem is the signer's key
run-1.zip      a run folder with the first manifest, its event log from before there was a chain

They are never written anew. Where a verdict of theirs turns, a rule changed so that filed evidence changes its meaning.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from harness.evidence import keys
from tests.unit.evidence.tiny_runs import verified

FOLDER = Path(__file__).with_name("packages")


def test_a_package_of_the_first_format() -> None:
    key = keys.read_public(FOLDER / "package-1.pub.pem")
    found = verified(FOLDER / "package-1.zip", keys=[key])
    assert found.wrong == []
    assert (found.files, found.runs, len(found.proofs)) == (37, 1, 1)
    assert any("0.0.9" in note for note in found.notes)


def test_a_run_folder_of_the_first_format(tmp_path: Path) -> None:
    with zipfile.ZipFile(FOLDER / "run-1.zip") as archive:
        archive.extractall(tmp_path)
    found = verified(tmp_path)
    assert found.wrong == []
    assert any("旧版本写下" in note for note in found.notes)
