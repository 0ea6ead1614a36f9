"""Write one document so that a reader finds either the old one or the whole new one. Not here: what is in it."""

from __future__ import annotations

import os
from pathlib import Path

from harness.recording import disk


def write_whole(path: Path, content: bytes) -> Path:
    """Write beside the target, flush to the disk, rename over the target."""
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(path.name + ".part")
        with half.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)
    return path
