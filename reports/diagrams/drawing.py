"""One finished picture: SVG for pages, PNG for word processors, CSV of what is drawn, a sentence that says it.

The PNG is the SVG itself, rendered by Typst, so the two cannot differ. Not here: what a picture shows.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.svg import size_of, standalone
from reports.text import one_line

Value = str | int | float | None
_PIXELS = 1300  # 200 to the inch where a picture fills the 16.5 cm between the margins of A4
_NARROWEST = 7.2 * 72  # points: a smaller figure is not blown up to that many pixels
_TALLEST = 1.3  # height by width of what fits between the margins of A4
_COLOURS = 64
_PAGE = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image(bytes(sys.inputs.svg), format: "svg")'
_FORMULA = tuple("=+-@＝＋－＠")  # what makes a spreadsheet take a text for a formula, full width included


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`name` begins every id in `svg` and may name files; `title` is the caption."""

    name: str
    title: str
    alt: str  # what the picture shows, with the deciding figures
    svg: str  # one `<svg>` element for a page
    csv: str  # with byte order mark, for spreadsheets
    pack: str = ""  # the one pack that it is about
    level: str = ""  # the one level of load

    @property
    def width(self) -> float:
        """Share of the text's width at which it still fits on an upright page, its caption too."""
        width, height = size_of(self.svg)
        return min(1.0, _TALLEST * width / height)

    @property
    def file(self) -> str:
        """The picture as an SVG file."""
        return standalone(self.svg)

    def png(self) -> bytes:
        """Few colours and no metadata: the same picture gives the same bytes. Rendered anew on every call."""
        return rendered(self.svg)


def rendered(svg: str) -> bytes:
    """One of our figures as PNG on white."""
    import typst  # only who writes a DOCX pays for it
    from PIL import Image

    width = size_of(svg)[0]
    made = typst.compile(
        _PAGE, format="png", ppi=_PIXELS * 72 / max(width, _NARROWEST), ignore_system_fonts=True,
        sys_inputs={"svg": standalone(svg)},
    )  # fmt: skip
    with Image.open(io.BytesIO(made)) as image:
        # Median cut, because the octree gives a white that is not quite white.
        few = image.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", compress_level=7)  # "optimize" costs six times as much for a tenth of the size
    return out.getvalue()


def captioned(*parts: str) -> str:
    """A caption of parts, those that say nothing left out."""
    return one_line(" · ".join(part for part in parts if part))


def table(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """CSV that Excel opens as UTF-8 and in which no text becomes a formula; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_inert(name) for name in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return _inert(value) if isinstance(value, str) else f"{value:.10g}" if isinstance(value, float) else str(value)


@functools.lru_cache(4096)  # columns repeat the same few texts
def _inert(text: str) -> str:
    shown = one_line(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
