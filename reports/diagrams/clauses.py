"""How the clauses of each kind turned out: one square per clause, tested and conforming counted apart.

Not here: which kind a clause belongs to, or a share of anything.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from harness.result import Judgement
from reports.diagrams.canvas import EDGE, LOOK, SMALL, WIDTH, Box, Canvas, height_of, text_width, wrapped
from reports.diagrams.drawing import Drawing, Value, table
from reports.svg import INK, MUTED, drawing
from reports.text import one_line
from reports.words import Words

_LABELS, _COUNT = 92.0, 46.0
_SQUARE, _ROW = 13.0, 19.0
_LEGIBLE = 9.0  # a narrower square holds no sign
_GAP = 1.6  # between squares, as long as there is room for it
_COUNTS = ("clauses", "tested", *Judgement)


def clauses(by_kind: Mapping[str, Sequence[Judgement]], words: Words) -> Drawing:
    """`by_kind`: heading of a kind → the verdicts of its clauses."""
    title = words("diagram.clauses_title")
    with drawing():
        svg = _drawn(by_kind, words).svg(name="clauses", title=title)
    rows: list[list[Value]] = [[kind, *_counts(own)] for kind, own in by_kind.items()]
    whole = _counts([judgement for own in by_kind.values() for judgement in own])
    tested, passed = whole[1], whole[2]
    said = words("diagram.clauses_alt", total=whole[0], tested=tested, good=passed, bad=whole[3])
    failing = [kind for kind, own in by_kind.items() if Judgement.FAIL in own]
    if failing:
        said += words("diagram.failing", names=words("doc.list_sep").join(failing))
    return Drawing(
        name="clauses", title=title, svg=svg, alt=one_line(said),
        csv=table([words("diagram.kind"), *_headings(words)], [*rows, [words("diagram.total"), *whole]]),
    )  # fmt: skip


def _counts(own: Sequence[Judgement]) -> tuple[int, ...]:
    n = Counter(own)
    return (len(own), len(own) - n[Judgement.NOT_RUN], *(n[judgement] for judgement in Judgement))


def _headings(words: Words) -> list[str]:
    return [words("diagram.clauses"), words("diagram.tested"), *(words.label("verdict", j) for j in Judgement)]


def _drawn(by_kind: Mapping[str, Sequence[Judgement]], words: Words) -> Canvas:
    columns = WIDTH - _COUNT * len(_COUNTS)  # where the counts begin
    widest = max((len(own) for own in by_kind.values()), default=1)
    step = min(_SQUARE + _GAP, (columns - _LABELS - 8) / max(1, widest))
    headings = [wrapped(text, _COUNT - 4, SMALL) for text in _headings(words)]
    top = max(height_of(lines, SMALL) for lines in headings) + 4
    rows = {kind: wrapped(kind, _LABELS - 6) for kind in by_kind}
    heights = {kind: max(_ROW, height_of(lines) + 6) for kind, lines in rows.items()}
    key = _ROW + 4
    canvas = Canvas(top + sum(heights.values()) + _ROW + key)
    for i, lines in enumerate(headings):
        right = columns + (i + 1) * _COUNT - EDGE
        canvas.lines((right, top - 4 - height_of(lines, SMALL)), lines, size=SMALL, align="right", colour=MUTED)
    y = top
    for kind, own in by_kind.items():
        canvas.line((0, y), (WIDTH, y))
        canvas.lines((EDGE, y + (heights[kind] - height_of(rows[kind])) / 2), rows[kind])
        _squares(canvas, sorted(own, key=list(Judgement).index), (_LABELS, y + heights[kind] / 2), step)
        _figures(canvas, _counts(own), columns, y + heights[kind] / 2)
        y += heights[kind]
    canvas.line((0, y), (WIDTH, y))
    canvas.lines((EDGE, y + (_ROW - height_of(("",))) / 2), (words("diagram.total"),))
    _figures(canvas, _counts([j for own in by_kind.values() for j in own]), columns, y + _ROW / 2)
    _key(canvas, y + _ROW, words)
    return canvas


def _squares(canvas: Canvas, own: Sequence[Judgement], at: tuple[float, float], step: float) -> None:
    """One after the other; where there is no room for gaps, what is judged alike is one bar."""
    x, top = at[0], at[1] - _SQUARE / 2
    for judgement, same in itertools.groupby(own):
        n = len(list(same))
        pieces, width = (n, step - _GAP) if step > 3 * _GAP else (1, n * step)
        for i in range(pieces):
            _square(canvas, Box(x=x + i * step, y=top, width=width, height=_SQUARE), judgement)
        x += n * step


def _square(canvas: Canvas, box: Box, judgement: Judgement) -> None:
    look = LOOK[judgement]
    canvas.hatched(box, look)
    if judgement in (Judgement.PASS, Judgement.FAIL) and box.width >= _LEGIBLE:
        colour = "#ffffff" if judgement is Judgement.FAIL else INK
        canvas.lines((box.x + box.width / 2, box.y + 0.8), (look.sign,), align="center", colour=colour)


def _figures(canvas: Canvas, counts: Sequence[int], columns: float, middle: float) -> None:
    for i, n in enumerate(counts):
        right = columns + (i + 1) * _COUNT - EDGE
        place = (right, middle - height_of(("",)) / 2)
        canvas.lines(place, (str(n),), align="right", colour=INK if n else MUTED)


def _key(canvas: Canvas, y: float, words: Words) -> None:
    x = _LABELS
    for judgement in Judgement:
        box = Box(x=x, y=y + 7, width=_SQUARE - _GAP, height=_SQUARE)
        _square(canvas, box, judgement)
        word = words.label("verdict", judgement)
        canvas.lines((box.right + 4, box.middle - height_of(("",), SMALL) / 2), (word,), size=SMALL)
        x = box.right + 4 + text_width(word, SMALL) + 16
