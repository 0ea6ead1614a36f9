"""Result + Series → the documents of a run folder. Nothing here computes a figure or talks to a tested system.
The hashes over everything are sealed last, by the caller (`harness.evidence.sealing`).

write_all(run_dir, result, series)   result.json, series.json, report.html, junit.xml, dbcompat/*.sql
console.print_result                 the table at the end of a command
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.result import Result, Series
    from reports.diagrams.of_load import Charts

RESULT, SERIES, REPORT, JUNIT = "result.json", "series.json", "report.html", "junit.xml"


def write_all(
    run_dir: Path, result: Result, series: Series, lang: str = "zh", charts: Charts | None = None
) -> list[Path]:
    """Write every document of a run; the data first, so that a failing document costs no figure."""
    from reports import tables
    from reports.html import write_html  # matplotlib takes a second to import: only who writes a page pays for it
    from reports.junit import write_junit
    from reports.reproduction import write_scripts
    from reports.resultfile import write_result, write_series

    return [
        write_result(run_dir / RESULT, result),
        write_series(run_dir / SERIES, series),
        write_junit(run_dir / JUNIT, result, lang),
        write_html(run_dir / REPORT, result, series, lang, charts),
        *write_scripts(run_dir, result, lang),
        *([tables.write_page(run_dir, result.consistency, lang)] if result.consistency else []),
    ]
