"""An HTML page as plain text, the way a reader meets it: what the goldens store and what the tests look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "hr", "img", "input", "col"}
_MARK = {f"h{n}": "#" * n + " " for n in range(1, 7)} | {
    "li": "- ",
    "summary": "+ ",
    "figure": "[图]",
    "dt": "",
    "dd": "  ",
}
_BLOCK = {*_MARK, "p", "tr", "table", "caption", "pre", "div", "section", "title", "article", "figcaption"}


@dataclass
class Page(HTMLParser):
    """What the parser found: the text, every element with its attributes, and the style sheet."""

    text: str = ""
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    sheet: str = ""
    comments: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _BLOCK:
            self.text += "\n" + _MARK.get(tag, "")
        elif tag in ("td", "th", "br"):
            self.text += " | " if tag != "br" else " / "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> inside {self._open[-3:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.sheet += data
        elif "svg" not in self._open:
            self.text += data if "pre" in self._open else re.sub(r"\s+", " ", data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.elements if attribute in attrs]


def read(html: str) -> Page:
    """Parse a page; fails on a tag that is not closed in order."""
    page = Page()
    page.feed(html)
    page.close()
    assert not page._open, f"never closed: {page._open}"
    page.text = "\n".join(line for raw in page.text.splitlines() if (line := re.sub(r" {2,}", " ", raw).strip()))
    return page
