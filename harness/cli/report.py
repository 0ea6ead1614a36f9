"""`xinheng report`: a run folder's figures computed anew, and every document that is filed written from them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json, Lang
from harness.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.dossier import Attachment, ClauseText
    from harness.evidence.manifest import Entry
    from harness.result import Result
    from harness.settings_report import Particulars
    from harness.verify import Rewritten

_KINDS = {
    "综合": "overall", "功能": "function", "接口": "interface", "性能": "performance", "安全": "security",
    "兼容性": "compatibility", "稳定性": "stability",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What the documents of a run are written with."""

    particulars: Path | None = None  # report.toml; None: the one in the run folder, if there is one
    series: tuple[Path, ...] = ()
    template: Path | None = None
    formats: tuple[str, ...] = ("html", "docx", "pdf", "xlsx")
    lang: str = "zh"


def report(  # noqa: PLR0913 - options of a command
    run_dir: Annotated[Path | None, typer.Argument(help="运行目录")] = None,
    with_: Annotated[Path | None, typer.Option("--with", help="report.toml：由人填写的编号、单位、人员等")] = None,
    series: Annotated[list[Path] | None, typer.Option("--series", help="同一系列以前的运行目录，可给多次")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="医院自己的 DOCX 模板")] = None,
    formats: Annotated[str, typer.Option("--formats", help="只写其中几种，逗号分隔")] = "html,docx,pdf,xlsx",
    blank: Annotated[Path | None, typer.Option("--blank", help="写出一份空白的 report.toml，不做别的")] = None,
    lang: Lang = "zh",
    json_: Json = False,
) -> None:
    """由记录重新计算，写出评估验证报告、分项报告、测试计划、测试台账（不需要被测系统）。"""
    if blank is not None:
        _write_blank(blank, as_json=json_)
        return
    if run_dir is None:
        raise BadInput("没有写运行目录。", hint="例如 xinheng report out/demo。")
    filing = Filing(
        particulars=with_,
        series=tuple(series or ()),
        template=template,
        formats=_formats(formats),
        lang=lang,
    )
    result = filed(run_dir, filing)
    parts.answer(result, run_dir, as_json=json_)


def filed(run_dir: Path, filing: Filing) -> Result:
    """Recordings → result → documents → manifest, with progress. Input is checked before anything is written."""
    import reports
    from harness import events
    from harness.assess import assess
    from harness.evidence import sealing
    from harness.filing.gather import Filed, gather
    from harness.progress import Display
    from harness.recording import alone_in
    from reports import filed as documents
    from reports.diagrams import of_load
    from reports.words import Words

    if not (run_dir / "run.json").exists():
        raise BadInput(f"{run_dir} 不是运行目录。", hint="请给出 xinheng run 或 xinheng demo 写出的目录。")
    clauses = _clauses()
    particulars = _particulars(run_dir, filing, clauses)
    earlier = tuple((path, _earlier(path)) for path in filing.series)
    wanted = documents.Wanted(formats=filing.formats, lang=filing.lang, template=_template(filing.template))
    with alone_in(run_dir), Display(parts.errors) as display:
        display(events.Stage(name="由记录重新计算", total=1))
        result, series = assess(run_dir)
        charts = of_load.charts(result, series, Words(filing.lang))
        reports.write_all(run_dir, result, series, lang=filing.lang, charts=charts)
        display(events.Stage(name="汇集证据", total=1))
        hashed = _hashed(run_dir)
        dossier = gather(
            Filed(
                run_dir=run_dir, result=result, series=series, clauses=clauses, particulars=particulars,
                result_bytes=(run_dir / reports.RESULT).read_bytes(), earlier=earlier,
                attachments=_attachments(hashed),
            )
        )  # fmt: skip
        display(events.Stage(name="写正式文档", total=1))
        documents.write_documents(run_dir, dossier, wanted, charts)
        display(events.Stage(name="封存", total=1))
        sealing.seal(run_dir, known=hashed)
    parts.errors.print(f"正式文档在 {run_dir / documents.FOLDER}", highlight=False)
    return result


