"""A signature over a manifest's bytes, as the file `signatures/NAME.json` of a package. One text for one signature.

Not here: keys and arithmetic (`keys`), whose signature was expected (`description`).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from harness.evidence.keys import PrivateKey, PublicKey, public_key
from harness.evidence.manifest import NAME as SIGNED

FOLDER = "signatures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed, and what came of it."""

    key: PublicKey
    value: bytes

    def right(self, content: bytes) -> bool:
        return self.key.verifies(self.value, content)


def sign(key: PrivateKey, content: bytes) -> Signature:
    return Signature(key=key.public, value=key.sign(content))


def dump(signature: Signature) -> bytes:
    whole = {
        "format": 1,
        "signed": SIGNED,
        "algorithm": signature.key.algorithm,
        "fingerprint": signature.key.fingerprint,
        "public_key": base64.b64encode(signature.key.der).decode(),
        "signature": base64.b64encode(signature.value).decode(),
    }
    return json.dumps(whole, indent=1).encode() + b"\n"


def load(content: bytes) -> Signature | None:
    """The signature, or None for anything but the exact bytes that `dump` gives for it."""
    try:
        whole = json.loads(content)
        key = public_key(base64.b64decode(whole["public_key"], validate=True))
        value = base64.b64decode(whole["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if key is None:
        return None
    found = Signature(key=key, value=value)
    return found if dump(found) == content else None
