"""What one object says: identity, a cell per attribute, a digest of its pixels. Whatever arrives is described."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.cells import encode
from harness.content.dicom import pixels
from harness.content.dicom.columns import REPRESENTATIONS, Columns, opened
from harness.content.tree import Unreadable
from harness.imaging import DicomObject

_MOST_TROUBLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One object as it was read."""

    patient: str
    study: str
    series: str
    instance: str
    sop_class: str
    syntax: str
    attributes: Mapping[str, Any]  # column → cell; pixels are not among them
    pixels: bytes  # SHA-256; nothing where there are none
    trouble: str  # what could not be read, and why


def read(item: DicomObject) -> Described:
    """Everything that two archives may differ in."""
    try:
        level = opened(item.dataset, item.transfer_syntax)
    except Unreadable as reason:
        return _described(item, {}, b"", (str(reason),))
    columns = Columns()
    columns.add_level(level)
    if columns.deviating:
        columns.cells[REPRESENTATIONS] = "; ".join(sorted(columns.deviating))
    digest, trouble = pixels.digest(level, item.transfer_syntax)
    return _described(item, columns.cells, digest, (*columns.troubles, *filter(None, [trouble])))


def _described(item: DicomObject, cells: Mapping[str, Any], digest: bytes, troubles: tuple[str, ...]) -> Described:
    more = f"；另有 {len(troubles) - _MOST_TROUBLES} 处" if len(troubles) > _MOST_TROUBLES else ""
    return Described(
        patient=str(cells.get("PatientID", "")),
        study=str(cells.get("StudyInstanceUID", "")),
        series=str(cells.get("SeriesInstanceUID", "")),
        instance=str(cells.get("SOPInstanceUID", "")) or item.sop_instance,
        sop_class=str(cells.get("SOPClassUID", "")) or item.sop_class,
        syntax=item.transfer_syntax,
        attributes=cells,
        pixels=digest,
        trouble="；".join(troubles[:_MOST_TROUBLES]) + more,
    )


def summary(item: DicomObject) -> dict[str, str]:
    """The object in six short values: who it is, and two digests that are equal where two objects are."""
    seen = read(item)
    attributes = hashlib.sha256()
    for name in sorted(seen.attributes):
        attributes.update(f"{name}\0{encode(seen.attributes[name])}\0".encode("utf-8", "surrogatepass"))
    return {
        "instance": seen.instance,
        "series": seen.series,
        "class": seen.sop_class,
        "syntax": seen.syntax,
        "attributes": attributes.hexdigest(),
        "pixels": seen.pixels.hex(),
    }
