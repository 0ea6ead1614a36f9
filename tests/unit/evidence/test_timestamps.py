"""Timestamps without a network, against an authority made with the openssl command."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.evidence.timestamps import look_at, read_root, request
from tests.unit.evidence.authority import Authority

pytestmark = pytest.mark.needs_apt("openssl")
MANIFEST = "清单".encode() * 100


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture(scope="module")
def response(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("answer")
    (folder / "q").write_bytes(request(MANIFEST))
    return authority.answer(folder / "q", folder / "r").read_bytes()


def test_the_request_holds_the_digest_and_asks_for_the_certificate(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "q").write_bytes(request(MANIFEST))
    told = authority.says(tmp_path / "q")
    assert "Hash Algorithm: sha256" in told and "Certificate required: yes" in told
    digits = "".join(
        line.split("-", 1)[1][:50].replace(" ", "").replace("-", "")
        for line in told.splitlines()
        if line.startswith("    0")
    )
    assert hashlib.sha256(MANIFEST).hexdigest() in digits.lower()
    assert request(MANIFEST) == request(MANIFEST)


def test_a_response_is_proven_by_its_root_only(authority: Authority, response: bytes, tmp_path: Path) -> None:
    plain = look_at(response, MANIFEST)
    assert not plain.wrong and not plain.chained and plain.serial == 8 and plain.when is not None
    proven = look_at(response, MANIFEST, read_root(authority.root))
    assert not proven.wrong and proven.chained
    other = Authority(tmp_path / "other")
    assert "不能由给出的根证书证明" in look_at(response, MANIFEST, read_root(other.root)).wrong


def test_a_response_for_something_else_is_refused(response: bytes) -> None:
    assert "另一份清单" in look_at(response, MANIFEST + b"x").wrong
    for content in (b"", b"x", response[:-1], response + b"x", b"\x30\x05\x30\x03\x02\x01\x02"):
        assert look_at(content, MANIFEST).wrong


def test_no_flipped_byte_makes_it_prove_another_time(authority: Authority, response: bytes) -> None:
    roots = read_root(authority.root)
    good = look_at(response, MANIFEST, roots)
    for place in range(0, len(response), 3):
        changed = bytearray(response)
        changed[place] ^= 0x01
        found = look_at(bytes(changed), MANIFEST, roots)
        assert found.wrong or (found.when, found.serial) == (good.when, good.serial), place


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"-----BEGIN CERTIFICATE-----\nxx\n")
    for path in (tmp_path / "c", tmp_path / "nowhere"):
        with pytest.raises(BadInput, match="证书"):
            read_root(path)
