"""`documents/` of a run folder: the reports as HTML, DOCX and PDF, the ledger as XLSX, the index of evidence.

One dossier, one content; each format is written from it. The data of every chart lies beside as CSV.
Not here: what stands in a document (`chapters`), how a format is written (`document`).
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from harness.dossier import Dossier, RunSeen
from reports import evidence, pictures
from reports.chapters.documents import documents
from reports.chapters.workbook import workbook
from reports.diagrams import of_load
from reports.diagrams.of_load import Charts
from reports.files import write_whole
from reports.words import Words

FOLDER = "documents"
FORMATS = ("html", "docx", "pdf", "xlsx")
ORDER, SERIES, TEMPLATE = "filing.json", "series.json", "template.docx"  # what they can be written again from
_LIBRARIES = ("python-docx", "XlsxWriter", "typst", "matplotlib", "numpy", "jinja2", "lxml", "pillow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents, and how they look."""

    formats: tuple[str, ...] = FORMATS
    lang: str = "zh"
    template: bytes | None = None  # a hospital's DOCX


def write_documents(run_dir: Path, dossier: Dossier, wanted: Wanted, charts: Charts | None = None) -> list[Path]:
    """All of them; they take the place of those of an earlier assessment when the last one is written."""
    folder, half = run_dir / FOLDER, run_dir / f"{FOLDER}.part"
    try:
        shutil.rmtree(half, ignore_errors=True)
        names = [name for name, made in _everything(dossier, wanted, charts) if write_whole(half / name, made())]
        shutil.rmtree(folder, ignore_errors=True)
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)  # what a failing document leaves behind
    return [folder / name for name in names]


def changed(run_dir: Path, dossier: Dossier, wanted: Wanted, charts: Charts | None = None) -> list[str]:
    """Names below `documents/` whose bytes are not what is written from this dossier, missing and foreign ones too."""
    folder = run_dir / FOLDER
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    expected = dict(_everything(dossier, wanted, charts))
    unlike = [name for name in expected if name in present and (folder / name).read_bytes() != expected[name]()]
    return sorted([*unlike, *(present ^ expected.keys())])


def order_of(run_dir: Path) -> tuple[Wanted, tuple[RunSeen, ...]] | None:
    """What the documents of a run folder were written by; None where there are none, or other versions wrote them."""
    folder = run_dir / FOLDER
    try:
        order = msgspec.json.decode((folder / ORDER).read_bytes(), type=dict[str, Any])
        seen = msgspec.json.decode((folder / SERIES).read_bytes(), type=tuple[RunSeen, ...])
    except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
        return None
    if order.get("versions") != _versions():
        return None
    template = folder / TEMPLATE
    wanted = Wanted(
        formats=tuple(order["formats"]), lang=order["lang"],
        template=template.read_bytes() if template.exists() else None,
    )  # fmt: skip
    return wanted, seen


def _everything(dossier: Dossier, wanted: Wanted, charts: Charts | None) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield from _made(dossier, wanted, charts)
    order = {"lang": wanted.lang, "formats": list(wanted.formats), "versions": _versions()}
    yield ORDER, partial(_json, order)
    yield SERIES, partial(_json, dossier.runs)
    if wanted.template is not None:
        yield TEMPLATE, partial(bytes, wanted.template)


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1)


def _versions() -> dict[str, str]:
    """Whatever may change a byte of a document."""
    return {name: metadata.version(name) for name in _LIBRARIES} | {"python": platform.python_version()}


def _made(dossier: Dossier, wanted: Wanted, charts: Charts | None) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """File name → what makes its content, in the order in which they are written."""
    from reports.document import docx, html, pdf, xlsx  # word processors' libraries: only for who writes documents

    words = Words(wanted.lang)
    drawings = pictures.drawn(dossier, words, charts or of_load.charts(dossier.result, dossier.series, words))
    made = documents(dossier, words, pictures.figures(drawings, with_png="docx" in wanted.formats))
    for name, content in pictures.data_files(drawings):
        yield name, partial(bytes, content)
    for document in made:
        others = [(other.title, f"{other.title}.html") for other in made if other is not document]
        writers: dict[str, Callable[[], bytes]] = {
            "html": partial(html.write, document, words, others),
            "docx": partial(docx.write, document, words, wanted.template),
            "pdf": partial(pdf.write, document, words),
        }
        for ending, write in writers.items():
            if ending in wanted.formats:
                yield f"{document.title}.{ending}", write
    if "xlsx" in wanted.formats:
        ledger = workbook(dossier, words)
        yield f"{ledger.title}.xlsx", partial(xlsx.write, ledger, words)
    yield evidence.PAGE, partial(evidence.page, dossier, words)
    yield evidence.TABLE, partial(evidence.table, dossier.evidence.values())
