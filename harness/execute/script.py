"""A probe's script as lines, and its words in braces in a product's own words. `model.Probe` says what may stand there.

`{{` and `}}` are braces that the SQL itself needs. Not here: playing the lines (`play.py`).
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.errors import BadInput
from harness.model import Probe

SESSIONS = "ABC"
OWN_NAMES = "tuv"
_LONGEST_NAME = 30  # Oracle's limit before 12.2, the tightest of all products

_HEAD = re.compile(r"(?P<session>\w+)(?P<how>[~.]{0,2}):(?:\s+|$)(?P<text>.*)", re.DOTALL)
_BRACES = re.compile(r"\{\{|\}\}|\{(\w+)\}|[{}]")


class Directive(enum.StrEnum):
    """What a line may say instead of SQL."""

    COMMIT = "COMMIT"
    ROLLBACK = "ROLLBACK"
    CONNECT = "CONNECT"
    CLOSE = "CLOSE"
    KILL = "KILL"
    IDLE = "IDLE"
    POOL = "POOL"


# With what must follow the word. The first three begin SQL statements too (ROLLBACK TO …), which are the server's.
_ARGUMENTS = {
    Directive.CONNECT: r"|PLAIN",
    Directive.KILL: r"[ABC]",
    Directive.IDLE: r"\d+(\.\d+)?",
    Directive.POOL: r"[1-9]\d{0,2}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of a script."""

    number: int  # as written, from 1
    session: str  # A, B, C
    text: str  # SQL with words in braces, or the whole directive
    directive: Directive | None = None
    argument: str = ""
    may_wait: bool = False
    kind_only: bool = False
    prepares: bool = False  # belongs to `setup`


def lines(probe: Probe) -> tuple[Line, ...]:
    """Setup, its COMMIT, and the script. Raises BadInput with probe and line."""
    setup = [_line(probe, n, text, prepares=True) for n, text in _steps(probe.setup, spoken=False)]
    if setup:
        setup.append(
            Line(number=setup[-1].number + 1, session="A", text="COMMIT", directive=Directive.COMMIT, prepares=True)
        )
    script = [_line(probe, n, text, prepares=False) for n, text in _steps(probe.script, spoken=True)]
    if not script:
        raise BadInput(f"用例 {probe.id} 没有一行脚本。", hint="请写出 script，每行如“A: SELECT 1”。")
    return (*setup, *script)


def _steps(text: str, *, spoken: bool) -> Iterator[tuple[int, str]]:
    """(line number, step). A script's steps name their session; there a step may go on further in on the next line."""
    number, step, margin = 0, "", 0
    for n, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        indent = len(line) - len(line.lstrip())
        if spoken and step and content and indent > margin and not _HEAD.match(content):
            step += " " + content
            continue
        if step:
            yield number, step
        number, step, margin = n, content, indent
    if step:
        yield number, step


def _line(probe: Probe, number: int, step: str, *, prepares: bool) -> Line:
    def wrong(what: str, hint: str) -> BadInput:
        part = "setup" if prepares else "script"
        return BadInput(f"用例 {probe.id} 的 {part} 第 {number} 行{what}：{step}", hint=hint)

    head = _HEAD.fullmatch(step)
    if head is None and prepares:
        head = _HEAD.fullmatch(f"A: {step}")
    if head is None:
        raise wrong("没有写明会话", "每行以“A: ”“B: ”或“C: ”开头；续行要比它更缩进。")
    session, how, text = head["session"], head["how"], head["text"].strip().removesuffix(";").rstrip()
    if session not in SESSIONS or (prepares and session != "A"):
        raise wrong(f"的会话 {session} 不存在", "准备只用会话 A。" if prepares else "会话只有 A、B、C。")
    if len(set(how)) != len(how) or (prepares and how):
        raise wrong("会话后的记号不对", "~ 表示可能等待，. 表示只记应答种类；准备的行不用记号。")
    if not text:
        raise wrong("是空的", "请写一条 SQL 或一个指令。")
    directive, argument = _directive(text)
    if directive is not None and directive in _ARGUMENTS and not re.fullmatch(_ARGUMENTS[directive], argument):
        raise wrong("的指令写法不对", "指令有 COMMIT、ROLLBACK、CONNECT [PLAIN]、CLOSE、KILL B、IDLE 秒数、POOL 个数。")
    return Line(
        number=number, session=session, text=text, directive=directive, argument=argument,
        may_wait="~" in how, kind_only="." in how, prepares=prepares,
    )  # fmt: skip


def _directive(text: str) -> tuple[Directive | None, str]:
    word, _, argument = text.partition(" ")
    directive = Directive.__members__.get(word)
    if directive is None or (argument and directive not in _ARGUMENTS):
        return None, ""
    return directive, argument.strip()


# --------------------------------------------------------------------------- words


def own_names(probe_id: str) -> dict[str, str]:
    """`t`, `u`, `v`: names of objects of ours that no other probe has."""
    room = _LONGEST_NAME - len("xhc__t")
    if len(probe_id) > room:
        probe_id = f"{probe_id[: room - 7]}_{hashlib.sha256(probe_id.encode()).hexdigest()[:6]}"
    return {name: f"xhc_{probe_id}_{name}" for name in OWN_NAMES}


def filled(probe: Probe, line: Line, words: Mapping[str, str]) -> str:
    """The line's SQL in the product's words. Raises BadInput for a word that the product does not know."""

    def word(found: re.Match[str]) -> str:
        whole, name = found.group(), found.group(1)
        if name in words:
            return words[name]
        if whole in ("{{", "}}"):
            return whole[0]
        raise BadInput(
            f"用例 {probe.id} 第 {line.number} 行的 {whole} 不是已知的词：{line.text}",
            hint=f"可用的词：{'、'.join(sorted(words))}；SQL 自身的花括号请写两遍。",
        )

    return _BRACES.sub(word, line.text).strip()
