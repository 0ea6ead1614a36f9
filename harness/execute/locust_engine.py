"""Locust as the engine: a pack's locustfile becomes load in two ways.

`xinheng run` starts it with `--block SPEC`: a fixed crowd works off a workload file, then the process ends.
A person starts it with `--stacks FILE --stack migrated -u 50 -r 10 -t 1m` or with the web UI: users come and go as
Locust says, each with an endless deterministic stream of its own, and a run folder is left that `xinheng report` reads.
Both run in one process or, with Locust's own `--master` and `--worker`, in several.
Not here: what those processes do (`workers/`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import locust
from gevent.socket import wait_read
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from harness.errors import Fault
from harness.execute.block_spec import BlockSpec, read_spec
from harness.execute.no_database import or_no_database
from harness.execute.peers import MessageDriverFor
from harness.execute.workers.alone import Alone
from harness.execute.workers.block_master import BlockMaster
from harness.execute.workers.block_worker import BlockWorker
from harness.execute.workers.share import DriverFor, DriversFor, give_up
from harness.execute.workers.visit import Host, Visit
from harness.model import Pack


def hospital_user(pack: Pack, driver_for: DriverFor, message_driver_for: MessageDriverFor) -> type[locust.User]:
    """The Locust user class of a pack; registers the command-line options and the set-up of a run."""
    drivers_for = (or_no_database(driver_for), message_driver_for)
    running: list[Host] = []
    locust.events.init_command_line_parser.add_listener(_add_options)
    locust.events.init.add_listener(lambda environment, **_: running.extend(_begin(pack, drivers_for, environment)))

    class HospitalUser(locust.User):
        """One session at the hospital's counters."""

        visit: Visit | None = None

        def on_start(self) -> None:
            while not running:  # a worker's master may be quicker than its own preparations
                gevent.sleep(0.01)
            try:
                self.visit = running[0].come()
            except Fault as fault:
                running[0].refuse(fault)
                raise StopUser from fault

        @locust.task
        def work(self) -> None:
            if self.visit is None:
                raise StopUser
            try:
                self.visit.work()
            except Fault as fault:
                running[0].refuse(fault)
            running[0].left()
            raise StopUser

        def on_stop(self) -> None:
            if self.visit is not None:
                self.visit.user.close()

    HospitalUser.__name__ = f"{pack.name.capitalize()}User"
    return HospitalUser


def _add_options(parser: Any) -> None:
    group = parser.add_argument_group("信衡", "被测技术栈与记录（--profile 写方案名或方案文件，缺省 smoke）")
    group.add_argument("--stacks", default="stacks.toml", help="技术栈文件")
    group.add_argument(
        "--stack", default="migrated", choices=["original", "migrated", "both"], help="压测哪一侧，或两侧同时"
    )
    group.add_argument("--level", default="", help="方案中的负载级别，缺省取最高级")
    group.add_argument("--out", default="", help="运行目录，缺省 out/locust-<时间>")
    group.add_argument("--keep-data", action="store_true", help="不重新装载数据")
    group.add_argument(
        "--spool", default="", help="（从进程）样本先写到这个目录，再送往主进程；缺省能写运行目录就直接写"
    )
    group.add_argument("--block", default="", help="（由 xinheng run 使用）负载块说明文件")
    group.add_argument("--share", type=int, default=0, help="（由 xinheng run 使用）第几个压测进程")


def _begin(pack: Pack, drivers_for: DriversFor, environment: Environment) -> Iterator[Host]:
    """The run that Locust's options ask for; a master receives no users."""
    options = environment.parsed_options
    if options is None:
        return
    try:
        if options.block:
            gevent.spawn(_die_with_parent)
            yield from _block(read_spec(Path(options.block)), pack, drivers_for, environment)
        else:
            from harness.execute.by_hand import by_hand

            yield from by_hand(options, pack, drivers_for, environment)
    except Fault as fault:
        if options.block:
            give_up(environment, Path(options.block).parent, fault)
        sys.stderr.write(f"错误：{fault}\n")
        sys.exit(fault.exit_code)


def _block(spec: BlockSpec, pack: Pack, drivers_for: DriversFor, environment: Environment) -> Iterator[Host]:
    runner, options = environment.runner, environment.parsed_options
    if isinstance(runner, MasterRunner):
        BlockMaster(spec, options.locustfile, runner)  # type: ignore[union-attr]
    elif isinstance(runner, WorkerRunner):
        yield BlockWorker(spec, options.share, pack, drivers_for, runner)  # type: ignore[union-attr]
    else:
        yield Alone(spec, 0, pack, drivers_for, environment)


def _die_with_parent() -> None:
    """The runner holds our standard input; when it is gone, so are we."""
    while True:
        wait_read(0)
        if not os.read(0, 1024):
            os._exit(4)
