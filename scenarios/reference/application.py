"""The application as a whole: every interface of the packs gets a reception, a door and an entry in endpoints.json.

Not here: which driver (`__main__.py` hands it in), the doors (`doors.py`), what the interfaces do (the packs).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.content.charset import codec_of
from harness.errors import BadInput
from harness.ports import Driver
from scenarios.reference.apologies import APOLOGIES
from scenarios.reference.archive.archive import Archive
from scenarios.reference.archive.opening import opened as open_archive
from scenarios.reference.archive.services import handler_of as dimse
from scenarios.reference.archive.web import handler_of as dicomweb
from scenarios.reference.desk import PackDesk, Sessions
from scenarios.reference.doors import ARCHIVE_TITLE, House, Listeners, Staffed, write
from scenarios.reference.faults import FAULTS
from scenarios.reference.faults.switches import Switches
from scenarios.reference.log import Log
from scenarios.reference.reception import IMAGING_KINDS, Reception
from scenarios.reference.service import Service

ENDPOINTS, LOG = "endpoints.json", "application.log"


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
    order: Order, driver: Driver, listeners: Listeners, staff: Iterable[Service]
) -> Iterator[dict[str, dict[str, str]]]:
    """Every interface listens; endpoints.json says where. Closed again at the end."""
    log = Log(order.home / LOG)
    with contextlib.ExitStack() as opened:
        opened.callback(log.close)
        house = House(order.home / ENDPOINTS, order.charset, listeners, log)
        endpoints = house.open(list(_staffed(order, driver, staff, log)), opened)
        write(order.home / ENDPOINTS, json.dumps(endpoints, ensure_ascii=False, indent=1).encode())
        yield endpoints


def _staffed(order: Order, driver: Driver, staff: Iterable[Service], log: Log) -> Iterator[Staffed]:
    """The interfaces that somebody answers: a pack's handler, or the archive where the pack uses one."""
    sessions = Sessions(driver)
    switches = Switches(order.home, FAULTS, log.say)
    for service in staff:
        desk = PackDesk(service.pack, sessions, log)
        archive: Archive | None = None
        if service.pack.archive is not None:
            archive = open_archive(sessions, order.home, log, switches, service.pack.archive.interface)
        for interface in service.pack.interfaces:
            handler, behind = service.handlers.get(interface.name), None
            if handler is None and archive is not None and interface.kind in IMAGING_KINDS:
                behind = archive
                handler = dicomweb(archive) if interface.kind == "dicomweb" else dimse(archive, ARCHIVE_TITLE)
            if handler is None or interface.kind not in APOLOGIES:
                continue
            reception = Reception(
                interface=interface,
                charset="UTF-8" if interface.kind == "dicomweb" else order.charset,  # what PS3.18 says of requests
                handler=handler,
                desk=desk,
                apologise=APOLOGIES[interface.kind],
                switches=switches,
                log=log,
            )
            yield Staffed(reception=reception, archive=behind)


def known_charset(name: str) -> str:
    if not codec_of(name):
        raise BadInput(f"不认识字符集“{name}”。", hint="常用：UTF-8、GBK、GB18030。")
    return name
