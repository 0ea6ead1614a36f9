"""DICOMweb: QIDO-RS, WADO-RS, WADO-URI, STOW-RS, and the removal of a study. Not here: HTTP itself, the archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from harness.content.dicom import dataset_to_json
from harness.imaging import DicomObject
from scenarios.reference.archive import multipart
from scenarios.reference.archive.archive import Archive
from scenarios.reference.archive.entry import KEYS, Model
from scenarios.reference.archive.part10 import UNREADABLE, head_of, object_of
from scenarios.reference.archive.rendering import NotRendered, frames, picture
from scenarios.reference.service import DICOM_JSON, Answer, Desk, Handler, Request

_PLURALS = {"studies": "STUDY", "series": "SERIES", "instances": "IMAGE"}
_CONTROLS = ("includefield", "limit", "offset", "fuzzymatching")
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
_CLASS, _INSTANCE, _REASON = "00081150", "00081155", "00081197"
_CHARSET = "00080005"


class Declined(Exception):
    """An HTTP status and a word."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resource:
    """studies/1.2/series/1.3/metadata, read."""

    keys: Model  # unique keys on the way
    level: str  # of the last thing that is named or listed
    listed: bool  # studies/1.2/series: a list, not one thing
    rest: tuple[str, ...]  # metadata · rendered · frames, 1,2


def handler_of(archive: Archive) -> Handler:
    def handle(request: Request, desk: Desk) -> Answer:
        try:
            return _answered(archive, request)
        except Declined as declined:
            return _plain(declined.status, str(declined))
        except NotRendered as why:
            return _plain(406, str(why))

    return handle


def _answered(archive: Archive, request: Request) -> Answer:
    if request.query.get("requestType", "").upper() == "WADO":
        return _wado_uri(archive, request)
    found = _resource(request.path)
    if request.method == "DELETE":
        if found.level != "STUDY" or found.listed or found.rest:
            raise Declined(405, "only studies are removed")
        return _plain(204 if archive.remove(str(found.keys[KEYS["STUDY"]]["Value"][0])) else 404, "")
    if request.method == "POST":
        if found.level != "STUDY" or found.rest:
            raise Declined(405, "objects are posted to studies")
        return _stow(archive, request, found)
    if request.method != "GET":
        raise Declined(405, "unknown method")
    return _qido(archive, request, found) if found.listed else _wado(archive, request, found)


def _resource(path: str) -> _Resource:
    steps = [step for step in path.split("/") if step]
    keys: Model = {}
    level, listed = "", False
    while steps and steps[0] in _PLURALS:
        level = _PLURALS[steps.pop(0)]
        listed = not steps
        if steps:
            keys[KEYS[level]] = {"vr": "UI", "Value": [steps.pop(0)]}
    if not level:
        raise Declined(404, "no such resource")
    return _Resource(keys=keys, level=level, listed=listed, rest=tuple(steps))


# --------------------------------------------------------------------------- QIDO-RS


def _qido(archive: Archive, request: Request, asked: _Resource) -> Answer:
    keys = asked.keys | {
        tag: key for name, value in request.query.items() if name not in _CONTROLS for tag, key in [_key(name, value)]
    }
    for name in request.query.get("includefield", "").split(","):
        if name and name != "all":
            tag, key = _key(name, "")
            keys.setdefault(tag, key)
    if asked.level == "STUDY":  # the counts that PS3.18 wants in every answer
        for tag in ("00080061", "00201206", "00201208"):
            keys.setdefault(tag, {"vr": "IS"})
    elif asked.level == "SERIES":
        keys.setdefault("00201209", {"vr": "IS"})
    found = archive.find(asked.level, keys)
    start = _whole(request.query.get("offset", "0"))
    limit = _whole(request.query.get("limit", str(len(found))))
    return _model(found[start : start + limit])


def _key(name: str, value: str) -> tuple[str, Model]:
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    tag = int(name, 16) if len(name) == 8 and name.isalnum() and not tag_for_keyword(name) else tag_for_keyword(name)
    if tag is None:
        raise Declined(400, "unknown attribute")
    try:
        vr = dictionary_VR(tag)
    except KeyError:
        raise Declined(400, "unknown attribute") from None
    if not value:
        return f"{tag:08X}", {"vr": vr}
    values = value.replace("\\", ",").split(",") if vr in ("UI", "CS") else [value]
    return f"{tag:08X}", {"vr": vr, "Value": [{"Alphabetic": each} if vr == "PN" else each for each in values]}


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise Declined(400, "limit and offset are numbers")
    return int(text)


# --------------------------------------------------------------------------- WADO


