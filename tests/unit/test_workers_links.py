"""What joins generator processes on several hosts: clocks held against each other, samples that are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.execute.workers import shipping
from harness.execute.workers.clock_offset import Offset, offset_of
from harness.execute.workers.shipping import Spool, receive


def test_the_shortest_round_trip_tells_most_about_the_other_clock() -> None:
    ahead = 5_000_000
    exchanges = [
        (1_000, 1_000 + 90_000 + ahead, 101_000),  # slow on the way there
        (200_000, 200_000 + 1_200 + ahead, 202_000),
        (300_000, 300_000 + 5_000 + ahead, 400_000),  # slow on the way back
    ]
    found = offset_of(exchanges)
    assert found == Offset(ns=ahead + 200, uncertainty_ns=1_000)
    assert abs(found.ns - ahead) <= found.uncertainty_ns


def test_a_clock_that_drifts_is_less_certain() -> None:
    first = Offset(ns=1_000, uncertainty_ns=50)
    assert first.and_later(Offset(ns=1_010, uncertainty_ns=20)) == first
    assert first.and_later(Offset(ns=1_400, uncertainty_ns=30)) == Offset(ns=1_000, uncertainty_ns=430)


class Link:
    """Carries messages from a spool to its copy, unless it is broken."""

    def __init__(self, tmp_path: Path) -> None:
        self.copy = tmp_path / "copy.bin"
        self.spool = Spool(tmp_path / "spool.bin", "original", self._carry)
        self.broken = False
        self.carried: list[int] = []

    def _carry(self, message: Mapping[str, Any]) -> None:
        self.carried.append(len(message["content"]))
        if not self.broken:
            self.spool.confirmed(receive(self.copy, message))

    def append(self, content: bytes) -> None:
        with self.spool.path.open("ab") as file:
            file.write(content)

    @property
    def same(self) -> bool:
        return self.copy.read_bytes() == self.spool.path.read_bytes()


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Link:
    monkeypatch.setattr(shipping, "CHUNK", 10)
    monkeypatch.setattr(shipping, "AGAIN_S", 0.0)
    return Link(tmp_path)


def test_a_spool_is_copied_piece_by_piece(link: Link) -> None:
    link.append(b"0123456789abcdefghijklmno")
    link.spool.ship()
    assert link.same
    assert link.carried == [10, 10, 5]
    assert link.spool.left == 0


def test_a_broken_link_loses_nothing(link: Link) -> None:
    link.append(b"before")
    link.spool.ship()
    link.broken = True
    link.append(b" while it is broken")
    link.spool.ship()
    link.spool.ship()
    assert link.spool.left == len(b" while it is broken")
    link.broken = False
    link.spool.ship()
    assert link.same


def test_what_arrives_twice_is_taken_once(tmp_path: Path) -> None:
    message = {"name": "original", "offset": 0, "content": b"once"}
    assert receive(tmp_path / "copy.bin", message) == 4
    assert receive(tmp_path / "copy.bin", message) == 4
    assert receive(tmp_path / "copy.bin", {**message, "offset": 9}) == 4
    assert (tmp_path / "copy.bin").read_bytes() == b"once"
