"""The documents' own words, in Chinese and English, from one catalogue: `words.toml`, `words_filed.toml`.

A key that is missing is an error; `label` is for names that come from the result, where an unknown one is shown as it
is. Not here: text that the result brings along (titles, reasons, messages).
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from harness.errors import BadInput

LANGUAGES = ("zh", "en")
_FILES = ("words.toml", "words_filed.toml")


class Words:
    """One language of the catalogue. Call it with a key and the values of its placeholders."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise BadInput(f"报告语言 {lang!r} 不支持。", hint=f"请使用 {' 或 '.join(LANGUAGES)}。")
        self.lang = lang
        self._texts = {key: pair[LANGUAGES.index(lang)] for key, pair in catalogue().items()}

    def __call__(self, key: str, /, **values: Any) -> str:
        text = self._texts[key]
        return text.format(**values) if values else text

    def label(self, group: str, name: str) -> str:
        """The word for a name of the result ("kind", "null_empty"), or the name itself."""
        return self._texts.get(f"{group}.{name}", name)


@functools.cache
def catalogue() -> Mapping[str, tuple[str, str]]:
    """Every key with its Chinese and its English text."""
    return {
        f"{group}.{name}": (texts[0], texts[1])
        for file in _FILES
        for group, entries in tomllib.loads(files("reports").joinpath(file).read_text(encoding="utf-8")).items()
        for name, texts in entries.items()
    }