def _wado(archive: Archive, request: Request, asked: _Resource) -> Answer:
    wanted = archive.wanted(asked.keys | {"00080052": {"vr": "CS", "Value": [asked.level]}}) or ()
    found = [item for item in archive.objects([instance for instance, _, _ in wanted]) if item is not None]
    if not found:
        raise Declined(404, "no such object")
    if not asked.rest:
        syntax = {item.transfer_syntax for item in found}
        kind = f"application/dicom; transfer-syntax={syntax.pop()}" if len(syntax) == 1 else "application/dicom"
        return _multipart([head_of(item) + item.dataset for item in found], kind)
    if asked.rest == ("metadata",):
        return _model([_metadata(item) for item in found])
    if asked.rest == ("rendered",):
        return _rendered(request, found[0])
    if asked.rest[0] == "frames" and asked.level == "IMAGE" and len(asked.rest) > 1:
        numbers = [int(number) if number.isdecimal() else 0 for number in asked.rest[1].split(",")]
        if asked.rest[2:] == ("rendered",):
            return _rendered(request, found[0], numbers[0])
        kind, raw = frames(found[0], numbers)
        return _multipart(raw, kind)
    raise Declined(404, "no such resource")


def _wado_uri(archive: Archive, request: Request) -> Answer:
    instance = request.query.get("objectUID", "")
    item = next(iter(archive.objects([instance])), None) if archive.index.known(instance) else None
    if item is None:
        raise Declined(404, "no such object")
    kind = request.query.get("contentType", "image/jpeg").partition(",")[0].strip()
    if kind == "application/dicom":
        return Answer(body=head_of(item) + item.dataset, content_type=kind)
    if kind not in _PICTURES:
        raise Declined(406, "neither application/dicom nor a picture")
    frame = _whole(request.query.get("frameNumber", "1"))
    return Answer(body=picture(item, _PICTURES[kind], frame), content_type=kind)


def _rendered(request: Request, item: DicomObject, frame: int = 1) -> Answer:
    accepted = request.headers.get("accept", "")
    kind = next((each for each in _PICTURES if each in accepted), "image/jpeg")
    return Answer(body=picture(item, _PICTURES[kind], frame), content_type=kind)


def _metadata(item: DicomObject) -> Model:
    return dataset_to_json(item.dataset, item.transfer_syntax)


# --------------------------------------------------------------------------- STOW-RS


def _stow(archive: Archive, request: Request, asked: _Resource) -> Answer:
    content_type = request.headers.get("content-type", "")
    if "application/dicom" not in content_type or "json" in content_type:
        raise Declined(415, "only application/dicom is taken")
    try:
        parts = list(multipart.parts_of(content_type, request.body))
    except ValueError:
        raise Declined(400, "not multipart") from None
    if not parts:
        raise Declined(400, "no object in it")
    stored: list[Model] = []
    failed: list[Model] = []
    for part in parts:
        instance, status = _taken(archive, part)
        (failed if status else stored).append(_reference(instance, status))
    told: Model = {}
    if stored:
        told["00081199"] = {"vr": "SQ", "Value": stored}
    if failed:
        told["00081198"] = {"vr": "SQ", "Value": failed}
    status = 200 if not failed else 202 if stored else 409
    return Answer(body=_json(told), status=status, content_type=DICOM_JSON)


def _taken(archive: Archive, part: bytes) -> tuple[DicomObject | None, int]:
    try:
        item = object_of(part)
    except UNREADABLE:
        return None, 0xC000
    status = archive.store(item, "STOW-RS")
    return item, status if status & 0xF000 != 0xB000 else 0


def _reference(item: DicomObject | None, status: int) -> Model:
    told: Model = {}
    if item is not None:
        told[_CLASS] = {"vr": "UI", "Value": [item.sop_class]}
        told[_INSTANCE] = {"vr": "UI", "Value": [item.sop_instance]}
    if status:
        told[_REASON] = {"vr": "US", "Value": [status]}
    return told


# --------------------------------------------------------------------------- answers


def _model(found: Sequence[Model]) -> Answer:
    shown = [{tag: each[tag] for tag in sorted(each) if tag != _CHARSET} for each in found]
    return Answer(body=_json(shown), content_type=DICOM_JSON)


def _multipart(parts: Sequence[bytes], kind: str) -> Answer:
    content_type, body = multipart.joined(parts, kind)
    return Answer(body=body, content_type=content_type)


def _plain(status: int, word: str) -> Answer:
    return Answer(body=word.encode("ascii"), status=status, content_type="text/plain; charset=utf-8")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
