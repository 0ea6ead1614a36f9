"""`xinheng agent · doctor`: what stands on the machines."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli import parts
from harness.cli.parts import Json, Stacks
from harness.errors import BadInput


def agent(
    listen: Annotated[str, typer.Option("--listen", help="监听地址，缺省只监听本机")] = "127.0.0.1:9461",
    token_env: Annotated[str, typer.Option("--token-env", help="存放令牌的环境变量名")] = "XINHENG_AGENT_TOKEN",
    cert: Annotated[Path | None, typer.Option("--cert", help="TLS 证书")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="TLS 私钥")] = None,
    spool: Annotated[Path, typer.Option("--spool", help="读数暂存目录")] = Path("xinheng-agent"),
    pid_file: Annotated[str, typer.Option("--pid-file", help="数据库主进程的 pid 文件")] = "",
) -> None:
    """主机探针：每秒记录 CPU、内存、磁盘、网络和数据库进程，供信衡远程读取。"""
    from harness.agent.serve import Options, serve

    parts.errors.print(f"探针监听 {listen}，读数暂存在 {spool}；按 Ctrl-C 结束。", highlight=False)
    serve(
        Options(
            listen=listen,
            token=os.environ.get(token_env, ""),
            cert=cert,
            key=key,
            spool=spool,
            pid_file=pid_file,
            name=platform.node(),
        )
    )


def doctor(stacks: Stacks = Path("stacks.toml"), json_: Json = False) -> None:
    """看看两侧各是什么在应答，能否连接。"""
    from dataclasses import asdict

    from harness.settings import load_stacks

    tools, found, failed = parts.tools(), {}, {}
    for role, stack in load_stacks(stacks).items():
        began = time.monotonic()
        try:
            facts = asdict(tools.driver_for(stack.sql).identify())
            found[role.value] = {**facts, "seconds": round(time.monotonic() - began, 3)}
        except BadInput as fault:
            failed[role.value] = str(fault)
    parts.say({"stacks": found, "failed": failed}, lambda: _doctor_table(found, failed), as_json=json_)
    raise typer.Exit(BadInput.exit_code if failed else 0)


def _doctor_table(found: dict[str, dict[str, Any]], failed: dict[str, str]) -> None:
    for role, facts in found.items():
        typer.echo(f"{role}：{facts['product']} {facts['version']}（{facts['driver']}，{facts['seconds']} 秒）")
        typer.echo(f"  {facts['banner']}")
        for name, value in facts["settings"].items():
            typer.echo(f"  {name} = {value}")
    for role, sentence in failed.items():
        typer.echo(f"{role}：{sentence}")
