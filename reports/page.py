"""A template and its values → one HTML file that refers to nothing outside itself and forbids itself everything else.

Everything from a result is escaped and its hidden characters are named in one place; the page's own content policy
admits one style sheet and, where a page has one, one script: each known by its hash. Not here: what stands on a page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from reports import numbers, text
from reports.words import Words


class _Compiled(BytecodeCache):
    """Every document has an environment of its own; what their templates compile to is the same."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def environment(words: Words, result: Any) -> Environment:
    """What every template can use: the words, the result, and the ways of printing a value."""
    made = Environment(
        loader=PackageLoader("reports", "templates"),
        bytecode_cache=_COMPILED,
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


def whole(
    made: Environment, template: str, *, foot: str = "", style: str = "style.css", script: str = "", **values: Any
) -> str:
    """The page; `foot` is printed below every sheet of paper. `style` and `script` are files beside the template."""
    sheet = _style_sheet(style, foot)
    code = _template(script) if script else ""
    scripts = f" script-src {_digest(code)};" if code else ""
    return _without_blank_lines(
        made.get_template(template).render(
            sheet=Markup(sheet),
            script=Markup(code),
            policy=f"default-src 'none';{scripts} style-src {_digest(sheet)}; base-uri 'none'; form-action 'none'",
            **values,
        )
    )


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _printable(value: Any) -> Any:
    """Applied to every expression of every template: no value reaches the page with a hidden character in it."""
    return text.one_line(value) if type(value) is str else value


def _style_sheet(name: str, foot: str) -> str:
    bare = re.sub(r"/\*.*?\*/", "", _template(name), flags=re.DOTALL).replace("RUN_ID", _css_string(foot))
    return _without_blank_lines(bare).strip()


def _css_string(value: str) -> str:
    """What may stand between quotes of a style sheet, and mean itself."""
    return re.sub(r"[^\w .:+-]", lambda char: f"\\{ord(char.group()):x} ", text.one_line(value))


def _template(name: str) -> str:
    return _without_blank_lines(files("reports").joinpath("templates", name).read_text(encoding="utf-8")).strip()


def _without_blank_lines(source: str) -> str:
    return re.sub(r"\n[ \t\n]*\n", "\n", source)
