"""Dossier → documents: what stands in which report, chapter by chapter, in the order that assessors expect.

    pen.py          what every chapter writes with: words, verdict cells, links to the evidence
    front.py        declaration, conclusion, basis
    subject.py      the systems, their environment, the tools and data
    method.py       how it was tested, what was executed
    results.py      a chapter for each kind; function.py … stability.py say it
    problems.py     the list of problems, deviations and limits
    back.py         Appendix B, signatures, attachments
    documents.py    which chapters make which document
    workbook.py     the test ledger as sheets

Nothing here computes a figure or knows a file format.
"""
