"""Where one load process appends its samples. Not here: what a sample is, and reading them (`samples.py`)."""

from __future__ import annotations

import os
from pathlib import Path

from harness.errors import DiskFull


class SampleFile:
    """Append-only file of fixed-size samples; what was appended survives the death of the process."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def append(self, samples: bytes) -> None:
        try:
            whole = os.write(self._fd, samples) == len(samples)
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error
        if not whole:  # a torn record would shift every one behind it
            raise self._full("磁盘空间不足")

    @staticmethod
    def _full(reason: str) -> DiskFull:
        return DiskFull(f"无法写入样本：{reason}。", hint="清理磁盘后用 xinheng run --resume 继续。")

    def close(self) -> None:
        os.close(self._fd)
