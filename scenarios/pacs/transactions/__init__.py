"""The business of the imaging department, one function per transaction, grouped by who does it."""

from __future__ import annotations

from harness.model import Transaction
from scenarios.pacs.transactions import (
    archiving,
    booking,
    examining,
    looking,
    messages_archive,
    messages_probes,
    messages_viewing,
    messages_worklist,
    probes,
    reporting,
    serving,
)

TRANSACTIONS: tuple[Transaction, ...] = (
    *booking.TRANSACTIONS,
    *examining.TRANSACTIONS,
    *archiving.TRANSACTIONS,
    *reporting.TRANSACTIONS,
    *serving.TRANSACTIONS,
    *looking.TRANSACTIONS,
    *messages_worklist.TRANSACTIONS,
    *messages_archive.TRANSACTIONS,
    *messages_viewing.TRANSACTIONS,
    *probes.TRANSACTIONS,
    *messages_probes.TRANSACTIONS,
)
