"""`xinheng data`: two databases held against each other, schema and rows. Reads them and nothing more."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from harness.cli import parts
from harness.errors import BadInput, Fault

if TYPE_CHECKING:
    from harness.data_result import TablesResult, TablesSettings
    from harness.execute.tables.pace import Pace
    from harness.execute.tables.settle import Settling
    from harness.execute.tables.sides import Sides
    from harness.execute.tables.walk import Step
    from harness.model import Role, Stack

SPEAK_S = 2.0
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line said of the databases."""

    tables: str
    exclude: str
    where: str
    plan: str
    max_load: int | None
    window: str
    settle: str


def databases(
    stacks: Path, wanted: Wanted, *, out: Path | None, resume: Path | None, lang: str, as_json: bool
) -> NoReturn:
    """Compare, and end with the exit code of the verdict."""
    from harness.execute.tables import log
    from harness.settings import load_stacks

    known = load_stacks(stacks)
    settings = _settings(wanted, known)
    pace, settling = _pace(wanted), _settling(wanted.settle)
    folder = resume or out or Path("out") / time.strftime("data-%Y%m%d-%H%M%S")
    if resume is not None:
        if log.settings_of(resume) != settings:
            raise BadInput(
                f"{resume} 是用别的设置或对别的数据库开始的，不能这样继续。",
                hint="请用与当时相同的选项、方案和技术栈文件，或换一个 --out 重新比对。",
            )
    else:
        log.begin(folder, settings)
    try:
        result = _compared(folder, settings, known, _Manner(pace=pace, settling=settling, lang=lang))
    except (KeyboardInterrupt, Fault):
        again = f"{parts.me()} data --stacks {stacks} --resume {folder}"
        parts.errors.print(f"已完成的部分都保留在 {folder}；用相同的选项接着做完：{again}", highlight=False)
        raise
    _answer(folder, result, as_json=as_json)


def _settings(wanted: Wanted, known: dict[Role, Stack]) -> TablesSettings:
    from harness.execute.tables_pass import settings_of
    from harness.settings_consistency import ConsistencyPlan

    plan = parts.plan_named(wanted.plan).consistency if wanted.plan else ConsistencyPlan()
    settings = settings_of(plan, known)
    return replace(
        settings,
        tables=_names(wanted.tables) or settings.tables,
        exclude=_names(wanted.exclude) or settings.exclude,
        where={"*": wanted.where} if wanted.where else settings.where,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _pace(wanted: Wanted) -> Pace:
    from harness.execute.tables.pace import Pace

    def tell(sentence: str) -> None:
        parts.errors.print(f"  {sentence}", highlight=False)

    return Pace(most_busy=wanted.max_load, window=_window(wanted.window), told=tell)


def _window(text: str) -> tuple[dt.time, dt.time] | None:
    if not text:
        return None
    try:
        first, last = (dt.time.fromisoformat(each.strip()) for each in text.split("-"))
    except ValueError:
        raise BadInput(f"“{text}”不是时段。", hint="请写成 22:00-06:00。") from None
    return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """How it is done, which changes nothing of what is found."""

    pace: Pace
    settling: Settling | None
    lang: str


def _settling(text: str) -> Settling | None:
    from harness.execute.tables.settle import Settling

    if not text:
        return None
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"“{text}”不是时长。", hint="请写成 90s、10m 或 2h。")
    return Settling(seconds=float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]])


def _compared(folder: Path, settings: TablesSettings, known: dict[Role, Stack], how: _Manner) -> TablesResult:
    from harness.assess.consistency import concluded
    from harness.execute.tables.whole import whole
    from harness.recording import alone_in
    from reports import tables

    with alone_in(folder), _sides(known, settings.zone) as sides:
        parts.errors.print("读取两侧的表、列、键与程序 …", highlight=False)
        speaking = _Speaking()
        for step in whole(folder, settings, sides, how.pace, how.settling):
            speaking(step)
    result = concluded(folder)
    tables.write_all(folder, result, how.lang)
    return result


def _sides(known: dict[Role, Stack], zone: str) -> Sides:
    from harness.execute.tables.sides import Sides
    from harness.model import Role

    drivers = {role: parts.tools().driver_for(stack.sql) for role, stack in known.items()}
    return Sides.opened(
        lambda: drivers[Role.ORIGINAL].table_reader(zone=zone), lambda: drivers[Role.MIGRATED].table_reader(zone=zone)
    )


class _Speaking:
    """Says every few seconds how far it is, how fast, and for how long the table may go on."""

    def __init__(self) -> None:
        self._table = ""
        self._began = self._spoken = time.monotonic()
        self._from = 0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.table != self._table:
            self._table, self._began, self._from = step.table, now, step.rows
        if now - self._spoken < SPEAK_S:
            return
        self._spoken = now
        took, done = now - self._began, step.rows - self._from
        speed = f"，每秒 {done / took:,.0f} 行" if took and done else ""
        left = f"，约剩 {(step.of - step.rows) * took / done:,.0f} 秒" if done and step.of > step.rows else ""
        place = f"{step.tables[0] + 1}/{step.tables[1]}"
        parts.errors.print(f"  … 表 {place} {step.table}：{step.rows:,}/{step.of:,} 行{speed}{left}", highlight=False)


def _answer(folder: Path, result: TablesResult, *, as_json: bool) -> NoReturn:
    from harness.result import Judgement
    from reports import tables

    def human() -> None:
        typer.echo(tables.told(result))
        typer.echo(f"报告：{folder / tables.PAGE}；全部差异：{folder / 'differences'}")

    parts.say(tables.document(result), human, as_json=as_json)
    raise typer.Exit({Judgement.PASS: 0, Judgement.FAIL: 1}.get(result.judgement, 2))
