"""`xinheng agent`: what stands on the machines of a stack."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import parts


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
