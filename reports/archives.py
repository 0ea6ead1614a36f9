"""`archives.html`, `archives.json`, `differences.csv`: what holding two image archives against each other came to.

Layout is in `templates/archives.html.j2`. The list and the terminal speak Chinese, the page either language.
Not here: any figure that is not in an `ArchiveResult`.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.archive_result import ArchiveResult, Occurrence, State, Tally
from reports import text
from reports.files import write_whole
from reports.page import environment, whole
from reports.words import Words

PAGE, DATA, LIST = "archives.html", "archives.json", "differences.csv"
SECTIONS = ("summary", "ledger", "sampling", "differences", "tables", "how")
_FORMULA = ("=", "+", "-", "@")  # a spreadsheet would calculate what begins so


def document(result: ArchiveResult) -> dict[str, Any]:
    """`archives.json`."""
    return asdict(result)


def write_all(folder: Path, result: ArchiveResult, listed: Iterable[Occurrence], lang: str = "zh") -> list[Path]:
    data = json.dumps(document(result), ensure_ascii=False, indent=1).encode()
    return [
        write_whole(folder / DATA, data),
        _write_list(folder / LIST, listed),
        write_whole(folder / PAGE, render(result, lang).encode()),
    ]


def render(result: ArchiveResult, lang: str = "zh") -> str:
    """The whole page."""
    made = environment(Words(lang), result)
    return whole(made, "archives.html.j2", sections=SECTIONS, states=list(State), shown=_shown, list_name=LIST)


def _shown(tallies: Iterable[Tally]) -> list[State]:
    """The states that any of these has; a column of zeros says nothing."""
    return [state for state in State if any(t.studies[state] or t.objects[state] for t in tallies)]


def _write_list(path: Path, listed: Iterable[Occurrence]) -> Path:
    """Every occurrence, one a line, written as it comes: there may be millions."""
    half = path.with_name(path.name + ".part")
    with half.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(
            (
                "结果",
                "检查日期",
                "类型",
                "Study Instance UID",
                "SOP Instance UID",
                "属性",
                "原系统",
                "迁移后系统",
                "原因",
            )
        )
        for each in listed:
            values = (each.state.label, each.date, each.modalities, each.study, each.instance)
            said = (each.original, each.migrated, "")
            if each.state is State.ERROR:
                said = ("", "", each.original)
            rows.writerow([_cell(v) for v in (*values, each.column, *said)])
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)
    return path


def _cell(value: str) -> str:
    clean = text.one_line(value)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def told(result: ArchiveResult) -> str:
    """The same for a terminal."""
    out = io.StringIO()
    for state in _shown([result.total]):
        studies, objects = result.total.studies[state], result.total.objects[state]
        out.write(f"  {state.label}：检查 {studies:,}，影像 {objects:,}\n")
    for line in (*result.unasked, *result.notes):
        out.write(f"  注意：{text.one_line(line)}\n")
    word = Words("zh")(f"agreement.{result.judgement}")
    return f"{out.getvalue()}结论：{word}。{result.reason}"
