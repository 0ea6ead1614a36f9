"""What two sides agree on when an association begins (PS3.8 §9.3.2 and PS3.7 annex D). Bytes only."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.messages.dicom.services import Context
from drivers.messages.dicom.wire import ACCEPT, RECEIVED, REQUEST, NotDicom, unit

APPLICATION = b"1.2.840.10008.3.1.1.1"
# The root of UIDs that are made of a UUID; this one was drawn once for this program.
IMPLEMENTATION, VERSION = b"2.25.1290353430926027621963709207198069303", b"XINHENG_1"
_ITEM = struct.Struct(">BxH")
_FIXED = struct.Struct(">HH16s16s32x")
_RESULTS = {1: "对端用户拒绝", 2: "对端没有说明原因", 3: "对端不支持该服务", 4: "对端不支持所提的传输语法"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An association as one side proposes it."""

    called: str
    calling: str
    contexts: Mapping[int, Context]
    longest: int = RECEIVED  # unit that this side takes; 0: any
    providing: frozenset[str] = frozenset()  # classes of which the proposer wants to be the provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was accepted of it."""

    accepted: Mapping[int, str]  # context → transfer syntax
    declined: Mapping[int, str] = field(default_factory=dict)  # context → why, in Chinese
    longest: int = RECEIVED
    implementation: str = ""
    version: str = ""


def offer(called: str, calling: str, contexts: Sequence[Context]) -> Offer:
    """Contexts bear odd numbers."""
    return Offer(called=called, calling=calling, contexts={2 * n + 1: each for n, each in enumerate(contexts)})


def request(proposed: Offer) -> bytes:
    contexts = b"".join(
        _item(0x20, bytes((number, 0, 0, 0)) + _item(0x30, each.abstract.encode()) + b"".join(
            _item(0x40, syntax.encode()) for syntax in each.syntaxes))
        for number, each in proposed.contexts.items()
    )  # fmt: skip
    returned = dict.fromkeys(each.abstract for each in proposed.contexts.values() if each.returned)
    roles = b"".join(_role(each, 1, 1) for each in returned)
    return unit(REQUEST, _head(proposed.called, proposed.calling) + contexts + _user(proposed.longest, roles))


def acceptance(proposed: Offer, accepted: Mapping[int, str]) -> bytes:
    """The answer to a peer's offer: what is not accepted is declined for its abstract syntax."""
    contexts = b"".join(
        _item(0x21, bytes((number, 0, 0 if number in accepted else 3, 0)) + _item(0x40, accepted.get(
            number, each.syntaxes[0]).encode()))
        for number, each in proposed.contexts.items()
    )  # fmt: skip
    roles = b"".join(_role(each, 0, 1) for each in sorted(proposed.providing))
    return unit(ACCEPT, _head(proposed.called, proposed.calling) + contexts + _user(RECEIVED, roles))


def agreed(body: bytes) -> Agreement:
    """What an A-ASSOCIATE-AC says."""
    accepted: dict[int, str] = {}
    declined: dict[int, str] = {}
    told = _Told()
    for kind, item in _items(body[_FIXED.size :]):
        if kind == 0x21:
            if len(item) < 4:
                raise NotDicom("关联应答中的表示上下文有误")
            syntax = next((_text(each) for inner, each in _items(item[4:]) if inner == 0x40), "")
            if item[2]:
                declined[item[0]] = _RESULTS.get(item[2], f"结果 {item[2]}")
            else:
                accepted[item[0]] = syntax
        elif kind == 0x50:
            told.read(item)
    return Agreement(
        accepted=accepted,
        declined=declined,
        longest=told.longest,
        implementation=told.implementation,
        version=told.version,
    )


def offered(body: bytes) -> Offer:
    """What an A-ASSOCIATE-RQ says."""
    if len(body) < _FIXED.size:
        raise NotDicom("关联请求不完整")
    _, _, called, calling = _FIXED.unpack_from(body)
    contexts: dict[int, Context] = {}
    told = _Told()
    for kind, item in _items(body[_FIXED.size :]):
        if kind == 0x20:
            if len(item) < 4:
                raise NotDicom("关联请求中的表示上下文有误")
            inner = [(each, _text(value)) for each, value in _items(item[4:])]
            abstract = next((value for each, value in inner if each == 0x30), "")
            syntaxes = tuple(value for each, value in inner if each == 0x40)
            if not abstract or not syntaxes:
                raise NotDicom("关联请求中的表示上下文不完整")
            contexts[item[0]] = Context(abstract, syntaxes)
        elif kind == 0x50:
            told.read(item)
    return Offer(
        called=_text(called),
        calling=_text(calling),
        contexts=contexts,
        longest=told.longest,
        providing=frozenset(told.providing),
    )


class _Told:
    """User information: what either side tells of itself."""

    def __init__(self) -> None:
        self.longest = 0
        self.implementation = self.version = ""
        self.providing: set[str] = set()

    def read(self, item: bytes) -> None:
        for kind, value in _items(item):
            if kind == 0x51 and len(value) == 4:
                self.longest = int.from_bytes(value)
            elif kind == 0x52:
                self.implementation = _text(value)
            elif kind == 0x55:
                self.version = _text(value)
            elif kind == 0x54 and len(value) > 4 and value[-1]:
                self.providing.add(_text(value[2:-2]))


def _head(called: str, calling: str) -> bytes:
    titles = (each.encode("ascii", "replace")[:16].ljust(16) for each in (called, calling))
    return _FIXED.pack(1, 0, *titles) + _item(0x10, APPLICATION)


def _user(longest: int, roles: bytes) -> bytes:
    told = _item(0x51, longest.to_bytes(4)) + _item(0x52, IMPLEMENTATION) + roles + _item(0x55, VERSION)
    return _item(0x50, told)


def _role(abstract: str, user: int, provider: int) -> bytes:
    return _item(0x54, len(abstract).to_bytes(2) + abstract.encode() + bytes((user, provider)))


def _item(kind: int, content: bytes) -> bytes:
    return _ITEM.pack(kind, len(content)) + content


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(data)
    while at < end:
        if end - at < _ITEM.size:
            raise NotDicom("关联协商的内容不完整")
        kind, length = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        if at + length > end:
            raise NotDicom("关联协商中一项的长度有误")
        yield kind, data[at : at + length]
        at += length


def _text(raw: bytes) -> str:
    return raw.decode("latin-1").strip("\0 ")
