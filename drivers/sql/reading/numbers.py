"""What numbers of a given width hold, in any product."""

from __future__ import annotations

SINGLE, DOUBLE = 24, 53  # bits that IEEE 754 keeps of a number's digits


def signed(bits: int) -> tuple[int, int]:
    """The least and the greatest whole number."""
    return -(1 << bits - 1), (1 << bits - 1) - 1


def unsigned(bits: int) -> tuple[int, int]:
    return 0, (1 << bits) - 1
