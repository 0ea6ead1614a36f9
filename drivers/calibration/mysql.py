"""MySQL's protocol 4.1 as far as a text query needs it: a hand-shake that lets everybody in, queries, pings.

After MySQL's source documentation, "Client/Server Protocol". Not here: TLS, prepared statements, compression.
"""

from __future__ import annotations

import struct

from drivers.calibration.dialect import NAME, UNNUMBERED, Asked, Statement

_VERSION = f"8.4.0 wire protocol ({NAME})"
_QUIT, _INIT_DB, _QUERY, _PING = 1, 2, 3, 14
_LONG_PASSWORD, _FOUND_ROWS, _LONG_FLAG, _WITH_DB = 1, 2, 4, 8
_PROTOCOL_41, _TRANSACTIONS, _SECURE, _PLUGIN_AUTH = 1 << 9, 1 << 13, 1 << 15, 1 << 19
_CAPABLE = _LONG_PASSWORD | _FOUND_ROWS | _LONG_FLAG | _WITH_DB | _PROTOCOL_41 | _TRANSACTIONS | _SECURE | _PLUGIN_AUTH
_UTF8MB4, _BINARY = 255, 63
_IN_TRANSACTION = 1
_LONGLONG, _VAR_STRING = 8, 253
_NOT_SUPPORTED = 1235
_SALT = b"calibration-salt-000"  # nothing is kept secret with it: every answer to it is right


def _packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes((number,)) + body


def _counted(value: bytes) -> bytes:
    assert len(value) < 251
    return bytes((len(value),)) + value


class Mysql:
    """One connection."""

    def __init__(self) -> None:
        self._data = b""
        self._welcome = False
        self._status = 0

    def greeting(self) -> bytes:
        first, second = _SALT[:8], _SALT[8:] + b"\0"
        return _packet(
            0,
            b"\x0a" + _VERSION.encode() + b"\0" + struct.pack("<I", 1) + first + b"\0"
            + struct.pack("<HBHHB", _CAPABLE & 0xFFFF, _UTF8MB4, 0, _CAPABLE >> 16, len(first) + len(second))
            + bytes(10) + second + b"mysql_native_password\0",
        )  # fmt: skip

    def take(self, data: bytes) -> list[Asked]:
        self._data += data
        asked = []
        while len(self._data) >= 4:
            whole = 4 + int.from_bytes(self._data[:3], "little")
            if len(self._data) < whole:
                break
            number, body = self._data[3], self._data[4:whole]
            self._data = self._data[whole:]
            asked.append(self._asked(number, body))
        return asked

    def _asked(self, number: int, body: bytes) -> Asked:
        if not self._welcome:
            self._welcome = True
            return Asked(self._ok(number + 1))
        command = body[0]
        if command == _QUERY:
            return self._query(body[1:].decode())
        if command in (_PING, _INIT_DB):
            return Asked(self._ok(1))
        if command == _QUIT:
            return Asked(b"")
        raise ValueError(f"command {command}")

    def _query(self, text: str) -> Asked:
        statement = Statement(text, _VERSION)
        if statement.transaction is not None:
            self._status = _IN_TRANSACTION if statement.transaction else 0
        if statement.column:
            return Asked(self._row(statement), statement.takes_ns, statement.number)
        if statement.known:
            return Asked(self._ok(1))
        said = f"not known to the {NAME}: {text[:80]}"
        return Asked(_packet(1, b"\xff" + struct.pack("<H", _NOT_SUPPORTED) + b"#42000" + said.encode()))

    def _row(self, statement: Statement) -> bytes:
        numeric = statement.number != UNNUMBERED
        kind, charset = (_LONGLONG, _BINARY) if numeric else (_VAR_STRING, _UTF8MB4)
        name = _counted(statement.column.encode())
        column = _counted(b"def") + _counted(b"") * 3 + name + _counted(b"")
        column += b"\x0c" + struct.pack("<HIBHBH", charset, 255, kind, 0, 0, 0)
        end = b"\xfe" + struct.pack("<HH", 0, self._status)
        bodies = (b"\x01", column, end, _counted(statement.value.encode()), end)
        return b"".join(_packet(number, body) for number, body in enumerate(bodies, 1))

    def _ok(self, number: int) -> bytes:
        return _packet(number, b"\0\0\0" + struct.pack("<HH", self._status, 0))
