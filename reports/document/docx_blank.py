"""The DOCX that we start from where a hospital gave none: A4, a header with title and number, a footer with pages.

It is a template like any other, only without styles: `docx_styles` adds those. Not here: any content.
"""

from __future__ import annotations

import io
import zipfile

from reports.document import docx_xml as xml
from reports.document.model import Document
from reports.document.office import RULE
from reports.words import Words

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {  # part of /word → what its content type and its relationship are called
    "document": ("document.main", ""),
    "styles": ("styles", "styles"),
    "settings": ("settings", "settings"),
    "fontTable": ("fontTable", "fontTable"),
    "numbering": ("numbering", "numbering"),
    "header": ("header", "header"),
    "footer": ("footer", "footer"),
}
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1304" w:bottom="1304" w:left="1304" w:header="794" w:footer="680" w:gutter="0"/>'
    "<w:titlePg/></w:sectPr>"
)
# Where a machine lacks the font, the other name finds it, or what stands in for it on Linux desktops.
_FONTS = (
    ("宋体", "SimSun, Noto Serif CJK SC, Source Han Serif SC", "auto", "86"),
    ("黑体", "SimHei, Noto Sans CJK SC, Source Han Sans SC", "modern", "86"),
    ("Times New Roman", "Liberation Serif", "roman", "00"),
    ("Arial", "Liberation Sans", "swiss", "00"),
    ("Consolas", "DejaVu Sans Mono, Liberation Mono", "modern", "00"),
)


def blank(document: Document, words: Words) -> bytes:
    """The container with every part that a Word file needs, and nothing to read in it yet."""
    parts = {
        "document": f"<w:document {xml.DECLARED}><w:body>{_SECTION}</w:body></w:document>",
        "styles": f"<w:styles {xml.DECLARED}/>",
        "settings": _settings(document.lang),
        "fontTable": f"<w:fonts {xml.DECLARED}>{''.join(_font(*font) for font in _FONTS)}</w:fonts>",
        "numbering": f"<w:numbering {xml.DECLARED}/>",
        "header": f"<w:hdr {xml.DECLARED}>{_header(document, words)}</w:hdr>",
        "footer": f"<w:ftr {xml.DECLARED}>{_footer(words)}</w:ftr>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", _DECLARATION + _content_types())
        made.writestr(
            "_rels/.rels", _DECLARATION + _relationships({"document": ("word/document.xml", "officeDocument")})
        )
        related = {part: (f"{part}.xml", kind) for part, (_, kind) in _PARTS.items() if kind}
        made.writestr("word/_rels/document.xml.rels", _DECLARATION + _relationships(related))
        for part, content in parts.items():
            made.writestr(f"word/{part}.xml", _DECLARATION + content)
    return out.getvalue()


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_WORD}.{kind}+xml"/>'
        for part, (kind, _) in _PARTS.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships(related: dict[str, tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (target, kind) in related.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _settings(lang: str) -> str:
    """`compatibilityMode` 15: Word lays it out as it does today, not as it did in 2007."""
    rule = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    ours = "zh-CN" if lang == "zh" else "en-US"
    return (
        f'<w:settings {xml.DECLARED}><w:defaultTabStop w:val="420"/>'
        f'<w:characterSpacingControl w:val="compressPunctuation"/><w:compat>{rule}</w:compat>'
        f'<w:themeFontLang w:val="{ours}" w:eastAsia="zh-CN"/></w:settings>'
    )


def _font(name: str, others: str, family: str, charset: str) -> str:
    return (
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="{charset}"/>'
        f'<w:family w:val="{family}"/></w:font>'
    )


def _header(document: Document, words: Words) -> str:
    """A table as wide as the text, so that the number stands at the right edge of upright and of turned pages."""
    number = words("docx.number") + words("doc.colon") + (document.number or xml.BLANK)
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/></w:tcPr>'
        f"{xml.paragraph(xml.run(text), 'Header', f'<w:jc w:val={side!r}/>')}</w:tc>"
        for width, text, side in ((3000, document.title, "left"), (2000, number, "right"))
    )
    line = f'<w:bottom w:val="single" w:sz="6" w:space="0" w:color="{RULE}"/>'
    table = (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{line}</w:tblBorders></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="5580"/><w:gridCol w:w="3718"/></w:tblGrid><w:tr>{cells}</w:tr></w:tbl>'
    )
    return table + xml.paragraph("", "Header", '<w:spacing w:line="20" w:lineRule="exact"/>')


def _footer(words: Words) -> str:
    before, between, after = words("docx.page", page="\0", pages="\0").split("\0")
    content = xml.run(before) + xml.field("PAGE", "1") + xml.run(between) + xml.field("NUMPAGES", "1") + xml.run(after)
    return xml.paragraph(content, "Footer", '<w:jc w:val="center"/>')
