"""The remote agent's memory: readings in segment files, addressed by one running byte offset.

A client that lost its link asks again from where it stopped. Bounded: the oldest segment goes when there are too many,
so that an agent forgotten on a hospital's server never fills its disk.
"""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path

from harness.agent.collector import FileSink

SEGMENT_BYTES = 16 << 20
KEEP_SEGMENTS = 16  # 256 MiB: about two days of one reading a second on a 64-core host


class Spool:
    """A `Sink` that can be read while it is written."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, keep: int = KEEP_SEGMENTS) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._keep = keep
        self._lock = threading.Lock()
        mark = folder / "id"
        if not mark.exists():
            mark.write_text(secrets.token_hex(8), encoding="ascii")
        self.id = mark.read_text(encoding="ascii").strip()
        self._starts = sorted(int(p.stem.removeprefix("readings-")) for p in folder.glob("readings-*.jsonl")) or [0]
        self._sink = FileSink(self._path(self._starts[-1]))
        self._end = self._starts[-1] + os.path.getsize(self._path(self._starts[-1]))

    def _path(self, start: int) -> Path:
        return self._folder / f"readings-{start:018d}.jsonl"

    @property
    def end(self) -> int:
        """The offset behind the last line."""
        with self._lock:
            return self._end

    def write(self, line: bytes, /) -> None:
        """Append one line."""
        with self._lock:
            if self._end - self._starts[-1] >= self._segment_bytes:
                self._sink.close()
                self._sink = FileSink(self._path(self._end))
                self._starts.append(self._end)
            while len(self._starts) > self._keep:
                self._path(self._starts.pop(0)).unlink(missing_ok=True)
            self._sink.write(line)
            self._end += len(line)

    def read(self, after: int, limit: int) -> tuple[int, bytes]:
        """Whole lines from `after` on, at most about `limit` bytes, and the offset at which they begin.

        That offset is larger than `after` where the oldest lines are gone. An offset beyond the end is answered with
        nothing at the end: the caller knows another spool.
        """
        with self._lock:
            starts, end = list(self._starts), self._end
        after = max(after, starts[0])
        if after >= end:
            return end, b""
        start = max(s for s in starts if s <= after)
        with self._path(start).open("rb") as file:
            file.seek(after - start)
            content = file.read(min(limit, end - after))
        return after, content[: content.rfind(b"\n") + 1]

    def close(self) -> None:
        with self._lock:
            self._sink.close()
