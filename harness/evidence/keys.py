"""Keys that sign evidence: Ed25519 and SM2 from PEM or DER files, their fingerprints, signing and checking.

A fingerprint is the SHA-256 of the public key's SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum`
prints it. A passphrase is only ever read from the environment. Not here: what is signed (`signatures`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from harness.errors import BadInput
from harness.evidence import sm2

PASSPHRASE = "XINHENG_KEY_PASSPHRASE"
ED25519, SM2 = "ed25519", "sm2-sm3"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_HINT = "请给出 Ed25519 或 SM2 密钥：xinheng keygen，或 openssl genpkey -algorithm ED25519（SM2）-out 密钥.pem。"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Whom a signature is from. `der`: SubjectPublicKeyInfo."""

    algorithm: str
    der: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        return _pem("PUBLIC KEY", self.der)

    def verifies(self, signature: bytes, content: bytes) -> bool:
        if self.algorithm == SM2:
            point = sm2.read_public(self.der)
            return point is not None and sm2.verify(point, signature, content)
        key = load_der_public_key(self.der)
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, content)
                return True
        except InvalidSignature:
            pass
        return False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PrivateKey:
    """A key that signs. Its content is never shown: no representation, no comparison by a log."""

    public: PublicKey
    der: bytes

    def sign(self, content: bytes) -> bytes:
        if self.public.algorithm == SM2:
            read = sm2.read_private(self.der)
            assert read is not None
            return sm2.sign(*read, content)
        key = load_der_private_key(self.der, None)
        assert isinstance(key, Ed25519PrivateKey)
        return key.sign(content)

    @property
    def pem(self) -> str:
        return _pem("PRIVATE KEY", self.der)


def generate(algorithm: str) -> PrivateKey:
    """A new key."""
    if algorithm == SM2:
        scalar, point = sm2.generate()
        public = PublicKey(algorithm=SM2, der=sm2.write_public(point))
        return PrivateKey(public=public, der=sm2.write_private(scalar, point))
    return _of_ed25519(Ed25519PrivateKey.generate())


def read_private(path: Path, environ: Mapping[str, str] = os.environ) -> PrivateKey:
    """A private key from its file; the passphrase of an encrypted one stands in `XINHENG_KEY_PASSPHRASE`."""
    label, der = _content(path)
    if label == "PUBLIC KEY":
        raise BadInput(f"{path} 是公钥，签名需要私钥。", hint="请给出对应的私钥文件。")
    if (read := sm2.read_private(der)) is not None:
        return PrivateKey(public=PublicKey(algorithm=SM2, der=sm2.write_public(read[1])), der=der)
    passphrase = environ.get(PASSPHRASE, "")
    if label == "ENCRYPTED PRIVATE KEY" and not passphrase:
        raise BadInput(f"{path} 有口令保护。", hint=f"请把口令放进环境变量 {PASSPHRASE}。")
    try:
        key = load_der_private_key(der, passphrase.encode() if label == "ENCRYPTED PRIVATE KEY" else None)
    except (ValueError, TypeError):
        raise BadInput(f"{path} 无法读取：不是私钥，已损坏，或口令不对。", hint=_HINT) from None
    except UnsupportedAlgorithm:
        raise BadInput(
            f"{path} 是有口令保护的 SM2 私钥或不支持的密钥。",
            hint="SM2 私钥请先去掉口令，放在只有本人可读的位置：openssl pkey -in 密钥.pem -out 无口令.pem。",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path} 既不是 Ed25519 也不是 SM2 私钥。", hint=_HINT)
    return _of_ed25519(key)


def read_public(path: Path) -> PublicKey:
    """A public key from its file."""
    label, der = _content(path)
    found = public_key(der)
    if found is None:
        what = "是私钥，这里要公钥" if "PRIVATE" in label else "不是 Ed25519 或 SM2 公钥"
        raise BadInput(f"{path} {what}。", hint="由私钥得到公钥：openssl pkey -in 密钥.pem -pubout -out 公钥.pem。")
    return found


def public_key(der: bytes) -> PublicKey | None:
    """A public key from its bytes, or None where they are none that we know."""
    if sm2.read_public(der) is not None:
        return PublicKey(algorithm=SM2, der=der)
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, Ed25519PublicKey) or _public_der(key) != der:
        return None
    return PublicKey(algorithm=ED25519, der=der)


def _of_ed25519(key: Ed25519PrivateKey) -> PrivateKey:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey(public=PublicKey(algorithm=ED25519, der=_public_der(key.public_key())), der=der)


def _public_der(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _content(path: Path) -> tuple[str, bytes]:
    """(label, DER) of a key file, whatever PEM blocks stand before the key; without any it is DER already."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"无法读取密钥文件 {path}（{error.strerror}）。", hint=_HINT) from None
    blocks = {found[1].decode(): found[2] for found in _PEM.finditer(content)}
    label = next((label for label in blocks if label.endswith(("PRIVATE KEY", "PUBLIC KEY"))), "")
    if not label:
        return "", content
    try:
        return label, base64.b64decode(b"".join(blocks[label].split()), validate=True)
    except binascii.Error:
        raise BadInput(f"{path} 中的 PEM 内容已损坏。", hint=_HINT) from None


def _pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
