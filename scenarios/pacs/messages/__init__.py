"""What is said to the archive, the RIS and the archive's Web side: a message object each."""

from __future__ import annotations

from collections.abc import Mapping

from harness.message import Message
from scenarios.pacs.messages import archive, bad, web, worklist

MESSAGES: Mapping[str, Message] = {
    found.name: found
    for page in (archive, bad, web, worklist)
    for found in vars(page).values()
    if isinstance(found, Message)
}
