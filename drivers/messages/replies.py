"""Replies that every message session gives in the same words: time is up, the line is lost, the answer is none.

Not here: what a peer's own answer means.
"""

from __future__ import annotations

from drivers.messages.line import one_line as one_line
from harness.model import ErrorClass, Reply, ReplyKind


def of(kind: ReplyKind, error_class: ErrorClass, message: str, body: bytes = b"") -> Reply:
    return Reply(kind, (), (), -1, error_class, message, body)


def timed_out(timeout_s: float, so_far: int = 0) -> Reply:
    """`so_far`: bytes of an answer that never became whole."""
    came = f"，只收到 {so_far} 字节，应答不完整" if so_far else ""
    return of(ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT, f"{timeout_s:g} 秒内没有收到应答{came}")


def lost(error: object, so_far: int = 0) -> Reply:
    came = f"（已收到 {so_far} 字节）" if so_far else ""
    return of(ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST, f"连接中断{came}：{one_line(error)}")


def unopened(fault: object) -> Reply:
    """No line could be had for this message; `fault` says why."""
    return of(ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST, one_line(fault))


def no_answer(why: str, body: bytes = b"") -> Reply:
    """Something came that is not an answer to this message."""
    return of(ReplyKind.FAILED, ErrorClass.PROTOCOL, why, body)


def unsendable(why: object) -> Reply:
    """Our own message does not fit the protocol: nothing was sent."""
    return of(ReplyKind.FAILED, ErrorClass.BAD_VALUE, f"报文无法发出：{one_line(why)}")
