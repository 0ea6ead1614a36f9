"""Chinese in DICOM, as WS/T 544 and WS/T 548 want it tried: what is stored, what is asked for, what must come back.

Each case is one small study. Where DICOM leaves a matching rule to the archive (PS3.4 C.2.2.2: component groups and
letter case of names), nothing is demanded but that both stacks do the same. Not here: sending (`transactions/`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import tag_for_keyword

from scenarios.pacs.images.modules import COMMENT
from scenarios.pacs.images.study import GB18030, UTF_8

_CHARSETS = {"gb18030": GB18030, "utf8": UTF_8}
_NAME = "Wang^XiaoDong=王^小东"
_LO, _SH, _PN = 64, 16, 64  # characters, never bytes (PS3.5 6.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`asked` are keys of a C-FIND at study level; without any the study's metadata are read."""

    name: str
    title: str
    stored: Mapping[str, str]  # what differs from any other study (`images/study.py`)
    asked: Mapping[str, str] = field(default_factory=dict)
    found: bool | None = True  # None: the archive may decide
    returned: Mapping[str, str] = field(default_factory=dict)  # keyword → value, to the character


def shortcoming(case: Case, study_uid: str, body: bytes) -> str:
    """What is not as the case demands, of an answer in the DICOM JSON Model; nothing where all is well."""
    try:
        ours = [match for match in json.loads(body or b"[]") if _value(match, "StudyInstanceUID") == study_uid]
    except (ValueError, AttributeError, TypeError):
        return "应答不是 DICOM JSON"
    if case.found is not None and bool(ours) != case.found:
        return "应检索到而未检索到" if case.found else "不应检索到而检索到"
    for match in ours[:1]:
        for keyword, wanted in case.returned.items():
            got = _value(match, keyword)
            if got != wanted:
                return f"{keyword} 应为“{wanted}”，实为“{got}”"
    return ""


def _value(match: Mapping[str, Any], keyword: str) -> str:
    listed = match.get(f"{tag_for_keyword(keyword):08X}", {}).get("Value", [])
    return "\\".join(_text(value) for value in listed)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        groups = [value.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    return "" if value is None else str(value)


# --------------------------------------------------------------------------- 各字符集都试的


def _cases(other: str) -> Iterator[Case]:
    yield from _matching()
    yield from _characters()
    yield from _lengths()
    yield Case(
        name="asked_in_other",
        title="以另一字符集书写的查询，检索本字符集的影像",
        stored={"patient_name": _NAME},
        asked={"PatientName": "*王*", "SpecificCharacterSet": other},
    )
    yield Case(
        name="long_text",
        title="长文本（LT）中的换行与中文标点",
        stored={"patient_name": _NAME},
        returned={"PatientComments": COMMENT, "PatientName": _NAME},
    )


def _matching() -> Iterator[Case]:
    """How names are matched."""
    for name, title, key, found in (
        ("pn_alphabetic", "姓名按拼音组前缀检索", "Wang*", True),
        ("pn_contains", "姓名含汉字（*王*）检索", "*王*", True),
        ("pn_one_character", "通配符“?”代表一个汉字而非一个字节", "*小?", True),
        ("pn_not_two", "通配符“??”不应匹配一个汉字", "*=王^小??", False),
        ("pn_other", "检索另一汉字，不应命中", "*汪*", False),
        ("pn_prefix", "姓名以“王*”检索（只比拼音组的归档系统不命中）", "王*", None),
        ("pn_group", "姓名以表意组“=王*”检索", "=王*", None),
        ("pn_exact", "姓名只给拼音组，精确检索", "Wang^XiaoDong", None),
        ("pn_case", "拼音小写检索", "wang*", None),
        ("pn_without_caret", "姓名不分组分（王小东）检索", "*王小东*", None),
    ):
        yield Case(name=name, title=title, stored={"patient_name": _NAME}, asked={"PatientName": key}, found=found)
    yield Case(
        name="lo_contains",
        title="检查描述（LO）含汉字检索",
        stored={"description": "胸部CT平扫＋增强（薄层）"},
        asked={"StudyDescription": "*增强*"},
        returned={"StudyDescription": "胸部CT平扫＋增强（薄层）"},
    )


def _characters() -> Iterator[Case]:
    """Names and their parts come back to the character, whatever bytes they are made of."""
    for name, title, patient_name, key in (
        ("pn_components", "姓名五个组分", "Ouyang^Na^Y^Dr^PhD=欧阳^娜", "Ouyang*"),
        ("pn_only_ideographic", "姓名只有表意组", "=司马^相如", "*司马*"),
        ("pn_phonetic", "姓名三组齐全", "Wang^XiaoDong=王^小东=ㄨㄤˊ^ㄒㄧㄠˇㄉㄨㄥ", "*王*"),
        ("rare_extension_b", "四字节罕用字“𠮷”（扩展 B 区）", "Ji^Ming=𠮷^明", "*𠮷*"),
        ("rare_extension_e", "四字节罕用字“𬭎”（扩展 E 区），以“?”检索", "Li^Hong=李^𬭎", "*李^?"),
        ("rare_extension_a", "四字节罕用字“㛃”（扩展 A 区）", "Zhou^Jie=周^㛃", "*㛃*"),
        ("byte_backslash", "第二字节为 5C（反斜杠）的“昞”", "Wang^Bing=王^昞", "*昞*"),
        ("byte_caret", "第二字节为 5E（^）的“焇”", "Zhao^Xiao=赵^焇", "*焇*"),
        ("byte_bar", "第二字节为 7C 的“珅”", "He^Shen=何^珅", "*珅*"),
        ("middle_dot", "少数民族姓名的间隔号", "Aili^Maimaiti=艾力·买买提", "*买买提*"),
    ):
        yield Case(
            name=name,
            title=title,
            stored={"patient_name": patient_name},
            asked={"PatientName": key},
            returned={"PatientName": patient_name},
        )


def _lengths() -> Iterator[Case]:
    """Lengths are counted in characters: a text at its limit is longer in bytes than the limit."""
    description = ("影像检查描述字段按字符计长" * 8)[:_LO]
    number = ("影像编号按字符计长一二三四五六" * 2)[:_SH]
    family = "长" * (_PN - 2)
    yield Case(
        name="lo_full",
        title=f"LO 满 {_LO} 个汉字",
        stored={"description": description},
        asked={"StudyDescription": "*影像检查描述*"},
        returned={"StudyDescription": description},
    )
    yield Case(
        name="sh_full",
        title=f"SH 满 {_SH} 个汉字",
        stored={"accession": number},
        asked={"StudyID": number},
        returned={"StudyID": number},
    )
    yield Case(
        name="pn_full",
        title=f"姓名表意组满 {_PN} 个字符",
        stored={"patient_name": f"Chang^Ming={family}^明"},
        asked={"PatientName": "Chang*"},
        returned={"PatientName": f"Chang^Ming={family}^明"},
    )


def _all() -> Iterator[Case]:
    for short, charset in _CHARSETS.items():
        other = next(each for each in _CHARSETS.values() if each != charset)
        for case in _cases(other):
            yield Case(
                name=f"{case.name}_{short}",
                title=f"{case.title}（{charset}）",
                stored={**case.stored, "charset": charset},
                asked=case.asked,
                found=case.found,
                returned=case.returned,
            )


CASES: Mapping[str, Case] = {case.name: case for case in _all()}
