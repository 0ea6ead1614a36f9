"""Images and documents of the PACS pack: whole, all different, read alike by pydicom and by DCMTK, and fast to make."""

from __future__ import annotations

import hashlib
import subprocess
import time
import tracemalloc
import uuid
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filereader import dcmread, read_dataset
from pydicom.uid import RLELossless

from harness.content.dicom import attribute_differences, part10, read
from harness.imaging import DicomObject
from scenarios.pacs.images import datasets, documents, encoded, pixels, rle, uids
from scenarios.pacs.images.modules import COMMENT, PRIVATE_CREATOR, PRIVATE_GROUP
from scenarios.pacs.images.study import CR, CT, DX, GB18030, MR, US, UTF_8, from_dict, to_dict
from tests.packs.imaging import NAME, as_read, study

MODALITIES = (CT, MR, DX, US, CR)
CHARSETS = (GB18030, UTF_8)
REPORT = {"findings": "双肺纹理清晰。\r\n未见结节。", "conclusion": "未见异常𬭎", "reviewer": "Zhao^Min=赵^敏"}
UNCHECKED = (b"W: The VR checker does not support", b"W: Check for template constraints not yet supported")
PICTURE_OWN = {"SOPInstanceUID", "InstanceNumber", "ContentTime", "ImagePositionPatient", "SliceLocation", "PixelData"}
Samples = npt.NDArray[np.generic]

# --------------------------------------------------------------------------- unique identifiers


@given(st.lists(st.text(), min_size=1), st.integers(1, 9999))
def test_every_uid_of_ours_is_known_as_ours_and_equally_long(words: list[str], number: int) -> None:
    made = uids.study_uid(*words)
    family = {made, uids.series_uid(made, number), uids.instance_uid(made, number), uids.step_uid(*words),
              uids.transaction_uid(*words), uids.frame_of_reference_uid(made)}  # fmt: skip
    assert len(family) == 6
    assert all(uids.ours(uid) and len(uid) == uids.LENGTH for uid in family)


@given(st.uuids() | st.integers(0, 1 << 140) | st.text())
def test_no_other_uid_is_ours(other: uuid.UUID | int | str) -> None:
    assert not uids.ours(f"2.25.{other.int if isinstance(other, uuid.UUID) else other}")
    assert not uids.ours(uids.study_uid("x").replace("2.25.", "1.2.840."))
    assert not uids.ours(f"2.25.{int(uids.study_uid('x')[5:]) ^ 1 << 62}")  # the variant of another UUID


def test_another_word_makes_another_study() -> None:
    assert uids.study_uid("a", 1) == uids.study_uid("a", 1)
    assert len({uids.study_uid("a", 1), uids.study_uid("a", 2), uids.study_uid("a1"), uids.study_uid("b", 1)}) == 4


def test_a_study_is_plain_values_and_back() -> None:
    assert from_dict(to_dict(study())) == study()


# --------------------------------------------------------------------------- images


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("modality", MODALITIES)
def test_images_are_whole_and_all_different(modality: str, charset: str, lossless: bool) -> None:
    described = study(modality, charset=charset, lossless=lossless)
    items = list(encoded.objects(described))
    seen = [as_read(item) for item in items]
    digests = {hashlib.sha256(each.pixel_array.tobytes()).digest() for each in seen}
    assert len(digests) == len({item.sop_instance for item in items}) == described.series * described.images
    for item, each in zip(items, seen, strict=True):
        assert (each.SOPInstanceUID, each.SOPClassUID) == (item.sop_instance, item.sop_class)
        assert each.PatientName == NAME
        assert str(each.PatientName.ideographic) == "王^昞𠮷"
        assert each.PatientComments == COMMENT
        assert each.SpecificCharacterSet == charset
        assert each.RequestAttributesSequence[0].RequestedProcedureDescription == described.description
        block = each.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)
        assert block[0x10].value[0].private_block(PRIVATE_GROUP, PRIVATE_CREATOR)[0x02].value.startswith("第一行\r\n")
        assert each.pixel_array.max() < 1 << each.BitsStored
    assert described.charset != GB18030 or "王".encode("gb18030") in items[0].dataset


@pytest.mark.parametrize("modality", MODALITIES)
def test_what_is_written_over_a_copy_is_all_that_an_image_has_of_its_own(modality: str) -> None:
    described = study(modality, images=12)
    for series, image in ((1, 1), (2, 11)):
        item = encoded.object_of(described, series, image)
        plain = DicomObject(
            sop_class=item.sop_class,
            sop_instance=item.sop_instance,
            transfer_syntax=item.transfer_syntax,
            dataset=encoded.encoded(datasets.image_dataset(described, series, image)),
        )
        assert {column for column, _, _ in attribute_differences(item, plain)} <= PICTURE_OWN - {"SOPInstanceUID"}
        assert as_read(item).InstanceNumber == image


