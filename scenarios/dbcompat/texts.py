"""Not written yet."""

from __future__ import annotations

from harness.model import Probe

PROBES: tuple[Probe, ...] = ()
