"""Both databases at once: a question is asked of the two in parallel, because each answers on its own machine.

Each side answers in the order in which it was asked: the next rows can be asked for while the last are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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
        self._threads = tuple(ThreadPoolExecutor(1, thread_name_prefix="xinheng-tables") for _ in range(2))

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
        for thread in self._threads:
            thread.shutdown(wait=True, cancel_futures=True)
        for reader in (self.original, self.migrated):
            reader.close()

    def both(
        self, original: Callable[[TableReader], Answer], migrated: Callable[[TableReader], Answer]
    ) -> tuple[Answer, Answer]:
        """Each side's answer to its question; the first fault of either is raised when both have ended."""
        return self.asked(original, migrated)()

    def asked(
        self, original: Callable[[TableReader], Answer], migrated: Callable[[TableReader], Answer]
    ) -> Callable[[], tuple[Answer, Answer]]:
        """The same, with the answers to be called for later."""
        one: Future[Answer] = self._threads[0].submit(original, self.original)
        other: Future[Answer] = self._threads[1].submit(migrated, self.migrated)

        def answers() -> tuple[Answer, Answer]:
            faults = [fault for each in (one, other) if (fault := each.exception()) is not None]
            if faults:
                raise faults[0]
            return one.result(), other.result()

        return answers

    @property
    def hash(self) -> bool:
        """Whether both can hash their rows themselves."""
        return self.original.digests_rows and self.migrated.digests_rows

    def busy(self) -> int:
        """The sessions at work on the busier side."""
        return max(self.both(lambda reader: reader.busy(), lambda reader: reader.busy()))
