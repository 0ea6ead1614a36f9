"""DICOM content: what an object says, how two of them differ, data sets as JSON and back. Pure: bytes in, values out.

`read` and `summary` describe one object, `same` and `attribute_differences` hold two against each other,
`dataset_to_json` and `json_to_dataset` are the DICOM JSON Model (PS3.18 Annex F), `part10` and `from_part10` files,
`spoiling.py` bad objects made of good ones. Not here: sending anything, studies and series.
"""

from harness.content.dicom.difference import attribute_differences, same
from harness.content.dicom.jsonmodel import dataset_to_json, json_to_dataset
from harness.content.dicom.objects import Described, read, summary
from harness.content.dicom.part10 import from_part10, part10, split
from harness.content.tree import Unreadable

__all__ = [
    "Described",
    "Unreadable",
    "attribute_differences",
    "dataset_to_json",
    "from_part10",
    "json_to_dataset",
    "part10",
    "read",
    "same",
    "split",
    "summary",
]
