"""Documents for filing: one content (`model.py`), written as HTML, DOCX, PDF and XLSX by a writer each.

What stands in which document is said by `reports/chapters`; a writer knows no chapter.
"""
