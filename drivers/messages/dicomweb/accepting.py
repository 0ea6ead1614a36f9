"""What a request of DICOMweb accepts as its answer, where the message itself does not say. Pure.

Objects and frames are wanted in the transfer syntax in which they are stored: without that wish, an archive
decompresses them (PS3.18 8.7.3), and nobody sees any more what it holds.
"""

from __future__ import annotations

import dataclasses

from harness.message import Outgoing

JSON = "application/dicom+json"
OBJECTS = 'multipart/related; type="application/dicom"; transfer-syntax=*'
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
BULK = 'multipart/related; type="application/octet-stream"'
PICTURE = "image/jpeg"
ANYTHING = "*/*"  # WADO-URI says it in its query
_LISTS = frozenset({"studies", "series", "instances", "metadata"})


def accepting(message: Outgoing) -> Outgoing:
    """The message with an Accept header."""
    if any(name.lower() == "accept" for name in message.headers):
        return message
    accept = accepted(message.method, message.path)
    return dataclasses.replace(message, headers={**message.headers, "Accept": accept})


def accepted(method: str, path: str) -> str:
    resource, _, query = path.partition("?")
    names = resource.strip("/").split("/")
    if names[-1] in {"rendered", "thumbnail"}:
        return PICTURE
    if method != "GET" or names[-1] in _LISTS:
        return JSON
    if "frames" in names:
        return FRAMES
    if "bulkdata" in names or "bulk" in names:
        return BULK
    return OBJECTS if "studies" in names and "requestType=" not in query else ANYTHING
