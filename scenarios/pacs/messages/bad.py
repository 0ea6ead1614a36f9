"""Objects that an archive should not take as they are, and one that comes a second time with other pixel data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.content.dicom.spoiling import SPOILS
from harness.message import Message, Outgoing
from scenarios.pacs.images.encoded import object_of
from scenarios.pacs.images.study import from_dict
from scenarios.pacs.interfaces import ARCHIVE
from scenarios.pacs.messages.storing import stored


def _bad(*, charset: str, study: Mapping[str, Any], spoil: str, series: int = 1, image: int = 1) -> Outgoing:
    return stored(SPOILS[spoil].make(object_of(from_dict(study), series, image)), study["uid"])


def _other_content(*, charset: str, study: Mapping[str, Any], series: int = 1, image: int = 1) -> Outgoing:
    return stored(object_of(from_dict(study), series, image, variant="other"), study["uid"])


STORE_BAD = Message(
    name="c_store_bad",
    title="异常影像 C-STORE",
    interface=ARCHIVE.name,
    content="text",
    compose=_bad,
    sends="json",
)
DUPLICATE_OTHER_CONTENT = Message(
    name="c_store_other_content",
    title="同一 SOP UID、像素不同 C-STORE",
    interface=ARCHIVE.name,
    content="text",
    compose=_other_content,
    sends="json",
)
