"""Columns that grow batch by batch and are put together once. Not here: what stands in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Pile:
    """Columns of equal length; false while nothing was added."""

    def __init__(self) -> None:
        self._parts: dict[str, list[npt.NDArray[Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, **columns: npt.NDArray[Any]) -> None:
        for name, column in columns.items():
            self._parts.setdefault(name, []).append(column)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """The whole column; its parts are let go."""
        parts = self._parts[name]
        if len(parts) > 1:
            parts[:] = [np.concatenate(parts)]
        return parts[0]
