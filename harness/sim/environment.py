"""Composes one server per stack, starts and stops them together, and writes `stacks.toml`.

A folder of its own holds everything: `original/`, `migrated/`, `stacks.toml`, and `sim.json`, which remembers the
products so that a later command finds the servers again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput, Fault
from harness.model import Role
from harness.ports import Server

ServerFor = Callable[[str, Path], Server]  # (product id, its folder): cli hands in drivers.servers.server_for
Listener = Callable[[str], None]  # told what is happening, one Chinese sentence at a time

_TITLES = {Role.ORIGINAL: "原系统（仿真）", Role.MIGRATED: "迁移后系统（仿真）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One server of the environment at this moment."""

    role: Role
    product: str
    running: bool
    home: Path


class Simulation:
    """The environment in one folder. Nothing happens before `up`."""

    def __init__(self, folder: Path, products: Mapping[Role, str], server_for: ServerFor) -> None:
        self.folder = folder.resolve()
        self.products = dict(products)
        self.servers: dict[Role, Server] = {
            role: server_for(product, self.folder / role.value) for role, product in products.items()
        }

    @classmethod
    def found(cls, folder: Path, server_for: ServerFor) -> Simulation:
        """The environment that an earlier `up` made in this folder."""
        noted = _noted(folder)
        if noted is None:
            raise BadInput(f"{folder} 里没有仿真环境。", hint="请先执行 xinheng sim up，或用 --dir 指到它所在的目录。")
        return cls(folder, noted, server_for)

    @property
    def stacks_file(self) -> Path:
        return self.folder / "stacks.toml"

    def up(self, listener: Listener = lambda _: None) -> Path:
        """Start both servers (or find them running) and return the stacks file that names them."""
        noted = _noted(self.folder)
        if noted is not None and noted != self.products:
            there = " → ".join(noted[role] for role in Role if role in noted)
            raise BadInput(
                f"{self.folder} 里已有另一套仿真环境（{there}）。", hint="请用 --dir 另选目录，或先停止并删除它。"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_private(self.folder / "sim.json", json.dumps({role.value: name for role, name in self.products.items()}))
        facts: dict[Role, Mapping[str, str]] = {}
        started: list[Server] = []
        try:
            for role, server in self.servers.items():
                fresh = not server.running()
                listener(f"{'启动' if fresh else '已在运行'}：{_TITLES[role]} {self.products[role]}")
                if fresh:
                    started.append(server)
                facts[role] = server.start()
        except (Fault, KeyboardInterrupt):
            for server in reversed(started):
                server.stop()
            raise
        _write_private(self.stacks_file, _stacks_toml(facts))
        return self.stacks_file

    def status(self) -> tuple[Standing, ...]:
        return tuple(
            Standing(role=role, product=self.products[role], running=server.running(), home=self.folder / role.value)
            for role, server in self.servers.items()
        )

    def down(self, *, discard: bool = False, listener: Listener = lambda _: None) -> None:
        """Stop both servers; with `discard`, delete their data too. Stopping twice is no error."""
        for role, server in self.servers.items():
            if server.running():
                listener(f"停止：{_TITLES[role]} {self.products[role]}")
            if discard:
                server.discard()
            else:
                server.stop()
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


def _stacks_toml(facts: Mapping[Role, Mapping[str, str]]) -> str:
    """The stacks file of DESIGN.md §7. No password: each server listens only on a Unix socket inside a folder that
    nobody but its own user may enter, so there is nothing to protect with one and nothing to leak."""
    lines = ["# 由 xinheng sim up 写成；仿真环境只在本机的 Unix 套接字上应答，因此不需要口令。"]
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
