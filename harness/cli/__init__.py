"""The command `xinheng`: the composition root, and the only place that reads faults and sets exit codes.

0 pass · 1 fail · 2 inconclusive or not run · 3 bad input · 4 harness fault, over the clauses that the plan asks for.
Results go to stdout (`--json`: one JSON document), progress and complaints to stderr.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from harness.cli import capacity, compare, data, doctor, hosts, package, report, runs
from harness.cli.pack import pack_app
from harness.cli.parts import errors
from harness.cli.sim import sim_app
from harness.errors import BadInput, Fault, Interrupted

app = typer.Typer(
    name="xinheng",
    help="信衡：用证据说明迁移后的医院系统是否与原系统一样好。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(sim_app, name="sim")
app.add_typer(pack_app, name="pack")
for command in (
    runs.demo, runs.run, capacity.capacity, runs.prepare, report.report,
    package.package, package.timestamp, package.verify, package.keygen,
    hosts.agent, doctor.doctor, data.data, compare.compare,
):  # fmt: skip
    app.command()(command)

_CTRL_C = 130  # what typer makes of a KeyboardInterrupt


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Run one command; every way out is a number here."""
    for number in (signal.SIGTERM, signal.SIGINT):  # also where a shell started us in the background, deaf to Ctrl-C
        signal.signal(number, _stop)
    try:
        code = int(app(args=arguments, standalone_mode=False) or 0)
        return _interrupted() if code == _CTRL_C else code
    except typer.Exit as leaving:
        return leaving.exit_code
    except Fault as fault:
        errors.print(f"[red]错误[/]：{_plain(fault.message)}", highlight=False)
        if fault.hint:
            errors.print(f"  → {_plain(fault.hint)}", highlight=False)
        return fault.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except Exception as error:  # noqa: BLE001 - the one place where nothing may get past
        return _unforeseen(error)


def _interrupted() -> int:
    errors.print("已中断；由本命令启动的进程均已停止，完成的记录已保留。", highlight=False)
    return Interrupted.exit_code


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _unforeseen(error: Exception) -> int:
    """A usage error of the command line, or a defect of ours: one sentence and where the details are."""
    if isinstance(error, typer.TyperException):
        errors.print(f"[red]错误[/]：命令行有误：{_plain(error.format_message())}", highlight=False)
        errors.print("  → 请看 xinheng --help", highlight=False)
        return BadInput.exit_code
    log = Path(f"xinheng-error-{os.getpid()}.log")
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    errors.print(f"[red]错误[/]：信衡内部出错（{type(error).__name__}）。", highlight=False)
    errors.print(f"  → 详情在 {log}，请连同它一起报告。", highlight=False)
    return Fault.exit_code


def entry() -> NoReturn:
    """The console script."""
    sys.exit(main())