def rewritten(run_dir: Path) -> Rewritten:
    """The documents of a run folder against what is written from its result now, for `xinheng verify`."""
    import reports
    from harness.filing.gather import Filed, gather
    from harness.verify import Rewritten
    from reports import filed as documents
    from reports import resultfile
    from reports.diagrams import of_load
    from reports.words import Words

    if not (run_dir / documents.FOLDER).exists():
        return Rewritten()
    order = documents.order_of(run_dir)
    if order is None:
        return Rewritten(note=f"{documents.FOLDER}/：由其他版本写成，没有重新写出来比较；内容由摘要保证。")
    wanted, seen = order
    content = (run_dir / reports.RESULT).read_bytes()
    result, series = resultfile.load_result(content, reports.RESULT), resultfile.read_series(run_dir / reports.SERIES)
    clauses = _clauses()
    dossier = gather(
        Filed(
            run_dir=run_dir, result=result, series=series, clauses=clauses,
            particulars=_particulars(run_dir, Filing(), clauses), result_bytes=content, seen=seen,
            attachments=_attachments(_hashed(run_dir)),
        )
    )  # fmt: skip
    charts = of_load.charts(result, series, Words(wanted.lang))
    unlike = [f"{documents.FOLDER}/{name}" for name in documents.changed(run_dir, dossier, wanted, charts)]
    with tempfile.TemporaryDirectory(prefix="xinheng-verify-") as again:
        for path in reports.write_all(Path(again), result, series, lang=wanted.lang, charts=charts):
            name = path.relative_to(again).as_posix()
            if name in (reports.RESULT, reports.SERIES):
                continue  # compared value by value before
            if not (run_dir / name).is_file() or (run_dir / name).read_bytes() != path.read_bytes():
                unlike.append(name)
    return Rewritten(unlike=tuple(sorted(unlike)))


def _particulars(run_dir: Path, filing: Filing, clauses: tuple[ClauseText, ...]) -> Particulars:
    """What people stated; a file given is kept in the run folder, so that the documents can be written again."""
    from harness.settings_report import NAME, Particulars, load_particulars

    kept = run_dir / NAME
    given = filing.particulars or (kept if kept.exists() else None)
    if given is None:
        return Particulars()
    found = load_particulars(given, clauses=tuple(clause.id for clause in clauses))
    if given.resolve() != kept.resolve():
        shutil.copyfile(given, kept)
    return found


def _clauses() -> tuple[ClauseText, ...]:
    from harness.dossier import ClauseText
    from harness.judge import clauses

    return tuple(ClauseText(**{**asdict(clause), "kind": _KINDS[clause.kind]}) for clause in clauses())


def _earlier(path: Path) -> Result:
    from reports import resultfile

    if not (path / "result.json").exists():
        raise BadInput(f"--series {path} 里没有 result.json。", hint="请给出做完的运行目录。")
    return resultfile.read_result(path / "result.json")


def _template(path: Path | None) -> bytes | None:
    from reports.document.docx_template import opened

    if path is None:
        return None
    try:
        content = path.read_bytes()
        opened(content)
        return content
    except OSError as error:
        raise BadInput(f"--template {path} 无法读取（{error.strerror}）。", hint="请给出一个 DOCX 文件。") from None


def _hashed(run_dir: Path) -> list[Entry]:
    """Every file of the folder but the documents themselves."""
    from harness.evidence import sealing
    from reports.filed import FOLDER

    paths = sorted(p for p, regular in sealing.walk(run_dir).items() if regular and not p.startswith(f"{FOLDER}"))
    return sealing.hash_all(run_dir, paths)


def _attachments(entries: Sequence[Entry]) -> tuple[Attachment, ...]:
    from harness.dossier import Attachment

    return tuple(Attachment(**asdict(entry)) for entry in entries)


def _formats(told: str) -> tuple[str, ...]:
    from reports.filed import FORMATS

    wanted = tuple(dict.fromkeys(name.strip().lower() for name in told.split(",") if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise BadInput(f"--formats 中的“{name}”不是可写的格式。", hint=f"可写：{'、'.join(FORMATS)}。")
    return wanted


def _write_blank(path: Path, *, as_json: bool) -> None:
    from importlib.resources import files

    from reports.files import write_whole

    if path.exists():
        raise BadInput(f"{path} 已存在。", hint="信衡不会覆盖它；请换一个名称。")
    write_whole(path, files("harness.filing").joinpath("report.toml").read_bytes())
    told = f"已写出 {path}，填好后：xinheng report 运行目录 --with {path}"
    parts.say({"written": str(path)}, lambda: typer.echo(told), as_json=as_json)
