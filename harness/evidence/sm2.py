"""SM2 keys as `openssl genpkey -algorithm SM2` writes them, and signatures with SM3 and the default user id.

The arithmetic is gmssl-fast's (extra `sm2`); cryptography reads no key on this curve, so their structures (RFC 5208,
5480, 5915) are declared here. A signature is DER, r and s, as OpenSSL writes and checks it:
`openssl pkeyutl -verify -pubin -inkey … -rawin -digest sm3 -pkeyopt distid:1234567812345678`.
Neither library is a certified module. Not here: PEM files and their passphrases (`keys`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509 import ObjectIdentifier

from harness.errors import DriverMissing

_EC = ObjectIdentifier("1.2.840.10045.2.1")
_CURVE = ObjectIdentifier("1.2.156.10197.1.301")
_POINT = 65  # bytes of an uncompressed point: 04, x, y


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    curve: ObjectIdentifier


@asn1.sequence
class _PublicKey:
    algorithm: _Algorithm
    point: asn1.BitString


@asn1.sequence
class _PrivateKey:
    version: int
    algorithm: _Algorithm
    key: bytes


@asn1.sequence
class _Scalar:
    version: int
    scalar: bytes
    curve: Annotated[ObjectIdentifier | None, asn1.Explicit(0)]
    point: Annotated[asn1.BitString | None, asn1.Explicit(1)]


def read_private(der: bytes) -> tuple[bytes, bytes] | None:
    """(scalar, point) of a key as PKCS#8 or bare; None where this is no SM2 key with its public half."""
    try:
        outer = asn1.decode_der(_PrivateKey, der)
    except ValueError:
        return _bare(der)
    return _bare(outer.key, _CURVE) if _on_curve(outer.algorithm) else None


def _bare(der: bytes, curve: ObjectIdentifier | None = None) -> tuple[bytes, bytes] | None:
    """A key that names its curve itself, or lies in something that did."""
    try:
        found = asn1.decode_der(_Scalar, der)
    except ValueError:
        return None
    point = found.point.as_bytes() if found.point else b""
    whole = len(found.scalar) == 32 and len(point) == _POINT and point[:1] == b"\x04"
    return (found.scalar, point) if whole and (found.curve or curve) == _CURVE else None


def read_public(der: bytes) -> bytes | None:
    """The point of a SubjectPublicKeyInfo; None where this is no SM2 key."""
    try:
        outer = asn1.decode_der(_PublicKey, der)
    except ValueError:
        return None
    point = outer.point.as_bytes()
    return point if _on_curve(outer.algorithm) and len(point) == _POINT and point[:1] == b"\x04" else None


def write_private(scalar: bytes, point: bytes) -> bytes:
    inner = _Scalar(version=1, scalar=scalar, curve=None, point=asn1.BitString(data=point, padding_bits=0))
    algorithm = _Algorithm(algorithm=_EC, curve=_CURVE)
    return asn1.encode_der(_PrivateKey(version=0, algorithm=algorithm, key=asn1.encode_der(inner)))


def write_public(point: bytes) -> bytes:
    algorithm = _Algorithm(algorithm=_EC, curve=_CURVE)
    return asn1.encode_der(_PublicKey(algorithm=algorithm, point=asn1.BitString(data=point, padding_bits=0)))


def generate() -> tuple[bytes, bytes]:
    """A new (scalar, point)."""
    made = _sm2().generate()
    return bytes.fromhex(made.private_key_hex), bytes.fromhex(made.public_key_hex)


def sign(scalar: bytes, point: bytes, content: bytes) -> bytes:
    raw: bytes = _sm2()(private_key=scalar.hex(), public_key=point.hex()).sign(content)
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


def verify(point: bytes, signature: bytes, content: bytes) -> bool:
    """Whether this DER signature is right; one that is not DER is not."""
    try:
        r, s = decode_dss_signature(signature)
        raw = r.to_bytes(32) + s.to_bytes(32)
    except (ValueError, OverflowError):
        return False
    if encode_dss_signature(r, s) != signature:
        return False  # one signature, one spelling
    key = _sm2()(public_key=point.hex())
    try:
        with _unheard():
            return bool(key.verify(content, raw))
    except _refusals():  # a point that is not on the curve
        return False


def _on_curve(algorithm: _Algorithm) -> bool:
    return algorithm.algorithm == _EC and algorithm.curve == _CURVE


@contextmanager
def _unheard() -> Iterator[None]:
    """GmSSL tells standard error where in its sources a signature turned out wrong; nobody here needs to know."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _sm2() -> Any:
    return _library().SM2


def _refusals() -> tuple[type[Exception], ...]:
    error: type[Exception] = _library().GmsslError
    return error, ValueError


def _library() -> Any:
    try:
        return import_module("gmssl_fast")
    except ImportError:
        raise DriverMissing(
            "SM2 签名需要 gmssl-fast，本机没有安装。",
            hint="请安装：pip install 'xinheng[sm2]'（离线环境用随附的 wheels）。",
        ) from None
