"""`xinheng doctor`: what is there on both sides, and what of it will hurt. Looks only; writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json, Stacks
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.doctor.examined import Problem
    from harness.model import Stack
    from harness.settings import Plan


def doctor(  # noqa: PLR0913 - options of a command
    stacks: Stacks = Path("stacks.toml"),
    plan: Annotated[str, typer.Option("--plan", help="方案名或文件：连接数等按它核对")] = "",
    url: Annotated[str, typer.Option("--url", help="只看一个数据库，不需要技术栈文件")] = "",
    password_env: Annotated[str, typer.Option("--password-env", help="配合 --url：存放口令的环境变量名")] = "",
    product: Annotated[str, typer.Option("--product", help="配合 --url：产品名")] = "",
    jdbc: Annotated[bool, typer.Option("--jdbc", help="配合 --url：经 JDBC 连接")] = False,
    jar: Annotated[str, typer.Option("--jar", help="配合 --url：JDBC 驱动的 jar 或其文件夹")] = "",
    user: Annotated[str, typer.Option("--user", help="配合 JDBC 地址：用户名")] = "",
    json_: Json = False,
) -> None:
    """看看两侧各是什么在应答、能否运行、哪些不同会出问题。"""
    from harness.cli.doctor_screen import show
    from harness.doctor.advise import advise, ready
    from harness.doctor.document import document
    from harness.doctor.examine import examine, this_machine
    from harness.model import Role, SqlEndpoint, Stack

    users = _most_users(parts.plan_named(plan)) if plan else 0
    problems: dict[str, list[Problem]] = {}
    if url:
        endpoint = SqlEndpoint(url=url, password_env=password_env, product=product, jdbc=jdbc, jar=jar, user=user)
        known = {"endpoint": Stack(role=Role.ORIGINAL, title="命令行给出的地址", sql=endpoint)}
    elif password_env or product or jdbc or jar or user:
        raise BadInput("--password-env、--product、--jdbc、--jar、--user 只与 --url 同用。", hint="请写出 --url 地址。")
    else:
        known, problems = _from_file(stacks)
    sides = examine(known, parts.tools().driver_for, problems=problems, waiting_for=_say_waiting)
    here = this_machine(Path.cwd(), users=users)
    advice = advise(sides[0], sides[1] if len(sides) > 1 else None, here)
    parts.say(document(sides, here, advice), lambda: show(sides, advice), as_json=json_)
    raise typer.Exit(0 if ready(advice) else BadInput.exit_code)


def _most_users(plan: Plan) -> int:
    """The most users of a plan at once; a level in hospital terms says so for a pack: those it names, else the HIS."""
    from harness.hospital_day import settled

    named = {pack for level in plan.load.levels for pack in level.packs} or {"his"}
    known = settled(plan, parts.packs_named(",".join(sorted(named))))
    return max(level.users for level in known.load.levels)


def _from_file(path: Path) -> tuple[dict[str, Stack], dict[str, list[Problem]]]:
    """Both stacks; what the file says wrongly of one database must not hide the other."""
    from harness.doctor.examined import Problem
    from harness.settings import read_stacks

    stacks, wrong = read_stacks(path)
    problems: dict[str, list[Problem]] = {
        role.value: [
            Problem(says=f"{path}：{key}：{sentence}")
            for key, sentence in wrong
            if key.startswith(f"stacks.{role}.sql")
        ]
        for role in stacks
    }
    return {role.value: stack for role, stack in stacks.items()}, problems


def _say_waiting(sides: Sequence[str]) -> None:
    from harness.doctor.examined import TITLES

    parts.errors.print(f"  … 等待应答：{'、'.join(TITLES[side] for side in sides)}", highlight=False)
