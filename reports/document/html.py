"""A document as one HTML file: read on the screen, searched, printed; whole without its script.

What makes it inert is in `reports/page.py`, the layout in `templates/document.*`. Not here: what the document says.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from reports import text
from reports.document.model import Document, Tone
from reports.document.numbering import anchors, numbered, target
from reports.page import environment, whole
from reports.words import Words

_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.OPEN: "?", Tone.VOID: "–"}
_STEPS = 10  # a figure is one of so many parts of the text's width, or several


def write(document: Document, words: Words, others: Sequence[tuple[str, str]] = ()) -> bytes:
    """The whole page; `others` are the documents beside it: title and file name."""
    chapters = numbered(document)
    known = anchors(chapters)
    made = environment(words, document)
    made.filters.update(
        kept=_kept,
        target=lambda link: target(link, known),
        kind=lambda block: type(block).__name__.lower(),
        tenths=lambda share: max(1, min(_STEPS, round(share * _STEPS))),
    )
    page = whole(
        made,
        "document.html.j2",
        foot=" · ".join(part for part in (document.number, document.title) if part),
        style="document.css",
        script="document.js",
        chapters=chapters,
        others=[(title, target(name, known)) for title, name in others],
        signs=_SIGNS,
        svg=Markup,
    )
    return page.encode("utf-8")


def _kept(value: str) -> Markup:
    """Text whose line breaks stay, also where the page's own blank lines are taken out."""
    return Markup(str(escape(text.lines(value))).replace("\n", "&#10;"))
