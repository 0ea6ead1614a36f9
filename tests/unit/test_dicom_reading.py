"""What one object says: files that pydicom ships, character sets, private blocks, pixels in any transfer syntax."""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import cells
from harness.content import dicom
from harness.content.dicom import syntaxes
from harness.content.dicom.text import decoded
from harness.content.dicom.values import cell
from harness.imaging import DicomObject
from tests.dicom_objects import all_shipped, good, rle, shipped

SYNTAXES = (syntaxes.IMPLICIT, syntaxes.EXPLICIT, syntaxes.BIG_ENDIAN, syntaxes.DEFLATED)
MR = ["RLE", "bigendian", "expb", "implicit", "jp2klossless", "jpeg_ls_lossless"]


def test_every_shipped_file_is_read_or_said_why_not() -> None:
    ends: Counter[str] = Counter()
    for content in all_shipped().values():
        try:
            item = dicom.from_part10(content)
        except dicom.Unreadable as reason:
            assert str(reason)
            ends["no object"] += 1
            continue
        assert dicom.from_part10(dicom.part10(item)) == item
        seen, short = dicom.read(item), dicom.summary(item)
        assert {name: cells.decode(cells.encode(value)) for name, value in seen.attributes.items()} == seen.attributes
        assert short["instance"] == item.sop_instance
        assert dicom.dataset_to_json(item.dataset, item.transfer_syntax)
        ends["trouble" if seen.trouble else "read"] += 1
    assert ends["read"] > 150
    assert 1 <= ends["trouble"] <= 5, ends


def test_names_are_read_as_pydicom_reads_them() -> None:
    compared = 0
    for name, content in all_shipped().items():
        if name.startswith("charset_files") and name.endswith(".dcm"):
            item = dicom.from_part10(content)
            with pydicom.config.disable_value_validation():
                theirs = str(pydicom.dcmread(pydicom.filebase.DicomBytesIO(content)).get("PatientName", ""))
            assert dicom.read(item).attributes.get("PatientName", "") == theirs.rstrip("^="), name
            compared += bool(theirs)
    assert compared > 10


@pytest.mark.parametrize(
    ("raw", "terms", "text"),
    [
        ("张三".encode("gb18030"), ["GB18030"], "张三"),
        ("张三𠮷".encode(), ["ISO_IR 192"], "张三𠮷"),
        ("張三\\李四".encode("gbk"), ["GBK"], "張三\\李四"),
        (b"Wang=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1", ["", "ISO 2022 IR 58"], "Wang=王^小"),
    ],
)
def test_chinese_is_read_by_its_declaration(raw: bytes, terms: list[str], text: str) -> None:
    assert decoded(raw, terms, name=True) == (text, "")


@pytest.mark.parametrize(
    ("terms", "flaw"),
    [
        (["ISO_IR 192"], "声明为 ISO_IR 192，实为 GB18030"),
        ([], "没有声明字符集，实为 GB18030"),
        (["ISO_IR 999"], "不认识字符集“ISO_IR 999”"),
    ],
)
def test_a_false_declaration_is_told_and_loses_nothing(terms: list[str], flaw: str) -> None:
    raw = "张三".encode("gb18030")
    text, said = decoded(raw, terms)
    assert (text.encode("latin-1"), said) == (raw, flaw)


@pytest.mark.parametrize(
    ("raw", "vr", "read"),
    [
        (b"1.50 ", "DS", Decimal("1.5")),
        (b"100", "DS", Decimal(100)),
        (b"1.50\\-2.0 ", "DS", "1.5\\-2"),
        (b"about 7 ", "DS", "about 7"),
        (b"+007", "IS", 7),
        (b" A B ", "LO", "A B"),
        (b" A B ", "LT", " A B"),
        (b"1.2.3\0", "UI", "1.2.3"),
        (b"Zhang^San^^^", "PN", "Zhang^San"),
        (b"\1\0\2\0", "US", "1\\2"),
        (b"\x10\0\x20\0", "AT", "(0010,0020)"),
        (b"", "DS", ""),
        (b"\1\2\3", "US", b"\1\2\3"),
    ],
)
def test_values(raw: bytes, vr: str, read: object) -> None:
    shown, _ = cell(raw, vr, syntaxes.EXPLICIT_LITTLE, ())
    assert (shown, type(shown)) == (read, type(read))


