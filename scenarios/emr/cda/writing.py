"""A shared document as text. The same values give the same text: no clock, no number of its own.

The text bears no XML declaration, so that it can travel in messages of any charset and lie in a database as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from scenarios.emr.cda import codes
from scenarios.emr.cda.codes import System
from scenarios.emr.cda.document import Encounter, Measured, Named, SharedDocument, Subject
from scenarios.hl7 import moment
from scenarios.soap import element

NAMESPACE = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def written(document: SharedDocument) -> str:
    """The whole document."""
    spaces = {"xmlns": NAMESPACE, "xmlns:xsi": XSI}
    return element("ClinicalDocument", (*_header(document), _body(document)), **spaces)


# --------------------------------------------------------------------------- header


def _header(document: SharedDocument) -> tuple[str, ...]:
    root, extension = codes.TYPE
    return (
        element("realmCode", code="CN"),
        element("typeId", root=root, extension=extension),
        element("templateId", root=codes.template_of(document.type_code)),
        _id(codes.DOCUMENT_ID, document.document_id),
        _code("code", document.type_code, codes.DOCUMENT_TYPES),
        element("title", document.title),
        _time("effectiveTime", document.written_at),
        _code("confidentialityCode", "N", codes.CONFIDENTIALITY, "正常访问保密级别"),
        element("languageCode", code="zh-CN"),
        element("setId", extension=document.record_id),
        element("versionNumber", value=document.version_no),
        _subject(document.subject, document.encounter),
        _author(document),
        _custodian(document.organisation),
        _authenticator(document),
        _encounter(document.encounter, document.organisation),
    )


def _subject(subject: Subject, encounter: Encounter) -> str:
    began = encounter.began_at.date()
    born = subject.birth_date
    years = began.year - born.year - ((began.month, began.day) < (born.month, born.day))
    gender = subject.gender_code.strip()
    person = (
        _id(codes.RESIDENT_ID, subject.resident_id),
        element("name", subject.name),
        _code("administrativeGenderCode", gender, codes.GENDERS, codes.GENDER_NAMES.get(gender)),
        element("birthTime", value=f"{born:%Y%m%d}"),
        element("age", unit="岁", value=years),
    )
    role = (
        _id(codes.VISIT_ID[encounter.visit_class], encounter.visit_no),
        _id(codes.PATIENT_ID, subject.patient_id),
        element("patient", person, classCode="PSN", determinerCode="INSTANCE"),
    )
    return element(
        "recordTarget", (element("patientRole", role, classCode="PAT"),), typeCode="RCT", contextControlCode="OP"
    )


def _author(document: SharedDocument) -> str:
    assigned = (_id(codes.AUTHOR_ID, document.author.code), _person(document.author))
    inner = (_time("time", document.written_at), element("assignedAuthor", assigned, classCode="ASSIGNED"))
    return element("author", inner, typeCode="AUT", contextControlCode="OP")


def _custodian(organisation: Named) -> str:
    named = (_id(codes.ORGANISATION_ID, organisation.code), element("name", organisation.name))
    holder = element("representedCustodianOrganization", named, classCode="ORG", determinerCode="INSTANCE")
    return element("custodian", (element("assignedCustodian", (holder,), classCode="ASSIGNED"),), typeCode="CST")


def _authenticator(document: SharedDocument) -> str:
    assigned = (
        _id(codes.SIGNER_ID, document.signer.code),
        element("code", displayName="审核医师"),
        _person(document.signer),
    )
    inner = (
        _time("time", document.signed_at),
        element("signatureCode", code="S"),
        element("assignedEntity", assigned, classCode="ASSIGNED"),
    )
    return element("legalAuthenticator", inner, typeCode="LA")


def _encounter(encounter: Encounter, organisation: Named) -> str:
    code, name = codes.VISIT_CLASS_CODES[encounter.visit_class]
    high = () if encounter.ended_at is None else (_time("high", encounter.ended_at),)
    whole = element(
        "wholeOrganization", (_id(codes.ORGANISATION_ID, organisation.code), element("name", organisation.name))
    )
    department = (
        _id(codes.DEPARTMENT_ID, encounter.department.code),
        element("name", encounter.department.name),
        element("asOrganizationPartOf", (whole,), classCode="PART"),
    )
    facility = element("healthCareFacility", (element("serviceProviderOrganization", department),))
    inner = (
        _code("code", code, codes.VISIT_CLASSES, name),
        element("effectiveTime", (_time("low", encounter.began_at), *high)),
        element("location", (facility,), typeCode="LOC"),
    )
    encompassing = element("encompassingEncounter", inner, classCode="ENC", moodCode="EVN")
    return element("componentOf", (encompassing,), typeCode="COMP")


# --------------------------------------------------------------------------- body


def _body(document: SharedDocument) -> str:
    """The sections in their order; results that no section speaks of get one."""
    sections = list(document.sections)
    if document.results and codes.LABORATORY not in dict(sections):
        sections.append((codes.LABORATORY, ""))
    written = [_section(code, text, _entries(code, text, document)) for code, text in sections]
    return element("component", (element("structuredBody", written),))


def _section(code: str, text: str, entries: Iterable[str]) -> str:
    section = codes.SECTIONS[code]
    head = (_code("code", code, codes.LOINC, section.name), element("title", section.title), element("text", text))
    return element("component", (element("section", (*head, *entries)),))


def _entries(code: str, text: str, document: SharedDocument) -> Iterator[str]:
    section = codes.SECTIONS[code]
    if section.element and text:
        value = element("value", text, **{"xsi:type": "ST"})
        yield _observation((section.element, section.element_name), value)
    if code in (codes.DIAGNOSIS, codes.DISCHARGE_DIAGNOSIS):
        for diagnosis in document.diagnoses:
            coded = _coded(diagnosis.code, codes.DIAGNOSES, diagnosis.name)
            value = element("value", **{"xsi:type": "CD"}, **coded)
            yield _observation(codes.DIAGNOSIS_CODE, _time("effectiveTime", document.written_at) + value)
    if code == codes.LABORATORY and document.results:
        yield _laboratory(document.results)


def _laboratory(results: Iterable[Measured]) -> str:
    code, name = codes.LABORATORY_ITEM
    head = (_code("code", code, codes.DATA_ELEMENTS, name), element("statusCode", code="completed"))
    parts = (element("component", (_result(result),)) for result in results)
    organiser = element("organizer", (*head, *parts), classCode="BATTERY", moodCode="EVN")
    return element("entry", (organiser,))


def _result(result: Measured) -> str:
    number = result.value_text.replace(".", "", 1).isdecimal()
    value = (
        element("value", **{"xsi:type": "PQ"}, value=result.value_text, unit=result.unit)
        if number
        else element("value", result.value_text, **{"xsi:type": "ST"})
    )
    flag = () if result.abnormal_flag is None else (element("interpretationCode", code=result.abnormal_flag),)
    inner = (
        element("code", code=result.code, displayName=result.name),
        element("statusCode", code="completed"),
        _time("effectiveTime", result.reported_at),
        value,
        *flag,
    )
    return element("observation", inner, classCode="OBS", moodCode="EVN")


# --------------------------------------------------------------------------- pieces


def _observation(code: tuple[str, str], content: str) -> str:
    inner = (_code("code", code[0], codes.DATA_ELEMENTS, code[1]), content)
    return element("entry", (element("observation", inner, classCode="OBS", moodCode="EVN"),))


def _coded(code: str, system: System, name: str | None) -> dict[str, str | None]:
    return {"code": code, "displayName": name, "codeSystem": system.oid, "codeSystemName": system.name}


def _code(tag: str, code: str, system: System, name: str | None = None) -> str:
    return element(tag, **_coded(code, system, name))


def _id(root: str, extension: str) -> str:
    return element("id", root=root, extension=extension)


def _person(person: Named) -> str:
    return element("assignedPerson", (element("name", person.name),), classCode="PSN", determinerCode="INSTANCE")


def _time(tag: str, at: dt.datetime) -> str:
    return element(tag, value=moment(at))
