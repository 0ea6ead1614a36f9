"""Shared documents: CDA R2 in the structure of WS/T 500 (`document.py` says what stands in one, `writing.py` makes the
text of it, `reading.py` takes out of a text what a document library needs, `codes.py` are the identifiers).
"""