def test_padding_and_blanks_that_count_are_kept() -> None:
    assert cell(b"A\0", "LO", syntaxes.EXPLICIT_LITTLE, ())[0] == "A\0"
    assert len(cell(b"x" * 65, "OB", syntaxes.EXPLICIT_LITTLE, ())[0]) == 32


@pytest.mark.parametrize("name", MR)
def test_lossless_re_encoding_leaves_the_pixels_equal(name: str) -> None:
    assert dicom.read(shipped(f"MR_small_{name}.dcm")).pixels == dicom.read(shipped("MR_small.dcm")).pixels


def test_loss_and_other_pixels_are_never_equal() -> None:
    lossless, lossy = dicom.read(shipped("SC_rgb_small_odd.dcm")), dicom.read(shipped("SC_rgb_small_odd_jpeg.dcm"))
    assert lossless.pixels != lossy.pixels
    assert not lossy.trouble
    assert dicom.read(good(1)).pixels != dicom.read(good(2)).pixels


def test_colour_by_plane_is_colour_by_pixel() -> None:
    item = shipped("SC_rgb_small_odd.dcm")
    read = pydicom.dcmread(pydicom.filebase.DicomBytesIO(dicom.part10(item)))
    by_pixel = read.pixel_array
    read.PixelData = by_pixel.transpose(2, 0, 1).tobytes() + b"\0"
    read.PlanarConfiguration = 1
    written = pydicom.filebase.DicomBytesIO()
    read.save_as(written)
    assert dicom.read(dicom.from_part10(written.getvalue())).pixels == dicom.read(item).pixels


def test_what_cannot_be_decoded_is_compared_by_its_stream() -> None:
    packed = rle(good())
    spoilt = dataclasses.replace(packed, transfer_syntax="1.2.840.10008.1.2.4.201")
    seen = dicom.read(spoilt)
    assert "解码" in seen.trouble
    assert seen.pixels not in (b"", dicom.read(packed).pixels)


def test_a_private_block_may_move_and_its_creator_names_it() -> None:
    item = good()
    moved = dataclasses.replace(item, dataset=item.dataset.replace(b"\x09\0\x10\0LO", b"\x09\0\x11\0LO"))
    for low in range(1, 41):
        here, there = b"\x09\0" + bytes((low, 0x10)), b"\x09\0" + bytes((low, 0x11))
        moved = dataclasses.replace(moved, dataset=moved.dataset.replace(here, there))
    assert moved != item
    assert dicom.read(moved).attributes["(0009,01)[ACME]"] == "值 0"
    assert dicom.same(item, moved)


@given(st.binary(max_size=400), st.sampled_from(SYNTAXES))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_described(data: bytes, syntax: str) -> None:
    item = DicomObject(sop_class="1", sop_instance="2", transfer_syntax=syntax, dataset=data)
    dicom.summary(item)
    dicom.dataset_to_json(data, syntax)
    dicom.same(item, good())


@given(st.integers(0, 1200), st.binary(min_size=1, max_size=8), st.sampled_from(SYNTAXES[:2]))
@settings(max_examples=200, deadline=None)
def test_damaged_objects_are_described(at: int, damage: bytes, syntax: str) -> None:
    whole = good(syntax=syntax)
    data = whole.dataset[:at] + damage + whole.dataset[at + len(damage) :]
    item = dataclasses.replace(whole, dataset=data)
    seen = dicom.read(item)
    assert dicom.same(whole, item) == (not dicom.attribute_differences(whole, item))
    if seen.attributes != dicom.read(whole).attributes:
        assert not dicom.same(whole, item)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_files_are_objects_or_unreadable(data: bytes) -> None:
    for content in (data, b"\0" * 128 + b"DICM" + data):
        try:
            dicom.from_part10(content)
        except dicom.Unreadable as reason:
            assert str(reason)
