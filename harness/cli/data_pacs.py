"""`xinheng data --pacs`: two image archives held against each other, study by study. Reads them and nothing more."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import typer

from harness.cli import parts
from harness.errors import BadInput, Fault

if TYPE_CHECKING:
    from harness.archive_result import ArchiveResult, Depth, WalkSettings
    from harness.execute.archive_walk import Step
    from harness.model import Role, Stack
    from harness.ports import ArchiveDriver

INTERFACE = "pacs_archive"
GENTLE = 50.0  # objects a second that a production archive is asked for where nobody says otherwise
SPEAK_S = 5.0
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line said of the archives."""

    interface: str
    first: str
    last: str
    sample: str
    full: bool
    counts: bool
    workers: int
    limit_rate: float | None


def archives(
    stacks: Path, wanted: Wanted, *, out: Path | None, resume: Path | None, lang: str, as_json: bool
) -> NoReturn:
    """Compare, and end with the exit code of the verdict."""
    from harness.execute import archive_log
    from harness.settings import load_stacks

    known = load_stacks(stacks)
    depth, share = _depth(wanted.sample, full=wanted.full, counts=wanted.counts)
    given: dict[str, Any] = {"interface": wanted.interface, "first": _day(wanted.first), "last": _day(wanted.last)}
    given |= {"depth": depth, "share": share}
    folder = resume or out or Path("out") / time.strftime("pacs-%Y%m%d-%H%M%S")
    if resume is not None:
        settings = archive_log.settings_of(resume)
        _refuse_other(resume, settings, given, known)
    else:
        settings = _settings(given, known)
    drivers = {role: _driver(role, stack, settings.interface) for role, stack in known.items()}
    rate = _rate(known, wanted.limit_rate)
    if resume is None:
        archive_log.begin(folder, settings)
    try:
        result = _walked(folder, settings, drivers, _How(wanted.workers, rate, lang))
    except (KeyboardInterrupt, Fault):
        again = f"{parts.me()} data --pacs --stacks {stacks} --resume {folder}"
        parts.errors.print(f"已完成的检查都保留在 {folder}；接着做完：{again}", highlight=False)
        raise
    _answer(folder, result, as_json=as_json)


def _depth(sample: str, *, full: bool, counts: bool) -> tuple[Depth | None, float | None]:
    """What is asked for; None: nothing was said."""
    from harness.archive_result import Depth

    if bool(sample) + full + counts > 1:
        raise BadInput("--sample、--full、--counts 只能写一个。", hint="缺省是 --sample 5%。")
    if sample:
        share = _SHARE.fullmatch(sample)
        if not share or not 0 < float(share[1]) <= 100:
            raise BadInput(f"--sample {sample} 不是比例。", hint="请写大于 0% 且不超过 100% 的百分数，如 --sample 5%。")
        return Depth.SAMPLE, float(share[1]) / 100
    return (Depth.FULL if full else Depth.COUNTS if counts else None), None


def _day(text: str) -> str:
    import datetime as dt

    if not text:
        return ""
    try:
        return f"{dt.date.fromisoformat(text):%Y%m%d}"
    except ValueError:
        raise BadInput(f"“{text}”不是日期。", hint="请写成 2020-01-31。") from None


def _settings(given: dict[str, Any], known: dict[Role, Stack]) -> WalkSettings:
    from harness.archive_result import WalkSettings

    if bool(given["first"]) != bool(given["last"]):
        raise BadInput("--from 与 --to 要一起写。", hint="都不写时比对全部检查，包括没有检查日期的。")
    if given["first"] > given["last"]:
        raise BadInput(f"--from {given['first']} 晚于 --to {given['last']}。", hint="请对调。")
    interface = given["interface"] or INTERFACE
    sides: dict[str, Any] = {role.value: _identity(role, stack, interface) for role, stack in known.items()}
    said = {name: value for name, value in given.items() if value not in (None, "")}
    return WalkSettings(**sides, **said | {"interface": interface})


def _identity(role: Role, stack: Stack, interface: str) -> dict[str, str]:
    from harness.settings_stacks import TITLES

    endpoint = stack.endpoints.get(interface)
    if endpoint is None:
        there = "、".join(name for name, e in stack.endpoints.items() if e.kind.startswith("dicom")) or "没有"
        raise BadInput(
            f"{TITLES[role]}没有写影像接口 {interface} 的地址。",
            hint=f"请写 [stacks.{role.value}.endpoints.{interface}]，或用 --interface；已写的影像接口：{there}。",
        )
    return {
        "title": stack.title,
        "kind": endpoint.kind,
        "url": endpoint.url,
        **({"called": endpoint.called} if endpoint.kind == "dicom" else {}),
    }


