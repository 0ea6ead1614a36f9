"""Tables of two databases, written down the same way: which is which, how they are cut, which rows and values differ.

Pure. Not here: asking databases (`execute/tables`), schemas and verdicts (`compare/`).
"""
