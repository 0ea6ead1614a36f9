"""`tables.html` and `tables.json`: what holding two databases against each other came to.

Layout is in `templates/tables.html.j2`. The terminal speaks Chinese, the page either language.
Not here: any figure that is not in a `TablesResult`.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.data_result import CheckKind, CheckResult, TableResult, TablesResult, TableState, Weight
from harness.result import Judgement
from reports import text
from reports.files import write_whole
from reports.page import environment, whole
from reports.words import Words

PASS = Judgement.PASS
PAGE, DATA = "tables.html", "tables.json"
SECTIONS = ("summary", "every_table", "differences", "checks", "schema", "how")
_SHOWN = 40  # schema differences in a terminal


def document(result: TablesResult) -> dict[str, Any]:
    """`tables.json`: a table's counts stand beside its name."""
    whole_ = asdict(result)
    tables = []
    for table in result.tables:
        counts = asdict(table.counts)
        unexplained = counts.pop("unexplained")
        rest = {name: value for name, value in asdict(table).items() if name not in ("table", "state", "counts")}
        tables.append(
            {
                "table": table.table,
                "state": table.state.value,
                **counts,
                "unexplained": table.counts.unexplained_values,
                "unexplained_kinds": unexplained,
                **rest,
            }
        )
    return {
        "format": result.format,
        "verdict": result.judgement.value,
        "reason": result.reason,
        "tables": tables,
        "schema": whole_["schema"],
        **{name: whole_[name] for name in ("checks", "settings", "untold", "moments", "notes", "rules")},
    }


def write_all(folder: Path, result: TablesResult, lang: str = "zh") -> list[Path]:
    data = json.dumps(document(result), ensure_ascii=False, indent=1).encode()
    return [write_whole(folder / DATA, data), write_page(folder, result, lang)]


def write_page(folder: Path, result: TablesResult, lang: str = "zh") -> Path:
    return write_whole(folder / PAGE, render(result, lang).encode())


def render(result: TablesResult, lang: str = "zh") -> str:
    """The whole page."""
    made = environment(Words(lang), result)
    differing = [table for table in result.tables if table.examples]
    sections = [name for name in SECTIONS if name != "checks" or result.checks]
    return whole(
        made, "tables.html.j2", sections=sections, weights=list(Weight), differing=differing, share=share, same=PASS
    )


def share(counted: tuple[int, ...]) -> str:
    """A coefficient with the records it rests on."""
    good, of = counted
    return f"{good / of:.4f} ({good:,}/{of:,})" if of else "–"


def told(result: TablesResult) -> str:
    """The same for a terminal: every table that is not simply equal, then the schema, then the conclusion."""
    out = io.StringIO()
    equal = [table for table in result.tables if table.state is TableState.EQUAL]
    if equal:
        rows = sum(table.counts.rows_original for table in equal)
        out.write(f"  一致：{len(equal)} 张表，{rows:,} 行\n")
    words = Words("zh")
    for table in result.tables:
        if table.state is not TableState.EQUAL:
            out.write(f"  {_line(table, words)}\n")
    for check in result.checks:
        if check.judgement is not PASS:
            out.write(f"  {text.one_line(_check(check, words))}\n")
    must = [each for each in result.schema if each.weight is Weight.MUST]
    for each in must[:_SHOWN]:
        place = ".".join(part for part in (each.table, each.name) if part)
        sides = f"（{each.original or '无'} → {each.migrated or '无'}）" if each.original or each.migrated else ""
        out.write(f"  结构 {text.one_line(place)}：{each.says}{text.one_line(sides)}\n")
    if len(must) > _SHOWN:
        out.write(f"  结构 另有 {len(must) - _SHOWN} 处，见报告\n")
    noted = len(result.schema) - len(must)
    if noted:
        out.write(f"  结构 另有 {noted} 处写法不同，不影响判定\n")
    for line in result.notes:
        out.write(f"  注意：{text.one_line(line)}\n")
    word = words(f"agreement.{result.judgement}")
    return f"{out.getvalue()}结论：{word}。{result.reason}"


def _check(found: CheckResult, words: Words) -> str:
    check = found.check
    said = f"{words.label('check', check.kind)}：{check.table}"
    if check.columns:
        said += f"（{', '.join(check.columns)}）"
    if found.trouble:
        return f"{said}：{found.trouble}"
    if check.kind is CheckKind.TOTALS:
        groups = "；".join(f"{e.group} {e.original or '无'} → {e.migrated or '无'}" for e in found.examples[:3])
        return f"{said}：{found.groups:,} 组中 {found.differing:,} 组不同：{groups}"
    if check.kind is CheckKind.CHARACTERS:
        private, replaced = zip(found.original, found.migrated, strict=True)
        return f"{said}：自定义区 {private[0]:,} → {private[1]:,} 行，替换字符 {replaced[0]:,} → {replaced[1]:,} 行"
    return f"{said}：{share(found.original)} → {share(found.migrated)}"


def _line(table: TableResult, words: Words) -> str:
    counts = table.counts
    found = (
        [f"{counts.rows_original:,} → {counts.rows_migrated:,} 行"]
        if counts.rows_original or counts.rows_migrated
        else []
    )
    for name, n in (("缺", counts.missing), ("多", counts.extra), ("不同", counts.different)):
        if n:
            found.append(f"{name} {n:,} 行")
    for kind, n in (*counts.unexplained.items(), *counts.explained.items()):
        found.append(f"{words.label('kind', kind)} {n:,}")
    if table.trouble:
        found.append(table.trouble)
    return text.one_line(f"{table.state.label}：{table.table}" + (f"（{'，'.join(found)}）" if found else ""))
