"""Locust as the engine: a pack's locustfile becomes load in two ways.

`xinheng run` starts it with `--block SPEC`: a fixed crowd works off a workload file, then the process ends.
A person starts it with `--stacks FILE --stack migrated -u 50 -r 10 -t 1m` or with the web UI: users come and go as
Locust says, each with an endless deterministic stream of its own, and a run folder is left that `xinheng report` reads.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
import locust
from gevent.socket import wait_read
from locust.env import Environment
from locust.exception import StopUser

from harness.errors import Fault
from harness.execute.block import ANSWER_FILE, ERROR_FILE, BlockSpec, read_spec
from harness.execute.no_database import or_no_database
from harness.execute.peers import MessageDriverFor, message_drivers
from harness.execute.users import Crowd, LoopWatch, User, refuse_serial, self_test
from harness.model import Item, Pack, ReplyKind, SqlEndpoint
from harness.ports import Driver
from harness.recording import read_items, write_json

if TYPE_CHECKING:
    from harness.execute.by_hand import HandRun

DriverFor = Callable[[SqlEndpoint], Driver]
DriversFor = tuple[DriverFor, MessageDriverFor]


def tell_locust(environment: Environment) -> Callable[[str, float, ReplyKind, str], None]:
    """Feed Locust's own statistics directly; its event fan-out per sample would cost more than the sample."""
    stats = environment.stats

    def told(title: str, response_ms: float, outcome: ReplyKind, reason: str) -> None:
        stats.log_request("业务", title, response_ms, 0)  # type: ignore[arg-type]  # Locust rounds floats itself
        if outcome > ReplyKind.REFUSED:
            stats.log_error("业务", title, f"{outcome.label} {reason}")

    return told