def test_slices_follow_each_other_in_space_and_time() -> None:
    seen = [as_read(item) for item in encoded.objects(study(series=1, images=30))]
    assert [each.InstanceNumber for each in seen] == list(range(1, 31))
    assert [each.ImagePositionPatient[2] for each in seen] == [-5 * n for n in range(30)]
    assert all(each.SliceLocation == each.ImagePositionPatient[2] for each in seen)
    assert seen[0].ContentTime == "235958.350000"
    assert seen[-1].ContentTime == "000008.500000"  # past midnight
    assert len({each.ContentTime for each in seen}) == len(seen)


def test_a_clip_has_frames_and_stills_have_colour() -> None:
    clip, still = (as_read(encoded.object_of(study(US, series=1), 1, image)) for image in (1, 2))
    assert clip.pixel_array.shape == (2, 60, 80)
    assert still.pixel_array.shape == (60, 80, 3)
    assert not np.array_equal(clip.pixel_array[0], clip.pixel_array[1])


def test_pictures_have_the_size_of_their_modality() -> None:
    sizes = {modality: pixels.size(study(modality, reduced=1)) for modality in MODALITIES}
    assert sizes == {CT: (512, 512), MR: (256, 256), DX: (2500, 2000), US: (480, 640), CR: (2140, 1760)}
    assert len(encoded.object_of(study(reduced=1), 1, 1).dataset) > 512 * 512 * 2
    assert pixels.size(study(MR, reduced=99)) == (pixels.STAMP, pixels.STAMP)


@pytest.mark.parametrize("lossless", [False, True])
def test_another_variant_has_other_pixels_and_nothing_else(lossless: bool) -> None:
    described = study(lossless=lossless)
    one, other = (encoded.object_of(described, 1, 1, variant=variant) for variant in ("", "other"))
    assert one.dataset != other.dataset
    assert [column for column, _, _ in attribute_differences(one, other)] == ["PixelData"]


# --------------------------------------------------------------------------- run lengths


@pytest.mark.filterwarnings("ignore:The number of bytes of compressed pixel data matches")  # small ones may by chance
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_picture_survives_run_lengths(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(4, 300))
    colour = data.draw(st.booleans())
    kind = np.uint8 if colour else data.draw(st.sampled_from([np.uint8, np.uint16]))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    shape = (2, rows, columns, 3) if colour else (2, rows, columns)
    values = data.draw(st.sampled_from([2, 3, 200 if kind is np.uint8 else 60000]))
    samples = rng.integers(0, values, shape).astype(kind)
    samples[0, 0, :4] = 0
    value, at = rle.encapsulated(samples, 4)
    stamped = samples.copy()
    stamped.reshape(2, rows, columns, -1)[0, 0, :4, 0] = [1, 2, 3, 4]
    for expected, written in ((samples, value), (stamped, value[:at] + bytes([1, 2, 3, 4]) + value[at + 4 :])):
        assert np.array_equal(_decoded(written, samples, colour), expected)


def _decoded(value: bytes, like: Samples, colour: bool) -> Samples:
    described = Dataset()
    described.SamplesPerPixel, described.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
    described.PlanarConfiguration = 0
    described.NumberOfFrames, described.Rows, described.Columns = like.shape[:3]
    described.BitsAllocated = described.BitsStored = 8 * like.dtype.itemsize
    described.HighBit, described.PixelRepresentation = described.BitsStored - 1, 0
    head = encoded.encoded(described) + b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
    item = DicomObject(sop_class="1.2", sop_instance="1.2", transfer_syntax=RLELossless, dataset=head + value)
    return np.asarray(as_read(item).pixel_array)


# --------------------------------------------------------------------------- documents


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_report_says_what_it_was_told_of_the_images_it_speaks_of(charset: str) -> None:
    described = study(charset=charset)
    first, second = (documents.report(described, {**REPORT, "version": v, "kind": k})
                     for v, k in ((1, "basic"), (2, "enhanced")))  # fmt: skip
    assert (first.sop_class[-5:], second.sop_class[-5:]) == ("88.11", "88.22")
    assert first.sop_instance != second.sop_instance
    seen = as_read(second)
    assert seen.SeriesInstanceUID == as_read(first).SeriesInstanceUID
    containers = [item for item in seen.ContentSequence if item.ValueType == "CONTAINER"]
    texts = [item.ContentSequence[0].TextValue for item in containers]
    assert texts == [REPORT["findings"], REPORT["conclusion"]]
    assert seen.VerifyingObserverSequence[0].VerifyingObserverName == REPORT["reviewer"]
    evidence = seen.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert evidence.ReferencedSOPInstanceUID == encoded.object_of(described, 1, 1).sop_instance


