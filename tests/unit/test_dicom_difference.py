"""Two objects: which columns differ, and that the short cut answers as reading both would."""

from __future__ import annotations

import dataclasses

import pytest

from harness.content import dicom
from harness.content.dicom import syntaxes
from harness.content.dicom.spoiling import SPOILS
from harness.imaging import DicomObject
from tests.dicom_objects import good, rle, shipped

# What each spoil changes, as it is seen by reading the object again; "!" is the trouble itself.
SEEN = {
    "missing_instance_uid": "SOPInstanceUID",
    "missing_study_uid": "StudyInstanceUID",
    "other_instance_uid": "SOPInstanceUID",
    "wrong_vr": "!",
    "truncated_pixels": "PixelData",
    "odd_length": "PatientID",
    "unknown_class": "SOPClassUID",
    "empty": "PatientID",
    "truncated": "!",
    "text_too_long": "AccessionNumber",
    "misdeclared_charset": "PatientName",
    "undeclared_charset": "PatientName",
    "length_beyond_end": "!",
    "open_sequence": "!",
    "garbage": "!",
}


def columns(a: DicomObject, b: DicomObject) -> list[str]:
    return [name for name, _, _ in dicom.attribute_differences(a, b)]


def test_one_value() -> None:
    found = dicom.attribute_differences(good(), good(name="李^四"))
    assert found == [("PatientName", "Zhang^San=张^三", "Zhang^San=李^四")]


@pytest.mark.parametrize("syntax", [syntaxes.IMPLICIT, syntaxes.DEFLATED, syntaxes.BIG_ENDIAN])
def test_another_transfer_syntax_is_no_difference(syntax: str) -> None:
    assert columns(good(), good(syntax=syntax)) == []


def test_lossless_compression_is_no_difference() -> None:
    assert columns(good(), rle(good())) == []
    assert columns(good(1), rle(good(2)))[-1] == "PixelData"


def test_another_character_set_with_the_same_text_differs_in_the_declaration_alone() -> None:
    model = {"PatientName": {"Value": [{"Alphabetic": "张^三"}]}}
    a, b = (
        dataclasses.replace(good(), dataset=dicom.json_to_dataset(model, charset=charset))
        for charset in ("GB18030", "UTF-8")
    )
    assert columns(a, b) == ["SpecificCharacterSet"]


def test_another_declaration_of_the_same_bytes_is_another_text() -> None:
    a = good()
    b = dataclasses.replace(a, dataset=a.dataset.replace(b"GB18030 ", b"ISO_IR 6"))
    assert {"SpecificCharacterSet", "PatientName"} <= set(columns(a, b))


def test_a_dropped_private_tag_and_another_representation() -> None:
    a = good()
    assert b"\x09\0\x10\0LO" in a.dataset
    other = dataclasses.replace(a, dataset=a.dataset.replace(b"\x09\0\x28\x10LO", b"\x09\0\x28\x10SH"))
    ((name, mine, yours),) = dicom.attribute_differences(a, other)
    assert name == "VR"
    assert "(0009,28)[ACME] LO" in mine
    assert "(0009,28)[ACME] SH" in yours
    at = a.dataset.index(b"\x09\0\x28\x10LO")
    length = a.dataset[at + 6]
    dropped = dataclasses.replace(a, dataset=a.dataset[:at] + a.dataset[at + 8 + length :])
    assert columns(a, dropped) == ["(0009,28)[ACME]", "VR"]


@pytest.mark.parametrize("name", SPOILS)
@pytest.mark.parametrize("which", ["MR_small_RLE.dcm", "CT_small.dcm", "own"])
def test_every_spoil_changes_what_it_says(name: str, which: str) -> None:
    item = good() if which == "own" else shipped(which)
    bad = SPOILS[name].make(item)
    assert bad != item
    assert bad == SPOILS[name].make(item)
    seen = dicom.read(bad)
    if name == "unknown_syntax":
        assert (bad.transfer_syntax, bad.dataset) == (seen.syntax, item.dataset)
    elif name == "truncated" and which == "CT_small.dcm":
        assert "超出数据末尾" in seen.trouble
    else:
        assert SEEN[name] in columns(item, bad)
    if SEEN.get(name) == "!":
        assert seen.trouble


def test_spoils_have_titles_of_their_own() -> None:
    assert len({spoil.title for spoil in SPOILS.values()}) == len(SPOILS) == 16


@pytest.mark.parametrize("name", [name for name in SPOILS if name != "unknown_syntax"])
def test_the_short_cut_answers_as_reading_does(name: str) -> None:
    item = good()
    bad = SPOILS[name].make(item)
    a, b = dicom.read(item), dicom.read(bad)
    names = {each for each in {*a.attributes, *b.attributes} if a.attributes.get(each) != b.attributes.get(each)}
    names |= {"PixelData"} if a.pixels != b.pixels else set()
    assert set(columns(item, bad)) - {"!"} == names
