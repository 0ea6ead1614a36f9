"""What the reference server is asked in any protocol: numbered requests, sleeps, and what may be answered at once.

Not here: the bytes of a protocol (one file each), when an answer leaves (`server.py`).
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

NAME = "Xinheng reference server of known service times, not a database"
AT_ONCE, DRAWN = -1, 0
UNNUMBERED = -1


class Asked(NamedTuple):
    """One whole request, and the answer that will leave when its time has passed."""

    answer: bytes
    takes_ns: int = AT_ONCE  # or DRAWN, or so long
    number: int = UNNUMBERED  # of a request whose service time is recorded


class Dialect(Protocol):
    """One connection's side of a protocol. Raises ValueError for what it does not speak."""

    def greeting(self) -> bytes:
        """What the server says first."""

    def take(self, data: bytes) -> list[Asked]:
        """The requests that are whole once this has come, too."""


_NUMBERED = re.compile(r"select\s+(\d+)\s+as\s+step_number", re.IGNORECASE)
_SLEEP = re.compile(r"select\s+(?:pg_)?sleep\(([\d.]+)\)", re.IGNORECASE)
_VERSION = re.compile(r"select\s+(version\(\)|@@version_comment)", re.IGNORECASE)
_ENDS, _BEGINS = ("commit", "rollback"), ("begin", "start transaction")


class Statement:
    """What an SQL statement wants, as far as this server goes."""

    __slots__ = ("column", "known", "number", "takes_ns", "transaction", "value")

    def __init__(self, text: str, version: str) -> None:
        self.takes_ns, self.number = AT_ONCE, UNNUMBERED
        self.column = self.value = ""  # of the one row of a query
        self.transaction: bool | None = None  # whether one is open afterwards, where this decides it
        word = text.strip().lower()
        if numbered := _NUMBERED.search(text):
            self.takes_ns, self.number = DRAWN, int(numbered[1])
            self.column, self.value = "step_number", numbered[1]
        elif sleep := _SLEEP.search(text):
            self.takes_ns, self.column, self.value = int(float(sleep[1]) * 1e9), "sleep", "0"
        elif _VERSION.match(word):
            self.column, self.value = "version", version
        elif word.startswith(_BEGINS):
            self.transaction = True
        elif word.startswith(_ENDS):
            self.transaction = False
        self.known = bool(self.column) or self.transaction is not None or word.startswith("set ")
