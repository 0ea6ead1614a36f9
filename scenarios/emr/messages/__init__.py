"""What is said over the EMR's interfaces: a message object each, composing itself from a step's parameters."""

from __future__ import annotations

from collections.abc import Mapping

from harness.message import Message
from scenarios.emr.messages import hl7, rest, soap

MESSAGES: Mapping[str, Message] = {
    found.name: found for page in (rest, soap, hl7) for found in vars(page).values() if isinstance(found, Message)
}
