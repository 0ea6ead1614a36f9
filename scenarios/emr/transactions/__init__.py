"""The business of the record: one function per transaction, grouped by who does it."""

from __future__ import annotations

from harness.model import Transaction
from scenarios.emr.transactions import (
    archiving,
    documents,
    editing,
    front_page,
    looking,
    messages_documents,
    messages_records,
    probes,
    quality,
    results,
    signing,
    visits,
)

TRANSACTIONS: tuple[Transaction, ...] = (
    *visits.TRANSACTIONS,
    *editing.TRANSACTIONS,
    *results.TRANSACTIONS,
    *signing.TRANSACTIONS,
    *front_page.TRANSACTIONS,
    *archiving.TRANSACTIONS,
    *documents.TRANSACTIONS,
    *looking.TRANSACTIONS,
    *quality.TRANSACTIONS,
    *messages_records.TRANSACTIONS,
    *messages_documents.TRANSACTIONS,
    *probes.TRANSACTIONS,
    *messages_records.PROBES,
    *messages_documents.PROBES,
)
