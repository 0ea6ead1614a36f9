"""The business of the laboratory, one function per transaction, grouped by who does it."""

from __future__ import annotations

from harness.model import Transaction
from scenarios.lis.transactions import (
    control,
    critical,
    measuring,
    messages_hl7,
    messages_probes,
    messages_web,
    microbiology,
    probes,
    requests,
    review,
    statistics,
)

TRANSACTIONS: tuple[Transaction, ...] = (
    *requests.TRANSACTIONS,
    *measuring.TRANSACTIONS,
    *microbiology.TRANSACTIONS,
    *review.TRANSACTIONS,
    *critical.TRANSACTIONS,
    *control.TRANSACTIONS,
    *statistics.TRANSACTIONS,
    *messages_hl7.TRANSACTIONS,
    *messages_web.TRANSACTIONS,
    *probes.TRANSACTIONS,
    *messages_probes.TRANSACTIONS,
)
