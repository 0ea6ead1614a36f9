"""What every content has for those who spoil it. Not here: the contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value and where it stands."""

    path: str
    text: str
    put: Callable[[str], None]  # a number stays one
    drop: Callable[[], None]
    as_text: Callable[[], None] | None = None  # of a number, where the content tells numbers from texts
    named: str = ""  # what is called a code by its name
    stamp: bool = False  # of the message itself: taken only where there is nothing else
    gone: str = ""  # the path that shows it when it is dropped: what held nothing else becomes empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """Things of one name, side by side; the index counts from 0."""

    paths: tuple[str, ...]
    drop: Callable[[int], None]
    double: Callable[[int], None]
    swap: Callable[[int, int], None]
    same: Callable[[int, int], bool]
    gone: str = ""  # as of a leaf


class Message(Protocol):
    """A message that can be changed."""

    def leaves(self) -> Iterator[Leaf]: ...

    def siblings(self) -> Iterator[Siblings]: ...

    def add(self) -> str:
        """Put something into it that nobody asked for; its path."""

    def text(self) -> str:
        """As it is written now."""


def followed(act: Callable[..., Any], then: Callable[[], None]) -> Callable[..., None]:
    """`act`, and then whatever it makes necessary."""

    def both(*args: Any) -> None:
        act(*args)
        then()

    return both


def nothing() -> None:
    """Nothing is made necessary."""
