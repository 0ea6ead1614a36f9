"""multipart/related, put together and taken apart (RFC 2387). Bytes only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


def joined(parts: Iterable[bytes], part_type: str) -> tuple[str, bytes]:
    """Content type and body; `part_type` with its parameters."""
    held = list(parts)
    digest = hashlib.sha256()
    for each in held:
        digest.update(each[-1024:])
    boundary = f"xinheng-{digest.hexdigest()[:32]}"  # the same answer is the same bytes
    head = f"--{boundary}\r\nContent-Type: {part_type}\r\n\r\n".encode("ascii")
    body = b"".join(piece for each in held for piece in (head, each, b"\r\n")) + f"--{boundary}--\r\n".encode("ascii")
    return f'multipart/related; type="{part_type.partition(";")[0]}"; boundary={boundary}', body


def parts_of(content_type: str, body: bytes) -> Iterator[bytes]:
    """The parts without their heads. Raises ValueError where there is no boundary."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise ValueError("no boundary")
    between = b"--" + found[1].encode("ascii", "replace")
    for part in (b"\r\n" + body).split(b"\r\n" + between)[1:]:
        if part.startswith(b"--"):
            return
        _, _, content = part.partition(b"\r\n\r\n")
        yield content
