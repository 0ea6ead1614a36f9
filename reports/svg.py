"""A matplotlib figure as SVG that may stand inside a page with a strict content policy.

Glyphs are outlines, so the page needs no font; there is no style sheet, no style attribute, no outside reference, and
the same figure gives the same text. Not here: what the charts show (`charts.py`).
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from harness.errors import DriverMissing
from reports.text import one_line

INK, MUTED, GRID = "#22303c", "#5c6873", "#d9dee3"
PAGE_INCHES = 10.0  # a figure this wide fills the page
_GETA = "〓"  # what Chinese and Japanese printing sets for a character that the case does not hold
_NUMBER = re.compile(r"-?\d+\.\d+")
_TRANSLATE = re.compile(r"translate\([^)]*\)")
_CURVE = re.compile("[CQz]")
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


@functools.cache
def font_file() -> str:
    """Where the bundled CJK face lies."""
    try:
        return str(files("paperang_p2_fonts_cjk").joinpath("fonts", "wqy-microhei.ttc"))
    except ModuleNotFoundError as error:
        raise DriverMissing(
            "缺少图表所用的中文字体包 paperang-p2-fonts-cjk。", hint="请重新安装信衡（pip install xinheng）。"
        ) from error


@functools.cache
def _font() -> tuple[str, frozenset[int]]:
    """(family, code points) of the bundled CJK face, made known to matplotlib once per process."""
    path = font_file()
    font_manager.fontManager.addfont(path)
    face = FT2Font(path)
    return face.family_name, frozenset(face.get_charmap())


def drawable(text: str) -> str:
    """One line in which characters that the chart font lacks are replaced by 〓, so that none vanishes silently."""
    known = _font()[1]
    return "".join(char if ord(char) in known else _GETA for char in one_line(text))


@contextmanager
def drawing() -> Iterator[None]:
    """matplotlib's settings for our charts, restored afterwards."""
    settings: Any = {
        "font.family": _font()[0],
        "font.size": 8.5,
        "axes.unicode_minus": False,
        "text.parse_math": False,
        "svg.fonttype": "path",
        "svg.hashsalt": "xinheng",
        "text.color": INK,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "xtick.minor.size": 0,
        "ytick.minor.size": 0,
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "legend.frameon": False,
        "path.simplify_threshold": 0.3,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "hatch.linewidth": 0.4,
    }
    with matplotlib.rc_context(settings):
        yield


def inline(figure: Figure, *, name: str, title: str, under: Sequence[ElementTree.Element] = ()) -> str:
    """The figure as one `<svg>` element; `name` keeps its ids apart from those of other charts on the page.

    `under` are groups of our own, in points from the top left, that lie beneath everything matplotlib drew.
    """
    out = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ElementTree.fromstring(out.getvalue())
    for parent in root.iter():
        for child in [c for c in parent if _local(c.tag) in ("metadata", "style")]:
            parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        element.text = element.tail = None
        element.attrib = _attributes(element.attrib, name)
    _forget_ids(root)
    box = root.attrib["viewBox"]
    width = figure.get_size_inches()[0]
    root.attrib = {
        "class": "chart" if width >= PAGE_INCHES else "chart narrow",
        "viewBox": box,
        "role": "img",
        "aria-labelledby": f"{name}-title",
        "stroke-linejoin": "round",  # matplotlib's own sheet says this for the whole document
        "stroke-linecap": "butt",
    }
    label = ElementTree.Element("title", {"id": f"{name}-title"})
    label.text = title
    for element in (*reversed(under), label):
        root.insert(0, element)
    return ElementTree.tostring(root, encoding="unicode")


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of one of our figures, in points."""
    found = _VIEW_BOX.search(svg)
    if found is None:
        raise ValueError("not one of our figures: it has no view box")
    return float(found[1]), float(found[2])


def standalone(svg: str) -> str:
    """An inline figure as a document of its own, for whoever reads SVG files: a page's parser needs no name space."""
    width, height = size_of(svg)
    return svg.replace(
        "<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" ', 1
    )


def _forget_ids(root: ElementTree.Element) -> None:
    """Without those that nothing refers to: matplotlib names every group."""
    values = [value for element in root.iter() for key, value in element.attrib.items() if key != "id"]
    used = {value[1:] for value in values if value.startswith("#")}
    used |= {found for value in values for found in _REFERENCE.findall(value)}
    for element in root.iter():
        if element.attrib.get("id") not in used:
            element.attrib.pop("id", None)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(found: dict[str, str], name: str) -> dict[str, str]:
    """Style declarations as plain attributes, ids prefixed, coordinates to a hundredth of a point (lines: a tenth)."""
    kept: dict[str, str] = {}
    for key, value in found.items():
        match _local(key):
            case "style":
                for declaration in value.split(";"):
                    prop, _, setting = declaration.partition(":")
                    if setting:
                        kept[prop.strip()] = _REFERENCE.sub(rf"url(#{name}-\1)", setting.strip())
            case "id":
                kept["id"] = f"{name}-{value}"
            case "href":
                kept["href"] = f"#{name}-{value.removeprefix('#')}"
            case "clip-path":
                kept["clip-path"] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
            case "d":
                kept["d"] = _path(value)
            case "x" | "y" | "width" | "height":
                kept[_local(key)] = _NUMBER.sub(_short, value)
            case "transform":
                kept["transform"] = _TRANSLATE.sub(lambda part: _NUMBER.sub(_short, part.group()), value)
            case other:
                kept[other] = value
    return kept


def _path(data: str) -> str:
    """Path data; where there are lines only, every pair after the first is a line without saying so."""
    if _CURVE.search(data):
        return " ".join(_NUMBER.sub(_short, data).split())
    return " ".join(_NUMBER.sub(_shorter, data.replace("L", " ")).split())


def _short(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")


def _shorter(number: re.Match[str]) -> str:
    return f"{float(number.group()):.1f}".removesuffix(".0")
