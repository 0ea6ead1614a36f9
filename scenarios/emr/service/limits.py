"""What the EMR takes over its interfaces: lengths and codes, as its interface documents say them."""

from __future__ import annotations

from scenarios.emr import catalogue

MOST_BYTES = 1 << 20  # of a message
CONTENT = 200_000  # characters of a record or a shared document
TITLE = 60
REASON = 100
CORRECTION = 200
VALUE = 200  # of a result
REQUESTER = 40

ROLES = ("AUTHOR", "SENIOR")
VISIT_CLASSES = ("O", "I")
ADMISSION_WAYS = ("1", "2", "3", "9")
DISCHARGE_WAYS = ("1", "2", "3", "4", "5", "9")
BLOOD_TYPES = ("1", "2", "3", "4", "5", "6")
CONDITIONS = ("1", "2", "3", "4")
FEES = tuple(code for code, _ in catalogue.FEES)
