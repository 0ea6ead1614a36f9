"""The nouns of interfaces that speak in messages: HL7 v2 over MLLP, HTTP, SOAP, AMQP, DICOM and DICOMweb.

Not here: reading a message's content (`content/`), sending it (`drivers`).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SURPLUS = "（另有多余的应答）"  # ends the status of a reply that was more than the one answer asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEndpoint:
    """Where one of a stack's interfaces answers."""

    kind: str  # mllp http soap amqp dicom dicomweb
    # mllp://10.0.0.5:6661 · mllps://… · https://10.0.0.5/lis · amqp://user@10.0.0.5/vhost · dicom://10.0.0.5:104 ·
    # dicoms://… ; never with a password
    url: str
    charset: str = "UTF-8"  # what the messages are written in and declare: UTF-8 GBK GB18030
    persistent: bool = True  # one connection for all messages of a session, or one per message
    timeout_s: float = 30.0  # for a reply
    user: str = ""
    password_env: str = ""  # names of environment variables
    token_env: str = ""  # sent as a bearer token
    ca: str = ""  # file of certificates to trust instead of the system's
    wsdl: str = ""  # interface document of a soap endpoint
    called: str = "ANY-SCP"  # dicom: AE title of the peer
    calling: str = "XINHENG"  # dicom: our own
    receive_at: str = ""  # dicom: 10.0.0.9:11112, where the peer finds our AE title when it is told to C-MOVE to it
    # How images that we stored are taken away again: dicomweb:http://…/dicom-web (DELETE), orthanc:http://… (its REST
    # interface), command:/path/to/program (called with the Study Instance UID); user and password as above.
    removal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it leaves.

    DICOM: `method` is the service (C-ECHO C-STORE C-FIND C-MOVE C-GET N-CREATE N-SET N-ACTION, and REMOVE, which the
    endpoint's `removal` carries out), `path` the SOP class, `body` the data set without file meta information, encoded
    in the transfer syntax that `headers["syntax"]` names; `headers["sop"]` is the SOP instance, `headers["study"]` the
    study of REMOVE.
    """

    body: bytes
    path: str = ""  # http, soap, dicomweb: below the endpoint's address · amqp: routing key
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)  # SOAPAction, Content-Type …
    # What a recording keeps in place of a body that is bulky or that nobody can read; made only where one is kept.
    noted: Callable[[], bytes] | None = field(default=None, compare=False)


class Misbehaviour(enum.StrEnum):
    """What a sender may do to its connection, and a receiver must bear."""

    label: str
    expected: str

    def __new__(cls, value: str, label: str, expected: str) -> Misbehaviour:
        each = str.__new__(cls, value)
        each._value_ = value
        each.label = label
        each.expected = expected
        return each

    HALF_OPEN = "half_open", "只发前一半便不再出声，随后断开", "不落库"
    RESET = "reset", "只发前一半便复位连接（RST）", "不落库"
    SLOW = "slow", "逐段慢发，历时约 1 秒", "应接受"
    GONE = "gone", "发完立即断开，不等应答，随后重发", "只生效一次"
    ANSWER_LOST = "answer_lost", "应答丢失，随后重发", "只生效一次"
    PIPELINED = "pipelined", "同一报文两份连在一起发出", "逐份应答，只生效一次"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface of the system that a pack describes. A stack's endpoint of the same name answers for it."""

    name: str  # lis_hl7: the key below [stacks.X.endpoints] and the word for it in recordings and reports
    title: str  # 检验申请与结果
    kind: str  # mllp http soap amqp dicom dicomweb
    peer: str  # who is on the other side: HIS、检验仪器
    version: str  # HL7 v2.5.1 · WS/T 501—2016 · REST 1.0
    document: Path | None = (
        None  # what the two sides agreed on: .csv .xlsx (a line per field), .yaml .json (OpenAPI), .wsdl
    )
    battery: tuple[str, ...] = ()  # names of the messages that the error-handling battery starts from


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Where a system must have stored what a message told it (PV-INTF-2). Paths as in `harness.content.path`.

    `each`: the list in the message that makes one row per item (`OBX`); nothing: the message makes one row. Paths that
    begin with an item of that list are written with [*]. Only columns that no later transaction changes may stand here.
    """

    table: str
    key: Mapping[str, str]  # column → path of its value in the message
    columns: Mapping[str, str]  # column → path
    each: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a pack, written once.

    `compose(charset=…, **params)` makes it from the parameters of the step; the charset is the stack's endpoint's own.
    """

    name: str  # order_oml: stands beside the names of statements, so it must differ from all of them
    title: str  # 检验申请
    interface: str  # name of the interface that it is sent to
    content: str  # how the reply is read and compared: hl7 json xml cda soap dicom text
    compose: Callable[..., Outgoing]
    sends: str = ""  # content of what is sent; nothing: as `content`
    how: Any = None  # harness.content.how.How; None: what is usual for the content
    carried: tuple[Carried, ...] = ()
    battery: Any = None  # harness.content.battery.Knowledge: what the error-handling battery must know of it
