"""The messages of the PACS pack: what is composed is what pydicom reads, queries keep to our patients, and what comes
back in another order is the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from harness.content.dicom import from_part10
from harness.content.dicom.spoiling import SPOILS
from harness.content.dicom_multipart import Parts
from harness.content.differences import differences
from harness.content.lookup import Lookup
from harness.content.reading import fields
from harness.message import Outgoing
from scenarios.pacs.conformance import CASES, Case, shortcoming
from scenarios.pacs.images import uids
from scenarios.pacs.images.encoded import object_of, objects
from scenarios.pacs.images.study import to_dict
from scenarios.pacs.interfaces import INTERFACES
from scenarios.pacs.messages import MESSAGES
from tests.packs.imaging import study

STUDY = study()
DESCRIBED = to_dict(STUDY)
SERIES = uids.series_uid(STUDY.uid, 1)
INSTANCE = uids.instance_uid(SERIES, 1)
STEP = uids.step_uid(STUDY.step_id)
ONE_STUDY = {"study_uid": STUDY.uid}
ONE_SERIES = {**ONE_STUDY, "series_uid": SERIES}
ONE_IMAGE = {**ONE_SERIES, "instance_uid": INSTANCE}
TERMS = {"UTF-8": "ISO_IR 192", "GB18030": "GB18030"}

PARAMS: dict[str, dict[str, Any]] = {
    "c_echo": {},
    "c_store_image": {"study": DESCRIBED, "series": 2, "image": 1},
    "c_store_report": {"study": DESCRIBED, "report": {"findings": "未见异常"}},
    "c_store_key_objects": {"study": DESCRIBED, "reason": "safety", "images": [[1, 1]], "note": "体位错误"},
    "c_store_bad": {"study": DESCRIBED, "spoil": "wrong_vr"},
    "c_store_other_content": {"study": DESCRIBED},
    "c_find_studies": {"PatientName": "*王*"},
    "c_find_series": ONE_STUDY,
    "c_find_images": ONE_SERIES,
    "c_get_study": ONE_STUDY,
    "c_get_series": ONE_SERIES,
    "c_get_image": ONE_IMAGE,
    "c_move_study": ONE_STUDY,
    "c_move_series": ONE_SERIES,
    "commit_storage": {"study": DESCRIBED},
    "remove_study": ONE_STUDY,
    "find_worklist": {"modality": "CT", "date": "20260302-20260303", "station": "CT01", "PatientName": "王*"},
    "mpps_begin": {"study": DESCRIBED, "mpps_uid": STEP},
    "mpps_end": {"study": DESCRIBED, "mpps_uid": STEP},
    "qido_studies": {"PatientName": "*王*"},
    "qido_series": ONE_STUDY,
    "qido_instances": ONE_SERIES,
    "wado_metadata": ONE_STUDY,
    "wado_study": ONE_STUDY,
    "wado_series": ONE_SERIES,
    "wado_instance": ONE_IMAGE,
    "wado_frame": {**ONE_IMAGE, "frame": 1},
    "wado_rendered": ONE_IMAGE,
    "wado_uri": ONE_IMAGE,
    "stow": {"study": DESCRIBED, "images": [[1, 1], [2, 2]]},
}


def recorded(outgoing: Outgoing) -> bytes:
    """What a recording keeps in place of the body."""
    return outgoing.noted() if outgoing.noted else b""


def composed(name: str, charset: str = "UTF-8", **changed: Any) -> Outgoing:
    return MESSAGES[name].compose(charset=charset, **{**PARAMS[name], **changed})


def sent(name: str, charset: str = "UTF-8", **changed: Any) -> Dataset:
    """What the other side reads."""
    body = composed(name, charset, **changed).body
    return read_dataset(BytesIO(body), is_implicit_VR=False, is_little_endian=True)


def test_every_message_is_tried_here_and_goes_to_an_interface_of_the_pack() -> None:
    assert set(PARAMS) == set(MESSAGES)
    assert {message.interface for message in MESSAGES.values()} == {interface.name for interface in INTERFACES}
    assert len({message.title for message in MESSAGES.values()}) == len(MESSAGES)


@pytest.mark.parametrize("name", PARAMS)
def test_what_a_recording_keeps_can_be_read_and_a_message_is_always_the_same(name: str) -> None:
    message, outgoing = MESSAGES[name], composed(name)
    assert outgoing == composed(name)
    for line in recorded(outgoing).splitlines():
        assert fields(line, message.sends or message.content).fields()
    assert recorded(outgoing) or not outgoing.body


# --------------------------------------------------------------------------- storing


def test_a_stored_image_is_the_object_and_notes_its_digest() -> None:
    item, outgoing = object_of(STUDY, 2, 1), composed("c_store_image")
    assert (outgoing.method, outgoing.path, outgoing.body) == ("C-STORE", item.sop_class, item.dataset)
    assert outgoing.headers == {"syntax": item.transfer_syntax, "sop": item.sop_instance, "study": STUDY.uid}
    assert json.loads(recorded(outgoing)) == {
        "SOPInstanceUID": item.sop_instance,
        "SOPClassUID": item.sop_class,
        "StudyInstanceUID": STUDY.uid,
        "TransferSyntaxUID": item.transfer_syntax,
        "bytes": len(item.dataset),
        "sha256": hashlib.sha256(item.dataset).hexdigest(),
    }


def test_a_duplicate_has_the_same_uid_and_other_content() -> None:
    good, other = composed("c_store_image", series=1), composed("c_store_other_content")
    assert good.headers == other.headers
    assert good.body != other.body


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_bad_object_is_not_the_good_one(spoil: str) -> None:
    good, bad = composed("c_store_image", series=1), composed("c_store_bad", spoil=spoil)
    assert (bad.body, bad.path, bad.headers) != (good.body, good.path, good.headers)


def test_stow_brings_the_objects_as_files() -> None:
    outgoing = composed("stow")
    parts = Parts(outgoing.headers["Content-Type"])
    arrived = [from_part10(part.data) for part in (*parts.take(outgoing.body), *parts.finish())]
    assert arrived == [object_of(STUDY, 1, 1), object_of(STUDY, 2, 2)]
    assert outgoing.path == f"studies/{STUDY.uid}"


def test_commitment_is_asked_for_every_image() -> None:
    asked = sent("commit_storage")
    wanted = [(item.sop_class, item.sop_instance) for item in objects(STUDY)]
    listed = [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in asked.ReferencedSOPSequence]
    assert listed == wanted
    assert asked.TransactionUID != sent("commit_storage", attempt=2).TransactionUID


# --------------------------------------------------------------------------- asking


@pytest.mark.parametrize("charset", TERMS)
def test_a_query_is_written_in_the_charset_that_it_declares(charset: str) -> None:
    asked = sent("c_find_studies", charset)
    assert (asked.SpecificCharacterSet, str(asked.PatientName)) == (TERMS[charset], "*王*")
    assert "王".encode(charset) in composed("c_find_studies", charset).body
    assert sent("c_find_series", charset).SpecificCharacterSet == TERMS[charset]  # ASCII alone, for the answers' sake


def test_a_query_can_be_written_in_another_charset_than_the_endpoints() -> None:
    asked = sent("c_find_studies", "UTF-8", SpecificCharacterSet="GB18030")
    assert (asked.SpecificCharacterSet, str(asked.PatientName)) == ("GB18030", "*王*")


def test_queries_keep_to_our_patients_unless_they_name_one() -> None:
    assert sent("c_find_studies").PatientID == "XH*"
    assert sent("c_find_studies", PatientID="XH00000001").PatientID == "XH00000001"
    assert not sent("c_find_studies", StudyInstanceUID=STUDY.uid).get("PatientID")
    query = parse_qs(composed("qido_studies").path.partition("?")[2])
    assert (query["PatientID"], query["PatientName"]) == (["XH*"], ["*王*"])
    assert "PatientID" not in parse_qs(composed("qido_studies", StudyInstanceUID=STUDY.uid).path.partition("?")[2])


def test_several_uids_are_one_list() -> None:
    other = uids.study_uid("other")
    assert list(sent("c_find_studies", StudyInstanceUID=[STUDY.uid, other]).StudyInstanceUID) == [STUDY.uid, other]


def test_an_unknown_keyword_is_not_left_out_in_silence() -> None:
    with pytest.raises(KeyError, match="PatientNam"):
        composed("c_find_studies", PatientNam="王*")


def test_fetching_names_just_the_level() -> None:
    for name, level in (("c_get_study", "STUDY"), ("c_get_series", "SERIES"), ("c_get_image", "IMAGE")):
        asked = sent(name)
        assert asked.QueryRetrieveLevel == level
        assert {element.keyword for element in asked} - {"QueryRetrieveLevel"} == {
            "STUDY": {"StudyInstanceUID"},
            "SERIES": {"StudyInstanceUID", "SeriesInstanceUID"},
            "IMAGE": {"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"},
        }[level]


def matches(*uid_and_name: tuple[str, str]) -> bytes:
    listed = [
        {"0020000D": {"vr": "UI", "Value": [uid]}, "00100010": {"vr": "PN", "Value": [{"Ideographic": name}]}}
        for uid, name in uid_and_name
    ]
    return json.dumps(listed).encode()


def test_matches_are_a_set() -> None:
    message = MESSAGES["c_find_studies"]
    assert message.how is not None
    one, turned, changed, fewer = (
        fields(matches(*listed), message.content)
        for listed in (
            [("2.25.1", "王^小东"), ("2.25.2", "李^娜")],
            [("2.25.2", "李^娜"), ("2.25.1", "王^小东")],
            [("2.25.2", "李^娜"), ("2.25.1", "汪^小东")],
            [("2.25.2", "李^娜")],
        )
    )
    assert not differences(one, turned, message.how)
    found = differences(one, changed, message.how)
    assert [(each.path, each.a, each.b) for each in found] == [("$[0].PatientName", "=王^小东", "=汪^小东")]
    assert differences(one, fewer, message.how)


# --------------------------------------------------------------------------- worklist and performed steps


def test_the_worklist_is_asked_by_equipment_and_day() -> None:
    step = sent("find_worklist").ScheduledProcedureStepSequence[0]
    asked = (step.Modality, step.ScheduledStationAETitle, step.ScheduledProcedureStepStartDate)
    assert asked == ("CT", "CT01", "20260302-20260303")
    assert str(sent("find_worklist").PatientName) == "王*"


def test_a_step_begins_and_ends_at_its_own_times() -> None:
    at = dt.datetime(2026, 3, 2, 8, 30, 1)
    begun = sent("mpps_begin", at=at)
    assert (begun.PerformedProcedureStepStatus, begun.PerformedProcedureStepStartTime) == ("IN PROGRESS", "083001")
    assert sent("mpps_begin").PerformedProcedureStepStartTime == STUDY.time
    ended = sent("mpps_end", at=at)
    assert (ended.PerformedProcedureStepStatus, ended.PerformedProcedureStepEndTime) == ("COMPLETED", "083001")
    listed = [
        one.ReferencedSOPInstanceUID
        for series in ended.PerformedSeriesSequence
        for one in series.ReferencedImageSequence
    ]
    assert listed == [item.sop_instance for item in objects(STUDY)]
    stopped = sent("mpps_end", discontinued=True, reason="患者不配合")
    assert (stopped.PerformedProcedureStepStatus, len(stopped.PerformedSeriesSequence)) == ("DISCONTINUED", 0)
    assert stopped.CommentsOnThePerformedProcedureStep == "患者不配合"


def test_what_a_step_must_have_stored_is_found_in_what_is_noted() -> None:
    message = MESSAGES["mpps_begin"]
    noted = Lookup(fields(recorded(composed("mpps_begin")), message.content))
    (carried,) = message.carried
    told = {column: noted.value(path) for column, path in {**carried.key, **carried.columns}.items()}
    assert told == {"mpps_uid": STEP, "step_id": STUDY.step_id, "station_aet": STUDY.station}


# --------------------------------------------------------------------------- Chinese conformance


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_a_case_can_be_stored_and_asked(case: Case) -> None:
    stored = {**DESCRIBED, "uid": uids.study_uid(case.name), **case.stored}
    body = composed("c_store_image", study=stored).body
    seen = read_dataset(BytesIO(body), is_implicit_VR=False, is_little_endian=True)
    for keyword, wanted in case.returned.items():
        assert str(seen[keyword].value) == wanted
    if case.asked:
        sent("c_find_studies", **case.asked)
    assert (case.returned or case.asked) and case.title


def answers() -> Iterator[tuple[Case, bytes, str]]:
    uid = STUDY.uid
    must, must_not, open_case = (
        Case(
            name="x",
            title="x",
            stored={},
            asked={"PatientName": "*"},
            found=found,
            returned={"PatientName": "=王^小东"},
        )
        for found in (True, False, None)
    )
    yield must, matches((uid, "王^小东")), ""
    yield must, matches(("2.25.1", "王^小东")), "应检索到而未检索到"
    yield must, matches((uid, "汪^小东")), "PatientName 应为“=王^小东”，实为“=汪^小东”"
    yield must, b"", "应检索到而未检索到"
    for odd in (b"<html>", b'{"a": 1}', b"[1]", b"7", b"\xff", b'[{"0020000D": 1}]'):
        yield must, odd, "应答不是 DICOM JSON"
    yield must_not, matches((uid, "王^小东")), "不应检索到而检索到"
    yield must_not, matches(), ""
    yield open_case, matches(), ""


@pytest.mark.parametrize(("case", "body", "said"), tuple(answers()))
def test_what_an_answer_lacks_is_said(case: Case, body: bytes, said: str) -> None:
    assert shortcoming(case, STUDY.uid, body) == said
