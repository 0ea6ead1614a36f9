"""From a signed record as it lies in the tables to the values of a shared document.

Not here: the document's text (`cda/`), registering it (`transactions/documents.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Row
from scenarios.emr.catalogue import HOSPITAL
from scenarios.emr.cda.document import Encounter, Measured, Named, SharedDocument, Subject
from scenarios.emr.cda.writing import written
from scenarios.emr.writing import sections_of

GENDERS = {"M": "1", "F": "2"}  # GB/T 2261.1


def composed(
    document_id: str,
    record_id: str,
    record: Row,
    content: str,
    others: tuple[Sequence[Row], Sequence[Row], Sequence[Row]],
) -> str:
    """The CDA of a record; `record` as `record_to_share` answers, `others` diagnoses, signatures and quoted results."""
    diagnoses, signatures, quoted = others
    (_, type_code, title, version_no, signed_at, visit_no, visit_class, admitted_at, left_at, *place) = record
    dept_id, dept_name, patient_id, resident_id, name, gender_code, birth_date, author_id, author_name = place
    return written(
        SharedDocument(
            document_id=document_id,
            type_code=type_code,
            title=title,
            record_id=record_id,
            version_no=version_no,
            written_at=signed_at,
            subject=Subject(
                patient_id=patient_id,
                resident_id=resident_id,
                name=name,
                gender_code=GENDERS[gender_code.strip()],
                birth_date=birth_date,
            ),
            encounter=Encounter(
                visit_no=visit_no,
                visit_class=visit_class,
                department=Named(dept_id, dept_name),
                began_at=admitted_at,
                ended_at=left_at,
            ),
            organisation=Named(*HOSPITAL),
            author=Named(author_id, author_name),
            signer=Named(signatures[-1][3], signatures[-1][2]),
            signed_at=signatures[-1][5],
            sections=tuple(sections_of(content).items()),
            diagnoses=tuple(Named(*row) for row in diagnoses),
            results=tuple(Measured(code, name, text, unit, flag, at) for _, code, name, text, unit, flag, at in quoted),
        )
    )
