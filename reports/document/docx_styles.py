"""The styles of our DOCX. Those that a hospital's template has by the same name are kept: its look wins over ours.

Built-in styles go by Word's own names, so that its navigation, captions and contents know them; ours begin with
"Xinheng" and may be given another look by a template that holds a style of that name. Not here: where a style is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reports.document import docx_xml as xml
from reports.document.model import Tone
from reports.document.office import ACCENT, INK, RULE, TINT

_SONG, _HEI = ("Times New Roman", "宋体"), ("Arial", "黑体")
_CODE = ("Consolas", "宋体")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """`paragraph` and `run` in the order that the schema asks for."""

    name: str
    paragraph: str = ""
    run: str = ""
    after: str = "Normal"  # the style that it is based on
    follows: str = ""  # the style of the paragraph that is typed after it


NOTICE = {tone: f"Xinheng {tone.value.title()}" for tone in INK}


def add_missing(styles: Any, lang: str, text_width: int) -> Mapping[str, str]:
    """Name → id of every style that we use; what `styles` lacks is added. `text_width` in twentieths of a point."""
    known = _ids(styles)
    if not known:
        styles.append(xml.element(_defaults(lang)))
    wanted = [
        style for style in (*_basic(lang), *_headings(), *_contents(text_width), *_own()) if _is_new(style, known)
    ]
    known.update((style.name.lower(), _id(style.name)) for style in wanted)
    for style in wanted:
        styles.append(xml.element(_written(style, known)))
    for name, written in _OTHERS.items():
        if name.lower() not in known:
            known[name.lower()] = _id(name)
            styles.append(xml.element(written))
    return MappingProxyType(known)


def _ids(styles: Any) -> dict[str, str]:
    return {
        style.find(xml.name("w:name")).get(xml.name("w:val")).lower(): style.get(xml.name("w:styleId"))
        for style in styles.iterfind(xml.name("w:style"))
        if style.find(xml.name("w:name")) is not None and style.get(xml.name("w:styleId"))
    }


def _is_new(style: _Style, known: Mapping[str, str]) -> bool:
    return style.name.lower() not in known


def _id(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split())


def _font(font: tuple[str, str], half_points: int, colour: str = "") -> str:
    """Never bold: a Chinese face has no bold, and a thickened one runs together. 黑体 is what stands out in print."""
    latin, chinese = font
    ink = f'<w:color w:val="{colour}"/>' if colour else ""
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{chinese}" w:cs="{latin}"/>{ink}' + _size(
        half_points
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _shape(before: int, after: int, line: int, align: str = "left", indent: int = 0, right: int = 0) -> str:
    """Spacing in twentieths of a point, line in 240ths; `firstLineChars` 0 takes back the indent of Chinese text."""
    return (
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'
        f'<w:ind w:left="{indent}" w:right="{right}" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{align}"/>'
    )


def _basic(lang: str) -> tuple[_Style, ...]:
    indent = '<w:ind w:firstLineChars="200" w:firstLine="420"/>' if lang == "zh" else ""
    body = f'<w:spacing w:before="0" w:after="100" w:line="340" w:lineRule="auto"/>{indent}'
    keep = "<w:keepNext/><w:keepLines/>"
    return (
        _Style(name="Normal", paragraph=f'{body}<w:jc w:val="{"both" if lang == "zh" else "left"}"/>', after=""),
        _Style(name="Title", paragraph=_shape(0, 240, 300, "center"), run=_font(_HEI, 52)),
        _Style(name="Subtitle", paragraph=_shape(0, 600, 300, "center"), run=_font(_SONG, 30)),
        _Style(name="caption", paragraph=f"{keep}{_shape(200, 80, 260, 'center')}", run=_font(_HEI, 20)),
        _Style(name="header", paragraph=_shape(0, 40, 240), run=_font(_SONG, 18)),
        _Style(name="footer", paragraph=_shape(0, 0, 240, "center"), run=_font(_SONG, 18)),
        _Style(name="List Bullet", paragraph=_shape(0, 60, 320, indent=420)),
        _Style(name="List Number", paragraph=_shape(0, 60, 320, indent=420)),
    )


def _headings() -> tuple[_Style, ...]:
    keep = "<w:keepNext/><w:keepLines/>"
    sizes = ((1, 32, 400, 200), (2, 28, 300, 140), (3, 24, 240, 100))
    return tuple(
        _Style(
            name=f"heading {level}",
            paragraph=f'{keep}{_shape(before, after, 300)}<w:outlineLvl w:val="{level - 1}"/>',
            run=_font(_HEI, size, ACCENT if level == 1 else ""),
            follows="Normal",
        )
        for level, size, before, after in sizes
    )


def _contents(text_width: int) -> tuple[_Style, ...]:
    tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{text_width}"/></w:tabs>'
    return (
        _Style(name="TOC Heading", paragraph=_shape(0, 240, 300, "center"), run=_font(_HEI, 32)),
        _Style(name="toc 1", paragraph=tab + _shape(60, 20, 280), run=_font(_HEI, 21)),
        _Style(name="toc 2", paragraph=tab + _shape(0, 0, 280, indent=420)),
    )


def _own() -> tuple[_Style, ...]:
    box = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="4" w:color="{RULE}"/>'
        for side in ("top", "left", "bottom", "right")
    )
    grey = '<w:shd w:val="clear" w:color="auto" w:fill="F3F5F6"/>'
    return (
        _Style(name="Xinheng Cell", paragraph=_shape(20, 20, 250), run=_size(18)),
        _Style(name="Xinheng Head", paragraph=f"<w:keepNext/>{_shape(30, 30, 250)}", run=_font(_HEI, 18)),
        _Style(name="Xinheng Raw", paragraph=_shape(20, 20, 240), run=_font(_CODE, 16)),
        _Style(
            name="Xinheng Code",
            paragraph=f"<w:pBdr>{box}</w:pBdr>{grey}{_shape(120, 160, 250, indent=100, right=100)}",
            run=_font(_CODE, 17),
        ),
        _Style(name="Xinheng Note", paragraph=_shape(40, 160, 260), run=_size(18)),
        _Style(name="Xinheng Picture", paragraph=f"<w:keepNext/>{_shape(160, 0, 240, 'center')}"),
        _Style(name="Xinheng Field", paragraph=_shape(60, 40, 280)),
        _Style(name="Xinheng Cover Field", paragraph=_shape(120, 40, 280), run=_size(24)),
        _Style(name="Xinheng End", paragraph=_shape(480, 0, 300, "center"), run=_font(_HEI, 21)),
        *(_notice(tone) for tone in NOTICE),
    )  # fmt: skip


def _notice(tone: Tone) -> _Style:
    bar = f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{INK[tone]}"/></w:pBdr>'
    tint = f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT[tone]}"/>'
    return _Style(name=NOTICE[tone], paragraph=f"{bar}{tint}{_shape(100, 140, 320, indent=200)}")


def _written(style: _Style, known: Mapping[str, str]) -> str:
    based = f'<w:basedOn w:val="{known[style.after.lower()]}"/>' if style.after else ""
    follows = f'<w:next w:val="{known[style.follows.lower()]}"/>' if style.follows else ""
    return (
        f'<w:style w:type="paragraph"{_flag(style)} w:styleId="{_id(style.name)}">'
        f'<w:name w:val="{style.name}"/>{based}{follows}<w:qFormat/>'
        f"<w:pPr>{style.paragraph}</w:pPr>{f'<w:rPr>{style.run}</w:rPr>' if style.run else ''}</w:style>"
    )


def _flag(style: _Style) -> str:
    if style.name == "Normal":
        return ' w:default="1"'
    return ' w:customStyle="1"' if style.name.startswith("Xinheng") else ""


def _defaults(lang: str) -> str:
    """Word's own fallback for whatever no style says."""
    ours = "zh-CN" if lang == "zh" else "en-US"
    spoken = f'<w:lang w:val="{ours}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_font(_SONG, 21)}{spoken}</w:rPr></w:rPrDefault>"
        "<w:pPrDefault/></w:docDefaults>"
    )


_GRID = "".join(
    f'<w:{side} w:val="single" w:sz="{8 if side in ("top", "bottom") else 4}" w:space="0" w:color="{RULE}"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_OTHERS = {
    "Hyperlink": (
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr>'
        '<w:color w:val="1B5E95"/><w:u w:val="single"/></w:rPr></w:style>'
    ),
    "Xinheng Strong": (
        '<w:style w:type="character" w:customStyle="1" w:styleId="XinhengStrong"><w:name w:val="Xinheng Strong"/>'
        '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体" w:cs="Arial"/></w:rPr></w:style>'
    ),
    "Xinheng Table": (
        '<w:style w:type="table" w:customStyle="1" w:styleId="XinhengTable"><w:name w:val="Xinheng Table"/><w:qFormat/>'
        f"<w:tblPr><w:tblBorders>{_GRID}</w:tblBorders><w:tblCellMar>"
        '<w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    ),
}
