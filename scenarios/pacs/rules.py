"""Which differences between products are known, judged harmless to this PACS, and declared. Nothing else is."""

from __future__ import annotations

from harness.model import Rule

RULES: tuple[Rule, ...] = ()
