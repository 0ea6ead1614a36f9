"""A surface for diagrams of boxes and words, measured in points from the top left, drawn by matplotlib.

Texts are measured with the very font that draws them, and wrapped before anything is placed, so nothing overlaps or is
cut off. Not here: what a diagram says.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from harness.result import Judgement
from reports.axes import LineStyle
from reports.svg import INK, MUTED, drawable, font_file, inline

WIDTH = 518.4  # 7.2 inches: printed between the margins of A4 it is hardly made smaller
BODY, SMALL, HEAD = 8.0, 7.2, 9.5
EDGE = 2.0  # points that texts keep from the rim
RULE = "#b4bdc5"
_LEADING = 1.38
_DASHED: LineStyle = (0, (3.2, 1.8))
# A word of Latin letters with the blank before it stays whole; every Chinese character may begin a line.
_PIECES = re.compile(r"\s*[!-~\u00a0-\u02af]+|\s*.", re.DOTALL)
_WORDS = re.compile(r"[!-~\u00a0-\u02af]+")
_LEAST = 5.5  # points that can still be read in print
_NEVER_FIRST = frozenset("，。、；：！？）》」』】”’…·,.;:!?)]}%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in points from the top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a judgement is drawn: by sign, shade and pattern, so that none of them is needed alone."""

    sign: str
    edge: str
    tint: str
    strip: str
    hatch: str


# ✘ and not ✗, which the font does not hold.
LOOK = {
    Judgement.PASS: Look(sign="✓", edge="#0a6a4e", tint="#f0f7f4", strip="#8fc3b1", hatch=""),
    Judgement.FAIL: Look(sign="✘", edge="#a3192b", tint="#f3d9dc", strip="#a3192b", hatch=""),
    Judgement.INCONCLUSIVE: Look(sign="?", edge="#865600", tint="#fbf4e6", strip="#ffffff", hatch="//////"),
    Judgement.NOT_RUN: Look(sign="–", edge="#7d8891", tint="#ffffff", strip="#ffffff", hatch=""),
}


@functools.cache
def _face(size: float) -> FT2Font:
    face = FT2Font(font_file())
    face.set_size(size, 72)
    return face


@functools.lru_cache(maxsize=20_000)
def text_width(text: str, size: float) -> float:
    """Points from the first glyph's origin to where the next would stand, the same on every machine."""
    face = _face(size)
    return sum(float(face.load_char(ord(char)).linearHoriAdvance) / 65536 for char in drawable(text))


def wrapped(text: str, width: float, size: float = BODY, *, most: int = 3) -> tuple[str, ...]:
    """Lines no wider than `width`; what does not fit into `most` of them ends in an ellipsis."""
    lines = [""]
    for piece in _pieces(drawable(text).strip(), width, size):
        if text_width(lines[-1] + piece, size) <= width or not lines[-1]:
            lines[-1] += piece if lines[-1] else piece.lstrip()
        elif piece in _NEVER_FIRST and len(lines[-1]) > 1 and not lines[-1][-1].isascii():
            lines[-1:] = [lines[-1][:-1], lines[-1][-1] + piece]
        else:
            lines.append(piece.lstrip())
    if not lines[0]:
        return ()
    return tuple(lines) if len(lines) <= most else (*lines[: most - 1], _cut(lines[most - 1], width, size))


def _pieces(text: str, width: float, size: float) -> list[str]:
    """What a line may break between; a word that no line could hold falls into its characters."""
    found: list[str] = []
    for piece in _PIECES.findall(text):
        found += [piece] if text_width(piece.lstrip(), size) <= width else list(piece)
    return found


def _cut(line: str, width: float, size: float) -> str:
    while line and text_width(line + "…", size) > width:
        line = line[:-1]
    return line + "…"


def unbroken(texts: Iterable[str], width: float, size: float = BODY) -> float:
    """The size, at most `size`, at which no word of Latin letters has to be broken; Chinese breaks anywhere."""
    widest = max((text_width(word, size) for text in texts for word in _WORDS.findall(text)), default=0.0)
    return size if widest <= width else max(_LEAST, size * width / widest)


def height_of(lines: Sequence[str], size: float = BODY) -> float:
    return len(lines) * size * _LEADING


class Canvas:
    """What is drawn on; to be used inside `reports.svg.drawing()`."""

    def __init__(self, height: float) -> None:
        self._figure = Figure(figsize=(WIDTH / 72, height / 72))
        self._height = height
        self._to_figure = self._figure.dpi_scale_trans

    def svg(self, *, name: str, title: str) -> str:
        return inline(self._figure, name=name, title=title)

    def _up(self, x: float, y: float) -> tuple[float, float]:
        return x / 72, (self._height - y) / 72

    def box(self, box: Box, *, edge: str = MUTED, fill: str = "none", line: float = 0.7, dashed: bool = False) -> None:
        self._figure.add_artist(
            Rectangle(
                self._up(box.x, box.bottom), box.width / 72, box.height / 72, edgecolor=edge if line else "none",
                facecolor=fill, linewidth=line, linestyle=_DASHED if dashed else "-", transform=self._to_figure,
            )
        )  # fmt: skip

    def hatched(self, box: Box, look: Look) -> None:
        """The strip that says a judgement by its pattern."""
        self._figure.add_artist(
            Rectangle(
                self._up(box.x, box.bottom), box.width / 72, box.height / 72, edgecolor=look.edge, linewidth=0.6,
                facecolor=look.strip, hatch=look.hatch, transform=self._to_figure,
            )
        )  # fmt: skip

    def lines(
        self,
        at: tuple[float, float],
        lines: Sequence[str],
        *,
        size: float = BODY,
        colour: str = INK,
        align: str = "left",
    ) -> float:
        """Lines of text below `at`; where the next thing may stand."""
        x, y = at
        for line in lines:
            y += size * _LEADING
            place = self._up(x, y - 0.32 * size)
            self._figure.text(
                *place, drawable(line), fontsize=size, color=colour, ha=align, va="baseline",
                transform=self._to_figure,
            )  # fmt: skip
        return y

    def line(self, start: tuple[float, float], end: tuple[float, float], *, colour: str = RULE) -> None:
        (x0, y0), (x1, y1) = self._up(*start), self._up(*end)
        self._figure.add_artist(
            Line2D([x0, x1], [y0, y1], color=colour, linewidth=0.7, transform=self._to_figure),
        )

    def arrow(self, start: tuple[float, float], end: tuple[float, float], *, dashed: bool = False) -> None:
        """A level arrow; dashed and without a head where nobody is at its end."""
        (x0, y), (x1, _) = self._up(*start), self._up(*end)
        toward = 1 if x1 > x0 else -1
        style = _DASHED if dashed else "-"
        stop = x1 if dashed else x1 - toward * 4 / 72
        self._figure.add_artist(
            Line2D([x0, stop], [y, y], color=INK, linewidth=0.8, linestyle=style, transform=self._to_figure)
        )
        if not dashed:
            tip = [(x1, y), (x1 - toward * 6 / 72, y + 2.6 / 72), (x1 - toward * 6 / 72, y - 2.6 / 72)]
            self._figure.add_artist(Polygon(tip, closed=True, color=INK, linewidth=0, transform=self._to_figure))
