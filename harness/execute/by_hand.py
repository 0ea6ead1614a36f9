"""`locust -f scenarios/<system>/locustfile.py --stacks … --stack …` by hand or with the web UI, leaving a recording.

Users come and go as Locust decides; each has an endless deterministic stream of its own at the plan's rate per user,
due from the moment it arrived. Loading data happens in a process of its own (`xinheng prepare`), because drivers
cannot bulk-load once they wait cooperatively. One generator process; several are refused, not half supported.
"""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import LocalRunner

from harness import runfile
from harness.errors import BadInput, Fault
from harness.execute.peers import MessageDriverFor, message_drivers
from harness.execute.sequential import check_invariants
from harness.execute.site import refuse_protected, refuse_unreachable, refuse_without_database
from harness.execute.users import Crowd, LoopWatch, User, refuse_serial, self_test
from harness.execute.watching import facts_of, watching
from harness.model import Item, Pack, Role, SqlEndpoint
from harness.ports import Driver
from harness.recording import Recording, write_json
from harness.settings import load_plan, load_stacks
from harness.workload import Draw, stream

SELF_TEST_USERS = 8
DEFAULT_PLAN = "smoke"  # Locust has an option --profile of its own, without a default; we read a plan in it


class HandRun:
    """One run started by a person: made at Locust's start, sealed when Locust quits."""

    def __init__(
        self,
        options: Namespace,
        pack: Pack,
        drivers_for: tuple[Callable[[SqlEndpoint], Driver], MessageDriverFor],
        environment: Environment,
    ) -> None:
        if not isinstance(environment.runner, LocalRunner):
            raise BadInput("信衡的 locustfile 目前只支持单个压测进程。", hint="请去掉 --master/--worker/--processes。")
        self.options, self.pack, self.environment = options, pack, environment
        self.role = Role(options.stack)
        self.plan = load_plan(options.profile or DEFAULT_PLAN)
        stacks = load_stacks(options.stacks)
        self.stack = stacks[self.role]
        refuse_protected({self.role: self.stack})
        refuse_without_database({self.role: self.stack}, [pack])
        refuse_unreachable(self.stack.endpoints, [pack])
        levels = self.plan.load.levels_of(pack.name) or self.plan.load.levels
        self.level = next((level for level in levels if level.name == options.level), levels[-1])
        if not options.keep_data:
            _prepare(options, pack)
        self.driver = drivers_for[0](self.stack.sql)
        facts = self.driver.identify()
        interfaces = message_drivers(pack, self.stack.endpoints, drivers_for[1])
        self.driver.make_green()
        for interface in interfaces.values():
            interface.make_green()
        self.world = pack.world(self.plan.data.scale)
        self.pools = pack.pools(self.world)
        self.run_dir = Path(options.out or time.strftime("out/locust-%Y%m%d-%H%M%S"))
        self.recording = self._open(stacks, facts)
        from harness.execute.locust_engine import tell_locust

        self.crowd = Crowd(
            pack=pack,
            driver=self.driver,
            interfaces=interfaces,
            samples=self.recording.folder / "samples.bin",
            told=tell_locust(environment),
        )
        self.finished = 0
        self._coming = itertools.count()
        self._users_most = 0
        self._tested = self._self_test()
        self._agents = ExitStack()
        self._agents.enter_context(watching(self.run_dir, [(self.role, self.stack)]))
        self._loop = LoopWatch()
        self.crowd.start()
        environment.events.quitting.add_listener(self._end)

    def _open(self, stacks: Any, facts: Any) -> Recording:
        if (self.run_dir / runfile.RUN).exists():
            raise BadInput(f"{self.run_dir} 已是一个运行目录。", hint="请换一个 --out。")
        run = runfile.describe(plan=self.plan, stacks=stacks, packs=[self.pack], packs_digest="")
        runfile.write_run(self.run_dir, run)
        facts = replace(facts, title=self.stack.title, host=facts_of(self.stack))
        write_json(self.run_dir / "facts" / f"{self.role.value}.json", asdict(facts))
        recording = Recording(self.run_dir / "recordings" / self.pack.name / "load" / f"01-{self.role.value}")
        recording.begin()
        return recording

    def _self_test(self) -> dict[str, Any]:
        users = [User(self.crowd, n) for n in range(SELF_TEST_USERS)]
        try:
            tested = self_test(users, self.driver)
        finally:
            for user in users:
                user.close()
        refuse_serial(tested)
        return tested

    def come(self) -> tuple[User, Iterator[Item]]:
        """A Locust user arrives: a session, and an endless stream due from now on."""
        number = next(self._coming)
        self._users_most = max(self._users_most, number + 1)
        users = max(self.environment.runner.target_user_count, number + 1)  # type: ignore[union-attr]
        rng = random.Random(f"{self.plan.data.seed}/{self.pack.name}/by-hand/{number}")
        drawing = Draw(world=self.world, pools=self.pools, rng=rng, user=number, users=users)
        arrived = time.monotonic_ns() - self.crowd.epoch_ns
        rate = self.level.rate_per_s / self.level.users
        return User(self.crowd, number), (
            Item(seq=i.seq, user=i.user, due_ns=i.due_ns + arrived, transaction=i.transaction, params=i.params)
            for i in stream(self.pack, drawing, rate_per_s=rate, endpoints=self.stack.endpoints)
        )

    def bounds(self) -> dict[str, Any]:
        """No end of its own: Locust ends it."""
        return {"seconds": float("inf"), "grace_s": 0.0, "epoch_ns": self.crowd.epoch_ns}

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on: say so and end."""
        sys.stderr.write(f"{fault}\n")
        self.environment.process_exit_code = fault.exit_code
        gevent.spawn(self.environment.runner.quit)  # type: ignore[union-attr]

    def _end(self, **_: Any) -> None:
        ended = time.monotonic_ns()
        self.crowd.file.close()
        self._agents.close()
        write_json(self.recording.folder / "invariants.json", check_invariants(self.pack, self.driver))
        self.recording.seal(
            {
                "kind": "load",
                "pack": self.pack.name,
                "stack": self.role.value,
                "level": self.level.name,
                "level_number": 1,
                "position": 1,
                "users": self._users_most,
                "seconds": (ended - self.crowd.epoch_ns) / 1e9,
                "warmup_s": 0.0,
                "planned": self.crowd.done,
                "done": self.crowd.done,
                "not_sent": 0,
                "epoch_mono_ns": self.crowd.epoch_ns,
                "start_mono_ns": self.crowd.epoch_ns,
                "end_mono_ns": ended,
                "generator": self._loop.end(),
                "self_test": self._tested,
                **self.crowd.names,
            }
        )
        sys.stderr.write(f"记录已保存；生成报告：xinheng report {self.run_dir}\n")


def _prepare(options: Namespace, pack: Pack) -> None:
    command = [
        sys.executable, "-m", "harness.cli", "prepare", "--stacks", options.stacks, "--packs", runfile.known_as(pack),
        "--plan", options.profile or DEFAULT_PLAN, "--only", options.stack,
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise BadInput(
            "数据没有装载成功，不能开始压测。", hint="原因见上一行；也可先 xinheng prepare，再加 --keep-data。"
        )
