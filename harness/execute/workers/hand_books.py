"""The run folder of a load run by hand: made at Locust's start, with a recording per stack, sealed when Locust quits.

Loading data happens in a process of its own (`xinheng prepare`), because drivers cannot bulk-load once they wait
cooperatively. Not here: the users.
"""

from __future__ import annotations

import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness import runfile
from harness.errors import BadInput
from harness.execute.sequential import check_invariants
from harness.execute.watching import facts_of, watching
from harness.execute.workers.account import worst
from harness.execute.workers.hand_asked import DEFAULT_PLAN, Asked
from harness.execute.workers.share import DriversFor
from harness.load_result import Gap, GeneratorProcess
from harness.model import Role
from harness.pacer import NS
from harness.recording import Recording, write_json
from harness.samples import seal_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What came of one stack's recording."""

    users: int
    done: int
    generators: Sequence[GeneratorProcess]
    self_test: Mapping[str, Any]
    names: Mapping[str, Sequence[str]]
    gaps: Sequence[Gap] = ()


class Books:
    """The recordings of a run by hand and the agents beside them."""

    def __init__(self, options: Namespace, asked: Asked, drivers_for: DriversFor) -> None:
        self._asked = asked
        self.run_dir = Path(options.out or time.strftime("out/locust-%Y%m%d-%H%M%S"))
        if (self.run_dir / runfile.RUN).exists():
            raise BadInput(f"{self.run_dir} 已是一个运行目录。", hint="请换一个 --out。")
        if not options.keep_data:
            for role in asked.roles:
                _prepare(options, asked, role)
        self._drivers = {role: drivers_for[0](asked.stacks[role].sql) for role in asked.roles}
        facts = {role: driver.identify() for role, driver in self._drivers.items()}
        self.answering = {role.value: f"{each.product} {each.version}" for role, each in facts.items()}
        packs = [asked.pack]
        run = runfile.describe(plan=asked.plan, stacks=asked.stacks, packs=packs, packs_digest="")
        runfile.write_run(self.run_dir, run)
        for role, each in facts.items():
            stack = asked.stacks[role]
            known = replace(each, title=stack.title, host=facts_of(stack))
            write_json(self.run_dir / "facts" / f"{role.value}.json", asdict(known))
        load = self.run_dir / "recordings" / asked.pack.name / "load"
        self.recordings = {
            role: Recording(load / f"{position:02d}-{role.value}") for position, role in enumerate(asked.roles, 1)
        }
        for recording in self.recordings.values():
            recording.begin()
        self._agents = ExitStack()
        self.epoch_ns = 0

    def begin(self) -> int:
        """Watch the hosts from now on; the epoch that all samples count from."""
        stacks = [(role, self._asked.stacks[role]) for role in self._asked.roles]
        self._agents.enter_context(watching(self.run_dir, stacks))
        self.epoch_ns = time.monotonic_ns()
        return self.epoch_ns

    def folders(self) -> dict[str, str]:
        """Stack → where its samples go."""
        return {role.value: str(recording.folder.resolve()) for role, recording in self.recordings.items()}

    def close(self, ended: Mapping[Role, Ended], at_ns: int) -> None:
        """Seal every recording with what came of it until then."""
        self._agents.close()
        for position, (role, recording) in enumerate(self.recordings.items(), 1):
            invariants = check_invariants(self._asked.pack, self._drivers[role])
            write_json(recording.folder / "invariants.json", invariants)
            seal_samples(recording.folder)
            recording.seal(self._facts(role, position, ended[role], at_ns))
        sys.stderr.write(f"记录已保存；生成报告：xinheng report {self.run_dir}\n")

    def _facts(self, role: Role, position: int, ended: Ended, at_ns: int) -> dict[str, Any]:
        level = self._asked.level
        return {
            "kind": level.kind,
            "model": level.model,
            "rate_per_s": ended.users * self._asked.rate_of_user,
            "sessions": None,
            "processes": len(ended.generators),
            "attempt": 1,
            "pack": self._asked.pack.name,
            "stack": role.value,
            "level": level.name,
            "level_number": 1,
            "position": position,
            "users": ended.users,
            "seconds": (at_ns - self.epoch_ns) / NS,
            "warmup_s": 0.0,
            "planned": ended.done,
            "done": ended.done,
            "not_sent": 0,
            "epoch_mono_ns": self.epoch_ns,
            "start_mono_ns": self.epoch_ns,
            "end_mono_ns": at_ns,
            "generator": worst(ended.generators),
            "generators": [asdict(each) for each in ended.generators],
            "gaps": [asdict(gap) for gap in ended.gaps],
            "self_test": dict(ended.self_test),
            **ended.names,
        }


def _prepare(options: Namespace, asked: Asked, role: Role) -> None:
    command = [
        sys.executable, "-m", "harness.cli", "prepare", "--stacks", options.stacks,
        "--packs", runfile.known_as(asked.pack), "--plan", options.profile or DEFAULT_PLAN, "--only", role.value,
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise BadInput(
            "数据没有装载成功，不能开始压测。", hint="原因见上一行；也可先 xinheng prepare，再加 --keep-data。"
        )
