"""The parity matrix: systems against kinds of verification, a judgement in every cell.

Not here: how a judgement on a system comes about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from harness.result import Judgement
from reports.diagrams.canvas import EDGE, LOOK, SMALL, WIDTH, Box, Canvas, height_of, unbroken, wrapped
from reports.diagrams.drawing import Drawing, table
from reports.svg import INK, MUTED, drawing
from reports.text import one_line
from reports.words import Words

_LABELS = 102.0
_STRIP, _PAD = 6.0, 5.0


def parity(
    judged: Mapping[tuple[str, str], Judgement], systems: Mapping[str, str], kinds: Mapping[str, str], words: Words
) -> Drawing:
    """`judged` by (system, kind); both mappings are id → heading, in the order shown. What is missing was not run."""
    cells = {(s, k): judged.get((s, k), Judgement.NOT_RUN) for s in systems for k in kinds}
    title = words("diagram.parity_title")
    with drawing():
        svg = _drawn(cells, systems, kinds, words).svg(name="parity", title=title)
    return Drawing(
        name="parity", title=title, svg=svg, alt=one_line(_said(cells, systems, kinds, words)),
        csv=table(
            [words("diagram.system"), *kinds.values()],
            [[systems[s], *(words.label("verdict", cells[s, k]) for k in kinds)] for s in systems],
        ),
    )  # fmt: skip


def _drawn(
    cells: Mapping[tuple[str, str], Judgement], systems: Mapping[str, str], kinds: Mapping[str, str], words: Words
) -> Canvas:
    width = (WIDTH - _LABELS) / max(1, len(kinds))
    head_size = unbroken(kinds.values(), width - 3)
    headings = {k: wrapped(text, width - 3, head_size) for k, text in kinds.items()}
    labels = {s: wrapped(text, _LABELS - 2 * _PAD) for s, text in systems.items()}
    inner = width - _STRIP - 5
    said_size = unbroken([words.label("verdict", j) for j in Judgement], inner, SMALL)
    said = {j: wrapped(words.label("verdict", j), inner, said_size) for j in Judgement}
    top = 2 + max((height_of(lines, head_size) for lines in headings.values()), default=0.0) + _PAD
    least = height_of(("",)) + max(height_of(lines, said_size) for lines in said.values()) + 2 * _PAD
    heights = {s: max(least, height_of(lines) + 2 * _PAD) for s, lines in labels.items()}
    canvas = Canvas(top + sum(heights.values()) + 2)
    for i, k in enumerate(kinds):
        left = _LABELS + (i + 0.5) * width
        place = (left, top - _PAD - height_of(headings[k], head_size))
        canvas.lines(place, headings[k], size=head_size, align="center")
    y = top
    for s, height in heights.items():
        canvas.line((0, y), (WIDTH, y))
        canvas.lines((EDGE, y + (height - height_of(labels[s])) / 2), labels[s])
        for i, k in enumerate(kinds):
            box = Box(x=_LABELS + i * width + 1.5, y=y + 1.5, width=width - 3, height=height - 3)
            _cell(canvas, box, cells[s, k], said[cells[s, k]], said_size)
        y += height
    canvas.line((0, y), (WIDTH, y))
    return canvas


def _cell(canvas: Canvas, box: Box, judgement: Judgement, said: tuple[str, ...], size: float) -> None:
    look = LOOK[judgement]
    void = judgement is Judgement.NOT_RUN
    canvas.box(box, edge=look.edge, fill=look.tint, line=1.4 if judgement is Judgement.FAIL else 0.6, dashed=void)
    canvas.hatched(Box(x=box.x, y=box.y, width=_STRIP, height=box.height), look)
    middle = box.x + _STRIP + (box.width - _STRIP) / 2
    y = box.y + (box.height - height_of(("",)) - height_of(said, size)) / 2
    y = canvas.lines((middle, y), (look.sign,), align="center", colour=look.edge)
    canvas.lines((middle, y), said, size=size, align="center", colour=MUTED if void else INK)


def _said(
    cells: Mapping[tuple[str, str], Judgement], systems: Mapping[str, str], kinds: Mapping[str, str], words: Words
) -> str:
    n = Counter(cells.values())
    said = words(
        "diagram.parity_alt", systems=len(systems), kinds=len(kinds), good=n[Judgement.PASS], bad=n[Judgement.FAIL],
        undecided=n[Judgement.INCONCLUSIVE], untested=n[Judgement.NOT_RUN],
    )  # fmt: skip
    failing = [f"{systems[s]} · {kinds[k]}" for (s, k), judgement in cells.items() if judgement is Judgement.FAIL]
    if failing:
        said += words("diagram.failing", names=words("doc.list_sep").join(failing))
    return said
