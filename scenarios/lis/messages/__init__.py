"""What is said over the laboratory's interfaces: a message object each, composing itself from a step's parameters."""

from __future__ import annotations

from collections.abc import Mapping

from harness.message import Message
from scenarios.lis.messages import hl7, rest, soap

MESSAGES: Mapping[str, Message] = {
    found.name: found for page in (hl7, rest, soap) for found in vars(page).values() if isinstance(found, Message)
}
