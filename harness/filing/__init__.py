"""A run folder (or several) → its dossier: what is filed beside the figures. Not here: any document.

cases.py       every test that was done or not done, a line each
problems.py    what is wrong, with severity, reproduction and what became of it
evidence.py    where a statement comes from, down to the rows
history.py     the runs of a series and what changed between them
appendix.py    the items of Appendix B that the documents serve
gather.py      all of it together
"""
