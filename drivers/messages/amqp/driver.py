"""Message brokers that speak AMQP 0-9-1: RabbitMQ. Not here: one conversation (`session.py`)."""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from drivers.messages import replies
from drivers.messages.address import secret
from drivers.messages.amqp.session import AmqpSession
from drivers.messages.amqp.wire import Lost, Wire, client_library
from drivers.messages.driver import EndpointDriver
from drivers.messages.line import CONNECT_TIMEOUT_S, KEPT_ALIVE, one_line
from harness.errors import Fault, StackRefused, StackUnreachable
from harness.message import Misbehaviour, Outgoing
from harness.model import Reply

_NOT_ALLOWED = {403, 530}  # wrong password; no such virtual host


class AmqpDriver(EndpointDriver):
    """One virtual host of a broker."""

    # The rest is done to a broker, which is not what is tested, and never reaches the receiver behind it.
    misbehaviours = (Misbehaviour.GONE, Misbehaviour.ANSWER_LOST)

    def connect(self) -> AmqpSession:
        endpoint = self.endpoint
        return AmqpSession(self._wire, timeout_s=endpoint.timeout_s, persistent=endpoint.persistent)

    def misbehave(self, how: Misbehaviour, message: Outgoing, /) -> tuple[Reply, ...]:
        try:
            with contextlib.closing(self.connect()) as session:
                if how is Misbehaviour.ANSWER_LOST:
                    return (session.send(message),)
                session.hand_over_only(message)
        except Fault as fault:
            return (replies.unopened(fault.message),)
        return ()

    def identify(self) -> dict[str, str]:
        tls = self.tls_facts()
        with contextlib.closing(self._wire()) as wire:
            told = {name: _text(wire.server.get(name, "")) for name in ("product", "version", "platform")}
        answers = f"{told['product']} {told['version']} ({told['platform']})"
        return {"protocol": "AMQP 0-9-1", "answers": answers, **tls, "charset": self.endpoint.charset}

    def _wire(self) -> Wire:
        parameters = self._parameters()
        logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it says is a Reply here, and its log repeats bodies
        try:
            return Wire(parameters)
        except Lost as lost:
            raise self._fault(lost) from None

    def _parameters(self) -> Any:
        pika, address = client_library(), self.address
        password = secret(self.endpoint.password_env, address)
        who = (address.user, password) if address.user else ("guest", "guest")  # what brokers come with
        timeout_s = min(CONNECT_TIMEOUT_S, self.endpoint.timeout_s)
        context: ssl.SSLContext | None = self._tls
        return pika.ConnectionParameters(
            host=address.host,
            port=address.port,
            virtual_host=unquote(address.path[1:]) or "/",
            credentials=pika.PlainCredentials(*who, erase_on_connect=True),
            ssl_options=pika.SSLOptions(context, address.host) if context is not None else None,
            connection_attempts=1,
            socket_timeout=timeout_s,
            stack_timeout=timeout_s,
            heartbeat=0,  # between two messages nobody turns our loop; the kernel looks after the line
            tcp_options=dict(KEPT_ALIVE),
        )

    def _fault(self, lost: Lost) -> Fault:
        said = one_line(lost)
        errors = list(_all(lost.__cause__)) if lost.__cause__ is not None else []
        names = {type(error).__name__ for error in errors}
        codes = {getattr(error, "reply_code", 0) for error in errors}
        if (
            names & {"ProbableAuthenticationError", "AuthenticationError", "ProbableAccessDeniedError"}
            or codes & _NOT_ALLOWED
        ):
            user = self.address.user or "guest"
            return StackRefused(
                f"{self.address} 不接受用户 {user}：口令不符，或没有这个虚拟主机的权限。",
                hint="请核对地址中的用户名和虚拟主机，以及 password_env 所指环境变量的值。",
            )
        self.open().close()  # says in one sentence why there is no line
        return StackUnreachable(f"{self.address} 有服务应答，但没有完成 AMQP 握手：{said}。", hint="请核对端口。")


def _all(error: BaseException) -> Iterator[BaseException]:
    """pika wraps the reason of a failed connection several times, as arguments."""
    yield error
    inner = [each for each in (*error.args, *getattr(error, "exceptions", ())) if isinstance(each, BaseException)]
    if error.__cause__ is not None:
        inner.append(error.__cause__)
    for each in inner:
        yield from _all(each)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
