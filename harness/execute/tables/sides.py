"""Both databases at once: a question is asked of the two in parallel, because each answers on its own machine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import TypeVar

from harness.ports import TableReader

Answer = TypeVar("Answer")


class Sides:
    """The readers of the original and of the migrated database."""

    def __init__(self, original: TableReader, migrated: TableReader) -> None:
        self.original = original
        self.migrated = migrated
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="xinheng-tables")

    @classmethod
    def opened(cls, original: Callable[[], TableReader], migrated: Callable[[], TableReader]) -> Sides:
        with ExitStack() as closing:
            one = original()
            closing.callback(one.close)
            other = migrated()
            closing.pop_all()
        return cls(one, other)

    def __enter__(self) -> Sides:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True)
        for reader in (self.original, self.migrated):
            reader.close()

    def both(
        self, original: Callable[[TableReader], Answer], migrated: Callable[[TableReader], Answer]
    ) -> tuple[Answer, Answer]:
        """Each side's answer to its question; the first fault of either is raised when both have ended."""
        asked = (
            self._threads.submit(original, self.original),
            self._threads.submit(migrated, self.migrated),
        )
        faults = [fault for each in asked if (fault := each.exception()) is not None]
        if faults:
            raise faults[0]
        return asked[0].result(), asked[1].result()

    @property
    def hash(self) -> bool:
        """Whether both can hash their rows themselves."""
        return self.original.digests_rows and self.migrated.digests_rows

    def busy(self) -> int:
        """The sessions at work on the busier side."""
        return max(self.both(lambda reader: reader.busy(), lambda reader: reader.busy()))
