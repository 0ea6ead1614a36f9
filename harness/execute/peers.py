"""The message interfaces that one user talks to: a session each, beside the database session.

Not here: what is said (`conversation.py`), the protocols (drivers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import NamedTuple

from harness.message import MessageEndpoint
from harness.model import Pack
from harness.ports import MessageDriver, MessageSession

MessageDriverFor = Callable[[MessageEndpoint], MessageDriver]


class Peer(NamedTuple):
    """One interface as a user holds it."""

    session: MessageSession
    charset: str


Peers = Mapping[str, Peer]  # interface → peer


def message_drivers(
    pack: Pack, endpoints: Mapping[str, MessageEndpoint], driver_for: MessageDriverFor
) -> dict[str, MessageDriver]:
    """A driver for each of the pack's interfaces that the stack has an endpoint for."""
    return {i.name: driver_for(endpoints[i.name]) for i in pack.interfaces if i.name in endpoints}


def connected(drivers: Mapping[str, MessageDriver]) -> dict[str, Peer]:
    """Sessions of one user. Raises like `MessageDriver.connect`; those opened before are closed then."""
    peers: dict[str, Peer] = {}
    with ExitStack() as opened:
        for name, driver in drivers.items():
            session = driver.connect()
            opened.callback(session.close)
            peers[name] = Peer(session, driver.endpoint.charset)
        opened.pop_all()
    return peers


def hang_up(peers: Peers) -> None:
    for peer in peers.values():
        peer.session.close()
