"""Write one file so that a reader finds either the old one or the whole new one. Not here: what is in it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from harness.errors import BadInput, DiskFull


@contextmanager
def whole(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Write beside the target, flush to the disk, rename over the target; after a failure nothing is left behind."""
    half = path.with_name(path.name + ".part")
    try:
        try:
            with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode), "w+b") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise _as_fault(error, path) from error


def _as_fault(error: OSError, path: Path) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"磁盘已满，无法写入 {path}。", hint="清理磁盘，或换一个位置，再做一次。")
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return BadInput(f"无法写入 {path}（{error.strerror}）。", hint="请检查路径和权限，或换一个位置。")
    return error
