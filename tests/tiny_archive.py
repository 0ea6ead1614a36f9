"""A tiny pack for tests of the reference archive: an archive by DICOM and by DICOMweb, and a work list of three steps.

No hospital; the real pack is scenarios/pacs.
"""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, bindparam, insert, select

from harness.imaging import ArchiveUse
from harness.message import Interface
from harness.model import Conversation, ReplyKind, Statement
from scenarios.reference.service import DICOM_JSON, Answer, Desk, Request, Service
from scenarios.system import System

metadata = MetaData()
step = Table("tiny_step", metadata, Column("step_uid", String(64), primary_key=True))
ADD = Statement(name="add_step", body=insert(step).values(step_uid=bindparam("step_uid")))
KNOWN = Statement(name="step_known", body=select(step).where(step.c.step_uid == bindparam("step_uid")))

ARCHIVE = Interface(name="tiny_archive", title="影像归档", kind="dicom", peer="设备", version="DICOM")
WORKLIST = Interface(name="tiny_worklist", title="工作列表", kind="dicom", peer="设备", version="DICOM")
WEB = Interface(name="tiny_web", title="影像网关", kind="dicomweb", peer="浏览器", version="DICOMweb")
DAY = dt.date(2026, 3, 2)

PACK = System(
    name="tiny_archive",
    title="微型影像库",
    version="1",
    build=lambda scale: SimpleNamespace(tables={}, pools={}),
    metadata=metadata,
    statements={each.name: each for each in (ADD, KNOWN)},
    transactions=(),
    invariants=(),
    rules=(),
    interfaces=(ARCHIVE, WORKLIST, WEB),
    archive=ArchiveUse(
        interface=ARCHIVE.name,
        ours=lambda uid: uid.startswith("2.25."),
        objects=lambda world: (),
        dates=lambda world: (DAY, DAY),
    ),
)


def keep(talk: Conversation, *, step_uid: str) -> None:
    if talk.row(KNOWN, step_uid=step_uid) is not None:
        talk.refuse("已有该执行步骤")
    talk.change(ADD, step_uid=step_uid)


def worklist(request: Request, desk: Desk) -> Answer:
    """Three steps to whoever asks, all of them done by people whose names are Chinese; N-CREATE keeps the instance."""
    json.loads(request.body)
    if request.method == "C-FIND":
        return _answer(0, *(_step(number) for number in (1, 2, 3)))
    outcome = desk.carry_out(keep, step_uid=request.headers["sop"])
    return _answer(0 if outcome.kind is ReplyKind.OK else 0x0111)


def _step(number: int) -> dict[str, Any]:
    name = {"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小东"}
    scheduled = {"00400001": {"vr": "AE", "Value": ["CT1"]}, "00400009": {"vr": "SH", "Value": [f"S{number}"]}}
    return {
        "00100010": {"vr": "PN", "Value": [name]},
        "00100020": {"vr": "LO", "Value": [f"XH{number:04d}"]},
        "00400100": {"vr": "SQ", "Value": [scheduled]},
    }


def _answer(status: int, *found: dict[str, Any]) -> Answer:
    body = json.dumps(found, ensure_ascii=False).encode()
    return Answer(body=body, status=status, content_type=DICOM_JSON)


SERVICE = Service(pack=PACK, handlers={WORKLIST.name: worklist})
