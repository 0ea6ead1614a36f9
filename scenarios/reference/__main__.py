"""`python -m scenarios.reference`: the application of one simulated stack, until it is told to stop.

The one place where drivers and packs meet here. SIGTERM or SIGINT ends it, and so does the end of its standard input
where that is a pipe: whoever started it that way is gone. Not here: what it consists of (`application.py`).
"""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gevent.event import Event

    from scenarios.reference.dicom import Counter
    from scenarios.reference.doors import Door, MllpHandle


def main() -> int:
    from gevent import monkey

    monkey.patch_all()  # before anything that waits is imported
    from harness.errors import Fault

    try:
        return _serve(_arguments())
    except Fault as fault:
        print(fault, file=sys.stderr)
        return fault.exit_code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scenarios.reference", description="仿真环境的参考应用")
    parser.add_argument("--home", type=Path, required=True, help="自己的目录")
    parser.add_argument("--sql-url", required=True, help="本技术栈的数据库，不含口令")
    parser.add_argument("--product", required=True, help="数据库产品")
    parser.add_argument("--packs", required=True, help="场景包，逗号分隔")
    parser.add_argument("--charset", default="UTF-8", help="报文的字符集")
    return parser.parse_args()


def _serve(given: argparse.Namespace) -> int:
    from gevent.event import Event

    from drivers.sql import driver_for
    from harness.model import SqlEndpoint
    from scenarios.reference.application import Order, known_charset, open_for_business, services
    from scenarios.reference.doors import Listeners

    given.home.mkdir(parents=True, exist_ok=True)
    (given.home / "application.pid").write_text(f"{os.getpid()}\n")
    packs = tuple(filter(None, given.packs.split(",")))
    order = Order(home=given.home, packs=packs, charset=known_charset(given.charset))
    driver = driver_for(SqlEndpoint(url=given.sql_url, product=given.product))
    driver.make_green()
    stop = Event()
    _stop_when_told(stop)
    listeners = Listeners(mllp=_listen, dicom=_provide)
    with open_for_business(order, driver, listeners, services(packs)):
        while not stop.wait(timeout=3600):  # without a timer gevent would leave where no pack has an interface
            pass
    return 0


def _listen(handle: MllpHandle, port: int, charset: str) -> Door:
    from drivers.messages.mllp.listener import MllpListener

    return MllpListener(handle, port=port, charset=charset)


def _provide(counter: Counter, port: int, charset: str, destinations: Mapping[str, str]) -> Door:
    from drivers.messages.dicom.provider import DicomProvider

    return DicomProvider(counter, port=port, charset=charset, destinations=destinations)


def _stop_when_told(stop: Event) -> None:
    import gevent
    from gevent.fileobject import FileObject

    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop.set)
    if stat.S_ISFIFO(os.fstat(0).st_mode):

        def watch() -> None:
            with FileObject(0, "rb", close=False) as standard_input:
                while standard_input.read(4096):
                    pass
            stop.set()

        gevent.spawn(watch)


if __name__ == "__main__":
    sys.exit(main())
