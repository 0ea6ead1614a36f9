"""`xinheng sim up|status|down`: the simulation environment by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json

sim_app = typer.Typer(help="仿真测试环境：在本机启动两套真实数据库（无需 root、无需 Docker）。", no_args_is_help=True)
SimDir = Annotated[Path, typer.Option("--dir", help="仿真环境的目录")]


@sim_app.command("up")
def sim_up(
    directory: SimDir = Path("out/sim"),
    original: Annotated[str, typer.Option("--original", help="原系统的数据库")] = "postgresql",
    migrated: Annotated[
        str, typer.Option("--migrated", help="迁移后系统的数据库：oceanbase 或 postgresql")
    ] = "oceanbase",
    json_: Json = False,
) -> None:
    """启动仿真环境并写出 stacks.toml。"""
    simulation = parts.simulation(directory, original, migrated)
    stacks_file = parts.bring_up(simulation)
    parts.say(
        {"stacks": str(stacks_file), "running": simulation.status()},
        lambda: typer.echo(
            f"技术栈文件：{stacks_file}\n下一步：xinheng run --stacks {stacks_file} --packs his --plan smoke"
        ),
        as_json=json_,
    )


@sim_app.command("status")
def sim_status(directory: SimDir = Path("out/sim"), json_: Json = False) -> None:
    """哪些数据库在运行。"""
    from harness.sim import find

    running = find(directory.resolve(), parts.server).status()
    parts.say(
        {"running": running},
        lambda: typer.echo("\n".join(f"{role}：{'运行中' if up else '未运行'}" for role, up in running.items())),
        as_json=json_,
    )


@sim_app.command("down")
def sim_down(
    directory: SimDir = Path("out/sim"),
    remove: Annotated[bool, typer.Option("--remove", help="同时删除数据")] = False,
    json_: Json = False,
) -> None:
    """停止仿真环境。"""
    from harness.sim import find

    find(directory.resolve(), parts.server).down(remove=remove)
    parts.say({"stopped": str(directory)}, lambda: typer.echo("仿真环境已停止。"), as_json=json_)
