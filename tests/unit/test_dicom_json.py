"""The DICOM JSON Model: data sets to it and back, and lists of matches as trees that are compared."""

from __future__ import annotations

import base64
import json
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.content import dicom
from harness.content.bodies import of_bodies
from harness.content.dicom import syntaxes
from harness.content.how import How, Keyed, usual
from harness.content.reading import fields

TEXT = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="\\^="), min_size=1, max_size=12)
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "00080050": st.lists(TEXT, min_size=1, max_size=3).map(lambda v: {"vr": "SH", "Value": v}),
    "00100010": TEXT.map(lambda v: {"vr": "PN", "Value": [{"Alphabetic": v, "Ideographic": v[::-1]}]}),
    "00180050": st.integers(-(10**9), 10**9).map(lambda v: {"vr": "DS", "Value": [v / 8 if v % 8 else v // 8]}),
    "00200013": st.integers(-(2**31), 2**31 - 1).map(lambda v: {"vr": "IS", "Value": [v]}),
    "00280010": st.integers(0, 65535).map(lambda v: {"vr": "US", "Value": [v]}),
    "00186028": st.floats(allow_nan=False, allow_infinity=False).map(lambda v: {"vr": "FD", "Value": [v]}),
    "00400555": st.lists(st.just({"00080100": {"vr": "SH", "Value": ["代码"]}}), min_size=1, max_size=3).map(
        lambda v: {"vr": "SQ", "Value": v}
    ),
    "00420011": st.binary(min_size=2, max_size=80)
    .filter(lambda v: len(v) % 2 == 0)
    .map(lambda v: {"vr": "OB", "InlineBinary": base64.b64encode(v).decode()}),
    "00080020": st.just({"vr": "DA"}),
    "00280009": st.just({"vr": "AT", "Value": ["00181063"]}),
}
MODELS = st.fixed_dictionaries({}, optional=MEMBERS)


@given(
    MODELS,
    st.sampled_from(["GB18030", "ISO_IR 192", "UTF-8"]),
    st.sampled_from([syntaxes.IMPLICIT, syntaxes.EXPLICIT, syntaxes.BIG_ENDIAN, syntaxes.DEFLATED]),
)
@settings(max_examples=200, deadline=None)
def test_a_model_survives_being_written(model: dict[str, Any], charset: str, syntax: str) -> None:
    written = dicom.json_to_dataset(model, charset=charset, syntax=syntax)
    read = dicom.dataset_to_json(written, syntax)
    read.pop("00080005", None)
    assert json.loads(json.dumps(read)) == model


@pytest.mark.parametrize(("charset", "term"), [("GB18030", "GB18030"), ("UTF-8", "ISO_IR 192"), ("", "ISO_IR 192")])
def test_pydicom_reads_what_was_written(charset: str, term: str) -> None:
    model = {"PatientName": {"Value": [{"Alphabetic": "Zhang^San", "Ideographic": "张^三"}]}}
    written = pydicom.filebase.DicomBytesIO(dicom.json_to_dataset(model, charset=charset))
    read = pydicom.dcmread(written, force=True)
    assert (str(read.PatientName), read.SpecificCharacterSet) == ("Zhang^San=张^三", term)


def test_a_character_set_is_declared_only_where_text_needs_it_and_holds_it() -> None:
    plain = {"PatientID": {"Value": ["XH1"]}}
    assert "00080005" not in dicom.dataset_to_json(dicom.json_to_dataset(plain, charset="GB18030"), syntaxes.EXPLICIT)
    rare = {"PatientID": {"Value": ["𠮷"]}}
    read = dicom.dataset_to_json(dicom.json_to_dataset(rare, charset="ISO_IR 100"), syntaxes.EXPLICIT)
    assert (read["00080005"]["Value"], read["00100020"]["Value"]) == (["ISO_IR 192"], ["𠮷"])


def test_the_character_set_of_the_association_holds_where_none_is_declared() -> None:
    raw = b"\x10\0\x20\0LO\4\0" + "张三".encode("gb18030")
    assert dicom.dataset_to_json(raw, syntaxes.EXPLICIT, "GB18030")["00100020"]["Value"] == ["张三"]


@pytest.mark.parametrize(
    "model",
    [
        {"NoSuchKeyword": {"vr": "LO"}},
        {"PatientID": "XH1"},
        {"PatientID": {"vr": "ZZ"}},
        {"Rows": {"vr": "US", "Value": ["many"]}},
        {"00420011": {"vr": "OB", "InlineBinary": "no base64!"}},
    ],
)
def test_what_is_no_model_is_refused_with_a_reason(model: Any) -> None:
    with pytest.raises(dicom.Unreadable, match="DICOM JSON"):
        dicom.json_to_dataset(model)


# --------------------------------------------------------------------------- lists of matches


def match(uid: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "0020000D": {"vr": "UI", "Value": [uid]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": name}]},
        "00081190": {"vr": "UR", "Value": [f"http://one/{uid}"]},
        **more,
    }


def body(*matches: dict[str, Any]) -> bytes:
    return json.dumps(matches, ensure_ascii=False).encode()


def test_paths_are_those_a_person_reads() -> None:
    private = {
        "00090010": {"vr": "LO", "Value": ["ACME 1.0"]},
        "00091001": {"vr": "LO", "Value": ["x"]},
        "00400275": {"vr": "SQ", "Value": [{"00400009": {"vr": "SH", "Value": ["S1"]}}]},
        "00080061": {"vr": "CS", "Value": ["SR", "CT"]},
        "00180050": {"vr": "DS", "Value": [1.50]},
    }
    found = {field.path: field.value for field in fields(body(match("1.2", "张^三^^", **private)), "dicom").fields()}
    assert found == {
        "$[0].PatientName": "张^三",
        "$[0].StudyInstanceUID": "1.2",
        "$[0].RetrieveURL": "http://one/1.2",
        "$[0].'(0009,01)[ACME 1.0]'": "x",
        "$[0].RequestAttributesSequence[0].ScheduledProcedureStepID": "S1",
        "$[0].ModalitiesInStudy": "CT\\SR",
        "$[0].SliceThickness": "1.5",
        "$[0].VR": "(0009,01)[ACME 1.0] LO",
    }


def test_matches_are_a_set_keyed_by_their_uid() -> None:
    how = How(keyed=(Keyed(items="$", key=".StudyInstanceUID"),), unordered=("$",), volatile=usual("dicom").volatile)
    a = body(match("1.1", "A"), match("1.2", "B"), match("1.3", "C"))
    other = match("1.2", "X") | {"00081190": {"vr": "UR", "Value": ["http://two/1.2"]}}
    assert of_bodies(a, body(match("1.3", "C"), match("1.1", "A"), match("1.2", "B")), "dicom", "UTF-8", how) == ()
    found = of_bodies(a, body(match("1.3", "C"), other), "dicom", "UTF-8", how)
    assert [(d.path, d.change.value, d.b) for d in found] == [
        ("$[0]", "missing", None),
        ("$[1].PatientName", "different", "X"),
    ]


@pytest.mark.parametrize("bad", [b"[1]", b"{", b'[{"NoSuch": {}}]', b'[{"00100010": 1}]', b"[NaN]"])
def test_a_list_that_is_none_says_why(bad: bytes) -> None:
    assert fields(bad, "dicom").unreadable


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["vr", "Value", "00100010", "00400275", "InlineBinary", "Alphabetic"]), x)
        ),
        max_leaves=20,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_json_is_a_document(value: Any) -> None:
    assert fields(json.dumps(value).encode(), "dicom").content == "dicom"
