"""A template and its values → one HTML file that refers to nothing outside itself and forbids itself everything else.

Everything from a result is escaped and its hidden characters are named in one place; the page's own content policy
admits one style sheet, known by its hash. Not here: what stands on a page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import numbers, text
from reports.words import Words


def environment(words: Words, result: Any) -> Environment:
    """What every template can use: the words, the result, and the ways of printing a value."""
    made = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(w=words, r=result)
    made.filters.update(
        visible=text.visible,
        block=lambda value: escape(text.lines(value)),
        count=numbers.count,
        sig=numbers.significant,
        ratio=numbers.ratio,
        percent=numbers.percent,
        signed=numbers.signed,
        measured=numbers.measured,
    )
    return made


def whole(made: Environment, template: str, *, foot: str = "", **values: Any) -> str:
    """The page; `foot` is printed below every sheet of paper."""
    sheet = _style_sheet(foot)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return _without_blank_lines(
        made.get_template(template).render(
            sheet=Markup(sheet),
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            **values,
        )
    )


def _printable(value: Any) -> Any:
    """Applied to every expression of every template: no value reaches the page with a hidden character in it."""
    return text.one_line(value) if type(value) is str else value


def _style_sheet(foot: str) -> str:
    sheet = files("reports").joinpath("templates", "style.css").read_text(encoding="utf-8")
    shown = re.sub(r"[^\w.:+-]", "", foot, flags=re.ASCII)  # inside a CSS string
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).replace("RUN_ID", shown)
    return _without_blank_lines(bare).strip()


def _without_blank_lines(source: str) -> str:
    return re.sub(r"\n[ \t\n]*\n", "\n", source)
