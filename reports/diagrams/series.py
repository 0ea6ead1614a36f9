"""How the verdicts on each clause went over several runs; what changed since the run before has a heavy frame.

Not here: which runs belong together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.result import Judgement
from reports.diagrams.canvas import EDGE, LOOK, SMALL, WIDTH, Box, Canvas, height_of, text_width, unbroken, wrapped
from reports.diagrams.drawing import Drawing, table
from reports.svg import INK, MUTED, drawing
from reports.text import one_line
from reports.words import Words

_LABELS, _NARROWEST, _WIDEST = 168.0, 34.0, 74.0
_STRIP, _ROW, _PAD = 7.0, 17.0, 3.0
_MOST = int((WIDTH - _LABELS) / _NARROWEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOfSeries:
    """One run: its name, its day and what was judged."""

    label: str
    date: str
    verdicts: Mapping[str, Judgement]  # by clause


def series(runs: Sequence[RunOfSeries], titles: Mapping[str, str], words: Words) -> Drawing:
    """`runs` oldest first, `titles`: clause → its name, in the order shown. The newest are drawn, the CSV has all."""
    title = words("diagram.series_title")
    shown = runs[-_MOST:]
    with drawing():
        svg = _drawn(runs, len(shown), titles, words).svg(name="series", title=title)
    heads = [f"{run.date} {run.label}".strip() for run in runs]
    rows = [[clause, name, *(_word(run, clause, words) for run in runs)] for clause, name in titles.items()]
    return Drawing(
        name="series", title=title, svg=svg, alt=one_line(_said(runs, len(shown), titles, words)),
        csv=table([words("diagram.clause"), words("diagram.clause_name"), *heads], rows),
    )  # fmt: skip


def _of(run: RunOfSeries, clause: str) -> Judgement:
    return run.verdicts.get(clause, Judgement.NOT_RUN)


def _word(run: RunOfSeries, clause: str, words: Words) -> str:
    return words.label("verdict", _of(run, clause))


def _changed(runs: Sequence[RunOfSeries], clause: str) -> list[bool]:
    """For each run whether the verdict is another than before."""
    return [i > 0 and _of(run, clause) is not _of(runs[i - 1], clause) for i, run in enumerate(runs)]


def _drawn(every: Sequence[RunOfSeries], shown: int, titles: Mapping[str, str], words: Words) -> Canvas:
    runs = every[len(every) - shown :]
    width = min(_WIDEST, (WIDTH - _LABELS) / max(1, len(runs)))
    size = unbroken([run.date for run in runs], width - 3, SMALL)
    heads = [wrapped(run.date, width - 3, size) + wrapped(run.label, width - 3, size, most=2) for run in runs]
    labels = {clause: wrapped(f"{clause} {name}", _LABELS - 8, SMALL, most=2) for clause, name in titles.items()}
    top = max((height_of(lines, size) for lines in heads), default=0.0) + 4
    heights = {clause: max(_ROW, height_of(lines, SMALL) + 4) for clause, lines in labels.items()}
    canvas = Canvas(top + sum(heights.values()) + 26)
    for i, lines in enumerate(heads):
        middle = _LABELS + (i + 0.5) * width
        canvas.lines((middle, top - 4 - height_of(lines, size)), lines, size=size, align="center")
    y = top
    for clause, height in heights.items():
        canvas.line((0, y), (_LABELS + width * len(runs), y))
        canvas.lines((EDGE, y + (height - height_of(labels[clause], SMALL)) / 2), labels[clause], size=SMALL)
        for i, (run, changed) in enumerate(zip(runs, _changed(every, clause)[len(every) - shown :], strict=True)):
            box = Box(x=_LABELS + i * width + 1.5, y=y + 1.5, width=width - 3, height=height - 3)
            _cell(canvas, box, _of(run, clause), changed=changed)
        y += height
    _key(canvas, y + 6, words)
    return canvas


def _cell(canvas: Canvas, box: Box, judgement: Judgement, *, changed: bool) -> None:
    look = LOOK[judgement]
    canvas.box(box, fill=look.tint, line=0)
    canvas.hatched(Box(x=box.x, y=box.y, width=_STRIP, height=box.height), look)
    canvas.box(box, edge=INK if changed else look.edge, line=1.8 if changed else 0.5)
    place = (box.x + _STRIP + (box.width - _STRIP) / 2, box.middle - height_of(("",)) / 2)
    canvas.lines(place, (look.sign,), align="center", colour=look.edge)


def _key(canvas: Canvas, y: float, words: Words) -> None:
    entries = [(judgement, words.label("verdict", judgement)) for judgement in Judgement]
    x = 0.0
    for judgement, word in entries:
        box = Box(x=x + 1, y=y, width=20, height=_ROW - 3)
        _cell(canvas, box, judgement, changed=False)
        canvas.lines((box.right + _PAD, box.middle - height_of(("",), SMALL) / 2), (word,), size=SMALL, colour=MUTED)
        x = box.right + _PAD + text_width(word, SMALL) + 14
    box = Box(x=x + 1, y=y, width=20, height=_ROW - 3)
    canvas.box(box, edge=INK, line=1.8)
    changed = words("diagram.changed")
    canvas.lines((box.right + _PAD, box.middle - height_of(("",), SMALL) / 2), (changed,), size=SMALL, colour=MUTED)


def _said(runs: Sequence[RunOfSeries], shown: int, titles: Mapping[str, str], words: Words) -> str:
    if not runs:
        return words("diagram.series_none")
    last = [_of(runs[-1], clause) for clause in titles]
    said = words(
        "diagram.series_alt", runs=len(runs), clauses=len(titles), first=runs[0].date, last=runs[-1].date,
        good=last.count(Judgement.PASS), bad=last.count(Judgement.FAIL),
    )  # fmt: skip
    changed = [clause for clause in titles if _changed(runs, clause)[-1]]
    if changed:
        said += words("diagram.series_changed", names=words("doc.list_sep").join(changed))
    if shown < len(runs):
        said += words("diagram.series_shown", n=shown)
    return said
