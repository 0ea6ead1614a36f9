"""The nouns of interfaces that speak in messages: HL7 v2 over MLLP, HTTP, SOAP, AMQP.

Not here: reading a message's content (`content/`), sending it (`drivers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEndpoint:
    """Where one of a stack's interfaces answers."""

    kind: str  # mllp http soap amqp
    url: str  # mllp://10.0.0.5:6661 · mllps://… · https://10.0.0.5/lis · amqp://user@10.0.0.5/vhost, without a password
    charset: str = "UTF-8"  # what the messages are written in and declare: UTF-8 GBK GB18030
    persistent: bool = True  # one connection for all messages of a session, or one per message
    timeout_s: float = 30.0  # for a reply
    user: str = ""
    password_env: str = ""  # names of environment variables
    token_env: str = ""  # sent as a bearer token
    ca: str = ""  # file of certificates to trust instead of the system's
    wsdl: str = ""  # interface document of a soap endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it leaves."""

    body: bytes
    path: str = ""  # http, soap: below the endpoint's address · amqp: routing key
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)  # SOAPAction, Content-Type …


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a pack, written once. `compose` gets the parameters of the step by name."""

    name: str
    title: str  # 检验结果上传
    endpoint: str  # key of the stack's endpoints: mllp, http …
    content: str  # how the reply is read and compared: hl7 json xml cda text
    compose: Callable[..., Outgoing]
