"""Objects on their way into an archive: as a C-STORE, or several as one STOW-RS. Not here: which objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial

from harness.content.dicom import part10
from harness.content.dicom_multipart import build
from harness.imaging import DicomObject
from harness.message import Outgoing


def stored(item: DicomObject, study: str) -> Outgoing:
    """One C-STORE; `study` is whose association it belongs to."""
    return Outgoing(
        body=item.dataset,
        path=item.sop_class,
        method="C-STORE",
        headers={"syntax": item.transfer_syntax, "sop": item.sop_instance, "study": study},
        noted=partial(_noted, study, item),
    )


def posted(items: Sequence[DicomObject], study: str) -> Outgoing:
    """One STOW-RS into a study."""
    content_type, body = build([part10(item) for item in items])
    return Outgoing(
        body=body,
        path=f"studies/{study}",
        method="POST",
        headers={"Content-Type": content_type, "Accept": "application/dicom+json"},
        noted=partial(_noted, study, *items),
    )


def _noted(study: str, *items: DicomObject) -> bytes:
    """One line each."""
    return b"\n".join(_line(study, item) for item in items)


def _line(study: str, item: DicomObject) -> bytes:
    told = {
        "SOPInstanceUID": item.sop_instance,
        "SOPClassUID": item.sop_class,
        "StudyInstanceUID": study,
        "TransferSyntaxUID": item.transfer_syntax,
        "bytes": len(item.dataset),
        "sha256": hashlib.sha256(item.dataset).hexdigest(),
    }
    return json.dumps(told, separators=(",", ":")).encode()
