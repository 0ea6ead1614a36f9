"""One AMQP connection with one channel, run until something has happened or time is up.

pika's BlockingConnection waits for a publisher confirm without end, so its callback connection is used, and its loop
turned only as long as there is something to wait for. Not here: what is sent (`session.py`).
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable
from typing import Any

from harness.errors import DriverMissing

_LONGEST_TURN_S = 60.0


class Lost(Exception):
    """The connection ended; the argument says why."""


class ChannelClosed(Exception):
    """The broker declined what was asked on the channel, and closed it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def client_library() -> Any:
    try:
        return importlib.import_module("pika")
    except ModuleNotFoundError:
        raise DriverMissing(
            "AMQP 接口需要 Python 包 pika，当前环境没有安装。", hint="请执行 pip install 'xinheng[interfaces]'。"
        ) from None


class Wire:
    """Raises Lost, ChannelClosed and TimeoutError. After ChannelClosed it goes on with another channel (`ready`)."""

    def __init__(self, parameters: Any) -> None:
        self.failure: BaseException | None = None
        self.confirmed: bool | None = None  # the last publication: taken over, or not
        self.returned = ""  # the last publication could not be routed, and why
        self._refusal: ChannelClosed | None = None
        self._connection = client_library().SelectConnection(
            parameters,
            on_open_callback=self._wake,
            on_open_error_callback=self._failed,
            on_close_callback=self._failed,
        )
        self._loop = self._connection.ioloop
        self.channel: Any = None
        try:
            # pika itself gives up when the times in `parameters` are over, and cannot be stopped before.
            self.until(lambda: self._connection.is_open, math.inf)
        except Lost:
            self.close()
            raise

    @property
    def server(self) -> dict[str, Any]:
        """What the broker says about itself."""
        return dict(self._connection.server_properties or {})

    def ready(self, deadline: float) -> None:
        """A channel with publisher confirms; also notices what happened since the last call."""
        self._turn(0.0)
        self._check()
        if self.channel is not None and self.channel.is_open:
            return
        self._refusal = None
        settled: list[Any] = []
        self.channel = channel = self._connection.channel(on_open_callback=self._wake)
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._returned)
        self.until(lambda: channel.is_open, deadline)
        channel.confirm_delivery(self._confirm, callback=self.noting(settled))
        self.until(lambda: bool(settled), deadline)

    def publish(self, exchange: str, key: str, body: bytes, properties: Any, deadline: float) -> None:
        """Hand over and wait for the confirm, which then stands in `confirmed` and `returned`."""
        self.confirmed, self.returned = None, ""
        self.channel.basic_publish(exchange, key, body, properties, mandatory=True)
        self.until(lambda: self.confirmed is not None, deadline)

    def until(self, done: Callable[[], bool], deadline: float) -> None:
        while not done():
            self._check()
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._turn(left)

    def noting(self, notes: list[Any]) -> Callable[..., None]:
        """A callback that keeps what it is given and ends the waiting."""

        def note(*given: Any) -> None:
            notes.append(given)
            self._loop.stop()

        return note

    def close(self) -> None:
        if self._connection.is_open:
            self._connection.close()
        deadline = time.monotonic() + 1.0  # politeness has its limits
        while not self._connection.is_closed and (left := deadline - time.monotonic()) > 0:
            self._turn(left)
        self._loop.close()

    def _turn(self, seconds: float) -> None:
        timer = self._loop.call_later(min(seconds, _LONGEST_TURN_S), self._loop.stop)
        self._loop.start()
        self._loop.remove_timeout(timer)

    def _check(self) -> None:
        if self.failure is not None:
            raise Lost(str(self.failure) or type(self.failure).__name__) from self.failure
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            raise refusal

    def _wake(self, *_: Any) -> None:
        self._loop.stop()

    def _failed(self, _: Any, error: BaseException) -> None:
        self.failure = error
        self._loop.stop()

    def _channel_closed(self, _: Any, reason: Any) -> None:
        code = getattr(reason, "reply_code", 0)
        if code and self.failure is None:
            self._refusal = ChannelClosed(code, getattr(reason, "reply_text", ""))
        self._loop.stop()

    def _confirm(self, frame: Any) -> None:
        self.confirmed = type(frame.method).__name__ == "Ack"
        self._loop.stop()

    def _returned(self, _channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        self.returned = f"{method.reply_code} {method.reply_text}"
