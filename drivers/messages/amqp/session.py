"""One conversation with a message broker.

`Outgoing.method` says what is done, `path` with which routing key or queue:
  POST  publish, and wait until the broker has confirmed it
  CALL  publish, and wait for the message that answers it by correlation id, in a queue of this session's own
  GET   take the next message out of the queue `path`, waiting for it
Headers named in `_PROPERTIES` become AMQP properties, `exchange` names the exchange, all others travel as headers.
Not here: connections and channels (`wire.py`).
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable
from typing import Any

from drivers.messages import replies
from drivers.messages.amqp.wire import ChannelClosed, Lost, Wire, client_library
from harness.errors import Fault
from harness.message import Outgoing
from harness.model import ErrorClass, Reply, ReplyKind

_NAMES = "content_type content_encoding correlation_id message_id type app_id reply_to expiration"
_PROPERTIES = {name.replace("_", "-"): name for name in _NAMES.split()}
_PERSISTENT = 2
# What a broker closes a channel for (AMQP 0-9-1, reply codes).
_REFUSALS = {
    403: ErrorClass.PRIVILEGE,
    404: ErrorClass.UNKNOWN_OBJECT,
    405: ErrorClass.LOCK_TIMEOUT,  # somebody else holds the queue exclusively
    406: ErrorClass.BAD_VALUE,
    311: ErrorClass.TOO_LONG,
    312: ErrorClass.UNKNOWN_OBJECT,
}


class AmqpSession:
    """Publishes and takes messages one after another."""

    __slots__ = ("_answers", "_open", "_persistent", "_queue", "_timeout_s", "_wire")

    def __init__(self, opener: Callable[[], Wire], *, timeout_s: float, persistent: bool) -> None:
        self._open = opener
        self._timeout_s = timeout_s
        self._persistent = persistent
        self._wire: Wire | None = opener()
        self._queue = ""  # where answers to this session come
        self._answers: list[Any] = []

    def send(self, message: Outgoing, /) -> Reply:
        doing = {"POST": self._post, "CALL": self._call, "GET": self._get}.get(message.method)
        if doing is None:
            return replies.unsendable(f"AMQP 接口不认识 {message.method}，可用 POST、CALL、GET")
        try:
            reply = self._with_wire(doing, message)
        except Fault as fault:
            return replies.unopened(fault.message)
        except ChannelClosed as closed:
            self._queue = ""
            kind = ReplyKind.REFUSED if closed.code in _REFUSALS else ReplyKind.FAILED
            reply = replies.of(kind, _REFUSALS.get(closed.code, ErrorClass.OTHER), f"{closed.code} {closed}")
        except TimeoutError:
            reply = replies.timed_out(self._timeout_s)
        except Lost as lost:
            reply = replies.lost(lost)
        except client_library().exceptions.AMQPError as error:
            gone = isinstance(error, client_library().exceptions.AMQPConnectionError)
            reply = replies.lost(error) if gone else replies.unsendable(f"{type(error).__name__} {error}")
        if reply.kind > ReplyKind.REFUSED or not self._persistent:
            self.close()
        return reply

    def hand_over_only(self, message: Outgoing) -> None:
        """Publish, and hear no confirm."""
        wire = self._wire = self._wire or self._open()
        deadline = time.monotonic() + self._timeout_s
        with contextlib.suppress(TimeoutError, Lost, ChannelClosed):
            wire.ready(deadline)
            asks = message.method == "CALL"
            properties = self._answerable(wire, message, deadline) if asks else _properties(message)
            wire.publish(_exchange(message), message.path, message.body, properties, time.monotonic())

    def close(self) -> None:
        if self._wire is not None:
            with contextlib.suppress(Lost, ChannelClosed):
                self._wire.close()
            self._wire, self._queue = None, ""

    def _with_wire(self, doing: Callable[[Wire, Outgoing, float], Reply], message: Outgoing) -> Reply:
        if self._wire is not None:
            try:
                self._wire.ready(time.monotonic() + self._timeout_s)
            except Lost:  # ended while nothing was asked: nothing was sent, nothing is repeated
                self.close()
        if self._wire is None:
            self._wire = self._open()
            self._wire.ready(time.monotonic() + self._timeout_s)
        return doing(self._wire, message, time.monotonic() + self._timeout_s)

    def _post(self, wire: Wire, message: Outgoing, deadline: float) -> Reply:
        return _handed_over(wire, message, _properties(message), deadline)

    def _call(self, wire: Wire, message: Outgoing, deadline: float) -> Reply:
        properties = self._answerable(wire, message, deadline)
        handed_over = _handed_over(wire, message, properties, deadline)
        if handed_over.kind is not ReplyKind.OK:
            return handed_over

        def answer() -> bytes | None:
            return next(
                (body for _, _, told, body in self._answers if told.correlation_id == properties.correlation_id), None
            )

        wire.until(lambda: answer() is not None, deadline)
        return Reply(ReplyKind.OK, message="answered", body=answer() or b"")

    def _answerable(self, wire: Wire, message: Outgoing, deadline: float) -> Any:
        """The properties of a message whose answer this session hears."""
        if not self._queue:
            self._listen(wire, deadline)
        self._answers.clear()
        properties = _properties(message)
        properties.correlation_id = properties.correlation_id or uuid.uuid4().hex
        properties.reply_to = self._queue
        return properties

    def _get(self, wire: Wire, message: Outgoing, deadline: float) -> Reply:
        channel, came, cancelled, limited = wire.channel, [], [], []  # type: ignore[var-annotated]
        channel.basic_qos(prefetch_count=1, callback=wire.noting(limited))
        wire.until(lambda: bool(limited), deadline)
        consumer = channel.basic_consume(message.path, wire.noting(came), auto_ack=False)
        try:
            wire.until(lambda: bool(came), deadline)
        finally:
            if channel.is_open:
                channel.basic_cancel(consumer, callback=wire.noting(cancelled))
        wire.until(lambda: bool(cancelled), deadline)
        _, method, _, body = came[0]
        channel.basic_ack(method.delivery_tag)  # only now, so that no second message came to us in between
        return Reply(ReplyKind.OK, message=f"{method.exchange} {method.routing_key}".strip(), body=body)

    def _listen(self, wire: Wire, deadline: float) -> None:
        declared: list[Any] = []
        started: list[Any] = []
        wire.channel.queue_declare("", exclusive=True, auto_delete=True, callback=wire.noting(declared))
        wire.until(lambda: bool(declared), deadline)
        self._queue = declared[0][0].method.queue
        self._answers = []
        wire.channel.basic_consume(
            self._queue, wire.noting(self._answers), auto_ack=True, exclusive=True, callback=wire.noting(started)
        )
        wire.until(lambda: bool(started), deadline)


def _handed_over(wire: Wire, message: Outgoing, properties: Any, deadline: float) -> Reply:
    wire.publish(_exchange(message), message.path, message.body, properties, deadline)
    if wire.returned:
        return replies.of(ReplyKind.REFUSED, ErrorClass.UNKNOWN_OBJECT, wire.returned)
    if not wire.confirmed:
        return replies.of(ReplyKind.REFUSED, ErrorClass.RESOURCES, "nack")
    return Reply(ReplyKind.OK, message="confirmed")


def _exchange(message: Outgoing) -> str:
    return next((value for name, value in message.headers.items() if name.lower() == "exchange"), "")


def _properties(message: Outgoing) -> Any:
    told = {name.lower(): value for name, value in message.headers.items() if name.lower() != "exchange"}
    known = {_PROPERTIES[name]: told.pop(name) for name in _PROPERTIES if name in told}
    return client_library().BasicProperties(delivery_mode=_PERSISTENT, headers=told or None, **known)
