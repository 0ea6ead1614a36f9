"""A shared document from the plain values of a step's parameters. Not here: its text (`cda/`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.emr.catalogue import HOSPITAL
from scenarios.emr.cda.document import Encounter, Measured, Named, SharedDocument, Subject
from scenarios.emr.cda.writing import written


def text_of(document: Mapping[str, Any]) -> str:
    """The CDA that the parameters describe."""
    return written(
        SharedDocument(
            document_id=document["document_id"],
            type_code=document["type_code"],
            title=document["title"],
            record_id=document["record_id"],
            version_no=document["version_no"],
            written_at=document["written_at"],
            subject=Subject(**document["subject"]),
            encounter=Encounter(
                visit_no=document["visit_no"],
                visit_class=document["visit_class"],
                department=Named(*document["department"]),
                began_at=document["began_at"],
            ),
            organisation=Named(*HOSPITAL),
            author=Named(*document["author"]),
            signer=Named(*document["author"]),
            signed_at=document["written_at"],
            sections=tuple((code, text) for code, text in document["sections"]),
            diagnoses=tuple(Named(*each) for each in document["diagnoses"]),
            results=tuple(Measured(*each) for each in document["results"]),
        )
    )
