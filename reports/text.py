"""Text from tested systems made safe to print: nothing invisible, nothing a terminal or an XML parser acts on.

What a database returned may hold control characters, terminal escapes, half surrogates or marks that reverse the
writing direction. All of them are shown as what they are. Not here: HTML or XML escaping, which the writers do.
"""

from __future__ import annotations

import re

_NAMES = {"\t": "⇥", "\n": "↵"}

# Control characters, zero-width and direction marks, line separators, half surrogates, non-characters.
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
)
_HIDDEN = re.compile(f"[{_UNSAFE}\u00a0]")
_UNPRINTABLE = re.compile(f"[{_UNSAFE}]")
# Private use and beyond the basic plane: often drawn as an empty box, and the usual victims of a migration.
_RARE = re.compile("[\ue000-\uf8ff\U00010000-\U0010ffff]")
# Blanks at the ends of a value or of a quoted text within it, and any run of them: those are what padding leaves.
_BLANKS = re.compile(r"^ +| +$| {2,}|(?<=^') +| +(?='(?:$|[,\]})]))")


def _name(match: re.Match[str]) -> str:
    char = match.group()
    return _NAMES.get(char) or f"‹U+{ord(char):04X}›"


def _both(match: re.Match[str]) -> str:
    return f"{match.group()}‹U+{ord(match.group()):04X}›"


def one_line(text: str) -> str:
    """For a sentence, a title or a name: line breaks become blanks, everything else unprintable is named."""
    if text.isprintable():  # by far the most are: nothing of _UNSAFE is printable
        return text
    return _UNPRINTABLE.sub(_name, re.sub(r"[\r\n\t]+", " ", text))


def visible(text: str) -> str:
    """For a value that is compared: hidden and rare characters are named, blanks at the ends are shown."""
    return _RARE.sub(_both, _HIDDEN.sub(_name, _BLANKS.sub(lambda edge: "␣" * len(edge.group()), text)))


def lines(text: str) -> str:
    """For text of several lines: line breaks and tabs stay."""
    return "\n".join(
        "\t".join(_UNPRINTABLE.sub(_name, part) for part in line.split("\t")) for line in text.splitlines()
    )
