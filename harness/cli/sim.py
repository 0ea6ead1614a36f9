"""`xinheng sim up|status|down`: the simulation environment by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli import parts
from harness.cli.parts import Json

if TYPE_CHECKING:
    from harness.sim.environment import Simulation

sim_app = typer.Typer(
    help="仿真测试环境：在本机启动两套真实数据库和应答接口的参考应用（无需 root、无需 Docker）。", no_args_is_help=True
)
SimDir = Annotated[Path, typer.Option("--dir", help="仿真环境的目录")]


def _standing(environment: Simulation) -> dict[str, dict[str, Any]]:
    return {
        s.role.value: {"product": s.product, "running": s.running, "application": s.application}
        for s in environment.status()
    }


@sim_app.command("up")
def sim_up(
    directory: SimDir = Path("out/sim"),
    original: Annotated[str, typer.Option("--original", help="原系统的数据库")] = "postgresql",
    migrated: Annotated[str, typer.Option("--migrated", help="迁移后系统的数据库")] = "oceanbase",
    json_: Json = False,
) -> None:
    """启动仿真环境并写出 stacks.toml。"""
    environment = parts.simulation(directory, original, migrated)
    stacks_file = parts.bring_up(environment)
    parts.say(
        {"stacks": str(stacks_file), **_standing(environment)},
        lambda: typer.echo(f"技术栈文件：{stacks_file}\n下一步：xinheng run --stacks {stacks_file} --packs his"),
        as_json=json_,
    )


@sim_app.command("status")
def sim_status(directory: SimDir = Path("out/sim"), json_: Json = False) -> None:
    """哪些数据库和参考应用在运行。"""
    standing = _standing(parts.found_simulation(directory))

    def human() -> None:
        for role, server in standing.items():
            states = {name: "运行中" if server[name] else "未运行" for name in ("running", "application")}
            typer.echo(f"{role}：{server['product']} {states['running']}，参考应用 {states['application']}")

    parts.say(standing, human, as_json=json_)


@sim_app.command("down")
def sim_down(
    directory: SimDir = Path("out/sim"),
    remove: Annotated[bool, typer.Option("--remove", help="同时删除数据")] = False,
    json_: Json = False,
) -> None:
    """停止仿真环境。"""
    parts.found_simulation(directory).down(discard=remove)
    parts.say({"stopped": str(directory)}, lambda: typer.echo("仿真环境已停止。"), as_json=json_)
