"""`xinheng capacity`: how much each stack bears, found in one command."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json, Packs, PlanName, Stacks
from harness.errors import BadInput, Fault

if TYPE_CHECKING:
    from harness.load_result import Capacity
    from harness.settings_load import Side

_STACKS: dict[str, tuple[Side, ...]] = {
    "both": ("original", "migrated"),
    "original": ("original",),
    "migrated": ("migrated",),
}


def capacity(
    stacks: Stacks = Path("stacks.toml"),
    packs: Packs = "his",
    plan: PlanName = "smoke",
    stack: Annotated[str, typer.Option("--stack", help="测哪一侧：both、original 或 migrated")] = "both",
    out: Annotated[Path | None, typer.Option("--out", help="运行目录；已有未完成的搜索则接着做")] = None,
    json_: Json = False,
) -> None:
    """逐级加压，找出最高可持续负载与拐点（方案的 [capacity] 一节规定限值与步长）。"""
    from harness import runfile
    from harness.model import Part
    from harness.settings import load_stacks, plan_from_dict

    if stack not in _STACKS:
        raise BadInput(f"--stack {stack} 不是可选的一侧。", hint="请写 both、original 或 migrated。")
    chosen, known = parts.plan_named(plan), load_stacks(stacks)
    chosen = replace(chosen, capacity=replace(chosen.capacity, stacks=_STACKS[stack]))
    run_dir = out or Path("out") / time.strftime("capacity-%Y%m%d-%H%M%S")
    if (run_dir / runfile.RUN).exists():
        before = runfile.read_run(run_dir)
        chosen, known = plan_from_dict(before["plan"]), runfile.stacks_of(before)
        packs = ",".join(pack.get("known_as", name) for name, pack in before["packs"].items())
    _kept(run_dir, lambda: parts.execute(run_dir, chosen, known, parts.packs_named(packs), (Part.CAPACITY,)))
    result = parts.concluded(run_dir)
    document = {"run_dir": str(run_dir), "capacities": [asdict(each) for each in result.capacities]}
    parts.say(document, lambda: _print(run_dir, result.capacities), as_json=json_)
    whole = {each.stack for each in result.capacities if each.sustained_per_s} >= set(chosen.capacity.stacks)
    raise typer.Exit(0 if whole else 2)


def _kept(run_dir: Path, execute: Callable[[], None]) -> None:
    """Execute; whatever ends it early, say how to go on."""
    try:
        execute()
    except (KeyboardInterrupt, Fault):
        if (run_dir / "run.json").exists():
            parts.errors.print(
                f"已完成的步都保留在 {run_dir}；接着做完：{parts.me()} capacity --out {run_dir}", highlight=False
            )
        raise


def _print(run_dir: Path, found: Sequence[Capacity]) -> None:
    from harness.judge.material import STACK_TITLES

    for each in found:
        who = STACK_TITLES[each.stack]
        knee = f"拐点约每秒 {each.knee_per_s:.1f} 笔" if each.knee_per_s else "没有看到拐点"
        visits = f"，约合日门诊 {each.outpatients_per_day} 人次" if each.outpatients_per_day else ""
        typer.echo(
            f"{who} {each.pack}：最高可持续每秒 {each.sustained_per_s:.1f} 笔{visits}；{knee}；{each.limited_by}"
        )
    typer.echo(f"报告：{run_dir / 'report.html'}")
