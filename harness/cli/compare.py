"""`xinheng compare`: two runs of one plan held against each other, from their sealed recordings.

Exit codes: 0 run B is no worse · 1 it is worse somewhere · 2 inconclusive · 3 the runs cannot be compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json, Lang
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.run_comparison import RunComparison

_SHOWN = 3  # changed files that are named
_WIDEST = 10.0


def compare(  # noqa: PLR0913 - options of a command
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="作为基准的运行目录")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="与它比较的运行目录")],
    stack: Annotated[str, typer.Option("--stack", help="比较哪一侧：migrated 或 original")] = "migrated",
    margin: Annotated[float | None, typer.Option("--margin", help="允许慢多少，如 0.1；缺省用方案的")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="comparison.html 与 comparison.json 的目录；缺省在 RUN_B 旁边")
    ] = None,
    lang: Lang = "zh",
    json_: Json = False,
) -> None:
    """同一方案的两次运行（调优前后、两种产品、两种架构）相比：B 是否不差于 A。"""
    from harness.assess.between_runs import compare_runs
    from harness.judgement import Judgement
    from reports import run_comparison
    from reports.words import Words

    Words(lang)  # an unknown language is said before anything is computed
    _refuse_nonsense(stack, margin)
    for run in (run_a, run_b):
        _refuse_changed(run)
    folder = _folder(run_a, run_b, out)
    parts.errors.print("由两次运行的记录重新计算 …", highlight=False)
    found = compare_runs(run_a, run_b, stack=stack, margin=margin)
    page = written(folder, found, lang)
    parts.say(
        run_comparison.document(found),
        lambda: typer.echo(f"{run_comparison.told(found)}\n报告：{page}"),
        as_json=json_,
    )
    raise typer.Exit({Judgement.PASS: 0, Judgement.FAIL: 1}.get(found.conclusion, 2))


def _refuse_nonsense(stack: str, margin: float | None) -> None:
    if stack not in ("migrated", "original"):
        raise BadInput(f"--stack {stack} 不是一侧的名称。", hint="请写 migrated（缺省）或 original。")
    if margin is not None and not 0 < margin <= _WIDEST:
        raise BadInput(f"--margin {margin:g} 不是允许变慢的比例。", hint="请写 0 到 10 之间的数，如 0.1 表示慢 10 %。")


def _refuse_changed(run: Path) -> None:
    """Only what is as it was sealed is compared: a figure must follow from recordings that nobody touched."""
    from harness.evidence import sealing
    from harness.runfile import RUN

    if not (run / RUN).is_file():
        raise BadInput(f"{run} 不是运行目录（没有 {RUN}）。", hint="请给出两个运行目录，例如 out/before out/after。")
    wrong = sealing.check(run)
    if wrong:
        shown = "；".join(f"{each.path}：{each.what}" for each in wrong[:_SHOWN])
        more = f"；等 {len(wrong)} 处" if len(wrong) > _SHOWN else ""
        raise BadInput(
            f"{run} 没有封存，或封存后被改动：{shown}{more}",
            hint=f"没有做完的运行：xinheng run --resume {run}；确认记录无误后可用 xinheng report {run} 重新封存。",
        )


def _folder(run_a: Path, run_b: Path, out: Path | None) -> Path:
    """Never inside a run: a new file there would break its seal."""
    folder = out or run_b.resolve().parent / f"compare-{run_a.resolve().name}-{run_b.resolve().name}"
    for run in (run_a, run_b):
        if folder.resolve().is_relative_to(run.resolve()):
            raise BadInput(f"--out {folder} 在运行目录 {run} 之内，会破坏它的封存。", hint="请换一个目录。")
    return folder


def written(folder: Path, found: RunComparison, lang: str) -> Path:
    """The page, after the data beside it."""
    from reports import run_comparison

    try:
        return run_comparison.write_all(folder, found, lang)[-1]
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise BadInput(f"不能写入 {folder}（{error.strerror}）。", hint="请用 --out 给出一个可写的目录。") from None
