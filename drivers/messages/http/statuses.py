"""What an HTTP status says: kinds of reply and product-neutral classes. Pure."""

from __future__ import annotations

import functools

from harness.model import ErrorClass as E
from harness.model import ReplyKind

_CLASSES = {
    **dict.fromkeys((400, 415, 422), E.BAD_VALUE),
    **dict.fromkeys((401, 403, 407, 511), E.PRIVILEGE),
    **dict.fromkeys((404, 405, 410, 501), E.UNKNOWN_OBJECT),
    **dict.fromkeys((408, 504), E.STATEMENT_TIMEOUT),
    **dict.fromkeys((413, 414, 431), E.TOO_LONG),
    423: E.LOCK_TIMEOUT,
    **dict.fromkeys((429, 503, 507), E.RESOURCES),
}


@functools.cache
def meaning(status: int) -> tuple[ReplyKind, E]:
    """A redirect is a refusal: the answer is not here, and nobody is sent elsewhere without being told."""
    if 200 <= status < 300 or status == 304:
        return ReplyKind.OK, E.NONE
    error_class = _CLASSES.get(status, E.OTHER)
    if error_class is E.STATEMENT_TIMEOUT:
        return ReplyKind.TIMED_OUT, error_class
    return (ReplyKind.REFUSED if 300 <= status < 500 else ReplyKind.FAILED), error_class
