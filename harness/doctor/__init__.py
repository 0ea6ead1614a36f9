"""`xinheng doctor`: what is there on both sides before anything runs, and what of it will hurt.

`examine.py` looks (the only file here that opens anything), `advise.py` says what to make of it by the rules of
`pairs.py`, `databases.py` and `machines.py`, `lines.py` lays both sides out, `document.py` is the JSON.
Not here: what a driver asks its server (`drivers/sql/examine.py`), how tables are printed (`harness/cli/doctor.py`).
"""
