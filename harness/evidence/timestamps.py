"""RFC 3161 timestamps over a manifest, without a network: a request to carry to an authority, and its response.

The request holds the manifest's SHA-256 and no nonce: a nonce guards an online exchange against replay, while here the
digest itself ties the response to this manifest, and the same manifest gives the same request.
Not here: where a response lies in a package (`timestamping`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from harness.errors import BadInput

FOLDER = "timestamps"
_SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a response says: when, by whom, and what is wrong with it as a proof for this manifest (empty: nothing)."""

    when: dt.datetime | None = None
    serial: int = 0
    chained: bool = False  # held against a root that the verifier brought
    wrong: str = ""


def request(content: bytes) -> bytes:
    """A request (.tsq) over these bytes, asking for the authority's certificate."""
    builder = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def look_at(response: bytes, content: bytes, roots: Sequence[x509.Certificate] = ()) -> Stamp:
    """A response (.tsr) held against the bytes it should stamp; with roots also its signature and chain."""
    found = _decoded(response)
    if found is None:
        return Stamp(wrong="不是时间戳回执，或已损坏。")
    if found.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        return Stamp(wrong=f"时间戳服务机构拒绝了请求（状态 {found.status}）。")
    info = found.tst_info
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        return Stamp(wrong="时间戳所用的摘要算法不是 SHA-256。")
    if imprint.message != hashlib.sha256(content).digest():
        return Stamp(wrong="时间戳证明的是另一份清单。")
    wrong = _unproven(found, content, roots) if roots else ""
    return Stamp(when=info.gen_time, serial=info.serial_number, chained=bool(roots) and not wrong, wrong=wrong)


def read_root(path: Path) -> list[x509.Certificate]:
    """The root certificates of a PEM or DER file."""
    try:
        content = path.read_bytes()
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except OSError as error:
        raise BadInput(f"无法读取证书 {path}（{error.strerror}）。", hint="请给出时间戳机构的根证书。") from None
    except ValueError:
        raise BadInput(f"{path} 不是证书。", hint="请给出时间戳机构的根证书（PEM 或 DER）。") from None


def _decoded(response: bytes) -> TimeStampResponse | None:
    try:
        found = decode_timestamp_response(response)
        if found.status in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
            _ = found.tst_info.message_imprint, found.signed_data.signer_infos
    except ValueError:
        return None
    return found if found.as_bytes() == response else None


def _unproven(found: TimeStampResponse, content: bytes, roots: Sequence[x509.Certificate]) -> str:
    """Why signature and chain do not prove this timestamp; empty when they do."""
    try:
        VerifierBuilder(roots=list(dict.fromkeys(roots))).build().verify_message(found, content)
    except (VerificationError, ValueError, x509.InvalidVersion, x509.ExtensionNotFound) as error:
        return f"时间戳的签名或证书链不能由给出的根证书证明（{_short(str(error))}）。"
    return ""


def _short(reason: str) -> str:
    return reason.rsplit("Verify error: ", 1)[-1].split('"')[0][:120]
