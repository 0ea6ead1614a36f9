"""How wide letters of the bundled face are, so that a word is broken where it does not fit and nowhere else.

Not here: which characters the face has (`reports/svg.py`).
"""

from __future__ import annotations

import functools
from pathlib import Path

from matplotlib.ft2font import FT2Font, LoadFlags

from reports.svg import font_file

MONOSPACED = 0.6  # ems: every Latin letter of the monospaced face


def folder() -> Path:
    """Where the face lies, and no other."""
    return Path(font_file()).parent


@functools.cache
def ems(letter: str) -> float:
    """The width of one letter as a share of its size."""
    return float(_face().load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance) / _face().units_per_EM


@functools.cache
def _face() -> FT2Font:
    return FT2Font(font_file())
