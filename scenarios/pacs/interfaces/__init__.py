"""The interfaces of the PACS and the RIS beside it: what answers, and who is on the other side."""

from __future__ import annotations

from pathlib import Path

from harness.message import Interface

_VERSION = "DICOM PS3 2024"
_HERE = Path(__file__).parent  # the documents: what PS3.4 and PS3.18 make mandatory of keys and answers

ARCHIVE = Interface(
    name="pacs_archive",
    document=_HERE / "pacs_archive.csv",
    title="影像归档",
    kind="dicom",
    peer="检查设备、诊断工作站",
    version=_VERSION,
    battery=("c_store_image",),
)
WORKLIST = Interface(
    name="pacs_worklist",
    document=_HERE / "pacs_worklist.csv",
    title="检查工作列表与执行步骤",
    kind="dicom",
    peer="检查设备",
    version=_VERSION,
    battery=("mpps_begin",),
)
WEB = Interface(
    name="pacs_web",
    document=_HERE / "pacs_web.csv",
    title="影像 Web 调阅",
    kind="dicomweb",
    peer="医生站、云胶片",
    version=_VERSION,
    battery=("stow",),
)

INTERFACES = (ARCHIVE, WORKLIST, WEB)