def _refuse_other(folder: Path, begun: WalkSettings, given: dict[str, Any], known: dict[Role, Stack]) -> None:
    """A folder is continued with what it was begun with, against the same archives."""
    said = {name: value for name, value in given.items() if value not in (None, "")}
    sides: dict[str, Any] = {role.value: _identity(role, stack, begun.interface) for role, stack in known.items()}
    if replace(begun, **said, **sides) != begun:
        raise BadInput(
            f"{folder} 是用别的设置或对别的档案系统开始的，不能这样继续。",
            hint="请去掉与它不同的选项并用同一份技术栈文件，或换一个 --out 重新比对。",
        )


def _driver(role: Role, stack: Stack, interface: str) -> ArchiveDriver:
    from harness.ports import ArchiveDriver
    from harness.settings_stacks import TITLES

    driver = parts.tools().message_driver_for(stack.endpoints[interface])
    if not isinstance(driver, ArchiveDriver):
        raise BadInput(
            f"{TITLES[role]}的接口 {interface} 是 {driver.kind}，不是影像接口。", hint="请用 --interface 另选。"
        )
    return driver


def _rate(known: dict[Role, Stack], limit: float | None) -> float:
    production = [stack.title for stack in known.values() if stack.production]
    rate = limit if limit is not None else GENTLE if production else 0.0
    if production:
        told = f"限速每秒 {rate:g} 幅" if rate else "不限速（--limit-rate 0）"
        parts.errors.print(f"注意：{'、'.join(production)}是生产环境；只查询和取回，不写入，{told}。", highlight=False)
    return rate


class _How(NamedTuple):
    """What a walk may be continued with differently."""

    workers: int
    rate: float  # objects a second; 0: as fast as they come
    lang: str


def _walked(folder: Path, settings: WalkSettings, drivers: dict[Role, ArchiveDriver], how: _How) -> ArchiveResult:
    from harness.compare.archives import conclude, listed
    from harness.execute import archive_log
    from harness.execute.archive_pace import Pace
    from harness.execute.archive_walk import Walk, walk
    from harness.model import Role
    from harness.recording import alone_in
    from reports import archives

    with alone_in(folder), archive_log.Log(folder) as log:
        job = Walk(
            settings=settings,
            open_original=drivers[Role.ORIGINAL].archive,
            open_migrated=drivers[Role.MIGRATED].archive,
            log=log,
            pace=Pace(how.rate),
            workers=how.workers,
        )
        speaking = _Speaking()
        for step in walk(job):
            speaking(step)
        speaking.over()
        result = conclude(settings, archive_log.lines(folder))
        archives.write_all(folder, result, listed(archive_log.lines(folder)), how.lang)
    return result


class _Speaking:
    """Says every few seconds how far it is, how fast, and for how long it may go on."""

    def __init__(self) -> None:
        self._began = self._spoken = time.monotonic()
        self._start: Step | None = None
        self._step: Step | None = None

    def __call__(self, step: Step) -> None:
        if self._start is None and step.studies:
            self._start = step
            if step.objects == 0:
                parts.errors.print(f"已有 {step.studies:,} 项检查的结果，接着做。", highlight=False)
        self._step = step
        if time.monotonic() - self._spoken >= SPEAK_S:
            self._spoken = time.monotonic()
            parts.errors.print(f"  … {self._told()}", highlight=False)

    def over(self) -> None:
        if self._step is not None:
            took = time.monotonic() - self._began
            parts.errors.print(f"✓ 比对 {self._step.studies:,} 项检查  {took:.1f} 秒", highlight=False)

    def _told(self) -> str:
        step, began = self._step, self._start
        assert step is not None
        took = time.monotonic() - self._began
        speed = f"{step.studies:,} 项检查，每秒 {step.objects / took:,.0f} 幅"
        if step.day is None:
            return f"没有检查日期的检查：{speed}"
        left = ""
        if began is not None and began.day is not None and step.day > began.day:
            whole = (step.last - began.day).days / (step.day - began.day).days
            left = f"，约剩 {took * (whole - 1) / 60:,.0f} 分钟"
        return f"{step.day:%Y-%m-%d}：{speed}{left}"


def _answer(folder: Path, result: ArchiveResult, *, as_json: bool) -> NoReturn:
    from harness.result import Judgement
    from reports import archives

    def human() -> None:
        typer.echo(archives.told(result))
        typer.echo(f"报告：{folder / archives.PAGE}；全部差异：{folder / archives.LIST}")

    parts.say(archives.document(result), human, as_json=as_json)
    raise typer.Exit({Judgement.PASS: 0, Judgement.FAIL: 1}.get(result.judgement, 2))
