"""`xinheng pack new · import`: packs that a hospital brings itself, as folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json
from harness.errors import BadInput

if TYPE_CHECKING:
    from scenarios.folder.pack import FolderPack
    from scenarios.importing.drafts import Found
    from scenarios.importing.identities import Identities

pack_app = typer.Typer(help="自带的场景包：由文件描述，不需要写程序。", no_args_is_help=True)


@pack_app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="场景包的名称，也是文件夹的名称")],
    directory: Annotated[Path, typer.Option("--dir", help="建在哪个文件夹下")] = Path(),
    title: Annotated[str, typer.Option("--title", help="中文名称")] = "",
    json_: Json = False,
) -> None:
    """建一个可以直接运行的样例，逐行改成自己的。"""
    from scenarios.folder.skeleton import HEADING, skeleton
    from scenarios.folder.writing import write

    folder = directory / _checked(name)
    files = write(folder, skeleton(name, title or name), heading=HEADING)
    made = _read(folder)
    parts.say(
        {"folder": str(folder), "name": made.name, "files": files},
        lambda: typer.echo(f"已建立 {folder}，写法见 {folder / 'README.md'}。\n{_next(folder)}"),
        as_json=json_,
    )


@pack_app.command("import")
def import_(  # noqa: PLR0913 - options of a command
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹（新建）")],
    hl7: Annotated[Path | None, typer.Option("--hl7", help="放有 HL7 v2 报文文件的文件夹")] = None,
    har: Annotated[Path | None, typer.Option("--har", help="浏览器或代理导出的 HAR 文件")] = None,
    openapi: Annotated[Path | None, typer.Option("--openapi", help="OpenAPI 3 文档（YAML 或 JSON）")] = None,
    wsdl: Annotated[Path | None, typer.Option("--wsdl", help="WSDL 文件")] = None,
    name: Annotated[str, typer.Option("--name", help="场景包的名称，缺省取文件夹的名称")] = "",
    json_: Json = False,
) -> None:
    """由已有的报文或接口文档生成场景包；姓名、证件号、电话等在写入磁盘之前即被替换。"""
    from scenarios.folder.writing import write
    from scenarios.importing.drafts import draft
    from scenarios.importing.identities import Identities

    sources = {"--hl7": hl7, "--har": har, "--openapi": openapi, "--wsdl": wsdl}
    given = [(option, path) for option, path in sources.items() if path is not None]
    if len(given) != 1:
        raise BadInput("请写出一种来源，且只写一种。", hint=f"可用：{'、'.join(sources)}。")
    (option, source), called = given[0], _checked(name or re.sub(r"[^a-z0-9_]", "_", out.name.lower()))
    who = Identities()
    found = _found(option, source, called, who)
    files = write(out, draft(called, f"{source.stem}（导入）", found, who))
    made = _read(out)
    told = {
        "folder": str(out),
        "name": made.name,
        "interfaces": [interface.name for interface in made.interfaces],
        "messages": list(made.messages),
        "files": files,
        "replaced": dict(who.counts),
        "replaced_values": who.different,
        "notes": list(found.notes),
    }
    parts.say(told, lambda: _tell(out, made, found, who), as_json=json_)


def _found(option: str, source: Path, name: str, who: Identities) -> Found:
    from scenarios.importing import har, hl7_messages, openapi, soap

    if option == "--wsdl":
        from drivers.messages.soap.samples import calls

        return soap.found_in(source, name, who, calls)
    found_in = {"--hl7": hl7_messages.found_in, "--har": har.found_in, "--openapi": openapi.found_in}[option]
    return found_in(source, name, who)


def _tell(out: Path, made: FolderPack, found: Found, who: Identities) -> None:
    typer.echo(f"已写入 {out}：{len(made.interfaces)} 个接口，{len(made.messages)} 种报文。")
    counted = "、".join(f"{what} {count} 处" for what, count in who.counts.items())
    if counted:
        typer.echo(f"已替换身份信息：{counted}，共 {who.different} 个不同的值。机器会有遗漏，交给别人之前请通读一遍。")
    else:
        typer.echo("没有发现身份信息；机器会有遗漏，交给别人之前请通读一遍。")
    for note in found.notes:
        typer.echo(f"注意：{note}。")
    typer.echo(_next(out))


def _next(folder: Path) -> str:
    stacks = folder / "stacks.toml"
    return f"下一步：在 {stacks} 中写出两套系统的地址，然后 xinheng run --packs {folder} --stacks {stacks}"


def _read(folder: Path) -> FolderPack:
    """What was written must be a pack."""
    from scenarios.folder.reading import read

    return read(folder)


def _checked(name: str) -> str:
    from scenarios.folder.described import NAME, PATTERNS

    if not re.fullmatch(NAME, name):
        raise BadInput(f"“{name}”不能用作场景包的名称。", hint=f"名称应为{PATTERNS[NAME]}；导入时可用 --name 另写。")
    return name
