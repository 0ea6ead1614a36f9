"""Lists of attributes as a pack writes them, keyword → value, made into messages: queries, MPPS, actions.

    {"PatientName": "王*", "ModalitiesInStudy": "", "RequestAttributesSequence": [{"ScheduledProcedureStepID": ""}]}

A value is text, a number, a list of them, or of a sequence a list of such lists; nothing and None are an empty value.
`SpecificCharacterSet` among them says in which character set the data set shall go, instead of the endpoint's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

from harness.content.dicom import json_to_dataset
from harness.content.dicom.jsonmodel import terms_of
from harness.message import Outgoing

SYNTAX = "1.2.840.10008.1.2.1"  # Explicit VR Little Endian
Model = dict[str, Any]
_PERSON_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_CHARACTER_SET = "SpecificCharacterSet"


def attributes(values: Mapping[str, Any]) -> Model:
    """The DICOM JSON Model (PS3.18 Annex F), in the order of tags."""
    made = {}
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise KeyError(keyword)
        made[f"{tag:08X}"] = _attribute(dictionary_VR(tag), value)
    return dict(sorted(made.items()))


def _attribute(vr: str, value: Any) -> Model:
    several = value if isinstance(value, list | tuple) else [] if value is None or value == "" else [value]
    if vr == "SQ":
        return {"vr": vr, "Value": [attributes(item) for item in several]}
    if vr == "PN":
        several = [_person(name) for name in several]
    return {"vr": vr, "Value": list(several)} if several else {"vr": vr}


def _person(name: str) -> Model:
    return {group: part for group, part in zip(_PERSON_GROUPS, name.split("="), strict=False) if part}


def outgoing(
    method: str, sop_class: str, values: Mapping[str, Any], *, charset: str, instance: str = "", **headers: str
) -> Outgoing:
    """A message whose data set is a list of attributes."""
    model = attributes(values)
    sop = {"sop": instance} if instance else {}
    noted = {**attributes({"SOPInstanceUID": instance}), **model} if instance else model
    return Outgoing(
        body=json_to_dataset(model, charset="" if _CHARACTER_SET in values else charset, syntax=SYNTAX),
        path=sop_class,
        method=method,
        headers={"syntax": SYNTAX, **sop, **headers},
        noted=partial(_written, [noted]),
    )


def asked(sop_class: str, values: Mapping[str, Any], *, charset: str) -> Outgoing:
    """A C-FIND. It declares its character set even for ASCII alone: answers shall come in the same."""
    return outgoing("C-FIND", sop_class, {_CHARACTER_SET: terms_of(charset), **values}, charset=charset)


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
