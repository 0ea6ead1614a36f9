"""How `xinheng doctor` looks on a terminal: both sides beside each other, then the advice, worst first.

Nothing is cut: long values fold inside their column, and 80 columns are enough. Without colour a difference is still
seen by its ≠. Not here: what differs and what it means (`harness/doctor`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.doctor.advice import Advice, Severity
from harness.doctor.advise import ready
from harness.doctor.examined import TITLES, Examined
from harness.doctor.lines import Line, lines

_STYLES = {Severity.BLOCK: "bold red", Severity.CAUTION: "yellow", Severity.HINT: "cyan"}
_MARKS = {Severity.BLOCK: "✗", Severity.CAUTION: "!", Severity.HINT: "·"}
_DIFFERS = "≠"
_INDENT = 3
_TITLE, _NARROWEST = 16, 12
_PIECES = re.compile(r"(?:[!-~]+|\s+|.)[，。；：、）”》？！]*")


def show(sides: Sequence[Examined], advice: Sequence[Advice], console: Console | None = None) -> None:
    """Everything, to stdout."""
    out = console or Console()
    out.print(_table(sides, out.width))
    for severity, group in groupby(advice, key=lambda each: each.severity):
        out.print(Text(f"\n{severity.label}", style=_STYLES[severity]))
        for each in group:
            _advise(out, each)
    counts = "，".join(f"{s.label} {sum(a.severity is s for a in advice)} 项" for s in Severity)
    if ready(advice):
        out.print(Text(f"\n✓ 可以运行：{counts}", style="green"))
    else:
        out.print(Text(f"\n✗ 现在不能运行：{counts}", style="bold red"))


def _table(sides: Sequence[Examined], width: int) -> Table:
    table = Table(header_style="bold", pad_edge=False, padding=(0, 1, 0, 0), box=None)
    wide = max(_NARROWEST, (width - _TITLE - 3) // len(sides) - 1)
    table.add_column("", width=1)
    table.add_column("项目", width=_TITLE, overflow="fold")
    for side in sides:
        table.add_column(TITLES[side.side], width=wide, overflow="fold")
    for section, group in groupby(lines(sides), key=lambda line: line.section):
        table.add_row("", Text(section, style="bold underline"))
        for line in group:
            table.add_row(*_cells(line, wide))
    return table


def _cells(line: Line, width: int) -> list[Text]:
    style = "yellow" if line.differs else ""
    values = ["\n".join(part for own in value.split("\n") for part in folded(own, width)) for value in line.values]
    return [Text(_DIFFERS if line.differs else "", style), Text(line.title), *(Text(value, style) for value in values)]


def _advise(out: Console, advice: Advice) -> None:
    whose = "" if advice.side == "both" else f"{TITLES[advice.side]}："
    first, *rest = folded(f"{whose}{advice.says}", out.width - _INDENT)
    out.print(Text.assemble((f" {_MARKS[advice.severity]} ", _STYLES[advice.severity]), first))
    below = [
        f"原系统 {advice.original}；迁移后系统 {advice.migrated}" if advice.original or advice.migrated else "",
        f"影响：{advice.breaks}" if advice.breaks else "",
        f"→ {advice.todo}" if advice.todo else "",
    ]
    for line in (*rest, *(line for text in below for line in folded(text, out.width - _INDENT))):
        out.print(Text(" " * _INDENT + line))


def folded(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells. Chinese may be parted anywhere but before a closing mark; rich parts at blanks
    only, which leaves half a line empty."""
    folds = [""] if text else []
    for piece in _PIECES.findall(text):
        for part in chop_cells(piece, width):
            if folds[-1] and cell_len(folds[-1]) + cell_len(part.rstrip()) > width:
                folds.append("")
            folds[-1] += part if folds[-1] else part.lstrip()
    return [fold.rstrip() for fold in folds]
