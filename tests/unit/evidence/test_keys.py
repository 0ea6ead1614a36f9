"""Keys and signatures, held against the openssl command: what one signs the other confirms, in both directions."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from harness.errors import BadInput, DriverMissing
from harness.evidence import keys, signatures, sm2
from harness.evidence.keys import ED25519, PASSPHRASE, SM2

MANIFEST = "清单".encode() * 100
OPTIONS = {
    SM2: ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"],
    ED25519: ["-rawin"],
}
BOTH = pytest.mark.parametrize("algorithm", [ED25519, SM2])


def openssl(*words: str | Path, folder: Path) -> str:
    command = ["openssl", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=30).stdout


@pytest.mark.needs_apt("openssl")
@BOTH
def test_openssl_confirms_what_we_sign_and_we_what_it_signs(tmp_path: Path, algorithm: str) -> None:
    openssl("genpkey", "-algorithm", "SM2" if algorithm == SM2 else "ED25519", "-out", "key.pem", folder=tmp_path)
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem", folder=tmp_path)
    (tmp_path / "m").write_bytes(MANIFEST)
    key = keys.read_private(tmp_path / "key.pem")
    assert key.public == keys.read_public(tmp_path / "pub.pem")
    (tmp_path / "ours").write_bytes(key.sign(MANIFEST))
    verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-in", "m", "-sigfile", "ours", *OPTIONS[algorithm]]
    assert "Verified" in openssl(*verify, folder=tmp_path)
    openssl("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "m", "-out", "theirs", *OPTIONS[algorithm], folder=tmp_path)
    theirs = (tmp_path / "theirs").read_bytes()
    assert key.public.verifies(theirs, MANIFEST)
    assert not key.public.verifies(theirs, MANIFEST + b"x")
    openssl("pkey", "-in", "key.pem", "-outform", "DER", "-out", "key.der", folder=tmp_path)
    assert keys.read_private(tmp_path / "key.der").public == key.public


@pytest.mark.needs_apt("openssl")
@BOTH
def test_openssl_reads_the_keys_that_we_make(tmp_path: Path, algorithm: str) -> None:
    key = keys.generate(algorithm)
    (tmp_path / "key.pem").write_text(key.pem, encoding="ascii")
    (tmp_path / "pub.pem").write_text(key.public.pem, encoding="ascii")
    assert openssl("pkey", "-in", "key.pem", "-pubout", folder=tmp_path) == key.public.pem
    assert keys.read_private(tmp_path / "key.pem").public == keys.read_public(tmp_path / "pub.pem") == key.public


@pytest.mark.needs_apt("openssl")
def test_a_passphrase_comes_from_the_environment_only(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(keys.generate(ED25519).pem, encoding="ascii")
    openssl("pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", "pass:六个字", folder=tmp_path)
    with pytest.raises(BadInput, match=PASSPHRASE):
        keys.read_private(tmp_path / "locked.pem", {})
    with pytest.raises(BadInput, match="口令不对"):
        keys.read_private(tmp_path / "locked.pem", {PASSPHRASE: "wrong"})
    opened = keys.read_private(tmp_path / "locked.pem", {PASSPHRASE: "六个字"})
    assert opened.public == keys.read_private(tmp_path / "key.pem").public
    openssl("genpkey", "-algorithm", "SM2", "-out", "sm2.pem", folder=tmp_path)
    openssl("pkcs8", "-topk8", "-in", "sm2.pem", "-out", "locked2.pem", "-passout", "pass:x", folder=tmp_path)
    with pytest.raises(BadInput, match="SM2"):
        keys.read_private(tmp_path / "locked2.pem", {PASSPHRASE: "x"})


def test_the_known_answer_of_the_standard() -> None:
    """GB/T 32918.5, annex A.2: the recommended curve, default user id, "message digest"."""
    x = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    r = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    s = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    point = bytes.fromhex("04" + x + y)
    value = sm2.encode_dss_signature(int(r, 16), int(s, 16))
    assert sm2.verify(point, value, b"message digest")
    assert not sm2.verify(point, value, b"message digesT")
    assert not sm2.verify(bytes.fromhex("04" + x + x), value, b"message digest")


@pytest.mark.parametrize(
    "content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", b"\x30\x03"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "k").write_bytes(content)
    for read in (keys.read_private, keys.read_public):
        with pytest.raises(BadInput):
            read(tmp_path / "k")
    with pytest.raises(BadInput, match="无法读取"):
        keys.read_private(tmp_path / "nowhere")


@pytest.mark.needs_apt("openssl")
def test_other_kinds_of_keys_are_refused(tmp_path: Path) -> None:
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem", folder=tmp_path)
    with pytest.raises(BadInput, match="既不是 Ed25519 也不是 SM2"):
        keys.read_private(tmp_path / "ec.pem")
    public = tmp_path / "pub.pem"
    public.write_text(keys.generate(ED25519).public.pem, encoding="ascii")
    with pytest.raises(BadInput, match="是公钥"):
        keys.read_private(public)


def test_a_key_never_shows_itself() -> None:
    key = keys.generate(ED25519)
    assert key.der.hex() not in repr(key) and "der" not in repr(key)


@BOTH
def test_any_flipped_byte_of_a_signature_file_is_found(algorithm: str) -> None:
    whole = signatures.dump(signatures.sign(keys.generate(algorithm), MANIFEST))
    good = signatures.load(whole)
    assert good is not None and good.right(MANIFEST) and not good.right(MANIFEST[:-1])
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        found = signatures.load(bytes(changed))
        if found is not None:  # another key or another value, well written: then it must not hold
            assert not found.right(MANIFEST), place


def test_without_the_library_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError

    public = keys.generate(SM2).public
    monkeypatch.setattr(sm2, "import_module", missing)
    with pytest.raises(DriverMissing, match="sm2"):
        public.verifies(sm2.encode_dss_signature(1, 1), b"x")


def test_a_new_key_is_for_its_owner_only(tmp_path: Path) -> None:
    from harness.evidence.whole import whole

    with whole(tmp_path / "k", 0o600) as out:
        out.write(b"x")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
