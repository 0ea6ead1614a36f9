"""Reading whole databases for a comparison: what they say of themselves, and rows written down one way.

A family's file says how its SQL writes a value, hashes a line and lists its contents. Not here: deciding what to read
(`harness/execute/tables`), pairing or judging (`harness/compare`).
"""
