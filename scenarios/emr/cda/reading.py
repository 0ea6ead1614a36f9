"""What a document library needs to know of a shared document: who, which visit, what kind, when.

Not here: comparing documents (`harness.content.cda`), keeping them (the transactions).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from harness.content import xmltext
from harness.content.tree import Unreadable
from scenarios.emr.cda import codes
from scenarios.emr.cda.writing import NAMESPACE
from scenarios.soap import Element, Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The header of a document."""

    document_id: str
    type_code: str
    title: str
    record_id: str | None
    written_at: dt.datetime
    patient_id: str
    visit_no: str
    author_id: str


def read(text: str) -> Found:
    """The header of a document. Raises `Unfit`."""
    try:
        root = Element(xmltext.parse(text))
    except Unreadable as wrong:
        raise Unfit(f"共享文档读不出来：{wrong}") from None
    if root.name != "ClinicalDocument" or root.maybe("@xmlns") != NAMESPACE:
        raise Unfit("共享文档的根元素应为 ClinicalDocument")
    if (root.maybe("typeId/@root"), root.maybe("typeId/@extension")) != codes.TYPE:
        raise Unfit("typeId 不是 CDA R2")
    type_code = root.text("code/@code")
    if not type_code[1:].isdecimal() or root.maybe("templateId/@root") != codes.template_of(type_code):
        raise Unfit(f"templateId 与文档类型 {type_code} 不符")
    if not root.all("component"):
        raise Unfit("没有文档体")
    return Found(
        document_id=_extension(root, codes.DOCUMENT_ID),
        type_code=type_code,
        title=root.text("title", longest=60),
        record_id=root.maybe("setId/@extension", longest=24),
        written_at=root.moment("effectiveTime/@value"),
        patient_id=_extension(root, codes.PATIENT_ID, holder="recordTarget/patientRole"),
        visit_no=_extension(root, *codes.VISIT_ID.values(), holder="recordTarget/patientRole"),
        author_id=root.text("author/assignedAuthor/id/@extension"),
    )


def _extension(root: Element, *authorities: str, holder: str = "") -> str:
    """The number that one of these authorities gave."""
    ids = root.all(f"{holder}/id" if holder else "id")
    found = next((each for each in ids if each.maybe("@root") in authorities), None)
    if found is None:
        raise Unfit(f"{holder or root.name} 没有 {'、'.join(authorities)} 的 id")
    return found.text("@extension")
