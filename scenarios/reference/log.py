"""The application's own log, for people. Not here: what faults did (`faults/switches.py`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


class Log:
    """Appends one line per sentence."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)

    def say(self, sentence: str) -> None:
        now = dt.datetime.now().astimezone()
        self._file.write(f"{now:%Y-%m-%d %H:%M:%S} {' '.join(sentence.split())}\n")

    def write(self, text: str) -> None:
        """As a file is written to: gevent's server reports bad requests so."""
        if text.strip():
            self.say(text)

    def close(self) -> None:
        self._file.close()
