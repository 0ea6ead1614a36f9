"""The reference archive: keeps DICOM objects, lists them, hands them out. It stands in for a hospital's own PACS.

The index lies in the stack's own database, the objects in files. `archive.py` what it does, `entry.py` what the index
knows of an object, `tables.py`, `statements.py` and `index.py` the index, `files.py` the objects, `matching.py` when a
query matches, `web.py` DICOMweb, `careless.py` the same archive with faults.

Not here: the DICOM protocol (`drivers/messages/dicom/provider.py`), work lists and MPPS (the pack's own handler).
"""
