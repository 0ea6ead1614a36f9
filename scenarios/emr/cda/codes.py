"""The identifiers of WS/T 500: object identifiers, document types, sections with the data elements of their entries.

A hospital adds its own sections here. Not here: texts.
"""

from __future__ import annotations

from typing import NamedTuple

# 对象标识符：谁编的号
DOCUMENT_ID = "2.16.156.10011.1.1"
RESIDENT_ID = "2.16.156.10011.1.3"
SIGNER_ID = "2.16.156.10011.1.4"
ORGANISATION_ID = "2.16.156.10011.1.5"
AUTHOR_ID = "2.16.156.10011.1.7"
VISIT_ID = {"O": "2.16.156.10011.1.11", "I": "2.16.156.10011.1.12"}  # 门（急）诊号、住院号
PATIENT_ID = "2.16.156.10011.1.13"  # 病案号
DEPARTMENT_ID = "2.16.156.10011.1.26"
TEMPLATES = "2.16.156.10011.2.1.1"
TYPE = ("2.16.840.1.113883.1.3", "POCD_MT000040")


class System(NamedTuple):
    """A code system as `codeSystem` and `codeSystemName` name it."""

    oid: str
    name: str


DOCUMENT_TYPES = System("2.16.156.10011.2.4", "卫生信息共享文档规范编码体系")
DATA_ELEMENTS = System("2.16.156.10011.2.2.1", "卫生信息数据元目录")
GENDERS = System("2.16.156.10011.2.3.3.4", "生理性别代码表(GB/T 2261.1)")
DIAGNOSES = System("2.16.156.10011.2.3.3.11", "诊断代码表(ICD-10)")
LOINC = System("2.16.840.1.113883.6.1", "LOINC")
CONFIDENTIALITY = System("2.16.840.1.113883.5.25", "Confidentiality")
VISIT_CLASSES = System("2.16.156.10011.2.3.1.271", "患者类型代码表")

GENDER_NAMES = {"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"}
VISIT_CLASS_CODES = {"O": ("1", "门诊"), "I": ("3", "住院")}


class Section(NamedTuple):
    """A section and the data element of the entry that holds its text; some are told in words only."""

    name: str  # displayName
    title: str
    element: str = ""
    element_name: str = ""


DIAGNOSIS, DISCHARGE_DIAGNOSIS, LABORATORY = "29548-5", "11535-2", "30954-2"
SECTIONS = {
    "10154-3": Section("CHIEF COMPLAINT", "主诉章节", "DE04.01.119.00", "主诉"),
    "10164-2": Section("HISTORY OF PRESENT ILLNESS", "现病史章节", "DE02.10.071.00", "现病史"),
    "11348-0": Section("HISTORY OF PAST ILLNESS", "既往史章节", "DE02.10.099.00", "既往史"),
    "29762-2": Section("Social history", "个人史章节", "DE02.10.097.00", "个人史"),
    "10157-6": Section("HISTORY OF FAMILY MEMBER DISEASES", "家族史章节", "DE02.10.103.00", "家族史"),
    "8716-3": Section("VITAL SIGNS", "生命体征章节"),
    "29545-1": Section("PHYSICAL EXAMINATION", "体格检查章节", "DE04.10.258.00", "体格检查"),
    LABORATORY: Section("STUDIES SUMMARY", "辅助检查章节", "DE04.30.009.00", "辅助检查结果"),
    DIAGNOSIS: Section("Diagnosis", "诊断章节"),
    DISCHARGE_DIAGNOSIS: Section("HOSPITAL DISCHARGE DX", "出院诊断章节"),
    "18776-5": Section("TREATMENT PLAN", "诊疗计划章节", "DE06.00.300.00", "治则治法"),
    "47519-4": Section("HISTORY OF PROCEDURES", "手术操作章节", "DE05.10.063.00", "手术过程描述"),
    "8648-8": Section("Hospital Course", "住院过程章节", "DE06.00.296.00", "诊疗过程描述"),
    "46209-3": Section("Provider Orders", "医嘱章节", "DE06.00.287.00", "医嘱内容"),
}
DIAGNOSIS_CODE = ("DE05.01.024.00", "诊断代码")
LABORATORY_ITEM = ("DE04.30.010.00", "辅助检查项目")


def template_of(type_code: str) -> str:
    """C0034 is template 54: the numbers of documents and templates run side by side."""
    return f"{TEMPLATES}.{int(type_code[1:]) + 20}"
