"""What the pipeline holds for a host: the `Agent` Protocol, and the choice between the two kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from harness.agent.local import LocalAgent
from harness.agent.remote import RemoteAgent
from harness.model import Host


class Agent(Protocol):
    """Readings of one host into one local file (`reading.py` says how it looks)."""

    @property
    def host(self) -> Host: ...

    def start(self) -> None:
        """Begin, or begin again after it died: the file is appended to. Raises BadInput or Fault."""

    def stop(self) -> None:
        """End and keep what was read. Never raises for an agent that is gone already."""

    def alive(self) -> bool:
        """Readings are being taken for us. False: call `start` again; the gap shows in the readings.

        A remote agent that cannot be reached for a while is alive: it stores what we fetch later.
        """

    def facts(self) -> dict[str, str]:
        """Facts of the host (`harness.facts`)."""

    def machine(self) -> str:
        """The same for all that runs on one machine since it started, containers included; "" outside Linux."""


def agent_for(host: Host, out: Path, interval_s: float = 1.0) -> Agent:
    """The agent of a host, not yet started. A remote agent reads at its own interval."""
    if host.agent == "local":
        return LocalAgent(host, out, interval_s)
    return RemoteAgent(host, out)
