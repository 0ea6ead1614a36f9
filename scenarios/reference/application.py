"""The application as a whole: every interface of the packs gets a reception, a door and an entry in endpoints.json.

Not here: which driver and which listener (`__main__.py` hands them in), what the interfaces do (the packs).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.content.charset import codec_of
from harness.errors import BadInput
from harness.message import Interface
from harness.ports import Driver
from scenarios.reference.apologies import APOLOGIES
from scenarios.reference.desk import PackDesk, Sessions
from scenarios.reference.faults import FAULTS
from scenarios.reference.faults.switches import Switches
from scenarios.reference.log import Log
from scenarios.reference.reception import Reception
from scenarios.reference.service import Request, Service
from scenarios.reference.web import Web

ENDPOINTS, LOG = "endpoints.json", "application.log"
_ADDRESS = re.compile(rb"(address\b[^>]*\blocation\s*=\s*[\"'])[^\"']*")
_PORT = re.compile(r":(\d+)(?:/|$)")

MllpHandle = Callable[[bytes], bytes | tuple[bytes, ...] | None]


class Door(Protocol):
    """Something that listens on a port."""

    port: int

    def close(self) -> None: ...


Listen = Callable[[MllpHandle, int, str], Door]  # (handle, port, charset): an MLLP listener; port 0: any


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the program is told."""

    home: Path
    packs: tuple[str, ...]
    charset: str


def services(packs: Iterable[str]) -> Iterator[Service]:
    """The packs' parts, by the name of the pack or the full name of the module that holds its part. A pack without one
    has no interfaces that anybody stands in for."""
    for name in packs:
        module = name if "." in name else f"scenarios.{name}.service"
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            raise BadInput(f"没有名为“{name}”的场景包。", hint="请核对 --packs。") from None
        if found is not None and found.origin is not None:
            service: Service = importlib.import_module(module).SERVICE
            yield service


@contextlib.contextmanager
def open_for_business(
    order: Order, driver: Driver, listen: Listen, staff: Iterable[Service]
) -> Iterator[dict[str, dict[str, str]]]:
    """Every interface listens; endpoints.json says where. Closed again at the end."""
    log = Log(order.home / LOG)
    with contextlib.ExitStack() as opened:
        opened.callback(log.close)
        receptions = {each.interface.name: each for each in _receptions(order, driver, staff, log)}
        house = _House(order, receptions, log)
        endpoints: dict[str, dict[str, str]] = {}
        for name, reception in receptions.items():
            if reception.interface.kind == "mllp":
                endpoints[name] = house.open_mllp(reception, listen, opened)
        endpoints |= house.open_web(opened)
        _write(order.home / ENDPOINTS, json.dumps(endpoints, ensure_ascii=False, indent=1).encode())
        yield endpoints


def _receptions(order: Order, driver: Driver, staff: Iterable[Service], log: Log) -> Iterator[Reception]:
    sessions = Sessions(driver)
    switches = Switches(order.home, FAULTS, log.say)
    for service in staff:
        desk = PackDesk(service.pack, sessions, log)
        for interface in service.pack.interfaces:
            handler = service.handlers.get(interface.name)
            if handler is not None and interface.kind in APOLOGIES:
                yield Reception(
                    interface=interface,
                    charset=order.charset,
                    handler=handler,
                    desk=desk,
                    apologise=APOLOGIES[interface.kind],
                    switches=switches,
                    log=log,
                )


class _House:
    """Opens doors, where it can at the ports of the last time: what was written down elsewhere stays true."""

    def __init__(self, order: Order, receptions: Mapping[str, Reception], log: Log) -> None:
        self._order = order
        self._receptions = receptions
        self._log = log
        self._before = _ports(order.home / ENDPOINTS)

    def open_mllp(self, reception: Reception, listen: Listen, opened: contextlib.ExitStack) -> dict[str, str]:
        charset = self._order.charset

        def handle(message: bytes) -> bytes | tuple[bytes, ...] | None:
            delivery = reception.take(Request(body=message, charset=charset))
            if delivery.hangs_up:
                raise ConnectionAbortedError
            return None if delivery.answer is None else (delivery.answer.body,) * delivery.times

        door = self._at_a_port(reception.interface.name, lambda port: listen(handle, port, charset))
        opened.callback(door.close)
        return self._endpoint(reception.interface, f"mllp://127.0.0.1:{door.port}")

    def open_web(self, opened: contextlib.ExitStack) -> dict[str, dict[str, str]]:
        behind = {name: each for name, each in self._receptions.items() if each.interface.kind in ("http", "soap")}
        if not behind:
            return {}
        documents: dict[str, bytes] = {}
        web: Any = self._at_a_port(next(iter(behind)), lambda port: Web(behind, documents, self._log, port))
        opened.callback(web.close)
        endpoints = {}
        for name, reception in behind.items():
            url = f"http://127.0.0.1:{web.port}/{name}"
            endpoints[name] = self._endpoint(reception.interface, url)
            document = reception.interface.document
            if reception.interface.kind == "soap" and document is not None and document.suffix == ".wsdl":
                documents[name] = _ADDRESS.sub(rb"\g<1>" + url.encode(), document.read_bytes())
                endpoints[name]["wsdl"] = str(_write(self._order.home / f"{name}.wsdl", documents[name]))
        return endpoints

    def _endpoint(self, interface: Interface, url: str) -> dict[str, str]:
        return {"kind": interface.kind, "url": url, "charset": self._order.charset}

    def _at_a_port(self, name: str, door: Callable[[int], Door]) -> Door:
        port = self._before.get(name, 0)
        if port:
            with contextlib.suppress(BadInput, OSError):
                return door(port)
        return door(0)


def _ports(file: Path) -> dict[str, int]:
    """Interface → port of the last time."""
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        return {name: int(_PORT.search(each["url"])[1]) for name, each in noted.items()}  # type: ignore[index]
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}


def _write(file: Path, content: bytes) -> Path:
    """Whole or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(content)
    os.replace(fresh, file)
    return file


def known_charset(name: str) -> str:
    if not codec_of(name):
        raise BadInput(f"不认识字符集“{name}”。", hint="常用：UTF-8、GBK、GB18030。")
    return name
