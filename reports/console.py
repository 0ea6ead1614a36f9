"""The last thing a command prints: one table of clauses, what got slower, and the path of the report.

On a terminal a table as wide as the window, verdicts in colour and in words; anywhere else (a pipe, a log) one plain
line per clause, never cut, so that it can be searched. Not here: progress, or any other output of a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.load_result import Capacity
from harness.result import Judgement, Result, Verdict
from reports import behaviours, view
from reports.numbers import significant
from reports.slower import figures, place
from reports.text import one_line
from reports.words import Words

_STYLE = {
    Judgement.PASS: "green",
    Judgement.FAIL: "bold red",
    Judgement.INCONCLUSIVE: "yellow",
    Judgement.NOT_RUN: "dim",
}


def print_result(result: Result, report: Path, *, console: Console | None = None, lang: str = "zh") -> None:
    """The table, the overall conclusion and where the report lies."""
    words = Words(lang)
    out = console or Console()
    if out.is_terminal:
        out.print(_table(result.verdicts, words))
    else:
        for line in plain(result.verdicts, words):
            _say(out, line)
    if result.behaviours:
        _say(out, f"{words('console.behaviours')}{words('doc.colon')}{_suite(result, words)}")
    for capacity in result.capacities:
        _say(out, one_line(_capacity(capacity, result, words)))
    for estimate in view.judged_estimates(result):
        if estimate.verdict is Judgement.FAIL:
            _say(out, one_line(f"✗ {place(estimate, result, words)}  {figures(estimate, result, words)}"))
    overall = words(f"conclusion.{view.conclusion(result.verdicts)}")
    _say(out, f"{words('conclusion.label')}{words('doc.colon')}{overall}")
    _say(out, f"{words('console.report')}{words('doc.colon')}{one_line(str(report))}")


def plain(verdicts: Sequence[Verdict], words: Words) -> list[str]:
    """Columns padded by the width of Chinese characters, the reason last and whole."""
    heads = [words(f"clause.{name}") for name in ("id", "title", "verdict", "reason")]
    rows = [heads, *(_cells(v, words) for v in verdicts)]
    widths = [max(cell_len(row[i]) for row in rows) for i in range(3)]
    return [
        "  ".join([*(cell + " " * (widths[i] - cell_len(cell)) for i, cell in enumerate(row[:3])), row[3]]).rstrip()
        for row in rows
    ]


def _cells(verdict: Verdict, words: Words) -> list[str]:
    return [one_line(t) for t in (verdict.clause, verdict.title, words(f"verdict.{verdict.verdict}"), verdict.reason)]


def _table(verdicts: Sequence[Verdict], words: Words) -> Table:
    table = Table(header_style="bold", expand=False, pad_edge=False)
    table.add_column(words("clause.id"), no_wrap=True)
    table.add_column(words("clause.title"), min_width=8, overflow="fold")
    table.add_column(words("clause.verdict"), no_wrap=True)
    table.add_column(words("clause.reason"), ratio=1, overflow="fold")
    for verdict in verdicts:
        clause, title, word, reason = _cells(verdict, words)
        quiet = "" if verdict.asked else "dim"
        # Text, not str: square brackets of a reason are not markup.
        table.add_row(Text(clause, quiet), Text(title, quiet), Text(word, _STYLE[verdict.verdict]), Text(reason, quiet))
    return table


def _suite(result: Result, words: Words) -> str:
    """Per group how many probes ended how."""
    told = []
    for group in behaviours.grouped(result):
        counts = [(words(f"outcome.{o}"), n) for o, n in zip(behaviours.OUTCOMES, group.counts, strict=True) if n]
        if group.accepted:
            counts.append((words("behaviour.of_these"), group.accepted))
        ended = words("doc.list_sep").join(f"{word} {n}" for word, n in counts)
        told.append(f"{one_line(words.label('group', group.name))} {group.total} ({ended})")
    return "  ".join(told)


def _capacity(found: Capacity, result: Result, words: Words) -> str:
    rates = (
        significant(rate) if rate else words("console.capacity_unknown")
        for rate in (found.sustained_per_s, found.knee_per_s)
    )
    sustained, knee = rates
    stack, pack = words.label("stack", found.stack), view.pack_title(result, found.pack)
    return words("console.capacity", pack=pack, stack=stack, sustained=sustained, knee=knee)


def _say(out: Console, line: str) -> None:
    out.print(Text(line), soft_wrap=True)
