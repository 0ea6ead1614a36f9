"""Composes one server and one application per stack, starts and stops them together, and writes `stacks.toml`.

A folder of its own holds everything: `original/`, `migrated/`, `original-application/`, `migrated-application/`,
`stacks.toml`, and `sim.json`, which remembers the products so that a later command finds the servers again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput, Fault
from harness.model import Role
from harness.ports import Application, Server

ServerFor = Callable[[str, Path], Server]  # (product id, its folder): cli hands in drivers.servers.server_for
ApplicationFor = Callable[[Role, Path], Application]  # (whose, its folder)
Listener = Callable[[str], None]  # told what is happening, one Chinese sentence at a time

Endpoints = Mapping[str, Mapping[str, str]]  # interface → keys of its table

_TITLES = {Role.ORIGINAL: "原系统（仿真）", Role.MIGRATED: "迁移后系统（仿真）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One server of the environment at this moment."""

    role: Role
    product: str
    running: bool
    home: Path
    application: bool = False  # whether its interfaces answer, too


class Simulation:
    """The environment in one folder. Nothing happens before `up`. Without `application_for` it has no interfaces."""

    def __init__(
        self,
        folder: Path,
        products: Mapping[Role, str],
        server_for: ServerFor,
        application_for: ApplicationFor | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.products = dict(products)
        self.servers: dict[Role, Server] = {
            role: server_for(product, self.folder / role.value) for role, product in products.items()
        }
        self.applications: dict[Role, Application] = (
            {role: application_for(role, self.folder / f"{role.value}-application") for role in products}
            if application_for is not None
            else {}
        )

    @classmethod
    def found(cls, folder: Path, server_for: ServerFor, application_for: ApplicationFor | None = None) -> Simulation:
        """The environment that an earlier `up` made in this folder."""
        noted = _noted(folder)
        if noted is None:
            raise BadInput(f"{folder} 里没有仿真环境。", hint="请先执行 xinheng sim up，或用 --dir 指到它所在的目录。")
        return cls(folder, noted, server_for, application_for)

    @property
    def stacks_file(self) -> Path:
        return self.folder / "stacks.toml"

    def up(self, listener: Listener = lambda _: None) -> Path:
        """Start everything (or find it running) and return the stacks file that names it."""
        noted = _noted(self.folder)
        if noted is not None and noted != self.products:
            there = " → ".join(noted[role] for role in Role if role in noted)
            raise BadInput(
                f"{self.folder} 里已有另一套仿真环境（{there}）。", hint="请用 --dir 另选目录，或先停止并删除它。"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_private(self.folder / "sim.json", json.dumps({role.value: name for role, name in self.products.items()}))
        facts: dict[Role, Mapping[str, str]] = {}
        endpoints: dict[Role, Endpoints] = {}
        started: list[Server | Application] = []

        def starting(part: Server | Application, title: str) -> None:
            fresh = not part.running()
            listener(f"{'启动' if fresh else '已在运行'}：{title}")
            if fresh:
                started.append(part)

        try:
            for role, server in self.servers.items():
                starting(server, f"{_TITLES[role]} {self.products[role]}")
                facts[role] = server.start()
            for role, application in self.applications.items():
                starting(application, f"{_TITLES[role]} 参考应用")
                endpoints[role] = application.start(facts[role])
        except (Fault, KeyboardInterrupt):
            for part in reversed(started):
                part.stop()
            raise
        _write_private(self.stacks_file, _stacks_toml(facts, endpoints))
        return self.stacks_file

    def status(self) -> tuple[Standing, ...]:
        return tuple(
            Standing(
                role=role,
                product=self.products[role],
                running=server.running(),
                home=self.folder / role.value,
                application=role in self.applications and self.applications[role].running(),
            )
            for role, server in self.servers.items()
        )

    def down(self, *, discard: bool = False, listener: Listener = lambda _: None) -> None:
        """Stop everything; with `discard`, delete the data too. Stopping twice is no error."""
        parts: list[tuple[Server | Application, str]] = [
            *((each, f"{_TITLES[role]} 参考应用") for role, each in self.applications.items()),
            *((each, f"{_TITLES[role]} {self.products[role]}") for role, each in self.servers.items()),
        ]
        for part, title in parts:
            if part.running():
                listener(f"停止：{title}")
            if discard:
                part.discard()
            else:
                part.stop()
        if discard:
            for file in (self.stacks_file, self.folder / "sim.json"):
                file.unlink(missing_ok=True)


def _noted(folder: Path) -> dict[Role, str] | None:
    file = folder / "sim.json"
    try:
        return {Role(role): str(product) for role, product in json.loads(file.read_text()).items()}
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError):
        raise BadInput(f"{file} 已损坏，无法得知仿真环境由哪些产品组成。", hint=f"请删除 {folder} 后重建。") from None


def _write_private(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(file)


def _stacks_toml(facts: Mapping[Role, Mapping[str, str]], endpoints: Mapping[Role, Endpoints]) -> str:
    """The stacks file of DESIGN.md §7. No password: each server listens only on a Unix socket inside a folder that
    nobody but its own user may enter, so there is nothing to protect with one and nothing to leak. The applications
    answer on the loopback interface and know invented patients only."""
    lines = ["# 由 xinheng sim up 写成；数据库只在本机的 Unix 套接字上、接口只在回环地址上应答，因此不需要口令。"]
    for role, known in facts.items():
        lines += [
            "",
            f"[stacks.{role.value}]",
            f"title = {_toml(_TITLES[role])}",
            "production = false",
            "",
            f"[stacks.{role.value}.sql]",
            f"url = {_toml(known['url'])}",
            f"product = {_toml(known['product'])}",
        ]
        for name, endpoint in endpoints.get(role, {}).items():
            lines += ["", f"[stacks.{role.value}.endpoints.{name}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in endpoint.items()]
        lines += [
            "",
            f"[[stacks.{role.value}.hosts]]",
            f"name = {_toml(f'sim-{role.value}')}",
            'agent = "local"',
            f"pid_file = {_toml(known['pid_file'])}",
        ]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, apart from DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
