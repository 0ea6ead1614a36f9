"""Over every file of a package: a flipped byte, a removed file, a changed container are found and the file named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from harness.evidence.description import our_version
from tests.unit.evidence.filed import Filed, filed_package, rewritten, wrong
from tests.unit.evidence.tiny_runs import sealed_run

pytestmark = [pytest.mark.e2e, pytest.mark.needs_apt("openssl")]


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Filed:
    folder = tmp_path_factory.mktemp("filed")
    return filed_package(sealed_run(folder / "demo", version=our_version()), folder)


def test_a_flipped_byte_of_any_file_is_found_and_the_file_named(filed: Filed, tmp_path: Path) -> None:
    for name, content in filed.members.items():
        for place in sorted({0, len(content) // 2, len(content) - 1}) if content else ():
            changed = bytearray(content)
            changed[place] ^= 0x01
            path = rewritten(filed.members | {name: bytes(changed)}, tmp_path / "p.zip")
            told = wrong(path, filed.demands, tmp_path / "u")
            assert any(sentence.startswith(name) for sentence in told), (name, place, told)


def test_a_flipped_byte_anywhere_in_the_container_is_found(filed: Filed, tmp_path: Path) -> None:
    """Some bytes of each member's header and data, of the directory, of the end."""
    whole = filed.path.read_bytes()
    with zipfile.ZipFile(filed.path) as archive:
        heads = [info.header_offset for info in archive.infolist()]
        directory = archive.start_dir
    places = [*(head + 9 * (n % 6) for n, head in enumerate(heads)), *range(directory, len(whole), 211), len(whole) - 1]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 0x10
        (tmp_path / "p.zip").write_bytes(changed)
        assert wrong(tmp_path / "p.zip", filed.demands, tmp_path / "u")[0].startswith("p.zip："), place


def test_every_removed_file_is_found_and_named(filed: Filed, tmp_path: Path) -> None:
    for name in filed.members:
        left = {n: c for n, c in filed.members.items() if n != name}
        told = wrong(rewritten(left, tmp_path / "p.zip"), filed.demands, tmp_path / "u")
        known_as = "timestamps/" if name.startswith("timestamps/") else name
        assert any(sentence.startswith(known_as) for sentence in told), (name, told)
