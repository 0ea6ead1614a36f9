"""Which faults are switched on: names in a file, one a line, read again whenever it changes.

    reply_code_wrong
    store_text_cut  interface=lis_hl7  at=lis_order.clinical_info
    wire_slow       ms=300

`at` is a pattern of `harness.content.path`: paths of an answer, or table.column. What was done to which place is noted
beside it, one JSON line each: that is what a test holds the findings against. Not here: the faults.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.reference.faults.fault import Fault

_OPTIONS = {"interface", "at", "ms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """One fault that is on."""

    fault: Fault
    interface: str = ""  # nothing: all of them
    at: str = ""
    milliseconds: int = 0


Applied = Callable[[Switched, str, Any, Any], None]  # (which, where, before, after)


class Switches:
    """The file of switches, and the notes of what they did."""

    def __init__(self, home: Path, faults: Mapping[str, Fault], complain: Callable[[str], None]) -> None:
        self._file = home / "faults"
        self._notes = home / "faults.jsonl"
        self._faults = faults
        self._complain = complain
        self._seen: tuple[int, int] | None = None
        self._on: tuple[Switched, ...] = ()

    def on(self, interface: str) -> tuple[Switched, ...]:
        """Those that are on for an interface now."""
        try:
            found = os.stat(self._file)
        except FileNotFoundError:
            return ()
        seen = found.st_mtime_ns, found.st_size
        if seen != self._seen:
            self._on = tuple(filter(None, map(self._read, self._file.read_text(encoding="utf-8").splitlines())))
            self._seen = seen
        return tuple(each for each in self._on if each.interface in ("", interface)) if self._on else ()

    def note(self, switched: Switched, where: str, before: Any, after: Any) -> None:
        line = {"fault": switched.fault.name, "where": where, "before": _shown(before), "after": _shown(after)}
        with self._notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _read(self, line: str) -> Switched | None:
        name, *given = line.split("#", 1)[0].split() or [""]
        if not name:
            return None
        fault = self._faults.get(name)
        options = dict(option.split("=", 1) for option in given if "=" in option)
        milliseconds = options.get("ms", "0")
        if fault is None or len(options) < len(given) or options.keys() - _OPTIONS or not milliseconds.isdecimal():
            self._complain(f"故障开关看不懂：{line}")
            return None
        return Switched(
            fault=fault,
            interface=options.get("interface", ""),
            at=options.get("at", ""),
            milliseconds=int(milliseconds),
        )


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
