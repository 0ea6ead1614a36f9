"""What the laboratory takes over its interfaces: lengths and codes, as its interface documents say them."""

from __future__ import annotations

import re

from scenarios.lis import catalogue_texts as texts

MOST_BYTES = 1 << 20  # of a message
CODE = 24  # characters of a number or a code
TEXT = 4000  # of a text that a person wrote
REPORT = 12_000  # of a report in free text
CRITICAL = 24  # characters of the number of a critical value
SHORT = 100
VALUE = 200  # of a result
CONTROL_VALUE = 20

PATIENT_CLASSES = ("O", "I", "E")
PRIORITIES = ("R", "S")
VALUE_TYPES = ("NM", "SN", "ST", "FT")
GROWTH = ("P", "N")
REASONS = tuple(reason for reason, _ in texts.REJECTIONS)
CHANNELS = texts.CHANNELS

NUMERIC = re.compile(r"-?\d{1,10}(?:\.\d{1,4})?\Z", re.ASCII)  # what a result column holds without rounding
BEYOND = re.compile(r"[<>]\d{1,10}(?:\.\d{1,4})?\Z", re.ASCII)  # below or above what can be measured