class BlockRun:
    """Drives one block: waits for its crowd, tests it, lets it go, and leaves `block.json`."""

    def __init__(self, spec: BlockSpec, pack: Pack, drivers_for: DriversFor, environment: Environment) -> None:
        self.spec = spec
        self.environment = environment
        self.folder = Path(spec.folder)
        self.driver = drivers_for[0](spec.sql)
        interfaces = message_drivers(pack, spec.message_endpoints, drivers_for[1])
        self.driver.make_green()
        for interface in interfaces.values():
            interface.make_green()
        self.crowd = Crowd(
            pack=pack,
            driver=self.driver,
            interfaces=interfaces,
            samples=self.folder / "samples.bin",
            told=tell_locust(environment),
        )
        self.items: list[list[Item]] = [[] for _ in range(spec.users)]
        for item in read_items(Path(spec.workload)):
            self.items[item.user].append(item)
            if pack.archive is not None:
                pack.archive.prepare(item.params)
        self.planned = sum(map(len, self.items))
        self.users: list[User] = []
        self.finished = 0
        self._coming = 0
        gevent.spawn(self._conduct)

    def come(self) -> tuple[User, Iterator[Item]]:
        """A Locust user arrives: give it a session and its items."""
        number = self._coming
        self._coming += 1
        user = User(self.crowd, number)
        self.users.append(user)
        return user, iter(self.items[number])

    def bounds(self) -> dict[str, Any]:
        """Until when items may be sent, and from when time counts."""
        return {"seconds": self.spec.seconds, "grace_s": self.spec.grace_s, "epoch_ns": self.crowd.epoch_ns}

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on: the block is no measurement; end the process."""
        give_up(self.environment, self.folder, fault)
        self.environment.runner.quit()  # type: ignore[union-attr]

    def _conduct(self) -> None:
        try:
            while len(self.users) < self.spec.users:
                gevent.sleep(0.01)
            tested = self_test(self.users, self.driver)
            refuse_serial(tested)
            gc.collect()
            gc.freeze()  # the workload is long-lived; do not walk it during the block
            watch = LoopWatch()
            self.crowd.start()
            while self.finished < self.spec.users:
                gevent.sleep(0.01)
            ended = time.monotonic_ns()
            if self.crowd.done + self.crowd.not_sent != self.planned:
                raise Fault(
                    f"负载块的账不平：计划 {self.planned} 笔，完成 {self.crowd.done}，未发 {self.crowd.not_sent}。",
                    hint=f"负载进程内部出错，请查看 {self.folder / 'locust.log'}。",
                )
            self._leave(tested, watch.end(), ended)
        except Fault as fault:
            give_up(self.environment, self.folder, fault)
        self.environment.runner.quit()  # type: ignore[union-attr]

    def _leave(self, tested: dict[str, Any], generator: dict[str, float], ended_ns: int) -> None:
        spec, crowd = self.spec, self.crowd
        crowd.file.close()
        write_json(
            self.folder / ANSWER_FILE,
            {
                "kind": "load",
                "pack": spec.pack,
                "stack": spec.stack,
                "level": spec.level,
                "level_number": spec.level_number,
                "position": spec.position,
                "users": spec.users,
                "seconds": spec.seconds,
                "warmup_s": spec.warmup_s,
                "planned": self.planned,
                "done": crowd.done,
                "not_sent": crowd.not_sent,
                "epoch_mono_ns": crowd.epoch_ns,
                "start_mono_ns": crowd.epoch_ns,
                "end_mono_ns": ended_ns,
                "generator": generator,
                "self_test": tested,
                **crowd.names,
            },
        )


def give_up(environment: Environment, folder: Path, fault: Fault) -> None:
    """Leave the fault for the runner and end this process with its code."""
    write_json(folder / ERROR_FILE, {"message": fault.message, "hint": fault.hint})
    environment.process_exit_code = fault.exit_code


def hospital_user(pack: Pack, driver_for: DriverFor, message_driver_for: MessageDriverFor) -> type[locust.User]:
    """The Locust user class of a pack; registers the command-line options and the set-up of a run."""
    drivers_for = (or_no_database(driver_for), message_driver_for)
    running: list[BlockRun | HandRun] = []
    locust.events.init_command_line_parser.add_listener(_add_options)
    locust.events.init.add_listener(lambda environment, **_: running.extend(_begin(pack, drivers_for, environment)))

    class HospitalUser(locust.User):
        """One session at the hospital's counters."""

        def on_start(self) -> None:
            try:
                self.session, self.items = running[0].come()
            except Fault as fault:
                running[0].refuse(fault)
                raise StopUser from fault

        @locust.task
        def work(self) -> None:
            run = running[0]
            run.crowd.go.wait()
            try:
                self.session.work(self.items, **run.bounds())
            except Fault as fault:
                run.refuse(fault)
            run.finished += 1
            raise StopUser

        def on_stop(self) -> None:
            if hasattr(self, "session"):
                self.session.close()

    HospitalUser.__name__ = f"{pack.name.capitalize()}User"
    return HospitalUser


def _add_options(parser: Any) -> None:
    group = parser.add_argument_group("信衡", "被测技术栈与记录（--profile 写方案名或方案文件，缺省 smoke）")
    group.add_argument("--stacks", default="stacks.toml", help="技术栈文件")
    group.add_argument("--stack", default="migrated", choices=["original", "migrated"], help="压测哪一侧")
    group.add_argument("--level", default="", help="方案中的负载级别，缺省取最高级")
    group.add_argument("--out", default="", help="运行目录，缺省 out/locust-<时间>")
    group.add_argument("--keep-data", action="store_true", help="不重新装载数据")
    group.add_argument("--block", default="", help="（由 xinheng run 使用）负载块说明文件")


def _begin(pack: Pack, drivers_for: DriversFor, environment: Environment) -> Iterator[BlockRun | HandRun]:
    """The run that Locust's options ask for."""
    options = environment.parsed_options
    if options is None:
        return
    if not options.block:
        from harness.execute.by_hand import HandRun

        try:
            yield HandRun(options, pack, drivers_for, environment)
        except Fault as fault:
            sys.stderr.write(f"错误：{fault}\n")
            sys.exit(fault.exit_code)
        return
    spec = read_spec(Path(options.block))
    gevent.spawn(_die_with_parent)
    try:
        yield BlockRun(spec, pack, drivers_for, environment)
    except Fault as fault:
        give_up(environment, Path(spec.folder), fault)
        sys.exit(fault.exit_code)


def _die_with_parent() -> None:
    """The runner holds our standard input; when it is gone, so are we."""
    while True:
        wait_read(0)
        if not os.read(0, 1024):
            os._exit(4)