@pytest.mark.parametrize("reason", documents.REJECTIONS)
def test_a_rejection_names_its_reason_and_its_images(reason: str) -> None:
    described = study()
    seen = as_read(documents.key_objects(described, reason, [(1, 2), (2, 1)], "运动伪影"))
    assert seen.ConceptNameCodeSequence[0].CodeValue == documents.REJECTIONS[reason][0]
    listed = [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in seen.ContentSequence[1:]]
    assert listed == [encoded.object_of(described, *at).sop_instance for at in ((1, 2), (2, 1))]


# --------------------------------------------------------------------------- other eyes, and cost


@pytest.mark.needs_apt("dcmtk")
@pytest.mark.parametrize("charset", CHARSETS)
def test_dcmtk_reads_every_kind(charset: str, tmp_path: Path) -> None:
    described = [study(modality, charset=charset, series=1) for modality in MODALITIES]
    items = [item for each in described for item in encoded.objects(each)]
    files = _files(items, tmp_path)
    told = subprocess.run(["dcmdump", "+U8", "+L", *files], capture_output=True, check=True)
    assert told.stderr == b""
    assert told.stdout.decode().count(f"PN [{NAME}]") == len(items)


@pytest.mark.needs_apt("dcmtk")
@pytest.mark.parametrize("charset", CHARSETS)
def test_dcmtk_has_nothing_to_say_against_our_documents(charset: str, tmp_path: Path) -> None:
    """But for what it does not check. The name must not hold the byte of a backslash, at which it would split it."""
    described = study(charset=charset, patient_name="Wang^Bing=王^冰")
    items = [documents.report(described, {**REPORT, "kind": kind}) for kind in ("basic", "enhanced")]
    for file in _files([*items, documents.key_objects(described, "quality", [(1, 1)])], tmp_path):
        told = subprocess.run(["dsrdump", "+U8", file], capture_output=True, check=True)
        assert [line for line in told.stderr.splitlines() if not line.startswith(UNCHECKED)] == []


@pytest.mark.needs_apt("dcmtk")
def test_dcmtk_decodes_our_run_lengths(tmp_path: Path) -> None:
    items = [encoded.object_of(study(modality, lossless=True), 1, 2) for modality in (CT, DX, US)]
    for file, item in zip(_files(items, tmp_path), items, strict=True):
        subprocess.run(["dcmdrle", file, file + ".out"], capture_output=True, check=True)
        assert np.array_equal(dcmread(file + ".out").pixel_array, as_read(item).pixel_array)


def _files(items: list[DicomObject], folder: Path) -> list[str]:
    for number, item in enumerate(items):
        (folder / f"{number:02d}.dcm").write_bytes(part10(item))
    return [str(folder / f"{number:02d}.dcm") for number in range(len(items))]


def test_nothing_is_wrong_with_any_of_them_for_the_harness() -> None:
    for modality in MODALITIES:
        for item in encoded.objects(study(modality, lossless=modality == MR)):
            described = read(item)
            assert (described.trouble, described.patient) == ("", "XH00000001")
            assert described.pixels


def test_a_big_study_costs_little_time_and_no_memory() -> None:
    described = study(reduced=1, series=1, images=300)
    size = len(encoded.object_of(described, 1, 1).dataset)
    for image in range(1, 1 + pixels.DIFFERENT):
        encoded.object_of(described, 1, image)
    rounds = []
    for _ in range(3):
        begun = time.process_time()
        for _ in encoded.objects(described):
            pass
        rounds.append((time.process_time() - begun) / described.images)
    assert min(rounds) < 0.0003
    tracemalloc.start()
    for _ in encoded.objects(described):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * size


def test_a_data_set_is_in_the_order_of_its_tags() -> None:
    for modality in MODALITIES:
        item = encoded.object_of(study(modality), 1, 1)
        tags = [
            element.tag for element in read_dataset(BytesIO(item.dataset), is_implicit_VR=False, is_little_endian=True)
        ]
        assert tags == sorted(tags)
