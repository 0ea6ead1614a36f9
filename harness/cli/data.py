"""`xinheng data`: what both sides hold, held against each other, databases or image archives. Reads only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.parts import Json, Lang, Stacks
from harness.errors import BadInput

_OF_PACS = "interface first last sample full counts workers limit_rate".split()
_OF_TABLES = "tables exclude where plan max_load window settle".split()


def data(  # noqa: PLR0913 - options of a command
    context: typer.Context,
    pacs: Annotated[bool, typer.Option("--pacs", help="比对两侧的影像存档，而不是数据库")] = False,
    stacks: Stacks = Path("stacks.toml"),
    tables: Annotated[str, typer.Option("--tables", help="比对哪些表，如 'outp_*,dict_*'，缺省全部")] = "",
    exclude: Annotated[str, typer.Option("--exclude", help="不比对哪些表；结果里逐张写明")] = "",
    where: Annotated[str, typer.Option("--where", help="只比对符合条件的行，两侧同一个 SQL 条件")] = "",
    plan: Annotated[str, typer.Option("--plan", help="方案名或文件：取其中 [consistency] 一节")] = "",
    max_load: Annotated[
        int | None, typer.Option("--max-load", min=0, help="数据库里别的会话多于这么多在执行时暂停")
    ] = None,
    window: Annotated[str, typer.Option("--window", help="只在这个时段读取，如 22:00-06:00")] = "",
    settle: Annotated[
        str, typer.Option("--settle", help="有差异的段反复复核至多这么久（如 10m），等增量同步跟上")
    ] = "",
    interface: Annotated[str, typer.Option("--interface", help="配合 --pacs：用哪个接口，缺省 pacs_archive")] = "",
    first: Annotated[str, typer.Option("--from", help="配合 --pacs：从哪一天的检查起，如 2020-01-01")] = "",
    last: Annotated[str, typer.Option("--to", help="配合 --pacs：到哪一天的检查为止，含当天")] = "",
    sample: Annotated[str, typer.Option("--sample", help="配合 --pacs：抽取多少检查比对影像内容，缺省 5%")] = "",
    full: Annotated[bool, typer.Option("--full", help="配合 --pacs：比对全部影像的内容")] = False,
    counts: Annotated[bool, typer.Option("--counts", help="配合 --pacs：只核对数量")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=32, help="配合 --pacs：同时比对几项检查")] = 2,
    limit_rate: Annotated[
        float | None, typer.Option("--limit-rate", min=0, help="配合 --pacs：每秒最多取多少幅，0 为不限")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="结果目录")] = None,
    resume: Annotated[Path | None, typer.Option("--resume", help="继续一个中断的结果目录")] = None,
    lang: Lang = "zh",
    json_: Json = False,
) -> None:
    """逐表逐行比对两侧的数据库（--pacs：影像存档）：缺了什么，多了什么，哪里不同、为什么。只读，可以中断后继续。"""
    from reports.words import Words

    Words(lang)  # an unknown language is refused now, not after hours
    _refuse_mixed(context, _OF_TABLES if pacs else _OF_PACS, pacs=pacs)
    if pacs:
        from harness.cli import data_pacs

        asked = data_pacs.Wanted(
            interface=interface, first=first, last=last, sample=sample, full=full, counts=counts, workers=workers,
            limit_rate=limit_rate,
        )  # fmt: skip
        data_pacs.archives(stacks, asked, out=out, resume=resume, lang=lang, as_json=json_)
    from harness.cli import data_tables

    wanted = data_tables.Wanted(
        tables=tables, exclude=exclude, where=where, plan=plan, max_load=max_load, window=window, settle=settle
    )
    data_tables.databases(stacks, wanted, out=out, resume=resume, lang=lang, as_json=json_)


def _refuse_mixed(context: typer.Context, foreign: list[str], *, pacs: bool) -> None:
    """An option of the other kind of comparison would be passed over in silence."""
    given = [name for name in foreign if str(getattr(context.get_parameter_source(name), "name", "")) == "COMMANDLINE"]
    if given:
        shown = "、".join(_spelt(context, name) for name in given)
        raise BadInput(
            f"{shown} {'只用于比对数据库' if pacs else '只与 --pacs 同用'}。",
            hint="请去掉 --pacs，或去掉这些选项。" if pacs else "请加上 --pacs，或去掉这些选项。",
        )


def _spelt(context: typer.Context, name: str) -> str:
    return next(parameter.opts[0] for parameter in context.command.params if parameter.name == name)
