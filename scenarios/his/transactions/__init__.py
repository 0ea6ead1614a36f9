"""The business of the hospital, one function per transaction, grouped as a hospital groups its windows."""

from __future__ import annotations

from harness.model import Transaction
from scenarios.his.transactions import cashier, inpatient, outpatient, pharmacy, probes, reports

TRANSACTIONS: tuple[Transaction, ...] = (
    *outpatient.TRANSACTIONS,
    *cashier.TRANSACTIONS,
    *pharmacy.TRANSACTIONS,
    *inpatient.TRANSACTIONS,
    *reports.TRANSACTIONS,
    *probes.TRANSACTIONS,
)
