"""HTTP/1.1 with connections that stay open: `GET /17` is request 17; any other path is answered at once."""

from __future__ import annotations

import re

from drivers.calibration.dialect import AT_ONCE, DRAWN, UNNUMBERED, Asked

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_NUMBERED = re.compile(rb"[A-Z]+ /(\d+) ")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class Http:
    """One connection."""

    def __init__(self) -> None:
        self._data = b""

    def greeting(self) -> bytes:
        return b""

    def take(self, data: bytes) -> list[Asked]:
        self._data += data
        asked = []
        while (end := self._data.find(_END)) >= 0:
            head = self._data[:end]
            stated = _LENGTH.search(head)
            whole = end + len(_END) + (int(stated[1]) if stated else 0)
            if len(self._data) < whole:
                break
            self._data = self._data[whole:]
            asked.append(self._asked(head))
        return asked

    @staticmethod
    def _asked(head: bytes) -> Asked:
        numbered = _NUMBERED.match(head)
        number = int(numbered[1]) if numbered else UNNUMBERED
        body = b'{"step_number":%d}' % number
        return Asked(_ANSWER % (len(body), body), DRAWN if numbered else AT_ONCE, number)
