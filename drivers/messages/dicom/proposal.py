"""The presentation contexts that a session proposes: they grow with what is asked for. Not here: negotiation."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.messages.dicom.services import LIMIT, Context


class Proposal:
    """What is always proposed, and what was asked for, the latest last; the oldest of it gives way."""

    __slots__ = ("_always", "_asked")

    def __init__(self, always: tuple[Context, ...] = ()) -> None:
        self._always = always
        self._asked: dict[Context, None] = {}

    def add(self, contexts: Iterable[Context]) -> None:
        for each in contexts:
            if each not in self._always:
                self._asked.pop(each, None)
                self._asked[each] = None

    @property
    def contexts(self) -> tuple[Context, ...]:
        return self._always + tuple(self._asked)[-(LIMIT - len(self._always)) :]
