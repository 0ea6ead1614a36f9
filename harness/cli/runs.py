"""`xinheng demo · run · prepare`: everything that fills a run folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from harness.cli import parts
from harness.cli.parts import Json, Packs, PlanName, Stacks
from harness.cli.report import Filing, filed
from harness.errors import BadInput, Fault

if TYPE_CHECKING:
    from harness.model import Part, Role, Stack
    from harness.settings import Plan

DEMO = "his,lis,emr,pacs,journey"
RunDir = Annotated[Path, typer.Argument(help="运行目录")]


def demo(  # noqa: PLR0913 - options of a command
    out: Annotated[Path, typer.Option("--out", help="运行目录；已有的旧目录会改名保留")] = Path("out/demo"),
    plan: PlanName = "smoke",
    original: Annotated[str, typer.Option("--original", help="原系统用哪种数据库")] = "postgresql",
    migrated: Annotated[str, typer.Option("--migrated", help="迁移后系统用哪种数据库")] = "oceanbase",
    resume: Annotated[bool, typer.Option("--resume", help="接着上次中断的演示做完")] = False,
    keep_sim: Annotated[bool, typer.Option("--keep-sim", help="结束后保留数据库")] = False,
    json_: Json = False,
) -> None:
    """一条命令看全程：启动两套数据库和参考应用，跑 HIS、LIS、EMR、PACS 与跨系统全程，给出证据报告。"""
    from harness.recording import alone_in, set_aside
    from harness.settings import load_stacks

    chosen = parts.plan_named(plan)
    home = out.parent / f"{out.name}-sim"
    with alone_in(home):
        if out.exists() and not resume:
            parts.errors.print(f"上一次的结果保留在 {set_aside(out)}", highlight=False)
        environment = parts.simulation(home, original, migrated)
        try:
            stacks_file = parts.bring_up(environment)
            _execute(out, _Work(chosen, load_stacks(stacks_file), DEMO), go_on=f"{parts.me()} demo --resume")
        finally:
            environment.down(discard=not keep_sim)
    parts.answer(filed(out, Filing()), out, as_json=json_)


def run(  # noqa: PLR0913 - options of a command
    stacks: Stacks = Path("stacks.toml"),
    packs: Packs = "his",
    plan: PlanName = "smoke",
    out: Annotated[Path | None, typer.Option("--out", help="运行目录")] = None,
    resume: Annotated[Path | None, typer.Option("--resume", help="继续一个中断的运行目录")] = None,
    only: Annotated[
        str,
        typer.Option(
            "--only", help="只做其中几部分，逗号分隔：data、functional、load、db-compat、error-handling、capacity"
        ),
    ] = "",
    json_: Json = False,
) -> None:
    """在两套技术栈上运行场景包与数据库兼容性用例，比对并判定。"""
    from harness import runfile
    from harness.settings import load_stacks, plan_from_dict

    if resume is not None:
        before = runfile.read_run(resume)
        known = runfile.stacks_of(before)
        packs = ",".join(pack.get("known_as", name) for name, pack in before["packs"].items())
        work = _Work(plan_from_dict(before["plan"]), known, packs, runfile.parts_of(before))
        _finish(resume, work, as_json=json_)
    chosen, chosen_parts = parts.plan_named(plan), parts.parts_named(only)
    run_dir = out or Path("out") / time.strftime(f"{chosen.name}-%Y%m%d-%H%M%S")
    if (run_dir / runfile.RUN).exists():
        raise BadInput(
            f"{run_dir} 已是一个运行目录。", hint=f"继续它：xinheng run --resume {run_dir}；重新运行：换一个 --out。"
        )
    if run_dir.exists() and any(run_dir.iterdir()):
        raise BadInput(f"{run_dir} 不是空目录。", hint="请换一个 --out，信衡不会覆盖别人的文件。")
    _finish(run_dir, _Work(chosen, load_stacks(stacks), packs, chosen_parts), as_json=json_)


class _Work(NamedTuple):
    """What a run is asked to do; no parts: those of the plan."""

    plan: Plan
    stacks: dict[Role, Stack]
    packs: str
    parts: tuple[Part, ...] = ()


def _finish(run_dir: Path, work: _Work, *, as_json: bool) -> NoReturn:
    _execute(run_dir, work, go_on=f"{parts.me()} run --resume {run_dir}")
    parts.answer(parts.concluded(run_dir), run_dir, as_json=as_json)


def _execute(run_dir: Path, work: _Work, *, go_on: str) -> None:
    """Whatever ends it early, say what was kept and how to go on."""
    from harness.model import Part
    from harness.recording import sealed_recordings

    needless = work.parts == (Part.COMPAT,)  # the suite brings its own tables
    try:
        packs = [] if needless else parts.packs_named(work.packs)
        parts.execute(run_dir, work.plan, work.stacks, packs, work.parts)
    except (KeyboardInterrupt, Fault):
        if (run_dir / "run.json").exists():
            kept = sealed_recordings(run_dir)
            parts.errors.print(f"已保留 {kept} 份完整记录在 {run_dir}；接着做完：{go_on}", highlight=False)
        raise


def prepare(
    stacks: Stacks = Path("stacks.toml"),
    packs: Packs = "his",
    plan: PlanName = "smoke",
    only: Annotated[str, typer.Option("--only", help="只装载一侧：original 或 migrated")] = "",
    json_: Json = False,
) -> None:
    """只建表和装载场景包的数据（供 locust 直接压测，或供迁移工具作源数据）。"""
    from harness.execute.site import Hospital, Job, fill, refuse_protected, refuse_without_database
    from harness.progress import Display
    from harness.settings import load_stacks

    chosen, known = parts.plan_named(plan), load_stacks(stacks)
    roles = [role for role in known if not only or role.value == only]
    if not roles:
        raise BadInput(f"--only {only} 不是一侧的名称。", hint="请写 original 或 migrated。")
    wanted = {role: known[role] for role in roles}
    refuse_protected(wanted)
    tools, found = parts.tools(), parts.packs_named(packs)
    refuse_without_database(wanted, found)
    hospitals = tuple(Hospital(pack=p, world=p.world(chosen.data.scale)) for p in found)
    job = Job(
        run_dir=Path(),
        plan=chosen,
        stacks=known,
        drivers={role: tools.driver_for(known[role].sql) for role in roles},
        hospitals=hospitals,
        tools=tools,
    )
    with Display(parts.errors) as display:
        for role in roles:
            for hospital in hospitals:
                for event in fill(job, role, hospital, afresh=True):
                    display(event)
    parts.say({"prepared": [role.value for role in roles]}, lambda: typer.echo("数据已装载。"), as_json=json_)
