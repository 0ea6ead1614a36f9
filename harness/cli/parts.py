"""Putting the parts together: drivers, packs and reports meet the harness here and nowhere else in it."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.execute.site import Tools
    from harness.model import Pack, Part, Probe, Role, Stack
    from harness.ports import Application
    from harness.result import Result
    from harness.settings import Plan
    from harness.sim.environment import Simulation

errors = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出")]
Lang = Annotated[str, typer.Option("--lang", help="报告语言：zh 或 en")]
Stacks = Annotated[Path, typer.Option("--stacks", help="技术栈文件")]
Packs = Annotated[str, typer.Option("--packs", help="场景包的名称，或由文件描述的场景包的文件夹，逗号分隔")]
PlanName = Annotated[str, typer.Option("--plan", help="方案名（smoke、nightly、acceptance）或方案文件")]


def tools() -> Tools:
    import scenarios
    from drivers import messages, sql
    from drivers.calibration import reference_server
    from harness.execute.no_database import or_no_database
    from harness.execute.site import Tools

    return Tools(
        driver_for=or_no_database(sql.driver_for),
        message_driver_for=messages.driver_for,
        locustfile=scenarios.locustfile,
        probes=probes,
        reference_server=reference_server,
    )


def probes() -> tuple[Probe, ...]:
    from scenarios.dbcompat import PROBES

    return PROBES


def packs_named(names: str) -> list[Pack]:
    import scenarios

    packs = [scenarios.pack(name.strip()) for name in names.split(",") if name.strip()]
    twice = next((name for name, uses in Counter(pack.name for pack in packs).items() if uses > 1), "")
    if twice:
        raise BadInput(f"--packs 中有两个场景包名为“{twice}”。", hint="请去掉一个，或改 pack.toml 中的 name。")
    return packs


def me() -> str:
    """This command as the user can type it again."""
    return sys.argv[0] if Path(sys.argv[0]).name == "xinheng" else "xinheng"


def plan_named(name: str) -> Plan:
    """A plan by name or path; a clause that the norm does not have, or a probe that we do not have, is refused."""
    from harness.judge import clauses
    from harness.settings import load_plan

    return load_plan(name, clauses=[clause.id for clause in clauses()], probes=[probe.id for probe in probes()])


def parts_named(names: str) -> tuple[Part, ...]:
    """The parts of a run that `--only` names, in the order in which they run; nothing where it names none."""
    from harness.model import Part
    from harness.settings_check import nearest

    wanted = {name.strip() for name in names.split(",") if name.strip()}
    for name in sorted(wanted - set(Part)):
        meant = nearest(name, Part)
        raise BadInput(
            f"--only 中的“{name}”不是运行的一部分。",
            hint=f"是否想写 {meant}？" if meant else f"可写：{'、'.join(Part)}，可用逗号连写。",
        )
    return tuple(part for part in Part if part in wanted)


def simulation(directory: Path, original: str = "postgresql", migrated: str = "oceanbase") -> Simulation:
    from drivers.servers import server_for
    from harness.model import Role
    from harness.sim.environment import Simulation

    products = {Role.ORIGINAL: original, Role.MIGRATED: migrated}
    return Simulation(directory, products, server_for, application_for)


def found_simulation(directory: Path) -> Simulation:
    from drivers.servers import server_for
    from harness.sim.environment import Simulation

    return Simulation.found(directory, server_for, application_for)


def application_for(role: Role, home: Path, *, charset: str = "UTF-8") -> Application:
    """The reference application of one simulated stack, which answers for the interfaces of all packs."""
    import scenarios
    from drivers.servers.program import ProgramServer

    command = [sys.executable, "-m", "scenarios.reference", "--packs", ",".join(scenarios.names())]
    return ProgramServer(home, [*command, "--charset", charset], roots=[Path(scenarios.__path__[0]).parent])


def conclude(run_dir: Path, *, lang: str = "zh") -> Result:
    """Recordings → result, documents, manifest."""
    import reports
    from harness.assess import assess
    from harness.evidence import sealing

    result, series = assess(run_dir)
    reports.write_all(run_dir, result, series, lang=lang)
    sealing.seal(run_dir)
    return result


def execute(
    run_dir: Path, plan: Plan, stacks: dict[Role, Stack], packs: list[Pack], parts: tuple[Part, ...] = ()
) -> None:
    """Execute, with progress."""
    from harness import pipeline
    from harness.event_log import EventLog
    from harness.progress import Display
    from harness.recording import alone_in

    with alone_in(run_dir), Display(errors) as display:
        log = EventLog(display)
        for event in pipeline.run(run_dir, plan=plan, stacks=stacks, packs=packs, tools=tools(), parts=parts):
            display(event)
            log(event)


def concluded(run_dir: Path) -> Result:
    """Recordings → result, page and manifest, with progress; the documents for filing are `xinheng report`."""
    from harness import events
    from harness.progress import Display
    from harness.recording import alone_in

    with alone_in(run_dir), Display(errors) as display:
        display(events.Stage(name="比对、统计、出报告", total=1))
        return conclude(run_dir)


def answer(result: Result, run_dir: Path, *, as_json: bool) -> NoReturn:
    """Print the verdicts and leave with the run's exit code."""
    import reports.console
    from harness.judge import exit_code
    from reports import resultfile

    if as_json:
        typer.echo(resultfile.dump(result).decode())
    else:
        reports.console.print_result(result, run_dir / "report.html")
    raise typer.Exit(exit_code(result.verdicts))


def say(document: dict[str, Any], human: Callable[[], None], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        human()


def bring_up(chosen: Simulation) -> Path:
    """Start everything; the stacks file."""
    began = time.monotonic()
    stacks_file = chosen.up(lambda sentence: errors.print(f"  {sentence}", highlight=False))
    errors.print(f"✓ 仿真测试环境就绪  {time.monotonic() - began:.1f} 秒", highlight=False)
    return stacks_file
