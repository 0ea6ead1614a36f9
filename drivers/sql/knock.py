"""Who answers at a port that a client library could not talk to: asked once, after connecting failed.

A database waits for its own protocol's first bytes, or sends them; a web server says HTTP to whoever asks. Not here:
whether anything listens, which the client library has told already.
"""

from __future__ import annotations

import socket

_PATIENCE_S = 2.0
_LONGEST = 1024


def answers_http(host: str, port: int) -> bool:
    """Whether a web server stands there."""
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE_S) as line:
            line.settimeout(_PATIENCE_S)
            line.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            return line.recv(_LONGEST).startswith(b"HTTP/")
    except OSError:
        return False
