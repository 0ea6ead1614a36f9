"""Two databases held against each other, table by table: what is asked of them, in which order, and what is kept.

Reads and nothing more. Not here: SQL (`drivers/sql/reading`), judging rows (`tables/`), words (`reports/tables.py`).
"""
