"""One conversation with a DICOMweb service: HTTP below, objects and frames above.

Not here: what is accepted (`accepting.py`), what comes (`retrieved.py`), what it says (`answers.py`).
"""

from __future__ import annotations

import re

from drivers.messages.dicomweb.accepting import accepting
from drivers.messages.dicomweb.answers import LateReply, stored, without_host
from drivers.messages.dicomweb.retrieved import Retrieved
from drivers.messages.http.session import HttpSession
from harness.message import Outgoing
from harness.model import ErrorClass, Reply, ReplyKind

_BOUNDARY = re.compile(r"; *boundary=[^;)]*", re.IGNORECASE)  # another one every time


class DicomwebSession:
    """Sends requests as they are given; each object of an answer has the time of an answer."""

    __slots__ = ("_base", "_http")

    def __init__(self, http: HttpSession, base: str) -> None:
        self._http = http
        self._base = base  # path of the service

    def send(self, message: Outgoing, /) -> Reply:
        retrieved = Retrieved()
        reply, answer = self._http.asked(accepting(message), retrieved.sink)
        if answer is None:
            return reply
        if retrieved.body is not None:
            retrieved.body.finish()
            reply.message = _BOUNDARY.sub("", reply.message)
            if retrieved.body.trouble:
                reply.kind, reply.error_class = ReplyKind.FAILED, ErrorClass.PROTOCOL
                reply.message = f"{retrieved.body.trouble}：{reply.message}"
            return LateReply(reply, retrieved.told)
        told = reply.body
        if message.method == "POST":
            reply = stored(reply)
        return LateReply(reply, lambda: without_host(told, self._base))

    def close(self) -> None:
        self._http.close()
