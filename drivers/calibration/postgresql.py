"""PostgreSQL's protocol 3.0 as far as a simple query needs it: start-up without a password, `Query`, `Terminate`.

After PostgreSQL 18 documentation, chapter 54 (Frontend/Backend Protocol). Not here: Parse, Bind, COPY, errors other
than "this server does not know that".
"""

from __future__ import annotations

import struct

from drivers.calibration.dialect import AT_ONCE, NAME, UNNUMBERED, Asked, Statement

_SSL_REQUEST, _GSS_REQUEST, _CANCEL = 80877103, 80877104, 80877102
_PARAMETERS = {
    "server_version": "18.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "TimeZone": "Asia/Shanghai",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
}
_VERSION = f"PostgreSQL 18.0 wire protocol ({NAME})"
_INT4, _TEXT = 23, 25
_FEATURE_NOT_SUPPORTED = "0A000"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _text(value: str) -> bytes:
    return value.encode() + b"\0"


class Postgresql:
    """One connection."""

    def __init__(self) -> None:
        self._data = b""
        self._started = False
        self._in_transaction = False

    def greeting(self) -> bytes:
        return b""

    def take(self, data: bytes) -> list[Asked]:
        self._data += data
        asked = []
        while (request := self._next()) is not None:
            asked.append(request)
        return asked

    def _next(self) -> Asked | None:
        kind_length = 1 if self._started else 0  # the first message has no kind
        if len(self._data) < kind_length + 4:
            return None
        (length,) = struct.unpack_from("!i", self._data, kind_length)
        whole = kind_length + length
        if len(self._data) < whole:
            return None
        kind, body = self._data[:kind_length], self._data[kind_length + 4 : whole]
        self._data = self._data[whole:]
        if not self._started:
            return self._start(body)
        if kind == b"Q":
            return self._query(body.rstrip(b"\0").decode())
        if kind == b"X":
            return None
        raise ValueError(f"message {kind!r}")

    def _start(self, body: bytes) -> Asked:
        (code,) = struct.unpack_from("!i", body)
        if code in (_SSL_REQUEST, _GSS_REQUEST):
            return Asked(b"N")
        if code == _CANCEL:
            return Asked(b"")
        self._started = True
        told = b"".join(_message(b"S", _text(name) + _text(value)) for name, value in _PARAMETERS.items())
        key = _message(b"K", struct.pack("!ii", 0, 0))
        return Asked(_message(b"R", struct.pack("!i", 0)) + told + key + self._ready())

    def _query(self, text: str) -> Asked:
        answer, takes_ns, number = b"", AT_ONCE, UNNUMBERED
        for part in filter(str.strip, text.split(";")):
            statement = Statement(part, _VERSION)
            answer += self._answer(statement, part)
            takes_ns, number = max(takes_ns, statement.takes_ns), max(number, statement.number)
        return Asked(answer + self._ready(), takes_ns, number)

    def _answer(self, statement: Statement, text: str) -> bytes:
        if statement.transaction is not None:
            self._in_transaction = statement.transaction
        if statement.column:
            kind, size = (_INT4, 4) if statement.number != UNNUMBERED else (_TEXT, -1)
            value = statement.value.encode()
            column = _text(statement.column) + struct.pack("!ihihih", 0, 0, kind, size, -1, 0)
            row = _message(b"D", struct.pack("!hi", 1, len(value)) + value)
            return _message(b"T", struct.pack("!h", 1) + column) + row + _message(b"C", _text("SELECT 1"))
        if statement.known:
            return _message(b"C", _text(text.split()[0].upper()))
        said = {"S": "ERROR", "V": "ERROR", "C": _FEATURE_NOT_SUPPORTED, "M": f"not known to the {NAME}: {text[:80]}"}
        return _message(b"E", b"".join(key.encode() + _text(value) for key, value in said.items()) + b"\0")

    def _ready(self) -> bytes:
        return _message(b"Z", b"T" if self._in_transaction else b"I")
